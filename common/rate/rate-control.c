#include "common/rate/rate-control.h"

#include <math.h>
#include <string.h>

#define DRAIN_US 500000.0 /* a queue above the target is emptied within this */
#define LEAST_PACE 0.3    /* of what arrives, however long the queue is */
#define LEAST_RATE 0.9

#define SLOW_GROWTH 0.04 /* in each loop */
#define GROWTH_GAIN 1.5  /* of the growth itself */
#define MAX_GROWTH 0.5
#define OVERSHOOT_US 80000.0 /* of queue that a growth may cause before it is seen */
#define LIMITED 0.75         /* who sends less than that of the rate does not test it */
#define CAPACITY_MEMORY_US (60 * G_USEC_PER_SEC)

#define EMPTY_US 10000
#define BREATH_AFTER_US (10 * G_USEC_PER_SEC)
#define BREATH_US 600000

#define WATCH_US 80000.0 /* of queue that should have drained before there is a verdict */
#define CONTESTED_CHECK_US (10 * G_USEC_PER_SEC)
#define CONTESTED_CUT 0.85
#define CONTESTED_SHARE 0.5        /* of what we had is ours at once */
#define CONTESTED_PAUSE_US 1300000 /* between two answers to losses */
#define SEGMENT_BITS (1200 * 8.0)

void
cc_rate_control_init(CcRateControl *control, double start_bps, double min_bps, double max_bps)
{
    memset(control, 0, sizeof *control);
    control->min_bps = min_bps;
    control->max_bps = max_bps;
    control->growth = SLOW_GROWTH;
    cc_rate_control_set(control, start_bps);
}

void
cc_rate_control_set(CcRateControl *control, double bps)
{
    control->bps = control->pace_bps = CLAMP(bps, control->min_bps, control->max_bps);
}

gint64
cc_rate_control_target_us(double bps)
{
    return (gint64)CLAMP(8000 + 9000 * log(2.4e6 / MAX(bps, 1000)), 8000, 60000);
}

static gboolean
is_limited(const CcRateControl *self, const CcPathView *view)
{
    return view->sent_bps < LIMITED * self->bps;
}

/* What the link carries of ours while it is full: of what arrives, losses at the queue taken off.
 */
static double
carried_bps(const CcPathView *view)
{
    double kept = (1 - view->loss) / MAX(1 - view->random_loss, 0.05);
    return view->arriving_bps * MIN(kept, 1);
}

static void
grow(CcRateControl *self, const CcPathView *view, double step, gint64 target_us)
{
    if (is_limited(self, view)) {
        self->growth = SLOW_GROWTH;
        return;
    }
    double known = self->capacity_bps;
    if (view->now_us - self->capacity_us > CAPACITY_MEMORY_US)
        known = 0;
    gboolean near = known > 0 && self->bps > 0.85 * known && self->bps < 1.15 * known;
    double most = CLAMP(OVERSHOOT_US / (double)view->loop_us, SLOW_GROWTH, MAX_GROWTH);
    if (near || view->queue_us > target_us / 2)
        self->growth = SLOW_GROWTH;
    else
        self->growth = MIN(self->growth * pow(GROWTH_GAIN, step), most);
    double room = 1 - (double)view->queue_us / (double)target_us;
    self->bps *= 1 + self->growth * room * step;
    self->bps = MIN(self->bps, MAX(view->sent_bps / LIMITED, self->bps / (1 + self->growth)));
}

/* There is a queue: what arrives is all there is. */
static void
shrink(CcRateControl *self, const CcPathView *view, gint64 target_us)
{
    double carried = carried_bps(view);
    double ahead_us = (double)view->queue_us + CLAMP(view->slope * 0.1, 0, 50000);
    double excess = (ahead_us - (double)target_us) / DRAIN_US;
    self->growth = SLOW_GROWTH;
    if (carried <= 0)
        return;
    if (is_limited(self, view) && view->queue_us < 2 * target_us)
        return;
    self->capacity_bps = carried;
    self->capacity_us = view->now_us;
    self->bps = carried * MAX(1 - excess, LEAST_RATE);
    self->pace_bps = carried * MAX(1 - excess, LEAST_PACE);
}

