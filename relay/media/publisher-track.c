#include "relay/media/publisher-track.h"

#include "common/wire/opus.h"
#include "common/wire/red.h"
#include "relay/media/egress.h"
#include "relay/media/session-wake.h"
#include "relay/media/subscription.h"
#include "relay/media/worker-private.h"

#define NACK_BATCH 64
/* What is sent again has been sent before: its number is not far ahead of all that came. */
#define MAX_RECOVERED_AHEAD 256
#define DEFAULT_RTT_US 100000 /* before the first NACK has been answered */
#define MIN_RTT_US 20000
#define MAX_RTT_US 500000
/* What was lost in so long a silence is of no use to anybody: no receiver waits longer. Unless it
 * is little, for then nobody wanted to send: a screen rests, or somebody who says nothing. */
#define STALE_US (1500 * 1000)
#define OUTAGE_PACKETS 16
/* A publisher who sends nothing is not asked for keyframes. */
#define GONE_QUIET_US (3 * G_USEC_PER_SEC)

static void
request_keyframe(CcSource *source, gint64 now_us)
{
    cc_publisher_track_request_keyframe((CcPublisherTrack *)source, now_us);
}

void
cc_publisher_track_init(CcPublisherTrack *track, CcMediaSession *session, const CcSlot *slot,
                        guint layer)
{
    *track = (CcPublisherTrack){.session = session, .slot = slot, .rtt_us = -1};
    cc_source_init(&track->source, session->room, slot->kind, &slot->codecs[0], request_keyframe);
    track->source.layer = layer;
    track->source.obeys = slot->tmmbr;
    track->source.origin = session->room->n_publishers;
    track->source.owner = session->setup->owner;
    track->layer = slot->n_layers > 0 ? &slot->layers[layer] : NULL;
    if (slot->codecs[0].red_payload_type)
        track->red = g_new0(CcRedOrder, 1);
    cc_loss_list_init(&track->losses);
}

void
cc_publisher_track_clear(CcPublisherTrack *track)
{
    cc_source_clear(&track->source);
    g_clear_pointer(&track->red, g_free);
}

void
cc_publisher_track_restart(CcPublisherTrack *track, guint32 ssrc)
{
    cc_source_restart(&track->source);
    if (track->red)
        *track->red = (CcRedOrder){0};
    cc_loss_list_init(&track->losses);
    track->ssrc = ssrc;
    track->left = FALSE;
    track->unwrapper = (CcSequenceUnwrapper){0};
    memset(track->seen, 0, sizeof track->seen);
    track->reception = (CcReception){0};
    track->probe_us = 0;
}

/* Marks @sequence. FALSE if it was there before: two packets under one number would become two
 * plaintexts under one SRTP index towards every receiver. */
static gboolean
see_once(CcPublisherTrack *track, guint16 sequence)
{
    guint64 bit = G_GUINT64_CONSTANT(1) << (sequence % 64);
    guint64 *word = &track->seen[sequence % CC_TRACK_WINDOW / 64];
    int ahead = track->unwrapper.started
                    ? cc_sequence_distance(sequence, (guint16)track->unwrapper.last)
                    : 1;
    if (ahead <= 0 && (*word & bit))
        return FALSE;
    if (ahead >= CC_TRACK_WINDOW)
        memset(track->seen, 0, sizeof track->seen);
    for (int i = 1; i < ahead && ahead < CC_TRACK_WINDOW; i++) {
        guint16 skipped = (guint16)(sequence - i);
        track->seen[skipped % CC_TRACK_WINDOW / 64] &= ~(G_GUINT64_CONSTANT(1) << (skipped % 64));
    }
    *word |= bit;
    return TRUE;
}

static void
measure_rtt(CcPublisherTrack *track, guint16 sequence, gint64 now_us)
{
    if (track->probe_us == 0 || track->probe_sequence != sequence)
        return;
    gint64 sample = CLAMP(now_us - track->probe_us, 0, 2 * MAX_RTT_US);
    track->rtt_us = track->rtt_us < 0 ? sample : (7 * track->rtt_us + sample) / 8;
    track->probe_us = 0;
}

