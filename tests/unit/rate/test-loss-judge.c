#include "common/rate/loss-judge.h"

#define MS 1000
#define LOOP_US (200 * MS)

typedef struct {
    CcLossJudge judge;
    CcDelivery delivery;
    GRand *random;
    double bps, before_bps;
    gint64 now_us;
    guint tests, cuts, looks;
    guint burst; /* mean length of a loss in packets; 0: one at a time */
    gboolean in_burst;
    double sum_bps;
} Path;

static gboolean
arrives(Path *path, double passes)
{
    if (path->burst == 0)
        return g_rand_double(path->random) < passes;
    double leave = 1.0 / path->burst, enter = leave * (1 - passes) / passes;
    path->in_burst = g_rand_double(path->random) < (path->in_burst ? 1 - leave : enter);
    return !path->in_burst;
}

/* Runs @seconds with 50 packets a second at @path->bps; @random are lost, and what is beyond
 * @link_bps. */
static void
run(Path *path, double seconds, double random, double link_bps)
{
    for (guint i = 0; i < seconds * 10; i++) {
        path->now_us += 100 * MS;
        path->looks++;
        path->sum_bps += path->bps;
        path->delivery.now.sent += 100 * MS;
        path->delivery.now.arrival += 100 * MS;
        path->delivery.now.bytes += (guint32)(path->bps / 80);
        double passes = MIN(1, link_bps / path->bps) * (1 - random);
        for (guint p = 0; p < 5; p++) {
            path->delivery.now.reported++;
            gboolean arrived = arrives(path, passes);
            path->delivery.now.arrived += arrived;
            cc_loss_runs_add(&path->judge.runs, arrived);
        }
        cc_delivery_mark(&path->delivery);
        CcDeliveryView recent;
        if (!cc_delivery_view(&path->delivery, 1000 * MS, 30, &recent))
            continue;
        CcLossVerdict verdict = cc_loss_judge_step(&path->judge, &path->delivery, &recent, LOOP_US,
                                                   100 * MS, path->now_us);
        if (verdict == CC_LOSS_TEST) {
            path->tests++;
            path->before_bps = path->bps;
            path->bps *= CC_LOSS_TEST_SHARE;
        } else if (verdict == CC_LOSS_RANDOM) {
            path->bps = path->before_bps;
        } else if (verdict == CC_LOSS_OURS) {
            path->cuts++;
            path->bps = path->judge.fits_bps;
        }
    }
}

static Path
new_path(guint32 seed, double bps)
{
    return (Path){.random = g_rand_new_with_seed(seed), .bps = bps, .now_us = 1000 * MS};
}

static void
test_random(void)
{
    const double losses[] = {0, 0.02, 0.1, 0.3, 0.6, 0.8};
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        Path path = new_path(7 + i, 500000);
        run(&path, 60, losses[i], 1e9);
        g_assert_cmpfloat(path.sum_bps / path.looks, >=, 0.7 * 500000);
        g_assert_cmpfloat_with_epsilon(path.judge.random, losses[i], 0.12);
        g_assert_cmpuint(path.tests, <=, 6);
        g_rand_free(path.random);
    }
}

/* On a narrow link one in ten is believed without a test, one in three is not. */
static void
test_narrow(void)
{
    for (guint seed = 0; seed < 5; seed++) {
        Path path = new_path(67 + seed, 120000);
        run(&path, 60, 0.1, 1e9);
        g_assert_cmpuint(path.tests, ==, 0);
        g_assert_cmpfloat_with_epsilon(path.judge.random, 0.1, 0.05);
        g_rand_free(path.random);
    }
    Path path = new_path(77, 80000);
    run(&path, 10, 0, 100000);
    path.bps = 160000;
    run(&path, 20, 0, 100000);
    g_assert_cmpuint(path.cuts, >=, 1);
    g_assert_cmpfloat(path.bps, <, 120000);
    g_rand_free(path.random);
}

/* Five in a row are one accident: few tests, and hardly ever a cut, after which nothing here grows
 * again. */
