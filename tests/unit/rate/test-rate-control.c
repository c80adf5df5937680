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
            .carried_bps = *queue_us > 0 ? link_bps : sent,
            .full_bps = *queue_us > 0 ? link_bps : 0,
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

/* What was seen to fit is not exceeded by who does not carry more; who does goes on. */
static void
test_known(void)
{
    CcRateControl control;
    double queue_us = 0;
    cc_rate_control_init(&control, 150000, 10000, 5e6);
    run(&control, &queue_us, 10, 1, 300000);
    double known_bps = control.capacity_bps;
    g_assert_cmpfloat(known_bps, >, 285000);
    g_assert_cmpfloat(known_bps, <, 315000);
    g_assert_cmpfloat(run(&control, &queue_us, 20, 0.8, 300000), <, 40 * MS);
    g_assert_cmpfloat(control.bps, >, 0.95 * known_bps);
    g_assert_cmpfloat(control.bps, <, 1.02 * known_bps);
    g_assert_true(control.untested);
    run(&control, &queue_us, 10, 1, 1e6);
    g_assert_cmpfloat(control.bps, >, 2 * known_bps);
}

/* Only what is left of a queue is waited for: what has drained since it was seen is not. */
static void
test_drained(void)
{
    gint64 drained_us[] = {0, 150 * MS, 280 * MS};
    double pace_bps[3];
    for (guint i = 0; i < 3; i++) {
        CcRateControl control;
        cc_rate_control_init(&control, 300000, 10000, 5e6);
        control.long_us = G_USEC_PER_SEC;
        CcPathView view = {.now_us = G_USEC_PER_SEC,
                           .sent_bps = 300000,
                           .carried_bps = 150000,
                           .full_bps = 150000,
                           .queue_us = 300 * MS,
                           .drained_us = drained_us[i],
                           .loop_us = 400 * MS,
                           .reported = 30};
        cc_rate_control_step(&control, &view);
        g_assert_cmpfloat(control.bps, <, 150000);
        pace_bps[i] = control.pace_bps;
    }
    g_assert_cmpfloat(pace_bps[0], <, 60000);
    g_assert_cmpfloat(pace_bps[1], >, pace_bps[0] + 20000);
    g_assert_cmpfloat(pace_bps[2], >, 120000);
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
            .carried_bps = control.pace_bps,
            .full_bps = full ? control.pace_bps : 0,
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

/* What one look says of a path that was never anything but clear, and the rate then. */
static double
after_queue(CcRateControl *control, CcPathView view, gint64 us)
{
    cc_rate_control_init(control, 500000, 10000, 5e6);
    for (guint i = 0; i < 20; i++) {
        CcPathView clear = {.now_us = (i + 1) * 100 * MS,
                            .sent_bps = 500000,
                            .carried_bps = 500000,
                            .loop_us = 300 * MS,
                            .reported = 30};
        cc_rate_control_step(control, &clear);
    }
    control->bps = control->pace_bps = 500000;
    for (gint64 at_us = 0; at_us < us; at_us += 100 * MS) {
        view.now_us = 2100 * MS + at_us;
        cc_rate_control_step(control, &view);
    }
    return control->bps;
}

/* A queue of which nobody knows yet what passes it: packets wait, the rate stays. */
static void
test_hiccup(void)
{
    CcRateControl control;
    CcPathView view = {.sent_bps = 30000,
                       .carried_bps = 30000,
                       .queue_us = 200 * MS,
                       .loop_us = 300 * MS,
                       .reported = 30};
    g_assert_cmpfloat(after_queue(&control, view, 300 * MS), ==, 500000);
    g_assert_cmpfloat(control.pace_bps, <, 100000);
    view.full_bps = 30000; /* now it is known */
    g_assert_cmpfloat(after_queue(&control, view, 300 * MS), >, 30000);
    view.sent_bps = 500000;
    g_assert_cmpfloat(after_queue(&control, view, 300 * MS), <=, 30000);
}

/* What arrives of a flow that holds itself back says nothing of the link: somebody else's queue
 * must not talk it down, step by step, before it is known whose it is. */
static void
test_choked(void)
{
    CcRateControl control;
    CcPathView view = {.sent_bps = 100000,
                       .carried_bps = 90000,
                       .full_bps = 90000,
                       .queue_us = 250 * MS,
                       .loop_us = 300 * MS,
                       .reported = 30};
    double found_bps = after_queue(&control, view, 600 * MS);
    view.sent_bps = view.full_bps = view.carried_bps = 20000;
    for (guint i = 0; i < 10; i++) {
        view.now_us = (2800 + i * 100) * MS;
        cc_rate_control_step(&control, &view);
    }
    g_assert_cmpfloat(control.bps, >, 0.75 * found_bps);
    for (guint i = 0; i < 30; i++) {
        view.now_us += 100 * MS;
        cc_rate_control_step(&control, &view);
    }
    g_assert_cmpint(control.state, ==, CC_RATE_CONTESTED);
    g_assert_cmpfloat(control.bps, >, 200000);
}

/* A queue that holds what comes, losses by chance beside it, is no flood. */
static void
test_flooded(void)
{
    CcPathView view = {
        .sent_bps = 190000,
        .carried_bps = 126000,
        .queue_us = 118 * MS,
        .loss = 0.13,
        .random_loss = 0.09,
        .reported = 38,
    };
    g_assert_false(cc_path_is_flooded(&view, 1));
    view.loss = 0.4;
    g_assert_true(cc_path_is_flooded(&view, 1));
    g_assert_false(cc_path_is_flooded(&view, 8)); /* such runs of losses are usual there */
    view.queue_us = 60 * MS;
    g_assert_false(cc_path_is_flooded(&view, 1));
    view.queue_us = 118 * MS;
    view.sent_bps = 150000;
    g_assert_false(cc_path_is_flooded(&view, 1));
    view.sent_bps = 400000;
    view.loss = 0;
    g_assert_true(cc_path_is_flooded(&view, 1));
    view.sent_bps = 480000;
    view.carried_bps = 300000;
    g_assert_true(cc_path_is_flooded(&view, 1));
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
    g_test_add_func("/rate/rate-control/known", test_known);
    g_test_add_func("/rate/rate-control/drained", test_drained);
    g_test_add_func("/rate/rate-control/contested", test_contested);
    g_test_add_func("/rate/rate-control/hiccup", test_hiccup);
    g_test_add_func("/rate/rate-control/choked", test_choked);
    g_test_add_func("/rate/rate-control/flooded", test_flooded);
    g_test_add_func("/rate/rate-control/target", test_target);
    return g_test_run();
}
