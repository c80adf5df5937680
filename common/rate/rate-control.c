#include "common/rate/rate-control.h"

#include <math.h>
#include <string.h>

#include "common/rate/delivery.h"

#define FLOOD 1.5 /* of what is carried */
/* Below it a few packets make such a queue, and it loses none of them: there it takes losses, or as
 * much more as no queue holds. */
#define NARROW_BPS 200000
#define SURE_FLOOD 3.0

#define DRAIN_US 500000.0    /* a queue above the target is emptied within this */
#define LONG_QUEUE_US 100000 /* a longer one twice as quickly, for voice stands in it */
#define LEAST_PACE 0.3       /* of what arrives, however long the queue is */
#define LEAST_RATE 0.9
#define STEADY 1.05
#define FIRST_US 400000  /* of a queue: until then what is seen was sent before */
#define STANDING_CUT 0.2 /* a second */

#define SLOW_STEP_BPS 12000.0 /* in each loop, near the capacity */
#define SLOW_GROWTH_MIN 0.015
#define SLOW_GROWTH_MAX 0.06
#define GROWTH_GAIN 1.5 /* of the growth itself */
#define MAX_GROWTH 0.5
#define OVERSHOOT_US 80000.0 /* of queue that a growth may cause before it is seen */
#define LIMITED 0.75         /* who sends less than that of the rate does not test it */
#define REACH 0.7            /* so far it grows: then who sends that little is limited */
#define KNOWN_REACH 0.87     /* a little beyond what was last seen to fit: that must be carried */
#define NEAR_BELOW 0.85      /* of that: near */
#define NEAR_ABOVE 1.15
#define CAPACITY_MEMORY_US (60 * G_USEC_PER_SEC)

#define EMPTY_US 10000
#define BREATH_AFTER_US (8 * G_USEC_PER_SEC)
#define BREATH_US 500000
#define BREATH_SHARE 0.5

#define WATCH_US 200000.0 /* of queue that should have drained before there is a verdict */
#define CONTESTED_CHECK_US (3 * G_USEC_PER_SEC)
#define WATCH_LOOPS 3         /* for what is seen is old */
#define PLAIN_QUEUE_US 135000 /* a shorter one takes more to be sure */
#define WATCH_ABOVE_US 20000  /* beyond the target */

#define CONTESTED_CUT 0.85
#define FLOOD_LOSS 0.15 /* beyond what is random: no download does that to itself */
#define CONTESTED_BREATH 0.6
#define CONTESTED_END_US 4000000 /* without a queue */
#define CONTESTED_REACH 2.2      /* of what is sent: more is not tested */
#define CALM_US 800000
#define SAWTOOTH_US 40000
#define CONTESTED_SHARE 0.5        /* of what we had is ours at once */
#define CONTESTED_PAUSE_US 1300000 /* between two answers to losses */
#define STEP_BITS (2 * 1200 * 8.0) /* two segments, for we also stand back to look */

gboolean
cc_path_is_flooded(const CcPathView *view, double spread)
{
    if (view->queue_us <= LONG_QUEUE_US || view->sent_bps <= FLOOD * view->carried_bps)
        return FALSE;
    return view->carried_bps > NARROW_BPS || view->sent_bps > SURE_FLOOD * view->carried_bps ||
           cc_delivery_is_beyond_chance(view->loss, view->random_loss, spread, view->reported);
}

/* What a rate grows by in one loop near the capacity: for two flows about the same amount, so they
 * become alike. */
static double
slow_growth(double bps)
{
    return CLAMP(SLOW_STEP_BPS / bps, SLOW_GROWTH_MIN, SLOW_GROWTH_MAX);
}

void
cc_rate_control_init(CcRateControl *control, double start_bps, double min_bps, double max_bps)
{
    memset(control, 0, sizeof *control);
    control->min_bps = min_bps;
    control->max_bps = max_bps;
    cc_rate_control_set(control, start_bps);
    control->growth = slow_growth(control->bps);
}

void
cc_rate_control_set(CcRateControl *control, double bps)
{
    control->bps = control->pace_bps = CLAMP(bps, control->min_bps, control->max_bps);
}

void
cc_rate_control_found(CcRateControl *control, double bps, gint64 now_us)
{
    control->capacity_bps = bps;
    control->capacity_us = now_us;
    control->growth = slow_growth(bps);
    cc_rate_control_set(control, bps);
}

gint64
cc_rate_control_target_us(double bps)
{
    return (gint64)CLAMP(6000 + 11000 * log(2.4e6 / MAX(bps, 1000)), 8000, 60000);
}

static gboolean
is_limited(const CcRateControl *self, const CcPathView *view)
{
    return view->sent_bps < LIMITED * self->bps;
}

/* So far the rate grows by what is sent. What was last seen to fit is believed to fit again; more
 * than that only what is carried: else the rate would drift above the link's, and the next keyframe
 * make a long queue. @known: 0: it is forgotten. */