/* Does the queue give way as it should after we did? */
static void
watch(CcRateControl *self, const CcPathView *view, double seconds)
{
    double carried = carried_bps(view);
    if (!self->watching || carried < 0.9 * view->sent_bps) {
        self->watching = TRUE;
        self->watch_bps = carried;
        self->watch_queue_us = view->queue_us;
        self->watch_us = view->now_us;
        self->expected_us = 0;
        return;
    }
    if (self->watch_bps > 0)
        self->expected_us +=
            MAX(1 - view->sent_bps / self->watch_bps, 0) * seconds * G_USEC_PER_SEC;
    double drained_us = (double)(self->watch_queue_us - view->queue_us);
    if (self->expected_us < MAX(WATCH_US, 0.3 * (double)self->watch_queue_us))
        return;
    self->watching = FALSE;
    gboolean ours = drained_us > 0.4 * self->expected_us;
    if (ours && self->state == CC_RATE_CONTESTED) {
        self->state = CC_RATE_QUEUE;
    } else if (!ours && self->state != CC_RATE_CONTESTED) {
        self->state = CC_RATE_CONTESTED;
        self->contested_us = self->loss_us = view->now_us;
        self->bps = self->pace_bps = MAX(self->bps, CONTESTED_SHARE * self->episode_bps);
    }
}

/* As TCP would: a segment more in each round trip, less after a loss. */
static void
contest(CcRateControl *self, const CcPathView *view, double seconds)
{
    double deviation = sqrt(view->loss * (1 - view->loss) / MAX(view->reported, 1));
    gboolean lost = view->loss - view->random_loss > MAX(0.02, 1.5 * deviation);
    if (view->now_us - self->contested_us > CONTESTED_CHECK_US) {
        if (!self->watching || self->watch_us < self->contested_us)
            self->watching = FALSE;
        self->contested_us = view->now_us;
        self->breath_us = view->now_us + BREATH_US + view->loop_us;
    }
    if (lost && view->now_us - self->loss_us > MAX(view->loop_us, CONTESTED_PAUSE_US)) {
        self->loss_us = view->now_us;
        self->bps *= CONTESTED_CUT;
    } else if (!is_limited(self, view) && view->now_us > self->breath_us) {
        double rounds = seconds * G_USEC_PER_SEC / (double)MAX(view->loop_us, 50000);
        self->bps += SEGMENT_BITS * rounds * G_USEC_PER_SEC / (double)MAX(view->loop_us, 50000);
    }
    self->pace_bps = self->bps * (view->now_us < self->breath_us ? 0.65 : 1);
}

/* Now and then the queue must be seen empty, or nobody knows any more what the way itself takes. */
static void
breathe(CcRateControl *self, const CcPathView *view)
{
    if (view->queue_us < EMPTY_US) {
        self->empty_us = view->now_us;
        self->breath_us = 0;
    }
    if (self->empty_us == 0)
        self->empty_us = view->now_us;
    if (view->now_us - self->empty_us > BREATH_AFTER_US) {
        self->empty_us = view->now_us;
        self->breath_us = view->now_us + BREATH_US + view->loop_us;
    }
    if (view->now_us < self->breath_us)
        self->pace_bps = MIN(self->pace_bps, self->bps * 0.7);
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

    if (view->queue_us > target_us + 20000)
        watch(self, view, seconds);
    else
        self->watching = FALSE;
    if (view->queue_us <= target_us)
        self->episode_bps = self->bps;

    if (self->state == CC_RATE_CONTESTED && view->queue_us > target_us) {
        contest(self, view, seconds);
    } else if (view->queue_us > target_us) {
        self->state = CC_RATE_QUEUE;
        shrink(self, view, target_us);
    } else {
        self->state = CC_RATE_GROWING;
        grow(self, view, (double)passed_us / (double)view->loop_us, target_us);
        self->pace_bps = self->bps;
        breathe(self, view);
    }
    self->bps = CLAMP(self->bps, self->min_bps, self->max_bps);
    self->pace_bps = CLAMP(self->pace_bps, self->min_bps, self->bps);
}
