#include "common/rate/rate-control.h"

#define MS 1000

/* One look each 100 ms for @seconds; the sender sends @share of the rate into a link of @link_bps
 * with a queue that @control cannot tell from anything else. Returns the longest queue. */
static double
run(CcRateControl *control, double *queue_us, double seconds, double share, double link_bps)
{
    static gint64 now_us = 1000 * MS;
    double longest_us = 0;
    for (guint i = 0; i < seconds * 10; i++, now_us += 100 * MS) {
        double sent = share * MIN(control->pace_bps, control->bps);
        double before_us = *queue_us;
        *queue_us = CLAMP(*queue_us + (sent - link_bps) / link_bps * 100 * MS, 0, 300 * MS);
        CcPathView view = {
            .now_us = now_us,
            .sent_bps = sent,
            .arriving_bps = *queue_us > 0 ? link_bps : sent,
            .queue_us = (gint64)*queue_us,
            .slope = (*queue_us - before_us) * 10,
            .loop_us = 200 * MS,
            .reported = 30,
        };
        cc_rate_control_step(control, &view);
        g_assert_cmpfloat(control->pace_bps, <=, control->bps);
        g_assert_cmpfloat(control->bps, >=, control->min_bps);
        g_assert_cmpfloat(control->bps, <=, control->max_bps);
        longest_us = MAX(longest_us, *queue_us);
    }
    return longest_us;
}

static void
test_finds_and_keeps(void)
{
    CcRateControl control;
    double queue_us = 0;
    cc_rate_control_init(&control, 150000, 10000, 5e6);
    run(&control, &queue_us, 8, 1, 1e6);
    g_assert_cmpfloat(control.bps, >, 0.85e6);
    g_assert_cmpfloat(run(&control, &queue_us, 20, 1, 1e6), <, 80 * MS);
    g_assert_cmpfloat(control.bps, <, 1.15e6);
    run(&control, &queue_us, 2, 1, 150000); /* a fall */
    g_assert_cmpfloat(control.bps, <, 170000);
    g_assert_cmpfloat(queue_us, <, 80 * MS);
    run(&control, &queue_us, 8, 1, 1e6); /* and a rise */
    g_assert_cmpfloat(control.bps, >, 0.85e6);
}

/* Who sends little neither gains nor loses. */
static void
test_limited(void)
{
    CcRateControl control;
    double queue_us = 0;
    cc_rate_control_init(&control, 500000, 10000, 5e6);
    run(&control, &queue_us, 30, 0.3, 1e6);
    g_assert_cmpfloat(control.bps, ==, 500000);
}

/* A queue that stands whatever we do: it must not push us out. */
static void
test_contested(void)
{
    CcRateControl control;
    cc_rate_control_init(&control, 500000, 10000, 5e6);
    for (gint64 now_us = 0; now_us < 20 * G_USEC_PER_SEC; now_us += 100 * MS) {
        gboolean full = now_us > 2 * G_USEC_PER_SEC;
        CcPathView view = {
            .now_us = now_us + MS,
            .sent_bps = control.pace_bps,
            .arriving_bps = control.pace_bps,
            .queue_us = full ? 200 * MS + now_us % (2 * G_USEC_PER_SEC) / 25 : 0,
            .loop_us = 300 * MS,
            .reported = 30,
        };
        cc_rate_control_step(&control, &view);
        if (now_us > 6 * G_USEC_PER_SEC)
            g_assert_cmpfloat(control.bps, >, 200000);
    }
    g_assert_cmpint(control.state, ==, CC_RATE_CONTESTED);
}

static void
test_target(void)
{
    gint64 before_us = G_MAXINT64;
    for (double bps = 10000; bps < 1e8; bps *= 1.5) {
        gint64 target_us = cc_rate_control_target_us(bps);
        g_assert_cmpint(target_us, <=, before_us);
        g_assert_cmpint(target_us, >, 0);
        g_assert_cmpint(target_us, <, 100 * MS);
        before_us = target_us;
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/rate-control/finds-and-keeps", test_finds_and_keeps);
    g_test_add_func("/rate/rate-control/limited", test_limited);
    g_test_add_func("/rate/rate-control/contested", test_contested);
    g_test_add_func("/rate/rate-control/target", test_target);
    return g_test_run();
}
