#include "common/rate/loss-runs.h"

#include <math.h>

#define PACKETS 4000

/* A Gilbert chain, as the weak-link laboratory has it. */
static gboolean
is_lost(GRand *random, gboolean before, double loss, double length)
{
    double leave = 1 / length, enter = leave * loss / (1 - loss);
    return g_rand_double(random) < (before ? 1 - leave : enter);
}

static CcLossRuns
learn(guint32 seed, double loss, double length)
{
    CcLossRuns runs = {0};
    GRand *random = g_rand_new_with_seed(seed);
    gboolean lost = FALSE;
    for (guint i = 0; i < PACKETS; i++) {
        lost = is_lost(random, lost, loss, length);
        cc_loss_runs_add(&runs, !lost);
    }
    g_rand_free(random);
    return runs;
}

static void
test_nothing_known(void)
{
    CcLossRuns runs = {0};
    g_assert_cmpfloat(cc_loss_runs_spread(&runs, 0), ==, 1);
    g_assert_cmpfloat(cc_loss_runs_spread(&runs, 0.5), ==, 1);
}

/* Single losses that happen to follow each other are no runs, however many there are. */
static void
test_single(void)
{
    const double losses[] = {0.02, 0.1, 0.3, 0.6};
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        CcLossRuns runs = learn(7 + i, losses[i], 1 / (1 - losses[i]));
        g_assert_cmpfloat(cc_loss_runs_spread(&runs, losses[i]), <, 1.6);
    }
}

/* What is said of the variance is what it is: of windows of 100 packets over many. */
static void
test_bursts(void)
{
    double mean = 0;
    for (guint seed = 0; seed < 10; seed++) {
        CcLossRuns runs = learn(27 + seed, 0.1, 5);
        mean += cc_loss_runs_spread(&runs, 0.1) / 10;
    }
    GRand *random = g_rand_new_with_seed(17);
    double squares = 0;
    gboolean lost = FALSE;
    const guint windows = 2000, n = 100;
    for (guint w = 0; w < windows; w++) {
        guint k = 0;
        for (guint i = 0; i < n; i++) {
            lost = is_lost(random, lost, 0.1, 5);
            k += lost;
        }
        squares += pow((double)k / n - 0.1, 2) / windows;
    }
    g_rand_free(random);
    double measured = squares / (0.1 * 0.9 / n);
    g_assert_cmpfloat(measured, >, 6); /* 8 in the limit */
    g_assert_cmpfloat(mean, >, 0.6 * measured);
    g_assert_cmpfloat(mean, <, 1.4 * measured);
}

/* An outage is one accident, and soon forgotten. */
static void
test_outage(void)
{
    CcLossRuns runs = {0};
    for (guint i = 0; i < 1000; i++)
        cc_loss_runs_add(&runs, FALSE);
    cc_loss_runs_add(&runs, TRUE);
    double after = cc_loss_runs_spread(&runs, 0.05);
    g_assert_cmpfloat(after, <=, 2 * CC_LOSS_RUN_MAX);
    for (guint i = 0; i < 80; i++)
        cc_loss_runs_add(&runs, i % 2);
    g_assert_cmpfloat(cc_loss_runs_spread(&runs, 0.05), <, 1.7);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/loss-runs/nothing-known", test_nothing_known);
    g_test_add_func("/rate/loss-runs/single", test_single);
    g_test_add_func("/rate/loss-runs/bursts", test_bursts);
    g_test_add_func("/rate/loss-runs/outage", test_outage);
    return g_test_run();
}
