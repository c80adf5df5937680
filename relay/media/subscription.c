#include "relay/media/subscription.h"

#include "common/wire/bytes.h"
#include "common/wire/sequence.h"
#include "relay/media/downlink.h"
#include "relay/media/egress.h"
#include "relay/media/receiver.h"
#include "relay/media/subscription-private.h"
#include "relay/media/voice-sender.h"
#include "relay/media/worker-private.h"

#define RTX_HEADER 2 /* bytes: the original sequence number */

void
cc_subscription_init(CcSubscription *subscription, CcMediaSession *session, const CcSlot *slot)
{
    *subscription =
        (CcSubscription){.session = session,
                         .kind = (guint8)slot->kind,
                         .transport_cc_id = slot->transport_cc_ext,
                         .slot = slot,
                         .ssrc = slot->ssrc,
                         .mid_until = G_MAXINT64,
                         .repair_credit = {.packets = CC_REPAIR_CREDIT_BURST},
                         .target = {.layer = CC_HIGHEST_LAYER, .max_tid = CC_ALL_TEMPORAL_LAYERS},
                         .rtt_us = -1};
    guint index = cc_negotiated_index(&session->setup->negotiated, slot);
    subscription->feed = cc_media_room_feed_at(session->room, slot->kind, index);
    /* Below 2^15, so that the first packets cannot be taken for wrapped ones (RFC 3711 3.3.1). */
    subscription->highest = CC_FIRST_NUMBER + g_random_int_range(1, 0x7000);
    subscription->rtx_number = CC_FIRST_NUMBER + g_random_int_range(1, 0x7000);
}

void
cc_subscription_clear(CcSubscription *subscription)
{
    g_clear_pointer(&subscription->past, g_free);
    g_clear_pointer(&subscription->again, g_free);
    g_clear_pointer(&subscription->voice, cc_voice_sender_free);
}

/* A packet in its egress slot. */
typedef struct {
    guint8 *data;
    gsize header, length;
    const guint8 *payload; /* of all that is behind the header; NULL: it is there */
} Written;

static gboolean
write_header(const CcSubscription *self, CcRtpWriteHeader *header, const CcPacket *packet,
             const CcPlace *place, Written *written)
{
    header->marker = packet->rtp.marker;
    header->timestamp = place->timestamp;
    if (place->number < self->mid_until && self->slot->mid_ext) {
        header->mid_id = self->slot->mid_ext;
        header->mid = self->slot->mid;
        header->mid_length = (guint8)strlen(self->slot->mid);
    }
    header->transport_cc_id = self->transport_cc_id;
    header->transport_sequence = self->session->downlink->next_sequence;
    gsize length = cc_rtp_write_header(written->data, CC_EGRESS_CAPACITY, header);
    written->header = written->length = length;
    return length > 0 && length + RTX_HEADER + packet->rtp.payload_length <= CC_EGRESS_CAPACITY;
}

static gboolean
wants_rewriting(const CcPicture *picture, const CcPlace *place)
{
    return picture->numbered &&
           (place->picture_id != picture->picture_id || place->tl0picidx != picture->tl0picidx);
}

static void
write_payload(const CcEpoch *epoch, const CcPacket *packet, const CcPlace *place, Written *written)
{
    guint8 *payload = written->data + written->length;
    memcpy(payload, packet->rtp.payload, packet->rtp.payload_length);
    if (wants_rewriting(&packet->picture, place))
        cc_picture_rewrite(epoch->codec->codec, payload, packet->rtp.payload_length,
                           place->picture_id, place->tl0picidx);
    written->length += packet->rtp.payload_length;
}

/* Writes @packet to its @place in this receiver's stream. SRTP must not encrypt two things under
 * one number: without a transport-wide number this is a function of the epoch and the number alone,
 * so that what is sent twice is the same twice; with one, nothing is sent twice but as RTX. FALSE
 * if it does not fit. */
