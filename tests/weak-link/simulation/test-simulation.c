/* Holds the estimator to what it has to reach on simulated links (docs/architecture.md). */
#include "tests/weak-link/simulation/sim-case.h"

/* 0: nothing to hold it to. */
typedef struct {
    double utilisation, wait_p95_ms, fall_s, rise_s, jain, share;
} Goal;

typedef struct {
    const char *name;
    double scale;
    Goal goal;
} Row;

#define STEADY .utilisation = 0.85, .wait_p95_ms = 100
#define STEPS STEADY, .fall_s = 3, .rise_s = 10
#define FAIR .jain = 0.9

static const Row rfc8867[] = {
    {"5.1", 1, {STEPS}},
    {"5.1", 8, {STEPS}},
    {"5.1-jitter", 1, {.utilisation = 0.75, .wait_p95_ms = 100, .fall_s = 3}},
    {"5.1-jitter", 8, {STEPS}},
    {"5.2", 1, {STEPS, FAIR}},
    {"5.2", 8, {STEPS, FAIR}},
    {"5.3", 1, {STEPS}},
    {"5.3", 8, {STEPS}},
    {"5.4", 1, {STEADY, FAIR}},
    {"5.4", 8, {STEADY, FAIR}},
    {"5.5", 1, {.utilisation = 0.85, FAIR}},
    {"5.5", 8, {.utilisation = 0.85}},
    {"5.8", 1, {STEADY, FAIR}},
    {"5.8", 8, {STEADY}},
};

static const Row villages[] = {
    {"2M-40ms", 1, {STEADY}},
    {"1M-100ms-2%", 1, {STEADY}},
    {"500k-30%", 1, {STEADY}},
    {"500k-60%", 1, {.utilisation = 0.75, .wait_p95_ms = 150}},
    {"500k-80%", 1, {.utilisation = 0.6, .wait_p95_ms = 250}},
    {"30%-first", 1, {.utilisation = 0.7, .wait_p95_ms = 100}},
    {"20M-30%", 1, {STEADY}},
    {"steps", 1, {STEPS}},
    {"steps-spared", 1, {.utilisation = 0.6, .wait_p95_ms = 100, .fall_s = 3, .rise_s = 10}},
    {"outages", 1, {STEADY}},
    {"jitter", 1, {STEADY}},
    {"clock", 1, {STEADY}},
    {"shallow", 1, {STEADY}},
    {"reports-1M", 1, {.utilisation = 0.6, .fall_s = 6}},
    {"two-1M", 1, {STEADY, FAIR}},
    {"tcp-1M", 1, {.share = 0.25}},
    {"tcp-1M-30-90", 1, {.share = 0.4}},
    {"ladder-2M", 1, {.utilisation = 0.7, .wait_p95_ms = 50}},
    {"ladder-30%", 1, {.utilisation = 0.6, .wait_p95_ms = 50}},
};

/* Where one run differs much from the next: what all seeds together have to reach. */
typedef struct {
    const char *name, *label;
    double loss;
    gboolean both;
    double utilisation, least_utilisation, share; /* means, and of the worst */
    double starved, queue_loss, wait_p95_ms;      /* at most: means; the wait of the worst */
} SeedsRow;

#define N_SEEDS 8

static const SeedsRow seeds[] = {
    {"300k-bursts", "to", 0.1, FALSE, .utilisation = 0.94, .least_utilisation = 0.85,
     .starved = 0.03, .queue_loss = 0.01, .wait_p95_ms = 130},
    {"300k-bursts", "both", 0.1, TRUE, .utilisation = 0.94, .least_utilisation = 0.85,
     .starved = 0.03, .queue_loss = 0.01, .wait_p95_ms = 130},
    {"128k-300ms-10%", "to", 0.1, FALSE, .utilisation = 0.93, .least_utilisation = 0.88,
     .starved = 0.02, .queue_loss = 0.01, .wait_p95_ms = 200},
    {"128k-300ms-10%", "both", 0.1, TRUE, .utilisation = 0.93, .least_utilisation = 0.88,
     .starved = 0.02, .queue_loss = 0.01, .wait_p95_ms = 200},
    {"300k-spared", "clean", 0, FALSE, .utilisation = 0.8, .least_utilisation = 0.78,
     .starved = 0.02, .queue_loss = 0.005, .wait_p95_ms = 120},
    {"128k-spared", "to", 0.1, FALSE, .utilisation = 0.8, .least_utilisation = 0.78,
     .starved = 0.02, .queue_loss = 0.005, .wait_p95_ms = 170},
    {"5.6", "clean", 0, FALSE, .share = 0.2, .starved = 1, .queue_loss = 0.08},
    {"5.6", "loss", 0.05, FALSE, .utilisation = 0.8, .starved = 0.05, .queue_loss = 0.01},
    {"shallow", "clean", 0, FALSE, .utilisation = 0.86, .least_utilisation = 0.82, .starved = 0.02,
     .queue_loss = 0.035},
};

