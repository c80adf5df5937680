#include "common/base/clock.h"

/* Rounded, so that microseconds survive the way there and back. */
static gint64
ntp_to_us(guint64 duration_ntp)
{
    guint64 fraction_us = (duration_ntp & G_MAXUINT32) * G_USEC_PER_SEC + (1u << 31);
    return (gint64)((duration_ntp >> 32) * G_USEC_PER_SEC + (fraction_us >> 32));
}

static void
test_monotonic(void)
{
    gint64 first = cc_clock_now_us();
    g_assert_cmpint(first, >, 0);
    g_assert_cmpint(cc_clock_now_us(), >=, first);
}

static void
test_ntp_now(void)
{
    /* 70 years with 17 leap days lie between 1900 and 1970. */
    const gint64 offset_s = (gint64)(70 * 365 + 17) * 86400;
    gint64 before_us = g_get_real_time();
    guint64 ntp = cc_clock_now_ntp();
    gint64 after_us = g_get_real_time();
    gint64 unix_us = ntp_to_us(ntp) - offset_s * G_USEC_PER_SEC;

    g_assert_cmpint(unix_us, >=, before_us - 1);
    g_assert_cmpint(unix_us, <=, after_us + 1);
}

static void
test_known_durations(void)
{
    g_assert_cmphex(cc_clock_us_to_ntp(0), ==, 0);
    g_assert_cmphex(cc_clock_us_to_ntp(G_USEC_PER_SEC), ==, G_GUINT64_CONSTANT(0x100000000));
    g_assert_cmphex(cc_clock_us_to_ntp(1500000), ==, G_GUINT64_CONSTANT(0x180000000));
    g_assert_cmphex(cc_clock_us_to_ntp(250000), ==, G_GUINT64_CONSTANT(0x40000000));
    g_assert_cmphex(cc_clock_us_to_ntp(-5), ==, 0);
}

static void
test_round_trip(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);

    for (int i = 0; i < 10000; i++) {
        gint64 us = ((gint64)g_rand_int_range(random, 0, G_MAXINT32) << 16) +
                    g_rand_int_range(random, 0, 65536);
        g_assert_cmpint(ntp_to_us(cc_clock_us_to_ntp(us)), ==, us);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/monotonic", test_monotonic);
    g_test_add_func("/clock/ntp-now", test_ntp_now);
    g_test_add_func("/clock/known-durations", test_known_durations);
    g_test_add_func("/clock/round-trip", test_round_trip);
    return g_test_run();
}