static gboolean
write_packet(CcSubscription *self, const CcEpoch *epoch, const CcPacket *packet,
             const CcPlace *place, Written *written)
{
    CcRtpWriteHeader header = {
        .payload_type = epoch->payload_type,
        .sequence = (guint16)place->number,
        .ssrc = self->ssrc,
    };
    if (!write_header(self, &header, packet, place, written))
        return FALSE;
    if (wants_rewriting(&packet->picture, place)) {
        write_payload(epoch, packet, place, written);
    } else { /* encrypted from where it is */
        written->payload = packet->rtp.payload;
        written->length += packet->rtp.payload_length;
    }
    return TRUE;
}

/* The same as a retransmission of its own number (RFC 4588 section 4). */
static gboolean
write_rtx(CcSubscription *self, const CcEpoch *epoch, const CcPacket *packet, const CcPlace *place,
          Written *written)
{
    CcRtpWriteHeader header = {
        .payload_type = epoch->codec->rtx_payload_type,
        .sequence = (guint16)self->rtx_number,
        .ssrc = self->slot->rtx_ssrc,
    };
    if (!write_header(self, &header, packet, place, written))
        return FALSE;
    cc_write_u16(written->data + written->length, (guint16)place->number);
    written->length += RTX_HEADER;
    write_payload(epoch, packet, place, written);
    return TRUE;
}

/* Seals and sends it under @number, as this moment's packet to its receiver. */
static gboolean
send_written(CcSubscription *self, const Written *written, gint64 number)
{
    CcMediaSession *session = self->session;
    if (!cc_egress_commit_rtp(session, written->data, written->length, written->header,
                              written->payload, (guint64)(number - CC_FIRST_NUMBER),
                              self->kind == CC_MEDIA_VIDEO))
        return FALSE;
    cc_downlink_sent(session->downlink, (CcMediaKind)self->kind, written->length,
                     self->transport_cc_id != 0, session->worker->now_us);
    return TRUE;
}

static void
account(CcSubscription *self, const CcPacket *packet, gsize length)
{
    self->packets++;
    self->octets += packet->rtp.payload_length;
    self->bytes += length;
}

static void
advance(CcSubscription *self, const CcPacket *packet, const CcPlace *place)
{
    if (place->number <= self->highest)
        return;
    self->highest = place->number;
    self->highest_timestamp = place->timestamp;
    self->highest_us = packet->arrival_us;
    if (packet->picture.numbered) {
        self->picture_id = place->picture_id;
        self->tl0picidx = place->tl0picidx;
    }
}

static void
send_packet(CcSubscription *self, const CcEpoch *epoch, const CcPacket *packet,
            const CcPlace *place)
{
    Written written = {.data = cc_egress_begin(self->session)};
    if (!written.data || !write_packet(self, epoch, packet, place, &written))
        return;
    advance(self, packet, place);
    if (send_written(self, &written, place->number))
        account(self, packet, written.length);
}

/* What was missing of the epoch before when this one began still gets its place there. */
static void
send_late(CcSubscription *self, const CcSource *source, const CcPacket *packet)
{
    const CcEpoch *past = self->past;
    CcPlace place;
    if (past && cc_epoch_is_of(past, source) && packet->sequence <= past->numbering.newest &&
        cc_epoch_place(past, packet, &place) && place.number < self->epoch.first)
        send_packet(self, past, packet, &place);
}

static void
forward_in_epoch(CcSubscription *self, CcSource *source, const CcPacket *packet, CcShed shed)
{
    CcPlace place;
    if (G_UNLIKELY(self->voice) && cc_voice_sender_forward(self, packet))
        return;
    if (cc_subscription_thins(self, packet, shed))
        return;
    if (!cc_epoch_place(&self->epoch, packet, &place)) {
        send_late(self, source, packet);
        return;
    }
    cc_numbering_keep(&self->epoch.numbering, packet->sequence);
    send_packet(self, &self->epoch, packet, &place);
}