static void
hold(const Row *row, double loss, gboolean both)
{
    const SimCase *model = sim_case_find(row->name);
    SimResult r = sim_case_run(model, row->scale, loss, both, 11, 0);
    const Goal *goal = &row->goal;
    g_test_message(
        "%s / %g, loss %g%s: used %.3f, p95 %.1f ms, fall %.1f s, rise %.1f s, Jain %.3f",
        row->name, row->scale, loss, both ? " both ways" : "", r.utilisation, r.wait_p95_ms,
        r.fall_s, r.rise_s, r.jain);
    g_assert_cmpfloat(r.utilisation, >=, goal->utilisation);
    if (goal->wait_p95_ms > 0)
        g_assert_cmpfloat(r.wait_p95_ms, <=, goal->wait_p95_ms);
    if (goal->fall_s > 0)
        g_assert_cmpfloat(r.fall_s, <=, goal->fall_s);
    if (goal->rise_s > 0)
        g_assert_cmpfloat(r.rise_s, <=, goal->rise_s);
    g_assert_cmpfloat(r.jain, >=, goal->jain);
    g_assert_cmpfloat(r.share, >=, goal->share);
    g_assert_cmpuint(r.memory, <=, 8192);
}

static void
test_rfc8867(gconstpointer data)
{
    const Row *row = data;
    hold(row, 0, FALSE);
    hold(row, 0.05, FALSE);
    hold(row, 0.15, TRUE);
    hold(row, 0.3, TRUE);
}

static void
test_village(gconstpointer data)
{
    const Row *row = data;
    double loss = sim_case_find(row->name)->forward.loss;
    hold(row, loss, FALSE);
    if (loss > 0)
        hold(row, loss, TRUE);
}

static void
test_seeds(gconstpointer data)
{
    const SeedsRow *row = data;
    SimResult mean = {0};
    double least = 1e9, most_wait_ms = 0;
    for (guint32 seed = 11; seed < 11 + N_SEEDS; seed++) {
        SimResult r = sim_case_run(sim_case_find(row->name), 1, row->loss, row->both, seed, 0);
        mean.utilisation += r.utilisation / N_SEEDS;
        mean.share += r.share / N_SEEDS;
        mean.starved += r.starved / N_SEEDS;
        mean.queue_loss += r.queue_loss / N_SEEDS;
        least = MIN(least, r.utilisation);
        most_wait_ms = MAX(most_wait_ms, r.wait_p95_ms);
    }
    g_test_message("%s: used %.3f (least %.3f), share %.3f, starved %.3f, lost %.3f, p95 %.0f ms",
                   row->name, mean.utilisation, least, mean.share, mean.starved, mean.queue_loss,
                   most_wait_ms);
    g_assert_cmpfloat(mean.utilisation, >=, row->utilisation);
    g_assert_cmpfloat(least, >=, row->least_utilisation);
    g_assert_cmpfloat(mean.share, >=, row->share);
    g_assert_cmpfloat(mean.starved, <=, row->starved);
    g_assert_cmpfloat(mean.queue_loss, <=, row->queue_loss);
    if (row->wait_p95_ms > 0)
        g_assert_cmpfloat(most_wait_ms, <=, row->wait_p95_ms);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(rfc8867); i++) {
        g_autofree char *path =
            g_strdup_printf("/simulation/rfc8867/%s/%g", rfc8867[i].name, rfc8867[i].scale);
        g_test_add_data_func(path, &rfc8867[i], test_rfc8867);
    }
    for (guint i = 0; i < G_N_ELEMENTS(villages); i++) {
        g_autofree char *path = g_strdup_printf("/simulation/village/%s", villages[i].name);
        g_test_add_data_func(path, &villages[i], test_village);
    }
    for (guint i = 0; i < G_N_ELEMENTS(seeds); i++) {
        g_autofree char *path =
            g_strdup_printf("/simulation/seeds/%s/%s", seeds[i].name, seeds[i].label);
        g_test_add_data_func(path, &seeds[i], test_seeds);
    }
    return g_test_run();
}
