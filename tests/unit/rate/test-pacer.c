#include "common/rate/pacer.h"

#define MS 1000

/* A keyframe of 30 kB at 500 kbit/s goes out over half a second, at an even pace. */
static void
test_spreads(void)
{
    CcPacer pacer = {0};
    gint64 now_us = 5 * G_USEC_PER_SEC;
    cc_pacer_set(&pacer, 400000, 125, 10 * MS, now_us);
    gint64 begin_us = now_us;
    for (guint i = 0; i < 25; i++) {
        now_us = cc_pacer_next_us(&pacer, now_us);
        g_assert_true(cc_pacer_may_send(&pacer, now_us));
        cc_pacer_sent(&pacer, 1200, now_us);
        g_assert_cmpint((now_us - begin_us) * 500000 / G_USEC_PER_SEC, >=,
                        (gint64)(i + 1) * 1200 * 8 - 1500 * 8 - 1200 * 8);
    }
    g_assert_cmpint(now_us - begin_us, >, 420 * MS);
    g_assert_cmpint(now_us - begin_us, <, 480 * MS);
    g_assert_false(cc_pacer_may_send(&pacer, now_us - 1));
}

/* Below the pace nothing ever waits. */
static void
test_passes(void)
{
    CcPacer pacer = {0};
    cc_pacer_set(&pacer, 1000000, 150, 20 * MS, 0);
    for (gint64 now_us = 0; now_us < 10 * G_USEC_PER_SEC; now_us += 33 * MS) {
        for (guint i = 0; i < 3; i++) { /* 873 kbit/s in bursts */
            g_assert_true(cc_pacer_may_send(&pacer, now_us));
            cc_pacer_sent(&pacer, 1200, now_us);
        }
    }
}

/* Voice takes its share from video, but not for ever. */
static void
test_voice_counts(void)
{
    CcPacer pacer = {0};
    cc_pacer_set(&pacer, 64000, 100, 0, 0);
    gint64 before_us = cc_pacer_next_us(&pacer, 0);
    for (guint i = 0; i < 20; i++)
        cc_pacer_sent(&pacer, 150, 0);
    gint64 after_us = cc_pacer_next_us(&pacer, 0);
    g_assert_cmpint(after_us - before_us, >=, (20 * 150 * 8 - 1500 * 8) * 1000 / 64);
    for (guint i = 0; i < 100000; i++)
        cc_pacer_sent(&pacer, 1500, 0);
    g_assert_cmpint(cc_pacer_next_us(&pacer, 0), <=, 2 * G_USEC_PER_SEC);
}

/* What was sent at a high pace does not silence video for minutes at a low one. */
static void
test_fall(void)
{
    CcPacer pacer = {0};
    cc_pacer_set(&pacer, 16000000, 125, 40 * MS, 0);
    for (guint i = 0; i < 1000; i++)
        cc_pacer_sent(&pacer, 1200, 0);
    cc_pacer_set(&pacer, 10000, 125, 40 * MS, 0);
    g_assert_cmpint(cc_pacer_next_us(&pacer, 0), <=, 2 * G_USEC_PER_SEC);
}

static void
test_drain(void)
{
    CcPacer pacer = {0};
    cc_pacer_set(&pacer, 80000, 100, 0, 0);
    g_assert_cmpint(cc_pacer_drain_us(&pacer, 10000, 0), ==, G_USEC_PER_SEC);
    cc_pacer_sent(&pacer, 5000, 0);
    g_assert_cmpint(cc_pacer_drain_us(&pacer, 10000, 0), ==, 1500 * MS);
    g_assert_cmpint(cc_pacer_drain_us(&pacer, 10000, 250 * MS), ==, 1250 * MS);
    cc_pacer_set(&pacer, 160000, 100, 0, 250 * MS);
    g_assert_cmpint(cc_pacer_drain_us(&pacer, 10000, 250 * MS), ==, 625 * MS);
}

/* A clock that stands or steps back, absurd sizes and rates. */
static void
test_bounds(void)
{
    CcPacer pacer = {0};
    g_assert_cmpint(cc_pacer_next_us(&pacer, 7), ==, 7);
    g_assert_true(cc_pacer_may_send(&pacer, 7));
    cc_pacer_set(&pacer, 0, 0, -5, 1000);
    g_assert_cmpuint(pacer.bps, ==, 1000);
    cc_pacer_set(&pacer, G_MAXUINT, 1000, G_MAXINT64, 1000);
    g_assert_cmpuint(pacer.bps, ==, G_MAXINT32);
    cc_pacer_sent(&pacer, G_MAXUINT, 0);
    g_assert_cmpint(pacer.debt_bits, <=, 4LL * G_MAXINT32);
    cc_pacer_may_send(&pacer, G_MAXINT64);
    g_assert_cmpint(pacer.debt_bits, ==, 0);
}

/* What is sent too much until the queue is heard of makes less than 50 ms of it, or little. */
static void
test_haste(void)
{
    g_assert_cmpuint(cc_pacer_haste_percent(0), >=, 110);
    g_assert_cmpuint(cc_pacer_haste_percent(200 * MS), >=, 110);
    for (gint64 rtt_us = 0; rtt_us <= 1000 * MS; rtt_us += 10 * MS) {
        gint64 more_us = rtt_us * (cc_pacer_haste_percent(rtt_us) - 100) / 100;
        g_assert_cmpuint(cc_pacer_haste_percent(rtt_us), >, 100);
        g_assert_cmpint(more_us, <, 50 * MS);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/pacer/spreads", test_spreads);
    g_test_add_func("/rate/pacer/passes", test_passes);
    g_test_add_func("/rate/pacer/voice-counts", test_voice_counts);
    g_test_add_func("/rate/pacer/fall", test_fall);
    g_test_add_func("/rate/pacer/drain", test_drain);
    g_test_add_func("/rate/pacer/bounds", test_bounds);
    g_test_add_func("/rate/pacer/haste", test_haste);
    return g_test_run();
}
