/* From what a receiver's link takes to what its subscriptions are to get. */
#include "relay/media/downlink.h"

#include "common/rate/link-budget.h"
#include "relay/media/feed.h"
#include "relay/media/receiver.h"
#include "relay/media/wants.h"
#include "relay/media/worker-private.h"

#define DECIDE_US 100000
#define AWAIT_NUMBER 10 /* a packet whose fate is known; the first one is 1: 200 ms of voice */
#define AWAIT_US (1 * G_USEC_PER_SEC)
#define CONTENT_US 500000
#define CONTENT_PERCENT 120 /* of what it costs: then half a second more does no harm */
#define MEASURE_US 1000000
#define UNKNOWN_VOICE_BPS 48000 /* before it has been measured: 20 ms packets at 24 kbit/s */
#define LIMITED_PERCENT 70      /* of what it has been told: a source that could make use of more */
#define VOICE_WANTS_BPS 340000  /* where that much is known to fit, voice is sent as it comes */
#define EXPLORE_PERCENT 150     /* of the estimate: what is wanted for such a source */
#define PAGE_US (1 * G_USEC_PER_SEC)
#define NO_QUEUE_US 20000
#define PAGE_TAKES_PERCENT                                                                         \
    85 /* of its rate, at least: it is sent a little faster than it arrives */

/* What stills wait for, at least and at most. */
#define STILL_MIN_MS 2000
#define STILL_MAX_MS 5000

/* What to expect of layers of which little has been seen, from the smallest. */
static const guint unknown_bps[CC_LADDER_LAYERS] = {80000, 250000, 900000};

static gboolean
has_voice(const CcReceiver *receiver)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        const CcFeed *feed = receiver->subscriptions[i].feed;
        if (feed && feed->kind == CC_MEDIA_AUDIO && feed->n_layers > 0)
            return TRUE;
    }
    return FALSE;
}

gboolean
cc_downlink_awaits_news(CcDownlink *downlink, gint64 now_us)
{
    CcDownlink *self = downlink;
    if (!self->awaits)
        return FALSE;
    if (self->awaits_until_us == 0)
        self->awaits_until_us = now_us + AWAIT_US;
    self->awaits = now_us < self->awaits_until_us &&
                   (guint16)self->estimator.accounted < AWAIT_NUMBER &&
                   has_voice(self->session->receiver);
    return self->awaits;
}

static void
measure(CcDownlink *self, gint64 now_us)
{
    cc_voice_meter_look(&self->voice, self->estimator.result.flood_us, now_us);
    gint64 elapsed_us = now_us - self->video_us;
    if (elapsed_us < MEASURE_US)
        return;
    self->video_bps =
        (guint)MIN(self->video_bytes * 8 * G_USEC_PER_SEC / (guint64)elapsed_us, G_MAXINT32);
    self->video_us = now_us;
    self->video_bytes = 0;
}

/* Of the link. */
static guint
voices_bps(const CcDownlink *self)
{
    return self->voice.bps > 0 ? self->voice.bps : UNKNOWN_VOICE_BPS;
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

/* One that is not sent will take what it has been told. */
static void
reckon_as_told(CcLadderLayer *layer, CcSource *source, gint64 now_us)
{
    guint told_bps = (guint)MIN(source->limit_bps, G_MAXINT32);
    if (!source->alive)
        *layer = (CcLadderLayer){.n_tids = 1, .bps = {told_bps}, .stills_bps = layer->stills_bps};
    cc_link_budget_reckon(layer, told_bps, &source->disobedience, now_us);
}

static CcRung
rung_of(const CcFeed *feed)
{
    if (feed->kind == CC_MEDIA_AUDIO)
        return feed->index == CC_AUDIO_TEACHER ? CC_RUNG_VOICE : CC_RUNG_PUPIL;
    return feed->index == CC_VIDEO_SCREEN ? CC_RUNG_SLIDES : CC_RUNG_FACE;
}

/* A teacher who does what she is told and whose screen is shown takes off her face what that takes,
 * sooner than it is seen here. */
static gboolean
yields(const CcFeed *feed)
{
    const CcMediaRoom *room = feed->layers[0]->room;
    for (guint i = 0; i < room->n_feeds; i++) {
        const CcFeed *other = &room->feeds[i];
        if (rung_of(other) == CC_RUNG_SLIDES && other->n_layers > 0)
            return feed->layers[0]->obeys && other->layers[0]->obeys &&
                   feed->layers[0]->origin == other->layers[0]->origin;
    }
    return FALSE;
}

static guint
slides_floor_bps(const CcDownlink *self)
{
    return self->session->worker->options.ladder.floor_bps[CC_RUNG_SLIDES];
}

static CcLadderSlot
describe_video(CcDownlink *self, const CcFeed *feed, guint room_bps, gint64 now_us)
{
    CcLadderSlot slot = {.rung = rung_of(feed), .n_layers = feed->n_layers};
    slot.yields = slot.rung == CC_RUNG_FACE && yields(feed);
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
        if (source->limit_bps != G_MAXUINT64)
            reckon_as_told(layer, source, now_us);
        else /* there is nothing to disobey */
            source->disobedience.since_us = 0;
        if (slot.rung == CC_RUNG_SLIDES)
            slot.beyond_bps =
                cc_link_budget_level(layer, slides_floor_bps(self), &source->disobedience, now_us);
        else if (lowest)
            cc_link_budget_await(layer, MAX(room_bps, CC_WANTS_MIN_BPS), &self->over_us, now_us);
        lowest = FALSE;
    }
    return slot;
}