/* @silent_us: since the packet before. */
static void
look_for_losses(CcPublisherTrack *track, guint16 sequence, gint64 silent_us, gint64 now_us)
{
    gboolean hopeless = cc_loss_list_arrived(&track->losses, sequence, now_us);
    if (silent_us > STALE_US && track->losses.n_entries > OUTAGE_PACKETS) {
        cc_loss_list_forget_before(&track->losses, sequence);
        hopeless = TRUE;
    }
    if (hopeless)
        cc_publisher_track_request_keyframe(track, now_us);
    else if (track->losses.n_entries > 0)
        cc_media_session_wake_at(track->session, cc_loss_list_next_us(&track->losses));
}

static void
account(CcPublisherTrack *track, const CcPacket *packet, gboolean recovered, gint64 now_us)
{
    track->last_us = now_us;
    track->packets++;
    track->bytes += packet->length;
    cc_bitrate_meter_add(&track->meter, packet->length, now_us);
    if (recovered) {
        track->recovered++;
        measure_rtt(track, packet->rtp.sequence, now_us);
    } else {
        cc_reception_arrived(&track->reception, packet->sequence, packet->rtp.timestamp,
                             track->source.clock_rate, now_us);
    }
}

CcDrop
cc_publisher_track_receive(CcPublisherTrack *track, CcPacket *packet, gboolean recovered,
                           gint64 now_us)
{
    guint16 sequence = packet->rtp.sequence;
    if (!track->source.started && recovered) /* a probe ahead of any media */
        return CC_DROP_RTP_TOO_OLD;
    gint64 silent_us = now_us - track->last_us;
    int ahead = track->unwrapper.started
                    ? cc_sequence_distance(sequence, (guint16)track->unwrapper.last)
                    : 0;
    if (recovered && ahead > MAX_RECOVERED_AHEAD)
        return CC_DROP_RTP_UNKNOWN_STREAM;
    /* Numbers that begin anew under one SSRC do not get here: SRTP takes them for replayed ones. */
    if (ahead <= -(int)cc_source_history_capacity(track->source.kind))
        return CC_DROP_RTP_TOO_OLD;
    if (!see_once(track, sequence) ||
        !cc_source_deliver(&track->source, packet, cc_sequence_unwrap(&track->unwrapper, sequence),
                           now_us))
        return CC_DROP_RTP_DUPLICATE;
    account(track, packet, recovered, now_us);
    if (track->red)
        cc_red_order_add(track->red, sequence, packet->rtp.timestamp,
                         cc_opus_duration(packet->rtp.payload, packet->rtp.payload_length));
    if (track->slot->nack)
        look_for_losses(track, sequence, silent_us, now_us);
    if (packet->keyframe)
        track->keyframe_wanted = FALSE;
    return CC_DROP_NONE;
}

/* Puts a lost packet back where it was. */
static void
restore(CcPublisherTrack *track, const CcPacket *carrier, const CcRedBlock *block, guint16 sequence,
        gint64 now_us)
{
    CcPacket *packet = cc_packet_pool_take(track->session->worker->pool);
    if (!packet)
        return;
    memcpy(packet->data, block->data, block->length);
    packet->length = block->length;
    packet->arrival_us = now_us;
    packet->rtp = (CcRtpHeader){.payload_type = track->source.codec.payload_type,
                                .sequence = sequence,
                                .timestamp = carrier->rtp.timestamp - block->offset,
                                .ssrc = carrier->rtp.ssrc,
                                .payload = packet->data,
                                .payload_length = block->length};
    if (track->probe_sequence == sequence)
        track->probe_us = 0; /* this is no answer to what was asked */
    cc_publisher_track_receive(track, packet, TRUE, now_us);
    cc_packet_unref(packet);
}

