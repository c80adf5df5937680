#define CC_LOG_AREA "send"
#include "client/send/outgoing.h"

#include <string.h>

#include "client/send/encoder.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/rate/estimator.h"
#include "common/rate/pacer.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"

#define START_BPS 400000 /* tests soon tell more */
#define MIN_BPS 20000
#define SRTP_TAG 16
#define PACE_PERCENT 130 /* of what the link takes: the encoder stays below on average */
#define BURST_US (30 * G_TIME_SPAN_MILLISECOND)
#define LONGEST_WAIT_US (2 * G_TIME_SPAN_SECOND)
#define VOICE_WINDOW_US G_TIME_SPAN_SECOND
#define N_RECENT 8 /* packets that are there for testing the link */

typedef struct {
    guint8 data[CC_RTP_MAX_PACKET];
    gsize length;
} Packet;

struct CcOutgoing {
    CcUplink *uplink;
    CcOutgoingCallbacks callbacks;
    gpointer user_data;
    guint max_bps;

    GMutex lock; /* guards everything below, and the order of sending */
    GCond changed;
    GThread *thread;
    gboolean stopping;
    gboolean overflown; /* to be told once the lock is free */
    CcEstimator estimator;
    CcPacer pacer;
    GQueue repair, screen, pictures; /* Packet *; what stands first leaves first */
    gsize waiting_bytes;
    CcProbe probe; /* bytes and n_packets: what is left of it */
    Packet recent[N_RECENT];
    guint next_recent;
    gint64 voice_since_us;
    guint voice_bytes, voice_bps;
    CcUplinkVoice voice;
};

/* One packet leaves. FALSE if it belongs to nothing that is negotiated. */
static gboolean
send_locked(CcOutgoing *outgoing, const guint8 *packet, gsize length, gint64 now_us)
{
    guint8 out[CC_RTP_MAX_PACKET];
    CcUplinkPacket info;
    gsize out_length = cc_uplink_rewrite(outgoing->uplink, packet, length, out, sizeof out, &info);
    if (out_length == 0)
        return FALSE;
    guint bytes = (guint)out_length + SRTP_TAG + CC_WIRE_OVERHEAD;
    gboolean probing = outgoing->probe.n_packets > 0 && info.kind == CC_MEDIA_VIDEO;
    if (info.numbered)
        cc_estimator_sent(&outgoing->estimator, info.transport_sequence, bytes, now_us, probing);
    cc_pacer_sent(&outgoing->pacer, bytes, now_us);
    if (probing) {
        outgoing->probe.bytes -= MIN(outgoing->probe.bytes, bytes);
        if (outgoing->probe.n_packets > 1 || outgoing->probe.bytes == 0)
            outgoing->probe.n_packets--;
    }
    if (info.kind == CC_MEDIA_AUDIO)
        outgoing->voice_bytes += bytes;
    outgoing->callbacks.send(out, out_length, info.kind == CC_MEDIA_VIDEO, outgoing->user_data);
    return TRUE;
}

/* The pace follows the estimate, or the test that is under way. */
static void
set_pace(CcOutgoing *outgoing, gint64 now_us)
{
    const CcEstimate *estimate = &outgoing->estimator.result;
    if (!cc_uplink_has_feedback(outgoing->uplink))
        cc_pacer_set(&outgoing->pacer, 2 * outgoing->max_bps, 100, BURST_US, now_us);
    else if (outgoing->probe.n_packets > 0)
        cc_pacer_set(&outgoing->pacer, outgoing->probe.bps, 100, 0, now_us);
    else
        cc_pacer_set(&outgoing->pacer, estimate->pacing_bps, PACE_PERCENT, BURST_US, now_us);
}

