#include "tests/weak-link/simulation/media-flow.h"

#define PICTURE_US 40000
#define PACKET_BYTES 1200
#define MIN_VIDEO_BPS 20000

static void send_queued(MediaFlow *flow);

static guint
tenth(gint64 at_us)
{
    return (guint)MIN(at_us / (100 * SIM_MS), MEDIA_MAX_SECONDS * 10 - 1);
}

static gboolean
is_on(const MediaFlow *flow, gint64 now_us)
{
    const MediaSettings *settings = &flow->settings;
    return now_us >= settings->start_us && (settings->stop_us == 0 || now_us < settings->stop_us) &&
           !(now_us >= settings->pause_from_us && now_us < settings->pause_until_us);
}

static void
on_arrival(gpointer target, gint64 sequence)
{
    MediaFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    double rate = 1 + flow->settings.clock_ppm / 1e6;
    flow->reported_arrived++;
    flow->reported_delay_us = now_us;
    cc_transport_cc_record(&flow->recorder, (guint16)(sequence & 0xffff),
                           (gint64)((double)now_us * rate) + 77 * SIM_S);
}

static void
send_packet(MediaFlow *flow, guint bytes, gboolean probe)
{
    gint64 now_us = sim_now_us(flow->sim);
    guint16 sequence = flow->sequence++;
    if (flow->settings.reports_only)
        cc_estimator_sent_plain(&flow->estimator, bytes, now_us);
    else
        cc_estimator_sent(&flow->estimator, sequence, bytes, now_us, probe);
    cc_pacer_sent(&flow->pacer, bytes, now_us);
    SimPassage passage = sim_link_pass(flow->forward, bytes);
    flow->sent++;
    flow->reported_sent++;
    flow->bytes += bytes;
    flow->queue_lost += passage.queue_dropped;
    guint32 wait_us = (guint32)passage.wait_us;
    if (!passage.queue_dropped && passage.arrival_us != 0) {
        g_array_append_val(flow->waits, wait_us);
        flow->served_bits[tenth(now_us + passage.wait_us)] += bytes * 8.0;
    }
    guint32 *longest = &flow->waits_ms[tenth(now_us)];
    *longest = MAX(*longest, wait_us / 1000);
    if (!passage.arrives) {
        flow->link_lost += !passage.queue_dropped;
        return;
    }
    gint64 arrival_us = passage.arrival_us + flow->settings.extra_delay_us;
    flow->arrived_bits[tenth(arrival_us)] += bytes * 8.0;
    sim_at(flow->sim, arrival_us, on_arrival, flow, sequence);
}

static void
begin_probe(MediaFlow *flow)
{
    CcProbe probe;
    if (flow->probe_bytes > 0 ||
        !cc_estimator_probe(&flow->estimator, sim_now_us(flow->sim), &probe))
        return;
    flow->probe_bytes = probe.bytes;
    flow->probe_bps = probe.bps;
    flow->probe_size = CLAMP(probe.bytes / MAX(probe.n_packets, 1), 60, PACKET_BYTES);
}

static void
set_pace(MediaFlow *flow)
{
    const CcEstimate *result = &flow->estimator.result;
    gint64 now_us = sim_now_us(flow->sim);
    if (flow->probe_bytes > 0)
        cc_pacer_set(&flow->pacer, flow->probe_bps, 100, 5 * SIM_MS, now_us);
    else
        cc_pacer_set(&flow->pacer, result->pacing_bps,
                     result->state == CC_LINK_FULL
                         ? 100
                         : cc_pacer_haste_percent(result->rtt_us - result->queue_us),
                     10 * SIM_MS, now_us); /* as the relay does */
}

static void
on_timer(gpointer target, gint64 number)
{
    MediaFlow *flow = target;
    if (flow->timer_us != sim_now_us(flow->sim))
        return;
    flow->timer_us = 0;
    send_queued(flow);
}

