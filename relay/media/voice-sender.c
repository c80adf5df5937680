#include "relay/media/voice-sender.h"

#include "common/rate/loss-pattern.h"
#include "common/rate/voice-plan.h"
#include "common/wire/bytes.h"
#include "common/wire/voice-payload.h"
#include "relay/media/downlink.h"
#include "relay/media/egress.h"
#include "relay/media/wants.h"
#include "relay/media/worker-private.h"

#define MAX_PAYLOAD 1148 /* of 1200 bytes: RTP with its extensions 36, SRTP 16 */
#define RTX_HEADER 2     /* bytes: the original sequence number */
#define CONSIDER_US 200000
#define MIN_PACKETS 20  /* whose fate is known, before it says anything */
#define SOME_PAYLOAD 80 /* bytes of an Opus packet, before any has been seen */

struct CcVoiceSender {
    CcVoiceLine line;
    gboolean leaving;        /* from the next packet on the stream does without */
    guint64 packets, octets; /* from the source */
};

void
cc_voice_sender_free(CcVoiceSender *voice)
{
    g_free(voice);
}

void
cc_voice_sender_begin_epoch(CcSubscription *subscription)
{
    CcVoiceSender *voice = subscription->voice;
    CcVoicePlan plan = voice->line.plan;
    cc_voice_line_init(&voice->line, &plan, subscription->highest + 1);
}

gboolean
cc_voice_sender_has(const CcSubscription *subscription, gint64 number)
{
    return subscription->voice && number >= subscription->voice->line.first_number;
}

/* Nothing of a source that has gone, or that has begun anew. */
static gboolean
fetch(gint64 sequence, CcOpusPiece *piece, gpointer user_data)
{
    const CcSubscription *self = user_data;
    const CcSource *source = self->epoch.source;
    if (!source || !cc_epoch_is_of(&self->epoch, source))
        return FALSE;
    const CcPacket *packet =
        cc_packet_history_get(source->history, (guint16)sequence, self->highest_us);
    if (!packet || packet->sequence != sequence)
        return FALSE;
    *piece = (CcOpusPiece){packet->rtp.payload, packet->rtp.payload_length};
    return TRUE;
}

static gsize
write_header(const CcSubscription *self, gint64 number, CcRtpWriteHeader *header, guint8 *out)
{
    header->timestamp = cc_epoch_timestamp(&self->epoch, header->timestamp);
    if (number < self->mid_until && self->slot->mid_ext) {
        header->mid_id = self->slot->mid_ext;
        header->mid = self->slot->mid;
        header->mid_length = (guint8)strlen(self->slot->mid);
    }
    header->transport_cc_id = self->slot->transport_cc_ext;
    header->transport_sequence = self->session->downlink->next_sequence;
    return cc_rtp_write_header(out, CC_EGRESS_CAPACITY, header);
}

static gboolean
commit(CcSubscription *self, guint8 *packet, gsize length, gsize header, gint64 number)
{
    if (!cc_egress_commit_rtp(self->session, packet, length, header, NULL,
                              (guint64)(number - CC_FIRST_NUMBER), FALSE))
        return FALSE;
    cc_downlink_sent(self->session->downlink, CC_MEDIA_AUDIO, length,
                     self->slot->transport_cc_ext != 0, self->session->worker->now_us);
    self->bytes += length;
    return TRUE;
}

/* Each number is written once and never again under its own SSRC: what it carries depends on the
 * plan of the moment, and SRTP must not encrypt two things under one number. */
static void
send_shape(CcSubscription *self, const CcVoiceShape *shape)
{
    guint8 *out = cc_egress_begin(self->session);
    CcRtpWriteHeader header = {
        .marker = shape->marker,
        .payload_type = self->epoch.payload_type,
        .sequence = (guint16)shape->number,
        .timestamp = shape->primary.timestamp,
        .ssrc = self->ssrc,
    };
    self->highest = shape->number;
    if (!out)
        return;
    gboolean red;
    gsize start = write_header(self, shape->number, &header, out);
    gsize length = cc_voice_write_payload(shape, fetch, self, self->epoch.payload_type, out + start,
                                          MAX_PAYLOAD, &red);
    if (length == 0) /* alone it may be longer, as it was when it came */
        length = cc_voice_write_span(&shape->primary, fetch, self, out + start,
                                     CC_EGRESS_CAPACITY - start);
    if (length == 0)
        return;
    if (red)
        out[1] = (guint8)((out[1] & 0x80) | self->epoch.codec->red_payload_type);
    if (!commit(self, out, start + length, start, shape->number))
        return;
    self->packets++;
    self->octets += length;
}

static CcVoiceSource
look_at(const CcPacket *packet)
{
    const CcRtpHeader *rtp = &packet->rtp;
    return (CcVoiceSource){
        .sequence = packet->sequence,
        .timestamp = rtp->timestamp,
        .marker = rtp->marker,
        .length = rtp->payload_length,
        .samples = cc_opus_duration(rtp->payload, rtp->payload_length),
        .toc = rtp->payload_length > 0 ? rtp->payload[0] : 0,
        .last = cc_opus_is_dtx(rtp->payload, rtp->payload_length),
    };
}

static void
leave(CcSubscription *self, const CcPacket *packet)
{
    cc_numbering_begin(&self->epoch.numbering, packet->sequence, self->highest + 1);
    g_clear_pointer(&self->voice, cc_voice_sender_free);
}

