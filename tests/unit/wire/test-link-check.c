#include "common/wire/link-check.h"

#include <string.h>

#include "tests/unit/wire/hostile.h"

#define KEY "a key that both sides have"

static const CcLinkQuestion question = {.number = 7,
                                        .sent_us = 0xfffffff0,
                                        .cookie = G_GUINT64_CONSTANT(0x0123456789abcdef),
                                        .answers = 32,
                                        .answer_size = 1200};

static void
test_question(void)
{
    guint8 data[300];
    CcLinkQuestion read;
    cc_link_question_write(&question, KEY, data, sizeof data);
    g_assert_cmpuint(data[0], ==, CC_LINK_CHECK_BYTE);
    g_assert_true(cc_link_question_read(&read, KEY, data, sizeof data));
    g_assert_cmpuint(read.number, ==, 7);
    g_assert_cmpuint(read.sent_us, ==, 0xfffffff0);
    g_assert_cmpuint(read.cookie, ==, question.cookie);
    g_assert_cmpuint(read.answers, ==, 32);
    g_assert_cmpuint(read.answer_size, ==, 1200);
    g_assert_false(cc_link_question_read(&read, "another key", data, sizeof data));
    /* Neither is the other, though the key is the same. */
    g_assert_false(cc_link_answer_read(&(CcLinkAnswer){0}, KEY, data, sizeof data));
}

static void
test_answer(void)
{
    CcLinkAnswer answer = {.number = 1,
                           .sent_us = 2,
                           .arrival_us = 3,
                           .cookie = 4,
                           .index = 5,
                           .received = 6,
                           .answered = 7,
                           .status = CC_LINK_CHECK_SPENT};
    guint8 data[CC_LINK_CHECK_HEADER];
    CcLinkAnswer read;
    cc_link_answer_write(&answer, KEY, data, sizeof data);
    g_assert_true(cc_link_answer_read(&read, KEY, data, sizeof data));
    g_assert_cmpuint(read.number, ==, 1);
    g_assert_cmpuint(read.sent_us, ==, 2);
    g_assert_cmpuint(read.arrival_us, ==, 3);
    g_assert_cmpuint(read.cookie, ==, 4);
    g_assert_cmpuint(read.index, ==, 5);
    g_assert_cmpuint(read.received, ==, 6);
    g_assert_cmpuint(read.answered, ==, 7);
    g_assert_cmpuint(read.status, ==, CC_LINK_CHECK_SPENT);
    g_assert_false(cc_link_question_read(&(CcLinkQuestion){0}, KEY, data, sizeof data));
}

/* Signed, but asking for what nobody may have. */
static void
test_out_of_range(void)
{
    static const CcLinkQuestion wrong[] = {
        {.answers = 0, .answer_size = 100},
        {.answers = CC_LINK_CHECK_MAX_ANSWERS + 1, .answer_size = 100},
        {.answers = 1, .answer_size = CC_LINK_CHECK_HEADER - 1},
        {.answers = 1, .answer_size = CC_LINK_CHECK_MAX + 1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        guint8 data[CC_LINK_CHECK_HEADER];
        CcLinkQuestion read;
        cc_link_question_write(&wrong[i], KEY, data, sizeof data);
        g_assert_false(cc_link_question_read(&read, KEY, data, sizeof data));
    }
}

/* Every bit that matters is signed. */
static void
test_tampering(void)
{
    guint8 data[CC_LINK_CHECK_HEADER];
    CcLinkQuestion read;
    cc_link_question_write(&question, KEY, data, sizeof data);
    for (guint bit = 0; bit < sizeof data * 8; bit++) {
        data[bit / 8] ^= 1 << bit % 8;
        g_assert_false(cc_link_question_read(&read, KEY, data, sizeof data));
        data[bit / 8] ^= 1 << bit % 8;
    }
}

static void
read_both(const guint8 *data, gsize length)
{
    CcLinkQuestion asked;
    CcLinkAnswer answered;
    cc_link_question_read(&asked, KEY, data, length);
    cc_link_answer_read(&answered, KEY, data, length);
}

static void
test_hostile(void)
{
    guint8 data[200];
    cc_link_question_write(&question, KEY, data, sizeof data);
    hostile_all(read_both, data, sizeof data);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/link-check/question", test_question);
    g_test_add_func("/wire/link-check/answer", test_answer);
    g_test_add_func("/wire/link-check/out-of-range", test_out_of_range);
    g_test_add_func("/wire/link-check/tampering", test_tampering);
    g_test_add_func("/wire/link-check/hostile", test_hostile);
    return g_test_run();
}