/* What the pacer lets go: pictures, then padding if there is a probe. */
static void
send_queued(MediaFlow *flow)
{
    gint64 now_us = sim_now_us(flow->sim);
    begin_probe(flow);
    set_pace(flow);
    while (flow->queued > 0 || flow->probe_bytes > 0) {
        if (!cc_pacer_may_send(&flow->pacer, now_us)) {
            gint64 next_us = MAX(cc_pacer_next_us(&flow->pacer, now_us), now_us + 1);
            if (flow->timer_us == 0 || next_us < flow->timer_us) {
                flow->timer_us = next_us;
                sim_at(flow->sim, next_us, on_timer, flow, 0);
            }
            return;
        }
        gboolean probe = flow->probe_bytes > 0;
        guint bytes = probe ? flow->probe_size : PACKET_BYTES;
        if (flow->queued > 0)
            bytes = (guint)MIN(flow->queued, bytes);
        else
            flow->padding_bytes += bytes;
        bytes = MAX(bytes, 60);
        flow->queued -= MIN(flow->queued, bytes);
        flow->probe_bytes -= MIN(flow->probe_bytes, bytes);
        send_packet(flow, bytes, probe);
        if (probe && flow->probe_bytes == 0)
            set_pace(flow);
    }
}

static guint
ladder(MediaFlow *flow, guint available)
{
    static const guint layers[] = {0, 80000, 250000, 900000};
    guint best = 0, next = 0;
    for (guint i = 0; i < G_N_ELEMENTS(layers); i++) {
        guint margin = layers[i] > flow->layer_bps ? layers[i] / 10 : 0;
        if (layers[i] + margin <= available)
            best = layers[i];
    }
    for (guint i = 0; i < G_N_ELEMENTS(layers) && next == 0; i++)
        if (layers[i] > best)
            next = layers[i];
    flow->switches += best != flow->layer_bps;
    flow->layer_bps = best;
    cc_estimator_want(&flow->estimator, next == 0 ? 0 : (guint)(next * 1.15) + 60000);
    return best;
}

static double
video_bps(MediaFlow *flow)
{
    const MediaSettings *settings = &flow->settings;
    guint estimate = flow->estimator.result.estimate_bps;
    guint voice = estimate > 100000 ? 44000 : 21000;
    guint available = estimate > voice ? estimate - voice : 0;
    if (settings->kind == MEDIA_LADDER)
        return ladder(flow, available);
    cc_estimator_want(&flow->estimator,
                      settings->kind == MEDIA_STEADY ? 2000000 : settings->max_bps);
    guint most = settings->max_bps > voice ? settings->max_bps - voice : 0;
    available = (guint)(MIN(available, most) * (1 - settings->spared));
    return available < MIN_VIDEO_BPS ? 0 : available;
}

static void
on_picture(gpointer target, gint64 number)
{
    MediaFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    double noise = flow->settings.noise * (2 * sim_random(flow->sim) - 1);
    double bps = video_bps(flow);
    gboolean keyframe = flow->settings.keyframes && number % 200 == 100;
    sim_at(flow->sim, now_us + PICTURE_US, on_picture, flow, number + 1);
    if (!is_on(flow, now_us))
        return;
    /* An encoder that is behind leaves pictures out. */
    gsize bytes = (gsize)(bps * (1 + noise) * (keyframe ? 6 : 1) * PICTURE_US / SIM_S / 8);
    if (cc_pacer_drain_us(&flow->pacer, flow->queued, now_us) < 200 * SIM_MS)
        flow->queued += bytes;
    send_queued(flow);
}

static void
on_voice(gpointer target, gint64 number)
{
    MediaFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    gboolean wide = flow->estimator.result.estimate_bps > 100000;
    sim_at(flow->sim, now_us + (wide ? 20 : 60) * SIM_MS, on_voice, flow, number + 1);
    if (is_on(flow, now_us))
        send_packet(flow, wide ? 110 : 160, FALSE);
    flow->estimates[tenth(now_us)] = flow->estimator.result.estimate_bps;
}

typedef struct {
    MediaFlow *flow;
    gsize length;
    guint8 data[1200];
} Message;

static void
on_message(gpointer target, gint64 number)
{
    Message *message = target;
    MediaFlow *flow = message->flow;
    gint64 now_us = sim_now_us(flow->sim);
    CcRtcpPacket packet;
    CC_RTCP_FOREACH(message->data, message->length, &packet) {
        CcDrop drop = cc_estimator_feedback(&flow->estimator, &packet, now_us);
        g_assert_cmpint(drop, ==, CC_DROP_NONE);
    }
    g_ptr_array_remove_fast(flow->messages, message);
    send_queued(flow);
}