static void
test_bursts(void)
{
    guint tests = 0, cuts = 0;
    double mean_bps = 0;
    for (guint seed = 0; seed < 10; seed++) {
        Path path = new_path(47 + seed, 300000);
        path.burst = 5;
        run(&path, 120, 0.1, 1e9);
        tests += path.tests;
        cuts += path.cuts;
        mean_bps += path.sum_bps / path.looks / 10;
        g_rand_free(path.random);
    }
    g_assert_cmpfloat(mean_bps, >=, 0.93 * 300000);
    g_assert_cmpuint(tests, <=, 40); /* of 20 minutes */
    g_assert_cmpuint(cuts, <=, 4);
}

/* Each test that found nothing makes the next one later. */
static void
test_backs_off(void)
{
    Path path = new_path(57, 500000);
    gint64 pauses_us[2] = {0};
    double loss = 0.05;
    for (guint found = 0; found < 2; loss += 0.25) {
        guint before = path.tests;
        run(&path, 60, loss, 1e9);
        if (path.tests > before)
            pauses_us[found++] = path.judge.pause_us;
        g_assert_cmpfloat(loss, <, 0.9);
    }
    g_assert_cmpint(pauses_us[0], >, 0);
    g_assert_cmpint(pauses_us[1], >=, 2 * pauses_us[0]);
    g_assert_cmpuint(path.cuts, ==, 0);
    g_rand_free(path.random);
}

/* A policer: no queue, what is too much is dropped. */
static void
test_ours(void)
{
    for (guint random = 0; random <= 1; random++) {
        Path path = new_path(17, 400000);
        run(&path, 10, random * 0.1, 500000);
        g_assert_cmpuint(path.cuts, ==, 0);
        path.bps = 800000;
        run(&path, 30, random * 0.1, 500000);
        g_assert_cmpuint(path.cuts, >=, 1);
        g_assert_cmpfloat(path.bps, <, 620000);
        g_assert_cmpfloat(path.bps, >, 350000);
        g_rand_free(path.random);
    }
}

/* Whose link has such a policer is told at once when it reaches it again, and goes no higher. */
static void
test_ours_again(void)
{
    Path path = new_path(67, 400000);
    run(&path, 10, 0, 500000);
    double lost = 0;
    const guint rounds = 12;
    for (guint round = 0; round < rounds; round++) {
        path.bps = MAX(path.bps, 580000);
        path.sum_bps = path.looks = 0;
        run(&path, 8, 0, 500000);
        lost += MAX(path.sum_bps / path.looks - 500000, 0) / 500000;
    }
    g_assert_cmpuint(path.cuts, >=, rounds - 2);
    g_assert_cmpfloat(lost / rounds, <=, 0.06);
    g_rand_free(path.random);
}

static void
test_abort(void)
{
    Path path = new_path(27, 800000);
    run(&path, 3, 0, 1e9);
    while (!path.judge.testing)
        run(&path, 0.1, 0.5, 1e9);
    cc_loss_judge_abort(&path.judge, 0);
    g_assert_false(path.judge.testing);
    g_rand_free(path.random);
}

/* What a long queue has dropped is not news, however late it is told; what comes after is. */
static void
test_excused(void)
{
    Path path = new_path(37, 800000);
    run(&path, 3, 0, 1e9);
    cc_loss_judge_abort(&path.judge, path.now_us + LOOP_US);
    run(&path, 1, 0.5, 1e9);
    g_assert_cmpuint(path.tests, ==, 0);
    g_assert_cmpfloat(path.judge.random, <, 0.01);
    run(&path, 1, 0.5, 1e9);
    g_assert_cmpuint(path.tests, ==, 1);
    g_rand_free(path.random);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/loss-judge/random", test_random);
    g_test_add_func("/rate/loss-judge/narrow", test_narrow);
    g_test_add_func("/rate/loss-judge/bursts", test_bursts);
    g_test_add_func("/rate/loss-judge/backs-off", test_backs_off);
    g_test_add_func("/rate/loss-judge/ours", test_ours);
    g_test_add_func("/rate/loss-judge/ours-again", test_ours_again);
    g_test_add_func("/rate/loss-judge/abort", test_abort);
    g_test_add_func("/rate/loss-judge/excused", test_excused);
    return g_test_run();
}