CcDrop
cc_publisher_track_receive_red(CcPublisherTrack *track, CcPacket *packet, gint64 now_us)
{
    CcRtpHeader *rtp = &packet->rtp;
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    guint8 opus_type = track->source.codec.payload_type;
    guint n = cc_red_read(rtp->payload, rtp->payload_length, blocks);
    if (n == 0 || blocks[n - 1].payload_type != opus_type)
        return CC_DROP_RTP_MALFORMED;
    for (guint i = 0; i + 1 < n && track->source.started; i++) {
        guint samples = cc_opus_duration(blocks[i].data, blocks[i].length);
        guint16 sequence;
        if (blocks[i].payload_type == opus_type &&
            cc_red_order_find(track->red, rtp->sequence, rtp->timestamp,
                              rtp->timestamp - blocks[i].offset, samples, &sequence))
            restore(track, packet, &blocks[i], sequence, now_us);
    }
    rtp->payload = blocks[n - 1].data;
    rtp->payload_length = blocks[n - 1].length;
    rtp->payload_type = opus_type;
    return cc_publisher_track_receive(track, packet, FALSE, now_us);
}

void
cc_publisher_track_sender_report(CcPublisherTrack *track, const CcRtcpSenderInfo *info,
                                 gint64 now_us)
{
    cc_source_sender_report(&track->source, info, now_us);
    cc_reception_sender_report(&track->reception, info->ntp, now_us);
}

static void
send_pli(CcPublisherTrack *track, gint64 now_us)
{
    CcMediaSession *session = track->session;
    guint8 *packet = cc_egress_begin(session);
    track->keyframe_asked_us = now_us;
    if (!packet)
        return;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, session->ssrc, NULL, 0);
    cc_rtcp_add_pli(&builder, session->ssrc, track->ssrc);
    if (cc_egress_commit_rtcp(session, packet, builder.length))
        track->keyframe_requests++;
}

static gint64
keyframe_due_us(const CcPublisherTrack *track)
{
    return track->keyframe_asked_us + track->session->worker->options.keyframe_interval_ms * 1000;
}

void
cc_publisher_track_request_keyframe(CcPublisherTrack *track, gint64 now_us)
{
    if (track->slot->kind != CC_MEDIA_VIDEO || !track->source.started)
        return;
    track->keyframe_wanted = TRUE;
    if (track->keyframe_asked_us == 0 || now_us >= keyframe_due_us(track))
        send_pli(track, now_us);
    cc_media_session_wake_at(track->session, keyframe_due_us(track));
}

static void
send_nacks(CcPublisherTrack *track, gint64 now_us)
{
    CcMediaSession *session = track->session;
    guint16 sequences[NACK_BATCH];
    gint64 rtt_us =
        track->rtt_us < 0 ? DEFAULT_RTT_US : CLAMP(track->rtt_us, MIN_RTT_US, MAX_RTT_US);
    guint n = cc_loss_list_due(&track->losses, now_us, rtt_us, sequences, NACK_BATCH);
    guint8 *packet = n > 0 ? cc_egress_begin(session) : NULL;
    if (!packet)
        return;
    if (track->probe_us == 0 || now_us - track->probe_us > G_USEC_PER_SEC) {
        track->probe_sequence = sequences[n - 1]; /* the youngest: asked for the first time */
        track->probe_us = now_us;
    }
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, session->ssrc, NULL, 0);
    cc_rtcp_add_nack(&builder, session->ssrc, track->ssrc, sequences, n);
    if (cc_egress_commit_rtcp(session, packet, builder.length))
        track->nacks += n;
}

gint64
cc_publisher_track_tick(CcPublisherTrack *track, gint64 now_us)
{
    if (cc_loss_list_next_us(&track->losses) <= now_us)
        send_nacks(track, now_us);
    gint64 next_us = cc_loss_list_next_us(&track->losses);
    if (track->keyframe_wanted && now_us - track->last_us < GONE_QUIET_US) {
        if (now_us >= keyframe_due_us(track))
            send_pli(track, now_us);
        next_us = MIN(next_us, keyframe_due_us(track));
    }
    return next_us;
}
