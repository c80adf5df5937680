#include "common/transport/stun-check.h"

#include <netinet/in.h>
#include <string.h>
#include <stun/usages/ice.h>

#define OURS "our-password-of-enough-length"
#define THEIRS "their-password-of-enough-length"

/* A check of theirs, who are controlled. */
static gsize
write_theirs(StunAgent *agent, const char *username, const char *password, guint8 *buffer)
{
    StunMessage message;
    return stun_usage_ice_conncheck_create(agent, &message, buffer, CC_STUN_CHECK_CAPACITY,
                                           (const guint8 *)username, strlen(username),
                                           (const guint8 *)password, strlen(password), false, false,
                                           1, 1, NULL, STUN_USAGE_ICE_COMPATIBILITY_RFC5245);
}

static gsize
answer(const guint8 *data, gsize length, guint8 *reply)
{
    struct sockaddr_storage source = {0};
    *(struct sockaddr_in *)&source = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = 7};
    g_autofree guint8 *copy = g_memdup2(data, length); /* for the sanitizer's sake */
    return cc_stun_check_answer("ours:theirs", OURS, copy, length, &source, reply);
}

static void
test_answer(void)
{
    StunAgent theirs;
    guint8 check[CC_STUN_CHECK_CAPACITY], reply[CC_STUN_CHECK_CAPACITY];
    cc_stun_check_init_agent(&theirs);
    gsize length = write_theirs(&theirs, "ours:theirs", OURS, check);
    gsize reply_length = answer(check, length, reply);
    g_assert_cmpuint(reply_length, >, 0);
    g_assert_true(cc_stun_check_is_answer(&theirs, OURS, reply, reply_length));
    g_assert_false(cc_stun_check_is_answer(&theirs, OURS, reply, reply_length)); /* once */
    g_assert_cmpuint(answer(reply, reply_length, check), ==, 0);
}

static void
test_no_answer(void)
{
    StunAgent theirs;
    guint8 check[CC_STUN_CHECK_CAPACITY], reply[CC_STUN_CHECK_CAPACITY];
    cc_stun_check_init_agent(&theirs);
    gsize length = write_theirs(&theirs, "ours:stranger", OURS, check);
    g_assert_cmpuint(answer(check, length, reply), ==, 0);
    length = write_theirs(&theirs, "ours:theirs", THEIRS, check);
    g_assert_cmpuint(answer(check, length, reply), ==, 0);
    length = write_theirs(&theirs, "ours:theirs", OURS, check);
    for (gsize cut = 0; cut < length; cut++)
        g_assert_cmpuint(answer(check, cut, reply), ==, 0);
    for (gsize bit = 0; bit < 8 * length; bit++) {
        check[bit / 8] ^= 1u << bit % 8;
        g_assert_cmpuint(answer(check, length, reply), ==, 0);
        check[bit / 8] ^= 1u << bit % 8;
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stun-check/answer", test_answer);
    g_test_add_func("/stun-check/no-answer", test_no_answer);
    return g_test_run();
}