static double
find_reach(const CcRateControl *self, const CcPathView *view, double known)
{
    double reach_bps = view->sent_bps / REACH;
    if (known <= 0 || self->bps >= NEAR_ABOVE * known)
        return reach_bps;
    return MAX(MIN(reach_bps, known), view->sent_bps / KNOWN_REACH);
}

static void
grow(CcRateControl *self, const CcPathView *view, double step, gint64 target_us)
{
    double slow = slow_growth(self->bps);
    if (view->hold || is_limited(self, view)) {
        self->growth = slow;
        return;
    }
    double known = self->capacity_bps;
    if (view->now_us - self->capacity_us > CAPACITY_MEMORY_US)
        known = 0;
    gboolean near = known > 0 && self->bps > NEAR_BELOW * known && self->bps < NEAR_ABOVE * known;
    double most = CLAMP(OVERSHOOT_US / (double)view->loop_us, slow, MAX_GROWTH);
    if (near || view->queue_us > target_us / 2)
        self->growth = slow;
    else
        self->growth = MIN(self->growth * pow(GROWTH_GAIN, step), most);
    double room = 1 - (double)view->queue_us / (double)target_us, before_bps = self->bps;
    self->bps *= 1 + self->growth * room * step;
    double reach_bps = find_reach(self, view, known);
    self->untested = self->bps > reach_bps;
    self->bps = MIN(self->bps, MAX(reach_bps, before_bps));
}

/* TRUE of a long queue if what is seen of it was sent after it was known: what arrives is what we
 * have let go of, and tells of nobody's rate but ours. */
static gboolean
is_old(const CcRateControl *self, const CcPathView *view)
{
    return view->now_us - self->long_us > FIRST_US + view->loop_us;
}

/* There is a queue. Where it has stood for long enough, what was carried is all there is; before
 * that only the pace gives way, for it may pass like a hiccup of the link. */
static void
shrink(CcRateControl *self, const CcPathView *view, gint64 target_us, double seconds)
{
    double ahead_us = (double)view->queue_us + CLAMP(view->slope * 0.1, 0, 50000);
    double excess = (ahead_us - (double)target_us) / DRAIN_US;
    double left = excess - (double)view->drained_us / DRAIN_US;
    gboolean is_long = view->queue_us - view->drained_us > LONG_QUEUE_US;
    double share = CLAMP(1 - (is_long ? 2 : 1) * left, LEAST_PACE, 1);
    self->growth = slow_growth(self->bps);
    if (is_limited(self, view) && (view->probed || view->queue_us < 2 * target_us))
        return;
    if (view->full_bps <= 0) {
        self->pace_bps = share * MIN(self->bps, MAX(view->carried_bps, self->min_bps));
        return;
    }
    double bps = view->full_bps * MAX(1 - excess, LEAST_RATE);
    gboolean stands =
        view->sent_bps < STEADY * view->carried_bps && view->carried_bps < STEADY * view->sent_bps;
    if (stands || is_old(self, view))
        bps = MAX(bps, self->bps * (1 - STANDING_CUT * seconds));
    self->bps = bps;
    self->capacity_bps = MAX(view->full_bps, bps);
    self->capacity_us = view->now_us;
    self->pace_bps = MAX(view->full_bps * share, LEAST_PACE * self->bps);
}

static void
begin_contest(CcRateControl *self, const CcPathView *view)
{
    self->state = CC_RATE_CONTESTED;
    self->check_us = self->loss_us = view->now_us;
    self->least_queue_us = self->most_queue_us = view->queue_us;
    self->breath_us = 0;
    self->bps = MAX(self->bps, CONTESTED_SHARE * self->episode_bps);
}

/* Does the queue give way as it should after we did? */
static void
watch(CcRateControl *self, const CcPathView *view, double seconds)
{
    double carried = view->carried_bps;
    gboolean contested = self->state == CC_RATE_CONTESTED;
    if (!self->watching || (!contested && carried < 0.9 * view->sent_bps)) {
        self->watching = TRUE;
        self->watch_bps = !contested && is_old(self, view) ? MAX(carried, self->bps) : carried;
        self->watch_queue_us = view->queue_us;
        self->watch_us = view->now_us;
        self->expected_us = 0;
        return;
    }
    if (self->watch_bps > 0)
        self->expected_us +=
            MAX(1 - view->sent_bps / self->watch_bps, 0) * seconds * G_USEC_PER_SEC;
    gboolean plain = contested || view->queue_us > PLAIN_QUEUE_US;
    gint64 since_us = view->now_us - self->watch_us;
    if (self->expected_us < (plain ? WATCH_US : 3 * WATCH_US) ||
        (!contested && since_us < WATCH_LOOPS * view->loop_us))
        return;
    self->watching = FALSE;
    double drained_us = (double)(self->watch_queue_us - view->queue_us);
    double could_us = MIN(self->expected_us, (double)self->watch_queue_us);
    if (contested && drained_us > 0.7 * could_us)
        self->state = CC_RATE_QUEUE;
    else if (!contested && drained_us < 0.3 * could_us)
        begin_contest(self, view);
}

