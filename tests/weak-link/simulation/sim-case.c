#include "tests/weak-link/simulation/sim-case.h"

#include <stdio.h>
#include <string.h>

#define WARM_US (5 * SIM_S)
#define SETTLED_MS 110
#define STARVED_FROM_US (10 * SIM_S)
#define STARVED_SHARE 0.6

typedef struct {
    SimCase model;
    Sim *sim;
    SimLink forward, backward;
    MediaFlow *flows[SIM_MAX_FLOWS];
    guint n_flows;
    MediaFlow *reverse;
    TcpFlow *tcp[SIM_MAX_TCP];
    guint n_tcp;
    gint64 trace_us;
} Run;

static void
scale_path(SimPath *path, double scale, double loss)
{
    for (guint i = 0; i < G_N_ELEMENTS(path->rates); i++)
        path->rates[i].bps /= scale;
    path->queue_bytes = (gsize)((double)path->queue_bytes / scale);
    if (loss > 0)
        path->loss = loss;
}

static void
scale_flow(MediaSettings *settings, double scale)
{
    settings->start_bps = (guint)(settings->start_bps / scale);
    settings->max_bps = (guint)(settings->max_bps / scale);
}

static void
on_trace(gpointer target, gint64 number)
{
    Run *run = target;
    gint64 now_us = sim_now_us(run->sim);
    printf("%7.2f cap %5.0f wait %4.0f |", (double)now_us / SIM_S,
           sim_path_bps(&run->forward.path, now_us) / 1000,
           (double)MAX(run->forward.free_us - now_us, 0) / 1000);
    for (guint i = 0; i < run->n_flows; i++) {
        const CcEstimate *result = &run->flows[i]->estimator.result;
        printf(" est %5u pace %5u dlv %5u q %3d rtt %4d loss %.2f/%.2f st %d |",
               result->estimate_bps / 1000, result->pacing_bps / 1000, result->delivered_bps / 1000,
               (int)(result->queue_us / 1000), (int)(result->rtt_us / 1000), result->loss,
               result->random_loss, result->state);
    }
    printf("\n");
    sim_at(run->sim, now_us + run->trace_us, on_trace, run, 0);
}

static void
set_up(Run *run, guint32 seed)
{
    const SimCase *model = &run->model;
    run->sim = sim_new(seed);
    sim_link_init(&run->forward, run->sim, &model->forward);
    sim_link_init(&run->backward, run->sim, &model->backward);
    for (; run->n_flows < SIM_MAX_FLOWS && model->flows[run->n_flows].start_bps > 0; run->n_flows++)
        run->flows[run->n_flows] =
            media_flow_new(run->sim, &run->forward, &run->backward, &model->flows[run->n_flows]);
    if (model->reverse.start_bps > 0)
        run->reverse = media_flow_new(run->sim, &run->backward, &run->forward, &model->reverse);
    for (; run->n_tcp < SIM_MAX_TCP && model->tcp[run->n_tcp].stop_us > 0; run->n_tcp++) {
        const SimTcp *tcp = &model->tcp[run->n_tcp];
        run->tcp[run->n_tcp] = tcp_flow_new(run->sim, &run->forward, model->backward.delay_us,
                                            tcp->start_us, tcp->stop_us, tcp->mean_off_us);
    }
    if (run->trace_us > 0)
        sim_at(run->sim, 0, on_trace, run, 0);
}

static void
tear_down(Run *run)
{
    for (guint i = 0; i < run->n_flows; i++)
        media_flow_free(run->flows[i]);
    media_flow_free(run->reverse);
    for (guint i = 0; i < run->n_tcp; i++)
        tcp_flow_free(run->tcp[i]);
    sim_free(run->sim);
}

static int
compare_waits(gconstpointer a, gconstpointer b)
{
    guint32 left = *(const guint32 *)a, right = *(const guint32 *)b;
    return (left > right) - (left < right);
}

static void
measure_waits(const Run *run, SimResult *result)
{
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(guint32));
    guint64 sent = 0, lost = 0, bytes = 0, padding = 0;
    for (guint i = 0; i < run->n_flows; i++) {
        const MediaFlow *flow = run->flows[i];
        g_array_append_vals(all, flow->waits->data, flow->waits->len);
        sent += flow->sent;
        lost += flow->queue_lost;
        bytes += flow->bytes;
        padding += flow->padding_bytes;
    }
    g_array_sort(all, compare_waits);
    if (all->len > 0) {
        result->wait_p50_ms = g_array_index(all, guint32, all->len / 2) / 1000.0;
        result->wait_p95_ms = g_array_index(all, guint32, all->len * 95 / 100) / 1000.0;
    }
    result->queue_loss = (double)lost / (double)MAX(sent, 1);
    result->padding = (double)padding / (double)MAX(bytes, 1);
}

/* Most that all flows together may use at @at_us. */
static double
most_bps(const Run *run, gint64 at_us)
{
    double most = 0;
    for (guint i = 0; i < run->n_flows; i++) {
        const MediaSettings *settings = &run->flows[i]->settings;
        if (at_us >= settings->start_us && (settings->stop_us == 0 || at_us < settings->stop_us) &&
            !(at_us >= settings->pause_from_us && at_us < settings->pause_until_us))
            most += settings->max_bps;
    }
    return most;
}