gboolean
cc_voice_sender_forward(CcSubscription *subscription, const CcPacket *packet)
{
    CcSubscription *self = subscription;
    CcVoiceSender *voice = self->voice;
    CcVoiceShape shapes[2];
    gboolean newest = !voice->line.started || packet->sequence > voice->line.newest;
    if (voice->leaving && newest) {
        leave(self, packet);
        return FALSE;
    }
    voice->packets++;
    voice->octets += packet->rtp.payload_length;
    self->highest_us = packet->arrival_us;
    if (newest)
        self->highest_timestamp = cc_epoch_timestamp(&self->epoch, packet->rtp.timestamp);
    CcVoiceSource source = look_at(packet);
    guint n = cc_voice_line_add(&voice->line, &source, shapes);
    for (guint i = 0; i < n; i++)
        send_shape(self, &shapes[i]);
    return TRUE;
}

void
cc_voice_sender_retransmit(CcSubscription *subscription, gint64 number, gint64 now_us)
{
    CcSubscription *self = subscription;
    const CcVoiceSpan *span = cc_voice_line_find(&self->voice->line, number);
    if (!span || self->epoch.codec->rtx_payload_type == 0 || self->slot->rtx_ssrc == 0)
        return;
    guint8 *out = cc_egress_begin(self->session);
    if (!out)
        return;
    CcRtpWriteHeader header = {
        .payload_type = self->epoch.codec->rtx_payload_type,
        .sequence = (guint16)self->rtx_number,
        .timestamp = span->timestamp,
        .ssrc = self->slot->rtx_ssrc,
    };
    gsize start = write_header(self, number, &header, out);
    gsize length = cc_voice_write_span(span, fetch, self, out + start + RTX_HEADER, MAX_PAYLOAD);
    if (length == 0)
        return;
    cc_write_u16(out + start, (guint16)number);
    if (!commit(self, out, start + RTX_HEADER + length, start, self->rtx_number))
        return;
    self->rtx_number++;
    self->retransmitted++;
}

/* What one packet from the source is like: by those that have come, or the newest in the history.
 */
static void
describe_source(const CcSubscription *self, CcVoiceLink *link)
{
    const CcVoiceSender *voice = self->voice;
    guint64 packets = voice ? voice->packets : self->packets;
    guint64 octets = voice ? voice->octets : self->octets;
    gint64 newest = voice ? voice->line.newest : self->epoch.numbering.newest;
    CcOpusPiece piece;
    link->payload = packets > 0 ? (guint)(octets / packets) : SOME_PAYLOAD;
    if (fetch(newest, &piece, (gpointer)self))
        link->samples = cc_opus_duration(piece.data, piece.length);
    if (link->samples == 0)
        link->samples = CC_VOICE_FRAME_SAMPLES;
}

/* What its receiver tells of the way: by transport-wide feedback, else by reports. */
static void
look_at_way(CcSubscription *self, CcVoiceLink *link, gint64 now_us)
{
    CcDownlink *downlink = self->session->downlink;
    CcEstimator *estimator = &downlink->estimator;
    CcLossPattern pattern = {.loss = self->loss};
    if (self->slot->transport_cc_ext != 0)
        cc_loss_pattern_read(&estimator->record, estimator->forgive_us, now_us, &pattern);
    if (self->slot->transport_cc_ext == 0 || pattern.n >= MIN_PACKETS)
        cc_voice_planner_see(&self->planner, &pattern, estimator->result.queue_us, now_us);
    if (downlink->adapts && estimator->result.state != CC_LINK_STARTING)
        link->link_bps = estimator->result.estimate_bps;
    link->empty = estimator->result.queue_us < CC_VOICE_EMPTY_US;
}

static void
adopt(CcSubscription *self, gboolean plain)
{
    CcVoiceSender *voice = self->voice;
    CcVoiceShape shape;
    voice->line.plan = self->planner.plan;
    voice->leaving = plain;
    if (voice->leaving && cc_voice_line_flush(&voice->line, &shape))
        send_shape(self, &shape);
}

void
cc_voice_sender_consider(CcSubscription *subscription, gint64 now_us)
{
    CcSubscription *self = subscription;
    if (now_us - self->planner.seen_us < CONSIDER_US || !self->started || !self->epoch.source ||
        self->epoch.source->codec.codec != CC_CODEC_OPUS)
        return;
    CcVoiceLink link = {
        .red = self->epoch.codec->red_payload_type != 0,
        .repeats = self->slot->nack && self->epoch.codec->rtx_payload_type != 0,
        .rtt_us = MAX(self->rtt_us, 0),
    };
    look_at_way(self, &link, now_us);
    describe_source(self, &link);
    guint codec_bps = self->planner.codec_bps;
    gboolean longer = self->planner.longer;
    gboolean changed = cc_voice_planner_consider(&self->planner, &link, now_us);
    if (self->planner.codec_bps != codec_bps || self->planner.longer != longer)
        cc_wants_changed(self->session->room);
    if (!changed)
        return;
    gboolean plain = cc_voice_plan_is_plain(&link, &self->planner.plan);
    if (self->voice) {
        adopt(self, plain);
    } else if (!plain) {
        self->voice = g_new0(CcVoiceSender, 1);
        cc_voice_line_init(&self->voice->line, &self->planner.plan, self->highest + 1);
    }
}