/* Is it still somebody else's queue? Soon after a loss, which all who share the link see: then
 * flows like this one give way together and find that the queue is theirs. Not at once, for
 * others give way at that moment by themselves. */
static void
check_contest(CcRateControl *self, const CcPathView *view)
{
    self->least_queue_us = MIN(self->least_queue_us, view->queue_us);
    self->most_queue_us = MAX(self->most_queue_us, view->queue_us);
    gint64 since_us = view->now_us - self->check_us, loss_us = view->now_us - self->loss_us;
    gboolean calm = loss_us > CALM_US && loss_us < 2 * CALM_US;
    if (since_us < CONTESTED_CHECK_US || (!calm && since_us < 4 * CONTESTED_CHECK_US))
        return;
    /* No sawtooth, no losses: it is the way that has become longer. */
    self->way_changed = loss_us > since_us - view->loop_us &&
                        self->most_queue_us - self->least_queue_us < SAWTOOTH_US;
    self->check_us = view->now_us;
    self->least_queue_us = self->most_queue_us = view->queue_us;
    self->watching = FALSE;
    self->breath_us = view->now_us + BREATH_US + view->loop_us;
}

/* As TCP would: some segments more in each round trip, less after a loss. */
static void
contest(CcRateControl *self, const CcPathView *view, double seconds)
{
    double deviation = sqrt(view->loss * (1 - view->loss) / MAX(view->reported, 1));
    gboolean lost = view->loss - view->random_loss > MAX(0.02, 1.5 * deviation);
    check_contest(self, view);
    if (view->now_us < self->breath_us)
        watch(self, view, seconds);
    if (lost && view->now_us - self->loss_us > MAX(view->loop_us, CONTESTED_PAUSE_US)) {
        self->loss_us = view->now_us;
        self->bps *= CONTESTED_CUT;
        if (view->loss - view->random_loss > FLOOD_LOSS)
            self->bps = MIN(self->bps, view->carried_bps);
    } else if (self->bps < CONTESTED_REACH * view->sent_bps && view->now_us > self->breath_us) {
        double rounds = seconds * G_USEC_PER_SEC / (double)MAX(view->loop_us, 50000);
        self->bps += STEP_BITS * rounds * G_USEC_PER_SEC / (double)MAX(view->loop_us, 50000);
    }
    self->pace_bps = self->bps * (view->now_us < self->breath_us ? CONTESTED_BREATH : 1);
}

/* Now and then the queue must be seen empty, or nobody knows any more what the way itself takes.
 * All who share it see it at the same time, so they hold their breath together. */
static void
breathe(CcRateControl *self, const CcPathView *view)
{
    if (view->queue_us < EMPTY_US || self->empty_us == 0) {
        self->empty_us = view->now_us;
        self->breath_us = 0;
    }
    if (view->now_us - self->empty_us > BREATH_AFTER_US) {
        self->empty_us = view->now_us;
        self->breath_us = view->now_us + BREATH_US + view->loop_us;
    }
    if (view->now_us < self->breath_us)
        self->pace_bps = MIN(self->pace_bps, self->bps * BREATH_SHARE);
}

void
cc_rate_control_step(CcRateControl *control, const CcPathView *view)
{
    CcRateControl *self = control;
    gint64 passed_us = CLAMP(view->now_us - self->step_us, 0, MIN(view->loop_us, G_USEC_PER_SEC));
    if (self->step_us == 0)
        passed_us = 0;
    self->step_us = view->now_us;
    double seconds = (double)passed_us / G_USEC_PER_SEC;
    gint64 target_us = cc_rate_control_target_us(self->bps);

    self->untested = FALSE;
    if (view->queue_us > target_us)
        self->full_us = view->now_us;
    else
        self->episode_bps = self->bps;
    if (view->queue_us < LONG_QUEUE_US)
        self->long_us = view->now_us;
    if (self->state == CC_RATE_CONTESTED && view->now_us - self->full_us < CONTESTED_END_US) {
        contest(self, view, seconds);
    } else if (view->queue_us > target_us) {
        self->state = CC_RATE_QUEUE;
        shrink(self, view, target_us, seconds);
        if (view->queue_us > target_us + WATCH_ABOVE_US)
            watch(self, view, seconds);
    } else {
        self->state = CC_RATE_GROWING;
        self->watching = FALSE;
        grow(self, view, (double)passed_us / (double)view->loop_us, target_us);
        self->pace_bps = self->bps;
    }
    if (self->state != CC_RATE_CONTESTED)
        breathe(self, view);
    self->bps = CLAMP(self->bps, self->min_bps, self->max_bps);
    self->pace_bps = CLAMP(self->pace_bps, self->min_bps, self->bps);
}
