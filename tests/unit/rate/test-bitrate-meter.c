#include "common/rate/bitrate-meter.h"

#define MS 1000

static void
test_steady(void)
{
    CcBitrateMeter meter = {0};
    gint64 now_us = 7 * G_USEC_PER_SEC;
    g_assert_cmpuint(cc_bitrate_meter_bps(&meter, now_us), ==, 0);
    /* 125 bytes a millisecond is 1 Mbit/s. */
    for (guint i = 0; i < 3000; i++, now_us += MS)
        cc_bitrate_meter_add(&meter, 125, now_us);
    guint bps = cc_bitrate_meter_bps(&meter, now_us - MS);
    g_assert_cmpuint(bps, ==, 1000000);
    /* It has a floor of nine tenths right after a step, never a ceiling of eleven. */
    g_assert_cmpuint(cc_bitrate_meter_bps(&meter, now_us), ==, 900000);
}

static void
test_forgets(void)
{
    CcBitrateMeter meter = {0};
    cc_bitrate_meter_add(&meter, 1000, 0);
    g_assert_cmpuint(cc_bitrate_meter_bps(&meter, 999 * MS), ==, 8000);
    g_assert_cmpuint(cc_bitrate_meter_bps(&meter, 1000 * MS), ==, 0);
    cc_bitrate_meter_add(&meter, 1000, 1050 * MS);
    g_assert_cmpuint(cc_bitrate_meter_bps(&meter, 3600 * (gint64)G_USEC_PER_SEC), ==, 0);
}

/* A clock that steps back (never the monotonic one) does no harm. */
static void
test_backwards(void)
{
    CcBitrateMeter meter = {0};
    cc_bitrate_meter_add(&meter, 1000, 5 * G_USEC_PER_SEC);
    cc_bitrate_meter_add(&meter, 1000, 4 * G_USEC_PER_SEC);
    g_assert_cmpuint(cc_bitrate_meter_bps(&meter, 5 * G_USEC_PER_SEC), ==, 16000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/bitrate-meter/steady", test_steady);
    g_test_add_func("/rate/bitrate-meter/forgets", test_forgets);
    g_test_add_func("/rate/bitrate-meter/backwards", test_backwards);
    return g_test_run();
}