/* RFC 4588 section 4: an earlier packet again, as its layer's retransmission. */
static gboolean
send_padding(CcOutgoing *outgoing, gint64 now_us)
{
    const Packet *old = &outgoing->recent[outgoing->next_recent++ % N_RECENT];
    guint8 packet[CC_RTP_MAX_PACKET];
    CcRtpHeader rtp;
    if (old->length == 0 || cc_rtp_parse(old->data, old->length, &rtp) != CC_DROP_NONE ||
        CC_RTP_MIN_HEADER + 2u + rtp.payload_length > sizeof packet)
        return FALSE;
    CcRtpWriteHeader header = {
        .marker = rtp.marker,
        .payload_type = CC_SEND_PT_RTX,
        .timestamp = rtp.timestamp,
        .ssrc = cc_uplink_rtx_ssrc(outgoing->uplink, rtp.ssrc),
    };
    gsize length = cc_rtp_write_header(packet, sizeof packet, &header);
    cc_write_u16(packet + length, rtp.sequence);
    memcpy(packet + length + 2, rtp.payload, rtp.payload_length);
    return send_locked(outgoing, packet, length + 2 + rtp.payload_length, now_us);
}

static void
remember(CcOutgoing *outgoing, const guint8 *packet, gsize length)
{
    Packet *slot = &outgoing->recent[outgoing->next_recent++ % N_RECENT];
    memcpy(slot->data, packet, length);
    slot->length = length;
}

static Packet *
pop_waiting(CcOutgoing *outgoing)
{
    Packet *packet = g_queue_pop_head(&outgoing->repair);
    if (packet == NULL)
        packet = g_queue_pop_head(&outgoing->screen);
    return packet != NULL ? packet : g_queue_pop_head(&outgoing->pictures);
}

/* Lets go what may go now. */
static void
drain(CcOutgoing *outgoing, gint64 now_us)
{
    while (cc_pacer_may_send(&outgoing->pacer, now_us)) {
        Packet *packet = pop_waiting(outgoing);
        if (packet != NULL) {
            outgoing->waiting_bytes -= packet->length;
            send_locked(outgoing, packet->data, packet->length, now_us);
            g_free(packet);
        } else if (outgoing->probe.n_packets == 0 || !send_padding(outgoing, now_us)) {
            outgoing->probe = (CcProbe){0};
            break;
        }
        set_pace(outgoing, now_us);
    }
}

static gpointer
run(gpointer user_data)
{
    CcOutgoing *outgoing = user_data;
    g_mutex_lock(&outgoing->lock);
    while (!outgoing->stopping) {
        gint64 now_us = cc_clock_now_us();
        drain(outgoing, now_us);
        if (outgoing->waiting_bytes == 0 && outgoing->probe.n_packets == 0)
            g_cond_wait(&outgoing->changed, &outgoing->lock);
        else
            g_cond_wait_until(&outgoing->changed, &outgoing->lock,
                              MAX(cc_pacer_next_us(&outgoing->pacer, now_us), now_us + 500));
    }
    g_mutex_unlock(&outgoing->lock);
    return NULL;
}

CcOutgoing *
cc_outgoing_new(CcUplink *uplink, guint max_bps, const CcOutgoingCallbacks *callbacks,
                gpointer user_data)
{
    CcOutgoing *outgoing = g_new0(CcOutgoing, 1);
    outgoing->uplink = uplink;
    outgoing->max_bps = MAX(max_bps, MIN_BPS);
    outgoing->callbacks = *callbacks;
    outgoing->user_data = user_data;
    g_mutex_init(&outgoing->lock);
    g_cond_init(&outgoing->changed);
    g_queue_init(&outgoing->repair);
    g_queue_init(&outgoing->screen);
    g_queue_init(&outgoing->pictures);
    cc_estimator_init(&outgoing->estimator, MIN(START_BPS, outgoing->max_bps), MIN_BPS,
                      outgoing->max_bps);
    cc_uplink_voice_init(&outgoing->voice);
    set_pace(outgoing, cc_clock_now_us());
    outgoing->thread = g_thread_new("outgoing", run, outgoing);
    return outgoing;
}

static void
clear_queues(CcOutgoing *outgoing)
{
    g_queue_clear_full(&outgoing->repair, g_free);
    g_queue_clear_full(&outgoing->screen, g_free);
    g_queue_clear_full(&outgoing->pictures, g_free);
    outgoing->waiting_bytes = 0;
}

void
cc_outgoing_free(CcOutgoing *outgoing)
{
    if (outgoing == NULL)
        return;
    g_mutex_lock(&outgoing->lock);
    outgoing->stopping = TRUE;
    g_cond_signal(&outgoing->changed);
    g_mutex_unlock(&outgoing->lock);
    g_thread_join(outgoing->thread);
    clear_queues(outgoing);
    cc_estimator_clear(&outgoing->estimator);
    g_cond_clear(&outgoing->changed);
    g_mutex_clear(&outgoing->lock);
    g_free(outgoing);
}