/* TRUE if a publisher that does what it is told sends as much as it was allowed. */
static gboolean
is_filled(const CcReceiver *receiver)
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

/* What a next step would cost; where the publisher fills whatever there is, a good deal more. And
 * voice, which is sent and coded by what is known of the way, wants that to be known. */
static guint
find_wanted(CcDownlink *self, guint budget, gint64 now_us)
{
    guint64 estimate = self->estimator.result.estimate_bps;
    double share = budget > 0 && estimate > 0 ? (double)budget / estimate : 1;
    double wanted = self->ladder.wanted_bps / MAX(share, 0.1);
    if (cc_link_budget_explores(is_filled(self->session->receiver), &self->filled_us, now_us))
        wanted = MAX(wanted, estimate * EXPLORE_PERCENT / 100);
    if (self->voice.heard)
        wanted = MAX(wanted, VOICE_WANTS_BPS);
    return (guint)MIN(wanted, G_MAXINT32);
}

static guint
guest_bps(const CcSubscription *subscription)
{
    if (!cc_subscription_is_fed(subscription) || rung_of(subscription->feed) != CC_RUNG_PUPIL)
        return 0;
    return subscription->bps > 0 ? subscription->bps : UNKNOWN_VOICE_BPS;
}

/* What all voices take is measured; guests' are no part of the teacher's. */
static guint
teacher_bps(const CcReceiver *receiver, guint voice_bps)
{
    guint guests_bps = 0;
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        guests_bps += guest_bps(&receiver->subscriptions[i]);
    return MAX(voice_bps - MIN(voice_bps, guests_bps), voice_bps / 2);
}

static CcLadderSlot
describe_slot(CcDownlink *self, const CcSubscription *subscription, guint voice_bps, guint room_bps,
              gint64 now_us)
{
    const CcFeed *feed = subscription->feed;
    CcRung rung = feed ? rung_of(feed) : CC_RUNG_FACE;
    if (rung == CC_RUNG_VOICE)
        return (CcLadderSlot){.rung = rung,
                              .voice_bps = teacher_bps(self->session->receiver, voice_bps)};
    if (rung == CC_RUNG_PUPIL)
        return (CcLadderSlot){.rung = rung, .voice_bps = guest_bps(subscription)};
    if (!cc_subscription_is_fed(subscription))
        return (CcLadderSlot){.rung = rung};
    return describe_video(self, feed, room_bps, now_us);
}

static guint
describe(CcDownlink *self, CcLadderSlot slots[CC_LADDER_SLOTS], guint budget_bps, gint64 now_us)
{
    const CcReceiver *receiver = self->session->receiver;
    guint room_bps = budget_bps - MIN(budget_bps, voices_bps(self));
    guint n = MIN(receiver->n_subscriptions, CC_LADDER_SLOTS);
    for (guint i = 0; i < n; i++)
        slots[i] =
            describe_slot(self, &receiver->subscriptions[i], voices_bps(self), room_bps, now_us);
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

/* A guest's voice is to be had or not. */
static void
apply_voice(CcDownlink *self, guint index, gint64 now_us)
{
    CcSubscription *subscription = &self->session->receiver->subscriptions[index];
    gboolean given = self->ladder.targets[index].mode != CC_VIDEO_NOTHING;
    CcTarget target = subscription->target;
    target.kind = given ? CC_TARGET_MOVING : CC_TARGET_NOTHING;
    if (target.kind != subscription->target.kind)
        cc_subscription_set_target(subscription, &target, now_us);
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
        .budget_bps = MAX(budget_bps, 1),
    };
}

