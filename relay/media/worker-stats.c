/* What the worker knows of its sessions, copied for the control thread. */
#include <time.h>

#include "relay/media/downlink.h"
#include "relay/media/publisher.h"
#include "relay/media/receiver.h"
#include "relay/media/worker-private.h"

static void
session_stats_free(CcSessionStats *stats)
{
    g_free(stats->session_id);
    g_free(stats->room);
    g_free(stats->remote_address);
    g_free(stats);
}

void
cc_worker_stats_free(CcWorkerStats *stats)
{
    if (!stats)
        return;
    g_ptr_array_unref(stats->sessions);
    g_free(stats);
}

static void
add_stream(CcSessionStats *stats, CcMediaKind kind, guint bps, CcCodec codec)
{
    const char *name = codec == CC_CODEC_NONE ? NULL : cc_codec_name(codec);
    if (kind == CC_MEDIA_AUDIO) {
        stats->audio_bps += bps;
        if (name)
            stats->audio_codec = name;
    } else {
        stats->video_bps += bps;
        if (name)
            stats->video_codec = name;
    }
}

static void
add_publisher(CcSessionStats *stats, CcPublisher *publisher, gint64 now_us)
{
    for (guint i = 0; i < publisher->n_tracks; i++) {
        CcPublisherTrack *track = &publisher->tracks[i];
        add_stream(stats, track->slot->kind, cc_bitrate_meter_bps(&track->meter, now_us),
                   track->source.codec.codec);
        stats->loss = MAX(stats->loss, track->reception.fraction_lost);
        if (cc_bitrate_meter_bps(&track->meter, now_us) > 0)
            stats->video_height = MAX(stats->video_height, track->source.height);
        if (track->rtt_us >= 0)
            stats->rtt_ms = (int)(track->rtt_us / 1000);
        stats->packets += track->packets;
        stats->bytes += track->bytes;
        stats->packets_lost += cc_reception_lost(&track->reception);
        stats->retransmitted += track->recovered;
        stats->nacks += track->nacks;
        stats->keyframe_requests += track->keyframe_requests;
    }
}

static void
add_receiver(CcSessionStats *stats, CcReceiver *receiver)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        CcSubscription *subscription = &receiver->subscriptions[i];
        CcCodec codec = subscription->epoch.codec ? subscription->epoch.codec->codec : CC_CODEC_NONE;
        add_stream(stats, subscription->slot->kind, subscription->bps, codec);
        if (subscription->bps > 0 && subscription->epoch.source)
            stats->video_height = MAX(stats->video_height, subscription->epoch.source->height);
        stats->loss = MAX(stats->loss, subscription->loss);
        if (subscription->rtt_us >= 0)
            stats->rtt_ms = (int)(subscription->rtt_us / 1000);
        stats->packets += subscription->packets;
        stats->bytes += subscription->bytes;
        stats->packets_lost += subscription->lost;
        stats->retransmitted += subscription->retransmitted;
        stats->nacks += subscription->nacked;
        stats->keyframe_requests += subscription->keyframe_requests;
    }
    cc_receiver_describe_link(receiver, &stats->report);
}

static void
add_downlink(CcSessionStats *stats, const CcDownlink *downlink)
{
    const CcEstimate *estimate = cc_downlink_estimate(downlink);
    stats->link = cc_downlink_state_name(downlink);
    stats->estimate_bps = estimate->estimate_bps;
    stats->delivered_bps = estimate->delivered_bps;
    stats->queue_ms = (guint)(estimate->queue_us / 1000);
    stats->random_loss = estimate->random_loss;
    if (estimate->rtt_us > 0)
        stats->rtt_ms = (int)(estimate->rtt_us / 1000);
}