void
cc_outgoing_begin_session(CcOutgoing *outgoing)
{
    g_mutex_lock(&outgoing->lock);
    guint wanted_bps = outgoing->estimator.wanted_bps;
    clear_queues(outgoing);
    outgoing->probe = (CcProbe){0};
    cc_estimator_clear(&outgoing->estimator);
    cc_estimator_init(&outgoing->estimator, MIN(START_BPS, outgoing->max_bps), MIN_BPS,
                      outgoing->max_bps);
    cc_estimator_want(&outgoing->estimator, wanted_bps);
    CcUplinkVoiceTypes types;
    cc_uplink_get_voice_types(outgoing->uplink, &types);
    cc_uplink_voice_begin_session(&outgoing->voice, &types);
    set_pace(outgoing, cc_clock_now_us());
    g_mutex_unlock(&outgoing->lock);
}

/* What waits too long is worth nothing any more when it arrives. */
static void
queue_packet(CcOutgoing *outgoing, const guint8 *packet, gsize length, GQueue *queue, gint64 now_us)
{
    if (cc_pacer_drain_us(&outgoing->pacer, outgoing->waiting_bytes, now_us) > LONGEST_WAIT_US) {
        clear_queues(outgoing);
        outgoing->overflown = TRUE;
        return;
    }
    Packet *waiting = g_new(Packet, 1);
    memcpy(waiting->data, packet, length);
    waiting->length = length;
    g_queue_push_tail(queue, waiting);
    outgoing->waiting_bytes += length;
    g_cond_signal(&outgoing->changed);
}

/* NULL: it is no picture, and waits for nothing. */
static GQueue *
queue_of(CcOutgoing *outgoing, guint8 payload_type)
{
    switch (payload_type) {
    case CC_SEND_PT_VIDEO:
        return &outgoing->pictures;
    case CC_SEND_PT_SCREEN:
        return &outgoing->screen;
    case CC_SEND_PT_RTX:
    case CC_SEND_PT_SCREEN_RTX:
        return &outgoing->repair;
    default:
        return NULL;
    }
}

static void
on_voice(const guint8 *packet, gsize length, gpointer user_data)
{
    send_locked(user_data, packet, length, cc_clock_now_us());
}

static void
push_voice(CcOutgoing *outgoing, const guint8 *packet, gsize length)
{
    CcRtpHeader rtp;
    if (cc_rtp_parse(packet, length, &rtp) == CC_DROP_NONE)
        cc_uplink_voice_push(&outgoing->voice, &rtp, on_voice, outgoing);
}

void
cc_outgoing_moved(CcOutgoing *outgoing)
{
    g_mutex_lock(&outgoing->lock);
    cc_estimator_moved(&outgoing->estimator, cc_clock_now_us());
    g_mutex_unlock(&outgoing->lock);
}

void
cc_outgoing_push(CcOutgoing *outgoing, const guint8 *packet, gsize length)
{
    if (length < CC_RTP_MIN_HEADER || length > CC_RTP_MAX_PACKET)
        return;
    guint8 payload_type = packet[1] & 0x7f;
    gint64 now_us = cc_clock_now_us();
    g_mutex_lock(&outgoing->lock);
    GQueue *queue = queue_of(outgoing, payload_type);
    if (queue != NULL && queue != &outgoing->repair)
        remember(outgoing, packet, length);
    set_pace(outgoing, now_us);
    if (queue == NULL)
        push_voice(outgoing, packet, length);
    else if (outgoing->waiting_bytes == 0 && cc_pacer_may_send(&outgoing->pacer, now_us))
        send_locked(outgoing, packet, length, now_us);
    else
        queue_packet(outgoing, packet, length, queue, now_us);
    gboolean overflown = outgoing->overflown;
    outgoing->overflown = FALSE;
    g_mutex_unlock(&outgoing->lock);
    if (overflown)
        outgoing->callbacks.overflow(outgoing->user_data);
}