static void
measure_rates(const Run *run, SimResult *result)
{
    gint64 end_us = run->model.length_us;
    double had = 0, could = 0, served = 0, late_had = 0;
    for (gint64 at_us = WARM_US; at_us < end_us; at_us += SIM_S / 10) {
        gint64 to_us = at_us + SIM_S / 10;
        could += sim_path_bits(&run->forward.path, at_us, to_us, most_bps(run, at_us));
        for (guint i = 0; i < run->n_flows; i++) {
            had += media_flow_bps(run->flows[i], at_us, to_us) / 10;
            served += media_flow_served_bps(run->flows[i], at_us, to_us) / 10;
            if (at_us > end_us / 3)
                late_had += media_flow_served_bps(run->flows[i], at_us, to_us) / 10;
        }
    }
    result->utilisation = served / MAX(could, 1);
    result->arrived_bps = had * SIM_S / (double)(end_us - WARM_US);
    result->share = late_had / sim_path_bits(&run->forward.path, end_us / 3, end_us, 1e12);
    double sum = 0, squares = 0;
    for (guint i = 0; i < run->n_flows; i++) {
        double bps = media_flow_served_bps(run->flows[i], end_us * 2 / 3, end_us);
        sum += bps;
        squares += bps * bps;
    }
    result->jain = sum * sum / MAX(run->n_flows * squares, 1);
    guint from = (guint)(end_us / 3 / (SIM_S / 10)), to = (guint)(end_us / (SIM_S / 10));
    for (guint i = from; i < to; i++)
        result->estimate_bps += (double)run->flows[0]->estimates[i] / (to - from);
}

static double
sum_estimates(const Run *run, guint i)
{
    double sum = 0;
    for (guint f = 0; f < run->n_flows; f++)
        sum += MIN(run->flows[f]->estimates[i], run->flows[f]->settings.max_bps);
    return sum;
}

/* Seconds after the tenth @from until all is well for a second and a half: after a fall no queue,
 * after a rise most of the room in use. */
static double
settle(const Run *run, guint from, guint to, double bps, gboolean fall)
{
    double most = most_bps(run, (gint64)from * SIM_S / 10);
    guint well = 0;
    for (guint i = from; i < to; i++) {
        gboolean good = sum_estimates(run, i) >= 0.8 * MIN(bps, most);
        for (guint f = 0; fall && f < run->n_flows; f++)
            good = (f == 0 || good) && run->flows[f]->waits_ms[i] < SETTLED_MS;
        well = good ? well + 1 : 0;
        if (well == (fall ? 15 : 5))
            return (i + 1 - from - well) / 10.0;
    }
    return (to - from) / 10.0;
}

static void
measure_settling(const Run *run, SimResult *result)
{
    const SimRate *rates = run->model.forward.rates;
    for (guint i = 1; i < G_N_ELEMENTS(run->model.forward.rates) && rates[i].bps > 0; i++) {
        gboolean last = i + 1 == G_N_ELEMENTS(run->model.forward.rates) || rates[i + 1].bps <= 0;
        gint64 until_us = last ? run->model.length_us : rates[i + 1].from_us;
        if (rates[i].from_us >= run->model.length_us)
            break;
        gboolean fall = rates[i].bps < rates[i - 1].bps;
        double seconds = settle(run, (guint)(rates[i].from_us / (SIM_S / 10)),
                                (guint)(until_us / (SIM_S / 10)), rates[i].bps, fall);
        if (fall)
            result->fall_s = MAX(result->fall_s, seconds);
        else
            result->rise_s = MAX(result->rise_s, seconds);
    }
}

static void
measure_starving(const Run *run, SimResult *result)
{
    guint n = 0, starved = 0;
    for (gint64 at_us = STARVED_FROM_US; at_us < run->model.length_us; at_us += SIM_S / 10, n++) {
        double could =
            MIN(sim_path_bps(&run->forward.path, at_us), run->flows[0]->settings.max_bps);
        starved += run->flows[0]->estimates[at_us * 10 / SIM_S] < STARVED_SHARE * could;
    }
    result->starved = (double)starved / MAX(n, 1);
}

SimResult
sim_case_run(const SimCase *model, double scale, double loss, gboolean both_ways, guint32 seed,
             gint64 trace_us)
{
    Run run = {.model = *model, .trace_us = trace_us};
    if (run.model.backward.rates[0].bps <= 0)
        run.model.backward.rates[0].bps = 1e9;
    scale_path(&run.model.forward, scale, loss);
    scale_path(&run.model.backward, scale, both_ways ? loss : 0);
    for (guint i = 0; i < SIM_MAX_FLOWS; i++)
        scale_flow(&run.model.flows[i], scale);
    scale_flow(&run.model.reverse, scale);
    set_up(&run, seed);
    sim_run(run.sim, model->length_us);
    SimResult result = {0};
    measure_waits(&run, &result);
    measure_rates(&run, &result);
    measure_settling(&run, &result);
    measure_starving(&run, &result);
    for (guint i = 0; i < run.n_flows; i++) {
        result.switches += run.flows[i]->switches;
        result.memory =
            MAX(result.memory, sizeof(CcEstimator) +
                                   run.flows[i]->estimator.record.capacity * sizeof(CcSentPacket));
    }
    tear_down(&run);
    return result;
}

const SimCase *
sim_case_find(const char *name)
{
    for (guint i = 0; i < sim_n_rfc8867_cases; i++)
        if (strcmp(sim_rfc8867_cases[i].name, name) == 0)
            return &sim_rfc8867_cases[i];
    for (guint i = 0; i < sim_n_village_cases; i++)
        if (strcmp(sim_village_cases[i].name, name) == 0)
            return &sim_village_cases[i];
    return NULL;
}
