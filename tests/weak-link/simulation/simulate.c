/* Prints what the estimator makes of each case: RFC 8867's at full scale and scaled down eight
 * times, with random losses, then the villages' links.
 * Means of some seeds; of q95, fall, rise, Jain, switches and bytes the worst.
 *   simulate            all, as a table
 *   simulate CASE [SCALE [LOSS [both|to [MILLISECONDS [SEED]]]]]   one, as it goes */
#include "tests/weak-link/simulation/sim-case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SEED 7
#define N_SEEDS 8

static void
print_head(void)
{
    printf("%-16s %5s %5s %4s %6s %6s %6s %6s %6s %6s %6s %6s %5s %7s %4s %6s %5s\n", "case",
           "scale", "loss", "both", "used", "q50", "q95", "qloss", "fall", "rise", "Jain", "share",
           "pad", "kbit/s", "sw", "bytes", "short");
    printf("%-16s %5s %5s %4s %6s %6s %6s %6s %6s %6s %6s %6s %5s %7s %4s %6s %5s\n", "", "1/", "%",
           "", "%", "ms", "ms", "%", "s", "s", "", "%", "%", "arrive", "", "", "%");
}

static void
print_row(const SimCase *model, double scale, double loss, gboolean both)
{
    SimResult r = {.jain = 1};
    for (guint32 seed = FIRST_SEED; seed < FIRST_SEED + N_SEEDS; seed++) {
        SimResult one = sim_case_run(model, scale, loss, both, seed, 0);
        r.utilisation += one.utilisation / N_SEEDS;
        r.wait_p50_ms += one.wait_p50_ms / N_SEEDS;
        r.wait_p95_ms = MAX(r.wait_p95_ms, one.wait_p95_ms);
        r.queue_loss += one.queue_loss / N_SEEDS;
        r.fall_s = MAX(r.fall_s, one.fall_s);
        r.rise_s = MAX(r.rise_s, one.rise_s);
        r.jain = MIN(r.jain, one.jain);
        r.share += one.share / N_SEEDS;
        r.padding += one.padding / N_SEEDS;
        r.arrived_bps += one.arrived_bps / N_SEEDS;
        r.switches = MAX(r.switches, one.switches);
        r.starved += one.starved / N_SEEDS;
        r.memory = MAX(r.memory, one.memory);
    }
    printf("%-16s %5.0f %5.0f %4s %6.1f %6.1f %6.1f %6.2f %6.1f %6.1f %6.3f %6.1f %5.1f %7.0f %4u "
           "%6zu %5.1f\n",
           model->name, scale, loss * 100, both ? "yes" : "", r.utilisation * 100, r.wait_p50_ms,
           r.wait_p95_ms, r.queue_loss * 100, r.fall_s, r.rise_s, r.jain, r.share * 100,
           r.padding * 100, r.arrived_bps / 1000, r.switches, r.memory, r.starved * 100);
}

static void
print_table(void)
{
    static const double losses[] = {0, 0.05, 0.15, 0.3};
    static const double scales[] = {1, 8};
    print_head();
    for (guint i = 0; i < sim_n_rfc8867_cases; i++)
        for (guint s = 0; s < G_N_ELEMENTS(scales); s++)
            for (guint l = 0; l < G_N_ELEMENTS(losses); l++)
                print_row(&sim_rfc8867_cases[i], scales[s], losses[l], losses[l] > 0.2);
    printf("\n");
    print_head();
    for (guint i = 0; i < sim_n_village_cases; i++) {
        const SimCase *model = &sim_village_cases[i];
        print_row(model, 1, model->forward.loss, FALSE);
        if (model->forward.loss > 0)
            print_row(model, 1, model->forward.loss, TRUE);
    }
}

int
main(int argc, char **argv)
{
    if (argc < 2) {
        print_table();
        return EXIT_SUCCESS;
    }
    const SimCase *model = sim_case_find(argv[1]);
    if (model == NULL) {
        fprintf(stderr, "simulate: no case \"%s\"\n", argv[1]);
        return EXIT_FAILURE;
    }
    double scale = argc > 2 ? g_ascii_strtod(argv[2], NULL) : 1;
    double loss = argc > 3 ? g_ascii_strtod(argv[3], NULL) / 100 : 0;
    gboolean both = argc > 4 && strcmp(argv[4], "both") == 0;
    gint64 trace_ms = argc > 5 ? g_ascii_strtoll(argv[5], NULL, 10) : 500;
    guint32 seed = argc > 6 ? (guint32)g_ascii_strtoull(argv[6], NULL, 10) : FIRST_SEED;
    sim_case_run(model, scale, loss, both, seed, trace_ms * SIM_MS);
    print_head();
    print_row(model, scale, loss, both);
    return EXIT_SUCCESS;
}
