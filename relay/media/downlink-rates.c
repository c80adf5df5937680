/* From what a receiver's link takes to what its subscriptions are to get. */
#include "relay/media/downlink.h"
#include "relay/media/feed.h"
#include "relay/media/receiver.h"
#include "relay/media/wants.h"
#include "relay/media/worker-private.h"

#define DECIDE_US 100000
#define MEASURE_US 1000000
#define UNKNOWN_VOICE_BPS 48000 /* before it has been measured: 20 ms packets at 24 kbit/s */
#define USABLE_PERCENT 97       /* of the estimate: reports and checks want some too */
/* Of what is told to a publisher, so that what it makes of it still fits. */
#define TOLD_PERCENT 96
#define LIMITED_PERCENT 70  /* of what it has been told: a source that could make use of more */
#define EXPLORE_PERCENT 150 /* of the estimate: what is wanted for such a source */
#define FOLLOW_US (2 * G_USEC_PER_SEC) /* that it takes to do so, at most */
#define MOST_LOSS 0.8 /* of what is reckoned with: more cannot be repaired anyway */

/* What stills wait for, at least and at most. */
#define STILL_MIN_MS 2000
#define STILL_MAX_MS 5000

/* What to expect of layers of which little has been seen, from the smallest. */
static const guint unknown_bps[CC_LADDER_LAYERS] = {80000, 250000, 900000};

/* Falls slowly: voice that pauses comes back. */
static void
measure(CcDownlink *self, gint64 now_us)
{
    gint64 elapsed_us = now_us - self->voice_us;
    if (elapsed_us < MEASURE_US)
        return;
    guint voice_bps =
        (guint)MIN(self->voice_bytes * 8 * G_USEC_PER_SEC / (guint64)elapsed_us, G_MAXINT32);
    self->video_bps =
        (guint)MIN(self->video_bytes * 8 * G_USEC_PER_SEC / (guint64)elapsed_us, G_MAXINT32);
    if (self->voice_us != 0)
        self->voice_bps = MAX(voice_bps, self->voice_bps - self->voice_bps / 8);
    self->voice_us = now_us;
    self->voice_bytes = self->video_bytes = 0;
}

static void
scale(CcLadderLayer *layer, guint64 to_bps)
{
    guint64 top = MAX(layer->bps[layer->n_tids - 1], 1);
    for (guint i = 0; i < CC_LADDER_TIDS; i++)
        layer->bps[i] = (guint)(layer->bps[i] * to_bps / top);
}

/* A layer whose publisher does what it is told takes what it has been told. */
static void
reckon_as_told(CcLadderLayer *layer, const CcSource *source)
{
    if (source->limit_bps == G_MAXUINT64)
        return;
    if (!source->alive)
        *layer = (CcLadderLayer){.n_tids = 1, .bps = {1, 1, 1, 1}, .stills_bps = layer->stills_bps};
    if (!source->alive || layer->bps[layer->n_tids - 1] > source->limit_bps)
        scale(layer, source->limit_bps);
}

/* When the link falls the publisher has not been told yet: the lowest of its layers will follow. */
static void
wait_for_publisher(CcDownlink *self, CcLadderLayer *layer, guint room_bps, gint64 now_us)
{
    guint64 least = MAX((guint64)room_bps * TOLD_PERCENT / 100, CC_WANTS_MIN_BPS);
    if (layer->bps[layer->n_tids - 1] <= least) {
        self->over_us = 0;
        return;
    }
    if (self->over_us == 0)
        self->over_us = now_us;
    if (now_us - self->over_us < FOLLOW_US)
        scale(layer, least);
}

/* Before its home has found places for the layers, all are as good. */
static gboolean
is_placed(const CcFeed *feed)
{
    for (guint i = 0; i < feed->n_layers; i++) {
        if (feed->layers[i]->placed)
            return TRUE;
    }
    return FALSE;
}

static CcLadderSlot
describe_video(CcDownlink *self, const CcFeed *feed, guint room_bps, gint64 now_us)
{
    CcLadderSlot slot = {.rung = CC_RUNG_FACE, .n_layers = feed ? feed->n_layers : 0};
    gboolean lowest = TRUE;
    for (guint i = 0; i < slot.n_layers; i++) {
        CcSource *source = feed->layers[i];
        CcLadderLayer *layer = &slot.layers[i];
        guint unknown = feed->n_layers > 1 ? unknown_bps[i] : 1;
        if (source->obeys && !source->placed && is_placed(feed))
            continue;
        *layer = *cc_source_meter_offer(&source->meter, unknown, now_us);
        if (!source->alive && feed->n_layers > 1)
            *layer = (CcLadderLayer){.n_tids = 1, .bps = {unknown, unknown, unknown, unknown}};
        if (!source->obeys)
            continue;
        reckon_as_told(layer, source);
        if (lowest)
            wait_for_publisher(self, layer, room_bps, now_us);
        lowest = FALSE;
    }
    return slot;
}

/* TRUE if a publisher that does what it is told sends as much as it was allowed. */
static gboolean
is_held_back(const CcReceiver *receiver)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        const CcFeed *feed = receiver->subscriptions[i].feed;
        for (guint k = 0; feed && k < feed->n_layers; k++) {
            const CcSource *source = feed->layers[k];
            const CcLadderLayer *offer = &source->meter.offer;
            if (source->obeys && source->alive && source->limit_bps < CC_WANTS_MAX_BPS &&
                offer->n_tids > 0 &&
                offer->bps[offer->n_tids - 1] * 100ull > source->limit_bps * LIMITED_PERCENT)
                return TRUE;
        }
    }
    return FALSE;
}

