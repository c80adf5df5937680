#include "common/rate/prober.h"

#define MS 1000
#define LOOP_US (100 * MS)

/* Sends the probe evenly from @now_us on; one in @lose_nth is lost (0: none) and it arrives
 * @stretch times as slowly. Returns the bits behind the first that arrived. */
static double
run(CcProber *prober, gint64 now_us, guint lose_nth, double stretch)
{
    guint bytes = prober->probe.bytes / prober->probe.n_packets + 1;
    gint64 step_us = (gint64)bytes * 8 * G_USEC_PER_SEC / prober->probe.bps;
    double bits = 0;
    for (guint i = 0; i < prober->probe.n_packets; i++) {
        cc_prober_sent(prober, i, bytes);
        if (prober->n_arrived > 0)
            bits += bytes * 8;
        if (lose_nth > 0 && i % lose_nth == 1)
            continue;
        cc_prober_arrived(prober, i, now_us + i * step_us,
                          5 * G_USEC_PER_SEC + (gint64)((double)i * (double)step_us * stretch));
    }
    return bits;
}

static void
test_fits(void)
{
    CcProber prober = {0};
    double bps = 0;
    cc_prober_begin(&prober, 500000, 0, 0, 1000 * MS);
    g_assert_false(cc_prober_is_due(&prober, 100, LOOP_US, 1500 * MS)); /* not sent yet */
    double bits = run(&prober, 1000 * MS, 0, 1);
    gint64 last = prober.probe.n_packets - 1;
    g_assert_false(cc_prober_is_due(&prober, last - 1, LOOP_US, 1150 * MS));
    g_assert_true(cc_prober_is_due(&prober, last, LOOP_US, 1150 * MS));
    g_assert_true(cc_prober_is_due(&prober, last - 1, LOOP_US, 2000 * MS));
    g_assert_cmpint(cc_prober_end(&prober, bits, LOOP_US, 1250 * MS, &bps), ==, CC_PROBE_FITS);
    g_assert_cmpfloat_with_epsilon(bps, 500000, 5000);
    g_assert_cmpint(prober.next_us, ==, 1250 * MS);
}

/* What arrives more slowly tells what the link has; and the next one waits, each time longer. */
static void
test_full(void)
{
    CcProber prober = {0};
    gint64 now_us = 1000 * MS, pause_us = 0;
    for (guint i = 0; i < 10; i++) {
        double bps = 0;
        cc_prober_begin(&prober, 500000, 0, 0, now_us);
        double bits = run(&prober, now_us, 0, 2);
        now_us += 300 * MS;
        g_assert_cmpint(cc_prober_end(&prober, bits, LOOP_US, now_us, &bps), ==, CC_PROBE_FULL);
        g_assert_cmpfloat_with_epsilon(bps, 250000, 5000);
        g_assert_cmpint(prober.next_us - now_us, >=, pause_us);
        pause_us = prober.next_us - now_us;
        g_assert_cmpint(pause_us, >=, 1000 * MS);
        g_assert_cmpint(pause_us, <=, 10000 * MS);
        now_us = prober.next_us;
    }
}

static void
test_loss(void)
{
    CcProber prober = {0};
    double bps = 0;
    cc_prober_begin(&prober, 500000, 0.6, 0, 1000 * MS);
    g_assert_cmpuint(prober.probe.n_packets, >=, 15);
    double bits = run(&prober, 1000 * MS, 2, 1);
    g_assert_cmpint(cc_prober_end(&prober, bits, LOOP_US, 1300 * MS, &bps), ==, CC_PROBE_FITS);
    g_assert_cmpfloat_with_epsilon(bps, 500000, 5000);
}

/* Jitter makes it longer, the loss of all unclear; nobody sends: it ends some time. */
static void
test_odd(void)
{
    CcProber prober = {0};
    double bps = 0;
    cc_prober_begin(&prober, 500000, 0, 0, 0);
    guint bytes = prober.probe.bytes;
    cc_prober_begin(&prober, 500000, 0, 60 * MS, 0);
    g_assert_cmpuint(prober.probe.bytes, >, bytes);
    g_assert_true(cc_prober_is_due(&prober, 0, LOOP_US, 10 * G_USEC_PER_SEC));
    g_assert_cmpint(cc_prober_end(&prober, 0, LOOP_US, 0, &bps), ==, CC_PROBE_UNCLEAR);
    g_assert_cmpfloat(bps, ==, 0);
    g_assert_false(cc_prober_is_due(&prober, 0, LOOP_US, 20 * G_USEC_PER_SEC));
    cc_prober_arrived(&prober, 1, 0, 0);
    g_assert_cmpuint(prober.n_arrived, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/prober/fits", test_fits);
    g_test_add_func("/rate/prober/full", test_full);
    g_test_add_func("/rate/prober/loss", test_loss);
    g_test_add_func("/rate/prober/odd", test_odd);
    return g_test_run();
}
