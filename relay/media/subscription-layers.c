/* Which of a feed's layers a receiver gets, and how much of it. */
#include "relay/media/downlink.h"
#include "relay/media/feed.h"
#include "relay/media/programme.h"
#include "relay/media/receiver.h"
#include "relay/media/session-wake.h"
#include "relay/media/subscription-private.h"
#include "relay/media/voice-sender.h"
#include "relay/media/wants.h"
#include "relay/media/worker-private.h"

/* How long a lifted timestamp is remembered: longer than any history. */
#define CATCHING_UP_S 60

/* Keyframes that a receiver may ask for where it is not alone: so many at once, then one each. */
#define KEYFRAME_BURST 5
#define KEYFRAME_EACH_US (2 * G_USEC_PER_SEC)
#define MAX_ANSWER_US G_USEC_PER_SEC /* round trip that a keyframe is waited for */

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

/* Nobody is sent its own sound or picture. */
static gboolean
is_own(const CcSubscription *self, const CcSource *source)
{
    return source->owner != 0 && source->owner == self->session->setup->owner;
}

gboolean
cc_subscription_is_fed(const CcSubscription *subscription)
{
    const CcSource *source = subscription->feed ? cc_feed_layer(subscription->feed, 0) : NULL;
    return source && !is_own(subscription, source);
}

void
cc_subscription_choose(CcSubscription *subscription, const CcSource *coming, gint64 now_us)
{
    CcSubscription *self = subscription;
    CcSource *wanted = NULL;
    if (self->programme)
        self->feed = cc_programme_feed(self->session);
    if (self->feed && self->target.kind != CC_TARGET_NOTHING)
        wanted = cc_feed_living_layer(self->feed, self->target.layer);
    if (wanted && is_own(self, wanted))
        wanted = NULL;
    gboolean changed = wanted != self->wanted;
    self->wanted = wanted;
    if (self->slot->kind == CC_MEDIA_VIDEO)
        cc_wants_changed(self->session->room);
    if (wanted && wanted != coming && (changed || self->epoch.broken) &&
        !cc_epoch_is_whole(&self->epoch, wanted))
        cc_source_request_keyframe(wanted, now_us);
}

void
cc_subscription_set_target(CcSubscription *subscription, const CcTarget *target, gint64 now_us)
{
    subscription->target = *target;
    cc_subscription_choose(subscription, NULL, now_us);
}

void
cc_subscription_forget_source(CcSubscription *subscription, const CcSource *source)
{
    if (subscription->wanted == source)
        subscription->wanted = NULL;
    if (subscription->epoch.source == source)
        subscription->epoch.source = NULL;
    if (subscription->past && subscription->past->source == source)
        subscription->past->source = NULL;
}

void
cc_subscription_forget_sources(CcSubscription *subscription)
{
    subscription->wanted = subscription->epoch.source = NULL;
    if (subscription->past)
        subscription->past->source = NULL;
}

static void
ask_for_keyframe(const CcSubscription *self, CcSource *source, gint64 now_us)
{
    gint64 interval_us = (gint64)self->target.still_interval_ms * 1000;
    if (self->target.kind == CC_TARGET_STILLS && self->started &&
        now_us - self->highest_us < interval_us)
        return;
    cc_source_request_keyframe(source, now_us);
}

/* A keyframe costs all who watch the same, so nobody may make them come at every turn. */
static gboolean
may_have_keyframe(CcSubscription *self, gint64 now_us)
{
    const CcMediaRoom *room = self->session->room;
    if (room->receivers->len <= 1 && room->links->len == 0 && !room->mirror)
        return TRUE;
    if (self->keyframes_until_us > now_us)
        return FALSE;
    gint64 from_us = MAX(self->keyframes_until_us, now_us - KEYFRAME_BURST * KEYFRAME_EACH_US);
    self->keyframes_until_us = from_us + KEYFRAME_EACH_US;
    return TRUE;
}

/* Asking again for one that is still on its way makes a narrow link carry it twice. */
static gboolean
is_under_way(const CcSubscription *self, gint64 now_us)
{
    const CcDownlink *downlink = self->session->downlink;
    if (!downlink->adapts)
        return FALSE;
    const CcEstimate *estimate = cc_downlink_estimate(downlink);
    gint64 gone_us = cc_source_meter_keyframe_gone_us(&self->wanted->meter, estimate->estimate_bps);
    return now_us < gone_us + MIN(estimate->rtt_us, MAX_ANSWER_US);
}

void
cc_subscription_request_keyframe(CcSubscription *subscription, gint64 now_us)
{
    subscription->keyframe_requests++;
    if (subscription->wanted && !is_under_way(subscription, now_us) &&
        may_have_keyframe(subscription, now_us))
        cc_source_request_keyframe(subscription->wanted, now_us);
}

static void
follow_timestamps(CcSubscription *self, CcEpoch *epoch, const CcPacket *packet)
{
    CcToldClock told = self->told;
    if (!self->started) {
        epoch->timestamp_offset = g_random_int() - packet->rtp.timestamp;
        epoch->first_timestamp = packet->rtp.timestamp;
        return;
    }
    cc_epoch_clock(&self->epoch, &told);
    cc_epoch_follow(epoch, packet, &told, self->highest_timestamp, self->highest_us);
}

static void
follow_pictures(const CcSubscription *self, CcEpoch *epoch, const CcPacket *packet)
{
    if (!self->started || !packet->picture.numbered)
        return;
    epoch->picture_id_offset =
        (guint16)(self->picture_id + 1 - packet->picture.picture_id) & 0x7fff;
    epoch->tl0picidx_offset = (guint8)(self->tl0picidx + 1 - packet->picture.tl0picidx);
}

