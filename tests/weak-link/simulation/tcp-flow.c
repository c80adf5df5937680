#include "tests/weak-link/simulation/tcp-flow.h"

#include <math.h>

#define SEGMENT 1500
#define TIMEOUT_US SIM_S

static void fill(TcpFlow *flow);

static void
on_ack(gpointer target, gint64 number)
{
    TcpFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    flow->progress_us = now_us;
    flow->in_flight -= flow->in_flight > 0;
    flow->acked = MAX(flow->acked, number);
    flow->received_bits += SEGMENT * 8;
    if (flow->window < flow->threshold) {
        flow->window += 1;
    } else {
        double t = (double)(now_us - flow->epoch_us) / SIM_S;
        double k = cbrt(flow->largest * 0.3 / 0.4);
        double target_window = 0.4 * pow(t - k, 3) + flow->largest;
        double reno = 0.53 / flow->window;
        double step =
            target_window > flow->window ? (target_window - flow->window) / flow->window : 0;
        flow->window += MIN(MAX(step, reno), 0.5);
    }
    fill(flow);
}

static void
on_loss(gpointer target, gint64 number)
{
    TcpFlow *flow = target;
    flow->in_flight -= flow->in_flight > 0;
    if (flow->left < G_MAXINT64)
        flow->left++;
    if (number > flow->recover) {
        flow->recover = flow->next;
        flow->largest = flow->window;
        flow->window = flow->threshold = MAX(flow->window * 0.7, 2);
        flow->epoch_us = sim_now_us(flow->sim);
    }
    fill(flow);
}

static void
fill(TcpFlow *flow)
{
    gint64 now_us = sim_now_us(flow->sim);
    while (flow->in_flight < (guint)flow->window && flow->left > 0 && now_us < flow->stop_us) {
        gint64 number = ++flow->next;
        flow->in_flight++;
        if (flow->left < G_MAXINT64)
            flow->left--;
        SimPassage passage = sim_link_pass(flow->forward, SEGMENT);
        gint64 wait_us = passage.wait_us + flow->forward->path.delay_us + flow->back_us;
        if (passage.arrives)
            sim_at(flow->sim, passage.arrival_us + flow->back_us, on_ack, flow, number);
        else /* what comes behind it tells */
            sim_at(flow->sim, now_us + wait_us + 20 * SIM_MS, on_loss, flow, number);
    }
}

static void
on_file(gpointer target, gint64 number)
{
    TcpFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    if (now_us >= flow->stop_us)
        return;
    if (flow->left <= 0 && flow->in_flight == 0) {
        /* 100 kB to 1 MB, as RFC 8868 section 7 has it */
        flow->left = (gint64)(100 + sim_random(flow->sim) * 900) * 1000 / SEGMENT;
        flow->window = 4;
        flow->threshold = 1000;
        fill(flow);
    }
    double off = -log(1 - sim_random(flow->sim)) * (double)flow->mean_off_us;
    sim_at(flow->sim, now_us + (gint64)off + SIM_S, on_file, flow, 0);
}

static void
on_timeout(gpointer target, gint64 number)
{
    TcpFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    sim_at(flow->sim, now_us + TIMEOUT_US / 2, on_timeout, flow, 0);
    if (flow->in_flight == 0 || now_us - flow->progress_us < TIMEOUT_US)
        return;
    flow->progress_us = now_us;
    flow->threshold = MAX(flow->window / 2, 2);
    flow->window = 2;
    fill(flow);
}

static void
on_start(gpointer target, gint64 number)
{
    TcpFlow *flow = target;
    flow->progress_us = flow->epoch_us = sim_now_us(flow->sim);
    on_timeout(flow, 0);
    if (flow->mean_off_us > 0)
        on_file(flow, 0);
    else
        fill(flow);
}

TcpFlow *
tcp_flow_new(Sim *sim, SimLink *forward, gint64 back_us, gint64 start_us, gint64 stop_us,
             gint64 mean_off_us)
{
    TcpFlow *flow = g_new0(TcpFlow, 1);
    flow->sim = sim;
    flow->forward = forward;
    flow->back_us = back_us;
    flow->stop_us = stop_us == 0 ? G_MAXINT64 : stop_us;
    flow->mean_off_us = mean_off_us;
    flow->left = mean_off_us > 0 ? 0 : G_MAXINT64;
    flow->window = 10;
    flow->threshold = flow->largest = 1000;
    sim_at(sim, start_us, on_start, flow, 0);
    return flow;
}

void
tcp_flow_free(TcpFlow *flow)
{
    g_free(flow);
}
