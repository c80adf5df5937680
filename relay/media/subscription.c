#include "relay/media/subscription.h"

#include "common/base/clock.h"
#include "common/wire/bytes.h"
#include "common/wire/sequence.h"
#include "relay/media/downlink.h"
#include "relay/media/egress.h"
#include "relay/media/receiver.h"
#include "relay/media/session-wake.h"
#include "relay/media/worker-private.h"

/* Retransmissions: at most so many packets at once and a second; one that loses more than this
 * needs a lower bitrate, not more packets. */
#define RETRANSMIT_BURST 256
#define RETRANSMIT_RATE 400
#define RTX_HEADER 2 /* bytes: the original sequence number */
#define ALL_LAYERS 3 /* a temporal layer's number has two bits */

void
cc_subscription_init(CcSubscription *subscription, CcMediaSession *session, const CcSlot *slot)
{
    *subscription = (CcSubscription){.session = session,
                                     .slot = slot,
                                     .ssrc = slot->ssrc,
                                     .mid_until = G_MAXINT64,
                                     .retransmit_credit = RETRANSMIT_BURST,
                                     .rtt_us = -1};
    subscription->feed = cc_media_room_feed(session->room, &session->setup->negotiated, slot);
    /* Below 2^15, so that the first packets cannot be taken for wrapped ones (RFC 3711 3.3.1). */
    subscription->highest = CC_FIRST_NUMBER + g_random_int_range(1, 0x7000);
    subscription->rtx_number = CC_FIRST_NUMBER + g_random_int_range(1, 0x7000);
}

/* The receiver's number for what @wanted is; for H.264 the same profile if it has one. */
static const CcSlotCodec *
match_codec(const CcSlot *slot, const CcSlotCodec *wanted)
{
    const CcSlotCodec *match = NULL;
    for (guint i = 0; i < slot->n_codecs; i++) {
        const CcSlotCodec *codec = &slot->codecs[i];
        if (codec->codec != wanted->codec)
            continue;
        if (codec->h264_profile >> 16 == wanted->h264_profile >> 16)
            return codec;
        if (!match)
            match = codec;
    }
    return match;
}

static void
follow_timestamps(CcSubscription *self, const CcSource *source, const CcPacket *packet)
{
    guint32 next = g_random_int();
    if (self->started) {
        gint64 elapsed_us = MAX(packet->arrival_us - self->highest_us, 1000);
        next = self->highest_timestamp +
               (guint32)((guint64)elapsed_us * source->clock_rate / G_USEC_PER_SEC);
    }
    self->timestamp_offset = next - packet->rtp.timestamp;
}

static void
follow_pictures(CcSubscription *self, const CcPacket *packet)
{
    self->picture_id_offset = 0;
    self->tl0picidx_offset = 0;
    if (!self->started || !packet->has_vp8)
        return;
    self->picture_id_offset = (guint16)(self->picture_id + 1 - packet->vp8.picture_id) & 0x7fff;
    self->tl0picidx_offset = (guint8)(self->tl0picidx + 1 - packet->vp8.tl0picidx);
}

/* The first packet of a new source, or of a source that has begun anew. FALSE if the receiver
 * cannot begin with it: video begins with a keyframe. */
static gboolean
begin_epoch(CcSubscription *self, CcSource *source, const CcPacket *packet)
{
    const CcSlotCodec *codec = match_codec(self->slot, &source->codec);
    if (!codec) {
        self->session->worker->drops[CC_DROP_RTP_CODEC]++;
        return FALSE;
    }
    if (!packet->keyframe) {
        cc_source_request_keyframe(source, packet->arrival_us);
        return FALSE;
    }
    self->source = source;
    self->generation = source->generation;
    self->codec = codec;
    self->payload_type = codec->payload_type;
    self->max_tid = ALL_LAYERS;
    cc_numbering_begin(&self->numbering, packet->sequence, self->highest + 1);
    follow_timestamps(self, source, packet);
    follow_pictures(self, packet);
    self->started = TRUE;
    cc_receiver_report_soon(self->session->receiver, packet->arrival_us);
    return TRUE;
}

/* A packet's place in this receiver's stream. */
typedef struct {
    gint64 number;
    guint16 picture_id; /* VP8 */
} Place;

static gboolean
find_place(const CcSubscription *self, const CcPacket *packet, Place *place)
{
    guint left_out;
    if (!cc_numbering_map(&self->numbering, packet->sequence, &place->number, &left_out))
        return FALSE;
    place->picture_id = (packet->vp8.picture_id + self->picture_id_offset - left_out) & 0x7fff;
    return TRUE;
}