/* What is still missing of the epoch before, or asked for again, is found there. */
static void
keep_past(CcSubscription *self)
{
    if (!self->epoch.source || self->slot->kind != CC_MEDIA_VIDEO)
        return;
    if (!self->past)
        self->past = g_new(CcEpoch, 1);
    *self->past = self->epoch;
}

gboolean
cc_subscription_begin_epoch(CcSubscription *subscription, CcSource *source, const CcPacket *packet)
{
    CcSubscription *self = subscription;
    if (source != self->wanted)
        return FALSE;
    const CcSlotCodec *codec = match_codec(self->slot, &source->codec);
    if (!codec) {
        self->session->worker->drops[CC_DROP_RTP_CODEC]++;
        return FALSE;
    }
    if (!packet->keyframe) {
        ask_for_keyframe(self, source, packet->arrival_us);
        return FALSE;
    }
    CcEpoch epoch = {
        .source = source,
        .generation = source->generation,
        .codec = codec,
        .payload_type = codec->payload_type,
        .first = self->highest + 1,
    };
    follow_timestamps(self, &epoch, packet);
    follow_pictures(self, &epoch, packet);
    cc_numbering_begin(&epoch.numbering, packet->sequence, epoch.first);
    keep_past(self);
    self->epoch = epoch;
    if (self->slot->kind == CC_MEDIA_VIDEO) /* nothing of the layer before any more */
        cc_wants_changed(self->session->room);
    self->max_tid = CC_ALL_TEMPORAL_LAYERS;
    self->started = TRUE;
    if (self->voice)
        cc_voice_sender_begin_epoch(self);
    cc_receiver_report_soon(self->session->receiver, packet->arrival_us);
    return TRUE;
}

/* SRTP tells a number's place among the wrapped ones by its distance from the one before (RFC 3711
 * 3.3.1). A source whose numbers have leapt while this receiver had no address would lead it back
 * to numbers that were used. */
static gboolean
leaps(const CcSubscription *self, const CcPacket *packet)
{
    CcPlace place;
    return !self->voice && cc_epoch_place(&self->epoch, packet, &place) &&
           place.number - self->highest > G_MAXINT16;
}

static gboolean
belongs_to_newest_picture(const CcSubscription *self, const CcPacket *packet)
{
    return cc_epoch_timestamp(&self->epoch, packet->rtp.timestamp) == self->highest_timestamp;
}

gboolean
cc_subscription_continues(CcSubscription *subscription, CcSource *source, const CcPacket *packet)
{
    CcSubscription *self = subscription;
    CcEpoch *epoch = &self->epoch;
    if (!cc_epoch_is_of(epoch, source) || leaps(self, packet))
        return FALSE;
    if (G_UNLIKELY(epoch->catching_up) &&
        (gint32)(packet->rtp.timestamp + epoch->timestamp_offset - epoch->floor) >
            (gint32)(CATCHING_UP_S * source->clock_rate))
        epoch->catching_up = FALSE;
    if (G_LIKELY(!epoch->broken && self->target.kind == CC_TARGET_MOVING))
        return TRUE;
    if (packet->sequence <= epoch->numbering.newest || belongs_to_newest_picture(self, packet))
        return TRUE;
    epoch->broken = TRUE;
    return FALSE;
}

gboolean
cc_subscription_does_without(CcSubscription *subscription, const CcPacket *packet, CcShed shed)
{
    CcSubscription *self = subscription;
    if (G_LIKELY(shed != CC_SHED_VIDEO && self->target.kind != CC_TARGET_NOTHING))
        return FALSE;
    /* One keyframe is little, and nothing at all to look at is much. */
    if (!self->started && self->target.kind != CC_TARGET_NOTHING)
        return FALSE;
    if (self->epoch.source && !self->epoch.broken && belongs_to_newest_picture(self, packet))
        return FALSE;
    self->epoch.broken = TRUE;
    if (shed == CC_SHED_VIDEO)
        self->session->worker->drops[CC_DROP_SHED_VIDEO]++;
    return TRUE;
}

void
cc_subscription_break(CcSubscription *subscription)
{
    subscription->epoch.broken = TRUE;
}

/* Once a picture has been left out, its layer comes back with one that needs none of those before.
 */
gboolean
cc_subscription_thins(CcSubscription *subscription, const CcPacket *packet, CcShed shed)
{
    CcSubscription *self = subscription;
    const CcPicture *picture = &packet->picture;
    guint8 limit = shed == CC_SHED_LAYERS ? 0 : self->target.max_tid;
    if (packet->keyframe)
        self->max_tid = CC_ALL_TEMPORAL_LAYERS;
    if (picture->switch_up && picture->tid <= self->max_tid)
        self->max_tid = limit;
    if (picture->tid == 0 || belongs_to_newest_picture(self, packet))
        return FALSE;
    if (limit < self->max_tid)
        self->max_tid = limit;
    else if (picture->layer_sync && picture->tid == self->max_tid + 1 && picture->tid <= limit)
        self->max_tid = picture->tid;
    if (picture->tid <= self->max_tid)
        return FALSE;
    cc_numbering_skip(&self->epoch.numbering, packet->sequence, picture->begins);
    if (picture->tid <= self->target.max_tid)
        self->session->worker->drops[CC_DROP_SHED_LAYER]++;
    return TRUE;
}