/* What a next step would cost; where the publisher fills whatever there is, a good deal more. */
static guint
find_wanted(const CcDownlink *self, guint budget)
{
    guint64 estimate = self->estimator.result.estimate_bps;
    double share = budget > 0 && estimate > 0 ? (double)budget / estimate : 1;
    double wanted = self->ladder.wanted_bps / MAX(share, 0.1);
    if (is_held_back(self->session->receiver))
        wanted = MAX(wanted, estimate * EXPLORE_PERCENT / 100);
    return (guint)MIN(wanted, G_MAXINT32);
}

static guint
describe(CcDownlink *self, CcLadderSlot slots[CC_LADDER_SLOTS], guint budget_bps, gint64 now_us)
{
    const CcReceiver *receiver = self->session->receiver;
    guint voice_bps = self->voice_bps > 0 ? self->voice_bps : UNKNOWN_VOICE_BPS;
    guint room_bps = (guint)((guint64)budget_bps * CC_LADDER_MARGIN_PERCENT / 100);
    room_bps -= MIN(room_bps, voice_bps);
    guint n = MIN(receiver->n_subscriptions, CC_LADDER_SLOTS);
    for (guint i = 0; i < n; i++) {
        const CcSubscription *subscription = &receiver->subscriptions[i];
        if (subscription->slot->kind == CC_MEDIA_AUDIO)
            slots[i] = (CcLadderSlot){.rung = CC_RUNG_VOICE, .voice_bps = voice_bps};
        else
            slots[i] = describe_video(self, subscription->feed, room_bps, now_us);
    }
    return n;
}

static guint
still_interval_ms(const CcLadderSlot *slot, const CcVideoTarget *target, guint budget_bps)
{
    guint64 bits = (guint64)slot->layers[target->layer].stills_bps * STILL_MAX_MS / 1000;
    return (guint)CLAMP(bits * 1000 / MAX(budget_bps, 1), STILL_MIN_MS, STILL_MAX_MS);
}

/* The room's home should know, if it is another one than before. */
static void
tell_budget(CcSubscription *subscription, guint budget_bps)
{
    guint64 before = subscription->target.budget_bps;
    if ((guint64)budget_bps * 100 >= before * 97 && (guint64)budget_bps * 100 <= before * 103)
        return;
    subscription->target.budget_bps = budget_bps;
    cc_wants_changed(subscription->session->room);
}

static CcTarget
make_target(const CcDownlink *self, guint index, const CcLadderSlot *slot)
{
    static const CcTargetKind kinds[] = {[CC_VIDEO_NOTHING] = CC_TARGET_NOTHING,
                                         [CC_VIDEO_STILLS] = CC_TARGET_STILLS,
                                         [CC_VIDEO_MOVING] = CC_TARGET_MOVING};
    const CcVideoTarget *chosen = &self->ladder.targets[index];
    guint budget_bps = self->ladder.budget_bps[index];
    gboolean all = chosen->max_tid == CC_LADDER_ALL_TIDS;
    return (CcTarget){
        .kind = kinds[chosen->mode],
        .layer = slot->n_layers == 1 ? CC_HIGHEST_LAYER : chosen->layer,
        .max_tid = all ? CC_ALL_TEMPORAL_LAYERS : chosen->max_tid,
        .still_interval_ms =
            chosen->mode == CC_VIDEO_STILLS ? still_interval_ms(slot, chosen, budget_bps) : 0,
        .budget_bps = (guint)((guint64)MAX(budget_bps, 1) * TOLD_PERCENT / 100) + 1,
    };
}

static void
apply(CcDownlink *self, const CcLadderSlot *slots, guint n_slots, gint64 now_us)
{
    for (guint i = 0; i < n_slots; i++) {
        CcSubscription *subscription = &self->session->receiver->subscriptions[i];
        if (subscription->slot->kind != CC_MEDIA_VIDEO || slots[i].n_layers == 0)
            continue;
        CcTarget target = make_target(self, i, &slots[i]);
        tell_budget(subscription, target.budget_bps);
        target.budget_bps = subscription->target.budget_bps;
        if (target.kind != subscription->target.kind ||
            target.layer != subscription->target.layer ||
            target.max_tid != subscription->target.max_tid)
            cc_subscription_set_target(subscription, &target, now_us);
        subscription->target.still_interval_ms = target.still_interval_ms;
    }
}

/* Of the estimate voice takes its part as it is; lost pictures are sent again, and that is paid
 * from theirs. */
static guint
find_budget(const CcDownlink *self)
{
    const CcEstimate *estimate = &self->estimator.result;
    guint64 usable = (guint64)estimate->estimate_bps * USABLE_PERCENT / 100;
    guint voice = MAX(self->voice_bps, 1);
    if (usable <= voice)
        return (guint)usable;
    double repair = 1 - CLAMP(estimate->loss, 0, MOST_LOSS);
    return (guint)MIN(voice + (double)(usable - voice) * repair, G_MAXINT32);
}

void
cc_downlink_returned(CcDownlink *downlink, gint64 now_us)
{
    cc_ladder_init(&downlink->ladder);
    cc_downlink_decide(downlink, TRUE, now_us);
}

void
cc_downlink_decide(CcDownlink *downlink, gboolean changed, gint64 now_us)
{
    CcDownlink *self = downlink;
    CcLadderSlot slots[CC_LADDER_SLOTS] = {0};
    measure(self, now_us);
    if (!self->adapts || (!changed && now_us - self->decided_us < DECIDE_US))
        return;
    self->decided_us = now_us;
    guint budget = find_budget(self);
    guint n_slots = describe(self, slots, budget, now_us);
    cc_ladder_decide(&self->ladder, &self->session->worker->options.ladder, slots, n_slots, budget,
                     now_us);
    apply(self, slots, n_slots, now_us);
    cc_estimator_want(&self->estimator, find_wanted(self, budget));
}
