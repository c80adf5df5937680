#include "common/rate/sent-again.h"

#define MS G_GINT64_CONSTANT(1000)
#define BEGIN_US ((gint64)G_MAXUINT32 - 10 * MS) /* the low 32 bits wrap soon */

static void
test_copies(void)
{
    CcSentAgain again = {0};
    g_assert_false(cc_sent_again_is_copy(&again, 0, 300 * MS, BEGIN_US)); /* nothing has been */
    cc_sent_again_note(&again, 70, BEGIN_US);
    g_assert_true(cc_sent_again_is_copy(&again, 70, 300 * MS, BEGIN_US + 1));
    g_assert_true(cc_sent_again_is_copy(&again, 70, 300 * MS, BEGIN_US + 230 * MS));
    g_assert_false(cc_sent_again_is_copy(&again, 71, 300 * MS, BEGIN_US + 1));
    g_assert_false(cc_sent_again_is_copy(&again, 70 + CC_SENT_AGAIN_RING, 300 * MS, BEGIN_US + 1));
}

/* Who waited for an answer, even a little less than the round trip, asks because it was lost. */
static void
test_asked_again(void)
{
    CcSentAgain again = {0};
    cc_sent_again_note(&again, 70, BEGIN_US);
    g_assert_false(cc_sent_again_is_copy(&again, 70, 100 * MS, BEGIN_US + 90 * MS));
    g_assert_false(cc_sent_again_is_copy(&again, 70, -1, BEGIN_US + 1));
    g_assert_false(cc_sent_again_is_copy(&again, 70, 3600 * 1000 * MS, BEGIN_US + 4000 * MS));
    cc_sent_again_note(&again, 70, BEGIN_US + 70 * MS);
    g_assert_true(cc_sent_again_is_copy(&again, 70, 100 * MS, BEGIN_US + 80 * MS));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/sent-again/copies", test_copies);
    g_test_add_func("/rate/sent-again/asked-again", test_asked_again);
    return g_test_run();
}