static void
rewrite_vp8(const CcSubscription *self, const CcPacket *packet, const Place *place, guint8 *payload)
{
    guint8 tl0picidx = (guint8)(packet->vp8.tl0picidx + self->tl0picidx_offset);
    if (place->picture_id != packet->vp8.picture_id || tl0picidx != packet->vp8.tl0picidx)
        cc_vp8_rewrite(payload, packet->rtp.payload_length, place->picture_id, tl0picidx);
}

/* A packet in its egress slot. */
typedef struct {
    guint8 *data;
    gsize header, length;
} Written;

static gboolean
write_header(const CcSubscription *self, CcRtpWriteHeader *header, const CcPacket *packet,
             const Place *place, Written *written)
{
    header->marker = packet->rtp.marker;
    header->timestamp = packet->rtp.timestamp + self->timestamp_offset;
    if (place->number < self->mid_until && self->slot->mid_ext) {
        header->mid_id = self->slot->mid_ext;
        header->mid = self->slot->mid;
        header->mid_length = (guint8)strlen(self->slot->mid);
    }
    header->transport_cc_id = self->slot->transport_cc_ext;
    header->transport_sequence = self->session->downlink->next_sequence;
    gsize length = cc_rtp_write_header(written->data, CC_EGRESS_CAPACITY, header);
    written->header = written->length = length;
    return length > 0 && length + RTX_HEADER + packet->rtp.payload_length <= CC_EGRESS_CAPACITY;
}

static void
write_payload(const CcSubscription *self, const CcPacket *packet, const Place *place,
              Written *written)
{
    guint8 *payload = written->data + written->length;
    memcpy(payload, packet->rtp.payload, packet->rtp.payload_length);
    if (packet->has_vp8)
        rewrite_vp8(self, packet, place, payload);
    written->length += packet->rtp.payload_length;
}

/* Writes @packet to its @place in this receiver's stream. SRTP must not encrypt two things under one
 * number: without a transport-wide number this is a function of the epoch and the number alone, so
 * that what is sent twice is the same twice; with one, nothing is sent twice but as RTX. FALSE if it
 * does not fit. */
static gboolean
write_packet(CcSubscription *self, const CcPacket *packet, const Place *place, Written *written)
{
    CcRtpWriteHeader header = {
        .payload_type = self->payload_type,
        .sequence = (guint16)place->number,
        .ssrc = self->ssrc,
    };
    if (!write_header(self, &header, packet, place, written))
        return FALSE;
    write_payload(self, packet, place, written);
    return TRUE;
}

/* The same as a retransmission of its own number (RFC 4588 section 4). */
static gboolean
write_rtx(CcSubscription *self, const CcPacket *packet, const Place *place, Written *written)
{
    CcRtpWriteHeader header = {
        .payload_type = self->codec->rtx_payload_type,
        .sequence = (guint16)self->rtx_number,
        .ssrc = self->slot->rtx_ssrc,
    };
    if (!write_header(self, &header, packet, place, written))
        return FALSE;
    cc_write_u16(written->data + written->length, (guint16)place->number);
    written->length += RTX_HEADER;
    write_payload(self, packet, place, written);
    return TRUE;
}

/* Seals and sends it under @number, as this moment's packet to its receiver. */
static gboolean
send_written(CcSubscription *self, const Written *written, gint64 number)
{
    CcMediaSession *session = self->session;
    if (!cc_egress_commit_rtp(session, written->data, written->length, written->header,
                              (guint64)(number - CC_FIRST_NUMBER)))
        return FALSE;
    cc_downlink_sent(session->downlink, written->length, self->slot->transport_cc_ext != 0,
                     session->worker->now_us);
    return TRUE;
}

static void
account(CcSubscription *self, const CcPacket *packet, gsize length)
{
    self->packets++;
    self->octets += packet->rtp.payload_length;
    self->bytes += length;
}

/* SRTP tells a number's place among the wrapped ones by its distance from the one before (RFC 3711
 * 3.3.1). A source whose numbers have leapt while this receiver had no address would lead it back
 * to numbers that were used. */
static gboolean
leaps(const CcSubscription *self, const CcPacket *packet)
{
    Place place;
    return find_place(self, packet, &place) && place.number - self->highest > G_MAXINT16;
}

static gboolean
continues_epoch(const CcSubscription *self, const CcSource *source, const CcPacket *packet)
{
    return self->source == source && self->generation == source->generation && !leaps(self, packet);
}

/* Overload: TRUE if this receiver does without video. It will come back with a keyframe, as from a
 * new source; a picture of which something has gone out is still finished. */