/* What follows @packet, the first of a keyframe, and has come before it. */
static void
catch_up(CcSubscription *self, CcSource *source, const CcPacket *packet, CcShed shed)
{
    for (gint64 sequence = packet->sequence + 1; sequence <= source->newest; sequence++) {
        CcPacket *next =
            cc_packet_history_get(source->history, (guint16)sequence, packet->arrival_us);
        if (next && next->sequence == sequence &&
            !cc_media_room_forwards_after(source->room, packet, next) &&
            cc_subscription_continues(self, source, next))
            forward_in_epoch(self, source, next, shed);
    }
}

void
cc_subscription_forward(CcSubscription *subscription, CcSource *source, CcPacket *packet,
                        CcShed shed)
{
    CcSubscription *self = subscription;
    if (source != self->epoch.source && source != self->wanted) { /* another layer */
        send_late(self, source, packet);
        return;
    }
    if (source->kind == CC_MEDIA_VIDEO && cc_subscription_does_without(self, packet, shed))
        return;
    if (G_LIKELY(cc_subscription_continues(self, source, packet))) {
        forward_in_epoch(self, source, packet, shed);
    } else if (cc_subscription_begin_epoch(self, source, packet)) {
        forward_in_epoch(self, source, packet, shed);
        if (!self->session->downlink->draining) /* else what follows waits, or is left out */
            catch_up(self, source, packet, shed);
    } else if (source != self->epoch.source) {
        send_late(self, source, packet);
    }
}

static gboolean
take_repair_credit(CcSubscription *self, gint64 now_us)
{
    const CcDownlink *downlink = self->session->downlink;
    const CcEstimate *estimate = cc_downlink_estimate(downlink);
    gboolean limited = self->kind == CC_MEDIA_AUDIO && downlink->adapts;
    return cc_repair_credit_take(&self->repair_credit, limited ? estimate->estimate_bps : 0,
                                 estimate->queue_us, now_us);
}

/* The packet that went out as @out, and whether it can still be written the same. */
static CcPacket *
find_sent(const CcSubscription *self, gint64 out, gint64 now_us, const CcEpoch **epoch,
          CcPlace *place)
{
    gint64 wanted;
    *epoch = out >= self->epoch.first ? &self->epoch : self->past;
    if (out > self->highest || !*epoch || !(*epoch)->source ||
        !cc_epoch_is_of(*epoch, (*epoch)->source) ||
        !cc_numbering_find(&(*epoch)->numbering, out, &wanted))
        return NULL;
    CcPacket *packet = cc_packet_history_get((*epoch)->source->history, (guint16)wanted, now_us);
    return packet && cc_epoch_place(*epoch, packet, place) && place->number == out ? packet : NULL;
}

static void
note_repeated(CcSubscription *self, gint64 number, gint64 now_us)
{
    if (!self->again)
        self->again = g_new0(CcSentAgain, 1);
    cc_sent_again_note(self->again, (guint16)number, now_us);
}

static void
repeat(CcSubscription *self, const CcEpoch *epoch, CcPacket *packet, const CcPlace *place,
       gboolean rtx)
{
    Written written = {.data = cc_egress_begin(self->session)};
    if (!written.data)
        return;
    gint64 number = rtx ? self->rtx_number : place->number;
    if (!(rtx ? write_rtx : write_packet)(self, epoch, packet, place, &written) ||
        !send_written(self, &written, number))
        return;
    if (rtx)
        self->rtx_number++;
    self->retransmitted++;
    self->bytes += written.length;
    note_repeated(self, place->number, self->session->worker->now_us);
}

static guint
copies(const CcSubscription *self)
{
    const CcDownlink *downlink = self->session->downlink;
    if (!downlink->adapts)
        return 1;
    const CcEstimate *link = cc_downlink_estimate(downlink);
    return cc_link_budget_copies(link->random_loss, link->loss_spread);
}

static gboolean
is_rtx(const CcSubscription *self, const CcEpoch *epoch)
{
    return epoch->codec->rtx_payload_type != 0 && self->slot->rtx_ssrc != 0;
}

