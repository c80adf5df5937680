/* How many requests one address may make. */
#include "relay/control/rate-limit.h"

static guint
take(CcRateLimit *limit, const char *key, gint64 now_us, guint n)
{
    guint granted = 0;

    for (guint i = 0; i < n; i++)
        granted += cc_rate_limit_take(limit, key, now_us) ? 1 : 0;
    return granted;
}

static void
test_bucket(void)
{
    g_autoptr(CcRateLimit) limit = cc_rate_limit_new(10, 20);
    gint64 now_us = 1000000000;

    g_assert_cmpuint(take(limit, "a", now_us, 30), ==, 20);
    g_assert_cmpuint(take(limit, "b", now_us, 30), ==, 20);
    g_assert_cmpuint(take(limit, "a", now_us + G_USEC_PER_SEC / 2, 30), ==, 5);
    /* A long rest earns no more than one burst. */
    g_assert_cmpuint(take(limit, "a", now_us + G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC, 30), ==, 20);
}

/* More busy addresses than there is memory for share what is left; idle ones are forgotten. */
static void
test_crowd(void)
{
    g_autoptr(CcRateLimit) limit = cc_rate_limit_new(1, 2);
    gint64 now_us = 1000000000;
    guint granted = 0;

    for (guint i = 0; i < CC_RATE_LIMIT_MAX_KEYS; i++) {
        g_autofree char *key = g_strdup_printf("%u", i);
        granted += take(limit, key, now_us, 1);
    }
    g_assert_cmpuint(granted, ==, CC_RATE_LIMIT_MAX_KEYS);
    g_assert_cmpuint(take(limit, "new", now_us, 2), ==, 2);
    g_assert_cmpuint(take(limit, "newer", now_us, 2), ==, 0);
    g_assert_cmpuint(take(limit, "0", now_us, 2), ==, 1);
    g_assert_cmpuint(take(limit, "newer", now_us + 2 * G_USEC_PER_SEC, 3), ==, 2);
    g_assert_cmpuint(take(limit, "newest", now_us + 2 * G_USEC_PER_SEC, 3), ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/rate-limit/bucket", test_bucket);
    g_test_add_func("/relay/rate-limit/crowd", test_crowd);
    return g_test_run();
}