static gboolean
shed_video(CcSubscription *self, const CcPacket *packet, CcShed shed)
{
    if (shed != CC_SHED_VIDEO)
        return FALSE;
    if (self->source && packet->rtp.timestamp + self->timestamp_offset == self->highest_timestamp)
        return FALSE;
    self->source = NULL;
    self->session->worker->drops[CC_DROP_SHED_VIDEO]++;
    return TRUE;
}

/* Overload: TRUE if the packet belongs to a temporal layer that this receiver does without. Once
 * one has been left out, it comes back with a picture that needs none of those before. */
static gboolean
shed_layer(CcSubscription *self, const CcPacket *packet, CcShed shed)
{
    const CcVp8Descriptor *vp8 = &packet->vp8;
    if (packet->keyframe)
        self->max_tid = ALL_LAYERS;
    if (!packet->has_vp8 || !vp8->has_tid || vp8->tid == 0 ||
        packet->rtp.timestamp + self->timestamp_offset == self->highest_timestamp)
        return FALSE;
    if (shed == CC_SHED_LAYERS)
        self->max_tid = 0;
    else if (vp8->layer_sync)
        self->max_tid = MAX(self->max_tid, vp8->tid);
    if (vp8->tid <= self->max_tid)
        return FALSE;
    cc_numbering_skip(&self->numbering, packet->sequence, vp8->start && vp8->partition == 0);
    self->session->worker->drops[CC_DROP_SHED_LAYER]++;
    return TRUE;
}

static void
advance(CcSubscription *self, const CcPacket *packet, const Place *place)
{
    cc_numbering_keep(&self->numbering, packet->sequence);
    if (place->number <= self->highest)
        return;
    self->highest = place->number;
    self->highest_timestamp = packet->rtp.timestamp + self->timestamp_offset;
    self->highest_us = packet->arrival_us;
    if (packet->has_vp8) {
        self->picture_id = place->picture_id;
        self->tl0picidx = (guint8)(packet->vp8.tl0picidx + self->tl0picidx_offset);
    }
}

void
cc_subscription_forward(CcSubscription *subscription, CcSource *source, CcPacket *packet,
                        CcShed shed)
{
    CcSubscription *self = subscription;
    Place place;
    if (source->kind == CC_MEDIA_VIDEO && shed_video(self, packet, shed))
        return;
    if (!continues_epoch(self, source, packet) && !begin_epoch(self, source, packet))
        return;
    if (shed_layer(self, packet, shed) || !find_place(self, packet, &place))
        return;
    Written written = {.data = cc_egress_begin(self->session)};
    if (!written.data || !write_packet(self, packet, &place, &written))
        return;
    advance(self, packet, &place);
    if (send_written(self, &written, place.number))
        account(self, packet, written.length);
}

static gboolean
take_retransmit_credit(CcSubscription *self, gint64 now_us)
{
    gint64 gained = (now_us - self->retransmit_credit_us) * RETRANSMIT_RATE / G_USEC_PER_SEC;
    if (gained > 0) {
        self->retransmit_credit =
            (guint)MIN(self->retransmit_credit + gained, (gint64)RETRANSMIT_BURST);
        self->retransmit_credit_us = now_us;
    }
    if (self->retransmit_credit == 0)
        return FALSE;
    self->retransmit_credit--;
    return TRUE;
}

void
cc_subscription_retransmit(CcSubscription *subscription, guint16 sequence, gint64 now_us)
{
    CcSubscription *self = subscription;
    self->nacked++;
    if (!self->source || self->generation != self->source->generation)
        return;
    gint64 out = self->highest + cc_sequence_distance(sequence, (guint16)self->highest);
    gint64 wanted;
    if (out > self->highest || !cc_numbering_find(&self->numbering, out, &wanted))
        return;
    CcPacket *packet = cc_packet_history_get(self->source->history, (guint16)wanted, now_us);
    Place place;
    gboolean rtx = self->codec->rtx_payload_type != 0 && self->slot->rtx_ssrc != 0;
    if (!rtx && self->slot->transport_cc_ext != 0)
        return;
    if (!packet || !find_place(self, packet, &place) || !take_retransmit_credit(self, now_us))
        return;
    Written written = {.data = cc_egress_begin(self->session)};
    if (!written.data)
        return;
    gint64 number = rtx ? self->rtx_number : place.number;
    if (!(rtx ? write_rtx : write_packet)(self, packet, &place, &written) ||
        !send_written(self, &written, number))
        return;
    if (rtx)
        self->rtx_number++;
    self->retransmitted++;
    self->bytes += written.length;
}

void
cc_subscription_request_keyframe(CcSubscription *subscription, gint64 now_us)
{
    subscription->keyframe_requests++;
    if (subscription->feed && subscription->feed->source)
        cc_source_request_keyframe(subscription->feed->source, now_us);
}