static CcSessionStats *
collect_session(CcMediaSession *session, gint64 now_us)
{
    CcSessionStats *stats = g_new0(CcSessionStats, 1);
    stats->session_id = g_strdup(session->setup->id);
    stats->room = g_strdup(session->setup->room);
    stats->direction = session->setup->direction;
    stats->connected = session->connected;
    stats->srtp_profile = session->srtp_profile;
    stats->rtt_ms = -1;
    if (session->active) {
        stats->remote_address = cc_address_to_string(&session->active->route.remote);
        stats->protocol = session->active->route.tcp ? "tcp" : "udp";
    }
    if (session->publisher)
        add_publisher(stats, session->publisher, now_us);
    else
        add_receiver(stats, session->receiver);
    if (session->downlink)
        add_downlink(stats, session->downlink);
    return stats;
}

static void
add_totals(CcSessionTotals *totals, const CcSessionStats *stats)
{
    totals->packets += stats->packets;
    totals->packets_lost += stats->packets_lost;
    totals->retransmitted += stats->retransmitted;
    totals->nacks += stats->nacks;
    totals->keyframe_requests += stats->keyframe_requests;
}

void
cc_worker_remember_totals(CcWorker *worker, CcMediaSession *session, gint64 now_us)
{
    CcSessionStats *stats = collect_session(session, now_us);
    add_totals(&worker->ended_totals[stats->direction], stats);
    session_stats_free(stats);
}

/* Of the calling thread, which is the worker's. */
gint64
cc_worker_cpu_us(void)
{
    struct timespec used = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

CcWorkerStats *
cc_worker_collect_stats(CcWorker *worker, gint64 now_us)
{
    CcWorkerStats *stats = g_new0(CcWorkerStats, 1);
    GHashTableIter iter;
    gpointer session;
    stats->sessions = g_ptr_array_new_with_free_func((GDestroyNotify)session_stats_free);
    g_hash_table_iter_init(&iter, worker->sessions.by_id);
    memcpy(stats->totals, worker->ended_totals, sizeof stats->totals);
    while (g_hash_table_iter_next(&iter, NULL, &session)) {
        CcSessionStats *one = collect_session(session, now_us);
        add_totals(&stats->totals[one->direction], one);
        g_ptr_array_add(stats->sessions, one);
    }
    memcpy(stats->drops, worker->drops, sizeof stats->drops);
    stats->drops[CC_DROP_NONE] = 0;
    stats->datagrams_in = worker->datagrams_in;
    stats->datagrams_out = worker->datagrams_out;
    stats->bytes_in = worker->bytes_in;
    stats->bytes_out = worker->bytes_out;
    stats->receive_overflows = worker->receive_overflows;
    stats->send_overflows = worker->send_overflows;
    stats->sends = worker->sends;
    stats->shed_level = worker->shedder.level;
    stats->load = cc_worker_load(worker);
    stats->packets_in_use = cc_packet_pool_in_use(worker->pool);
    stats->cpu_us = cc_worker_cpu_us();
    return stats;
}

static void
sum_totals(CcSessionTotals *sum, const CcSessionTotals *more)
{
    sum->packets += more->packets;
    sum->packets_lost += more->packets_lost;
    sum->retransmitted += more->retransmitted;
    sum->nacks += more->nacks;
    sum->keyframe_requests += more->keyframe_requests;
}

CcWorkerStats *
cc_worker_stats_sum(const GPtrArray *workers)
{
    CcWorkerStats *sum = g_new0(CcWorkerStats, 1);
    sum->sessions = g_ptr_array_new();
    for (guint i = 0; i < workers->len; i++) {
        const CcWorkerStats *stats = workers->pdata[i];
        g_ptr_array_extend(sum->sessions, stats->sessions, NULL, NULL);
        for (guint k = 0; k < G_N_ELEMENTS(sum->totals); k++)
            sum_totals(&sum->totals[k], &stats->totals[k]);
        for (guint k = 0; k < CC_N_DROPS; k++)
            sum->drops[k] += stats->drops[k];
        sum->datagrams_in += stats->datagrams_in;
        sum->datagrams_out += stats->datagrams_out;
        sum->bytes_in += stats->bytes_in;
        sum->bytes_out += stats->bytes_out;
        sum->receive_overflows += stats->receive_overflows;
        sum->send_overflows += stats->send_overflows;
        sum->sends += stats->sends;
        sum->packets_in_use += stats->packets_in_use;
        sum->cpu_us += stats->cpu_us;
    }
    return sum;
}