void
cc_subscription_repeat(CcSubscription *subscription, gint64 number, gint64 now_us)
{
    CcSubscription *self = subscription;
    const CcEpoch *epoch;
    CcPlace place;
    CcPacket *packet = find_sent(self, number, now_us, &epoch, &place);
    if (packet)
        repeat(self, epoch, packet, &place, is_rtx(self, epoch));
}

static void
retransmit_packet(CcSubscription *self, gint64 out, gint64 now_us)
{
    const CcEpoch *epoch;
    CcPlace place;
    CcPacket *packet = find_sent(self, out, now_us, &epoch, &place);
    if (!packet)
        return;
    gboolean rtx = is_rtx(self, epoch);
    if ((!rtx && self->slot->transport_cc_ext != 0) || !take_repair_credit(self, now_us))
        return;
    guint n = rtx ? copies(self) : 1;
    if (self->kind == CC_MEDIA_VIDEO) {
        CcRepair repair = {
            .number = out,
            .bytes = (guint16)(packet->length + CC_WIRE_OVERHEAD),
            .stream = (guint8)(self - self->session->receiver->subscriptions),
            .copies = (guint8)n,
        };
        cc_downlink_repair(self->session->downlink, &repair, packet->arrival_us, now_us);
        return;
    }
    while (n-- > 0)
        repeat(self, epoch, packet, &place, rtx);
}

static void
retransmit_voice(CcSubscription *self, gint64 out, gint64 now_us)
{
    guint64 before = self->retransmitted;
    if (out > self->highest || !take_repair_credit(self, now_us))
        return;
    cc_voice_sender_retransmit(self, out, now_us);
    if (self->retransmitted > before)
        note_repeated(self, out, now_us);
}

void
cc_subscription_retransmit(CcSubscription *subscription, guint16 sequence, gint64 now_us)
{
    CcSubscription *self = subscription;
    self->nacked++;
    gint64 out = self->highest + cc_sequence_distance(sequence, (guint16)self->highest);
    if (self->again && cc_sent_again_is_copy(self->again, sequence, self->rtt_us, now_us))
        return;
    if (cc_voice_sender_has(self, out))
        retransmit_voice(self, out, now_us);
    else
        retransmit_packet(self, out, now_us);
}

/* For packets that retransmit nothing; who waits for its first keyframe can be sent them as well.
 * 0: it has no such stream. */
static guint8
padding_payload_type(const CcSubscription *self)
{
    const CcSlot *slot = self->slot;
    if (slot->transport_cc_ext == 0 || slot->rtx_ssrc == 0)
        return 0;
    if (self->epoch.codec && self->epoch.codec->rtx_payload_type != 0)
        return self->epoch.codec->rtx_payload_type;
    for (guint i = 0; i < slot->n_codecs; i++) {
        if (slot->codecs[i].rtx_payload_type != 0)
            return slot->codecs[i].rtx_payload_type;
    }
    return 0;
}

gsize
cc_subscription_pad(CcSubscription *subscription, guint8 padding)
{
    CcSubscription *self = subscription;
    guint8 payload_type = padding_payload_type(self);
    if (payload_type == 0)
        return 0;
    Written written = {.data = cc_egress_begin(self->session)};
    if (!written.data)
        return 0;
    CcRtpWriteHeader header = {
        .payload_type = payload_type,
        .sequence = (guint16)self->rtx_number,
        .ssrc = self->slot->rtx_ssrc,
        .timestamp = self->highest_timestamp,
        .transport_cc_id = self->slot->transport_cc_ext,
        .transport_sequence = self->session->downlink->next_sequence,
    };
    written.header = cc_rtp_write_header(written.data, CC_EGRESS_CAPACITY, &header);
    written.length = written.header + padding;
    written.data[0] |= 0x20; /* P (RFC 3550 section 5.1) */
    memset(written.data + written.header, 0, padding);
    written.data[written.length - 1] = padding;
    if (!send_written(self, &written, self->rtx_number))
        return 0;
    self->rtx_number++;
    return written.length;
}