static void
on_report(gpointer target, gint64 number)
{
    MediaFlow *flow = target;
    double loss = (double)(number & 0xffff) / 0xffff;
    cc_estimator_report(&flow->estimator, loss, number >> 16, sim_now_us(flow->sim));
}

static void
send_report(MediaFlow *flow)
{
    gint64 now_us = sim_now_us(flow->sim);
    SimPassage passage = sim_link_pass(flow->backward, 80);
    if (!passage.arrives || flow->reported_sent == 0)
        return;
    double loss =
        1 - (double)MIN(flow->reported_arrived, flow->reported_sent) / flow->reported_sent;
    gint64 rtt_us = passage.arrival_us - now_us + flow->forward->path.delay_us +
                    MAX(flow->forward->free_us - now_us, 0) + 2 * flow->settings.extra_delay_us;
    flow->reported_sent = flow->reported_arrived = 0;
    sim_at(flow->sim, passage.arrival_us, on_report, flow, rtt_us << 16 | (gint64)(loss * 0xffff));
}

static void
on_feedback_due(gpointer target, gint64 number)
{
    MediaFlow *flow = target;
    gint64 now_us = sim_now_us(flow->sim);
    gint64 interval_us =
        flow->settings.feedback_us == 0 ? 100 * SIM_MS : flow->settings.feedback_us;
    sim_at(flow->sim, now_us + interval_us, on_feedback_due, flow, number + 1);
    if (flow->settings.reports_only) {
        if (number % 10 == 9)
            send_report(flow);
        return;
    }
    Message *message = g_new0(Message, 1);
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, message->data, sizeof message->data);
    gboolean any = cc_transport_cc_build(&flow->recorder, &builder, 1, 2);
    SimPassage passage = {0};
    if (any)
        passage = sim_link_pass(flow->backward, (guint)builder.length + 46);
    message->flow = flow;
    g_ptr_array_add(flow->messages, message);
    message->length = builder.length;
    if (passage.arrives)
        sim_at(flow->sim, passage.arrival_us + flow->settings.extra_delay_us, on_message, message,
               0);
    else
        g_ptr_array_remove_fast(flow->messages, message);
}

MediaFlow *
media_flow_new(Sim *sim, SimLink *forward, SimLink *backward, const MediaSettings *settings)
{
    MediaFlow *flow = g_new0(MediaFlow, 1);
    flow->settings = *settings;
    flow->sim = sim;
    flow->forward = forward;
    flow->backward = backward;
    flow->sequence = 65000;
    flow->messages = g_ptr_array_new_with_free_func(g_free);
    flow->waits = g_array_new(FALSE, FALSE, sizeof(guint32));
    cc_estimator_init(&flow->estimator, settings->start_bps, 10000, 10000000);
    cc_transport_cc_recorder_init(&flow->recorder);
    gint64 start_us = settings->start_us + (gint64)(sim_random(sim) * PICTURE_US);
    sim_at(sim, start_us, on_voice, flow, 0);
    sim_at(sim, start_us + 7 * SIM_MS, on_picture, flow, 0);
    sim_at(sim, start_us + 50 * SIM_MS, on_feedback_due, flow, 0);
    return flow;
}

void
media_flow_free(MediaFlow *flow)
{
    if (flow == NULL)
        return;
    cc_estimator_clear(&flow->estimator);
    g_ptr_array_free(flow->messages, TRUE);
    g_array_free(flow->waits, TRUE);
    g_free(flow);
}

static double
mean(const double *bits, gint64 from_us, gint64 to_us)
{
    double sum = 0;
    for (guint i = tenth(from_us); i < tenth(to_us); i++)
        sum += bits[i];
    return sum * SIM_S / (double)MAX(to_us - from_us, 1);
}

double
media_flow_bps(const MediaFlow *flow, gint64 from_us, gint64 to_us)
{
    return mean(flow->arrived_bits, from_us, to_us);
}

double
media_flow_served_bps(const MediaFlow *flow, gint64 from_us, gint64 to_us)
{
    return mean(flow->served_bits, from_us, to_us);
}