static void
apply(CcDownlink *self, const CcLadderSlot *slots, guint n_slots, gint64 now_us)
{
    for (guint i = 0; i < n_slots; i++) {
        CcSubscription *subscription = &self->session->receiver->subscriptions[i];
        if (slots[i].rung == CC_RUNG_PUPIL && slots[i].voice_bps > 0)
            apply_voice(self, i, now_us);
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

/* Voice has what it takes, pictures what is left. */
static guint
find_budget(const CcDownlink *self)
{
    const CcEstimate *estimate = &self->estimator.result;
    guint pictures_bps = cc_link_budget_pictures(estimate->estimate_bps, voices_bps(self),
                                                 estimate->loss, estimate->loss_spread);
    pictures_bps -= MIN(pictures_bps, self->page_bps);
    return MIN(voices_bps(self) + pictures_bps, estimate->estimate_bps);
}

void
cc_downlink_returned(CcDownlink *downlink, gint64 now_us)
{
    cc_ladder_init(&downlink->ladder);
    cc_downlink_decide(downlink, TRUE, now_us);
}

/* It is there, or nobody speaks of it any more: what gave way comes back at once. */
static void
end_page(CcDownlink *self, gint64 now_us)
{
    self->page_shown = FALSE;
    self->page_until_us = now_us + PAGE_US;
    cc_ladder_init(&self->ladder);
    cc_downlink_decide(self, TRUE, now_us);
}

void
cc_downlink_set_page_rate(CcDownlink *downlink, guint bps, gboolean shown, gint64 now_us)
{
    CcDownlink *self = downlink;
    gboolean begins = shown && !self->page_shown, ends = !shown && self->page_shown;
    self->page_bps = bps;
    self->page_until_us = now_us + PAGE_US;
    if (begins) {
        self->page_shown = TRUE;
        self->before_page_bps =
            self->estimator.result.full_us > 0 ? self->estimator.result.estimate_bps : 0;
        cc_downlink_decide(self, TRUE, now_us);
    } else if (ends) {
        end_page(self, now_us);
    }
    if (shown && self->before_page_bps > 0)
        self->before_page_bps =
            MAX(self->before_page_bps, voices_bps(self) + bps / 100 * PAGE_TAKES_PERCENT);
}

void
cc_downlink_look_past_page(CcDownlink *downlink, gint64 now_us)
{
    CcDownlink *self = downlink;
    if (self->page_bps > 0 && now_us > self->page_until_us) {
        self->page_bps = 0;
        if (self->page_shown)
            end_page(self, now_us);
    }
    if (self->before_page_bps == 0)
        return;
    gboolean gone = now_us > self->page_until_us || self->estimator.result.queue_us < NO_QUEUE_US;
    if (!self->page_shown && gone)
        self->before_page_bps = 0;
    else
        cc_estimator_keep(&self->estimator, self->before_page_bps, now_us);
}

/* Who has all there is, and a good deal of room besides, would get the same again. */
static gboolean
is_content(const CcDownlink *self, guint budget, gint64 now_us)
{
    guint64 before = self->decided_bps;
    return now_us - self->decided_us < CONTENT_US && self->ladder.wanted_bps == 0 &&
           self->estimator.result.state == CC_LINK_CLEAR && budget * 100ull >= before * 97 &&
           budget * 100ull <= before * 103 &&
           budget * 100ull >= self->ladder.cost_bps * (guint64)CONTENT_PERCENT;
}

void
cc_downlink_decide(CcDownlink *downlink, gboolean changed, gint64 now_us)
{
    CcDownlink *self = downlink;
    CcLadderSlot slots[CC_LADDER_SLOTS] = {0};
    measure(self, now_us);
    if (!self->adapts || (!changed && now_us - self->decided_us < DECIDE_US))
        return;
    guint budget = find_budget(self);
    if (!changed && is_content(self, budget, now_us))
        return;
    self->decided_us = now_us;
    self->decided_bps = budget;
    guint n_slots = describe(self, slots, budget, now_us);
    const CcLadderSettings *settings = &self->session->worker->options.ladder;
    if (self->estimator.result.testing && self->ladder.started)
        cc_ladder_hold(&self->ladder, settings, slots, n_slots, budget);
    else
        cc_ladder_decide(&self->ladder, settings, slots, n_slots, budget, now_us);
    apply(self, slots, n_slots, now_us);
    /* No tests of the link beside a page: it would wait for them. */
    cc_estimator_want(&self->estimator, self->page_shown ? 0 : find_wanted(self, budget, now_us));
}

const char *
cc_downlink_state_name(const CcDownlink *downlink)
{
    switch (downlink->estimator.result.state) {
    case CC_LINK_CLEAR:
        return "clear";
    case CC_LINK_FULL:
        return "full";
    case CC_LINK_CONTESTED:
        return "contested";
    case CC_LINK_SILENT:
        return "silent";
    default:
        return "starting";
    }
}