/* The voice that the relay misses; pictures are rtpbin's. */
static void
repeat_voice(CcOutgoing *outgoing, const guint8 *rtcp, gsize length)
{
    CcRtcpPacket packet;
    CC_RTCP_FOREACH(rtcp, length, &packet) {
        guint16 sequences[CC_UPLINK_VOICE_KEPT];
        guint32 from, of;
        const guint8 *fci;
        gsize fci_length;
        if (packet.type != CC_RTCP_RTPFB || packet.count != CC_RTPFB_NACK ||
            !cc_rtcp_read_feedback(&packet, &from, &of, &fci, &fci_length) ||
            of != outgoing->voice.ssrc)
            continue;
        guint n = cc_rtcp_read_nack(&packet, sequences, G_N_ELEMENTS(sequences));
        for (guint i = 0; i < n; i++)
            cc_uplink_voice_repeat(&outgoing->voice, sequences[i], on_voice, outgoing);
    }
}

static void
read_feedback(CcOutgoing *outgoing, const guint8 *rtcp, gsize length, gint64 now_us)
{
    CcRtcpPacket packet;
    CC_RTCP_FOREACH(rtcp, length, &packet)
        if (packet.type == CC_RTCP_RTPFB && packet.count == CC_RTPFB_TRANSPORT_CC)
            cc_estimator_feedback(&outgoing->estimator, &packet, now_us);
    cc_uplink_voice_consider(&outgoing->voice, &outgoing->estimator, now_us);
    set_pace(outgoing, now_us);
    if (outgoing->probe.n_packets == 0 &&
        cc_estimator_probe(&outgoing->estimator, now_us, &outgoing->probe)) {
        set_pace(outgoing, now_us);
        g_cond_signal(&outgoing->changed);
    }
}

void
cc_outgoing_rtcp(CcOutgoing *outgoing, const guint8 *rtcp, gsize length)
{
    if (cc_rtcp_validate(rtcp, length) != CC_DROP_NONE)
        return;
    g_mutex_lock(&outgoing->lock);
    repeat_voice(outgoing, rtcp, length);
    if (cc_uplink_has_feedback(outgoing->uplink))
        read_feedback(outgoing, rtcp, length, cc_clock_now_us());
    g_mutex_unlock(&outgoing->lock);
}

void
cc_outgoing_want(CcOutgoing *outgoing, guint bps)
{
    g_mutex_lock(&outgoing->lock);
    cc_estimator_want(&outgoing->estimator, bps);
    g_mutex_unlock(&outgoing->lock);
}

/* The voice's rate as it was over the last whole second. */
static guint
voice_bps(CcOutgoing *outgoing, gint64 now_us)
{
    gint64 elapsed_us = now_us - outgoing->voice_since_us;
    if (elapsed_us >= VOICE_WINDOW_US) {
        outgoing->voice_bps =
            (guint)((guint64)outgoing->voice_bytes * 8 * G_USEC_PER_SEC / (guint64)elapsed_us);
        outgoing->voice_bytes = 0;
        outgoing->voice_since_us = now_us;
    }
    return outgoing->voice_bps;
}

gint64
cc_outgoing_picture_bps(CcOutgoing *outgoing)
{
    gint64 bps = -1;
    g_mutex_lock(&outgoing->lock);
    if (cc_uplink_has_feedback(outgoing->uplink))
        bps = MAX((gint64)outgoing->estimator.result.estimate_bps -
                      voice_bps(outgoing, cc_clock_now_us()),
                  0);
    g_mutex_unlock(&outgoing->lock);
    return bps;
}

guint
cc_outgoing_voice_bps(CcOutgoing *outgoing, guint frame_ms, guint configured_bps)
{
    guint overhead;
    gint64 limit_bps = cc_uplink_wanted_voice_bps(outgoing->uplink, &overhead);
    g_mutex_lock(&outgoing->lock);
    guint bps = cc_uplink_voice_codec_bps(limit_bps, overhead, frame_ms, configured_bps,
                                          &outgoing->voice.longer);
    guint own_bps = outgoing->voice.planner.codec_bps;
    g_mutex_unlock(&outgoing->lock);
    return own_bps > 0 ? MIN(bps, own_bps) : bps;
}
