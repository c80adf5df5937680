#include "common/rate/estimator-private.h"

#include <math.h>
#include <string.h>

#include "common/wire/transport-cc.h"

#define RATE_WINDOW_US 400000
#define CROWDED_US 100000 /* of queue: the link has no choice but to show its rate, within */
#define USUAL 1.1         /* of the capacity that was last seen */
#define CROWDED_WINDOW_US 200000
#define RATE_PACKETS 6
#define LOSS_WINDOW_US 1000000
#define LOSS_PACKETS 30
#define SURELY 0.82    /* of what the link was seen to carry it has carried since, too */
#define FULL_US 150000 /* that the link had something waiting: then it tells its rate */
#define FULL_PACKETS 4
#define SLOPE_WINDOW_US 300000
#define LONG_QUEUE_US 60000 /* no room for doubts */
#define SHOWN_LOSS_US 3000000.0

#define UNTESTED_SHARE 0.75 /* who sends less of the rate must probe to learn more */
#define KNOWN_SHARE 0.9     /* likewise, where no more is known to fit */
#define BOLD_PROBE 2.0
#define CAREFUL_PROBE 1.5
#define WANTED_MARGIN 1.1
#define PROBE_AFTER_US 2500000 /* the link was last seen full */
#define BLIND_STEP 1.25        /* without a probe, each few seconds */
#define PROBE_MARGIN 0.9       /* of what was found to fill the link */

#define CLOCK_JUMP_US 10000000
/* What may be told, or reading it would be all we do: a message of 30 bytes can speak of thousands
 * of packets. Nobody sends so many in a second. */
#define TOLD_PER_SECOND 20000
#define TOLD_AHEAD_US 400000 /* before it is too much */
#define REFERENCE_WRAP_US (((gint64)1 << 24) * 64000)

void
cc_estimator_publish(CcEstimator *estimator)
{
    estimator->result.estimate_bps = (guint)estimator->control.bps;
    estimator->result.pacing_bps = (guint)estimator->control.pace_bps;
}

void
cc_estimator_init(CcEstimator *estimator, guint start_bps, guint min_bps, guint max_bps)
{
    memset(estimator, 0, sizeof *estimator);
    min_bps = CLAMP(min_bps, 1000, G_MAXINT32);
    cc_rate_control_init(&estimator->control, start_bps, min_bps,
                         CLAMP(max_bps, min_bps, G_MAXINT32));
    cc_estimator_publish(estimator);
}

void
cc_estimator_clear(CcEstimator *estimator)
{
    if (estimator != NULL)
        cc_sent_record_clear(&estimator->record);
}

void
cc_estimator_want(CcEstimator *estimator, guint bps)
{
    estimator->wanted_bps = bps;
}

void
cc_estimator_sent(CcEstimator *estimator, guint16 transport_sequence, guint bytes, gint64 now_us,
                  gboolean probe)
{
    cc_sent_record_add(&estimator->record, transport_sequence, bytes, now_us, probe);
    if (probe)
        cc_prober_sent(&estimator->prober, estimator->record.last, bytes);
    cc_estimator_sent_plain(estimator, bytes, now_us);
}

typedef struct {
    CcEstimator *estimator;
    gint64 now_us;
    gint64 newest_sent_us;
    gboolean news;
} Reading;

/* All that was sent up to and including @unwrapped. */
static void
account(CcEstimator *self, gint64 unwrapped, gint64 sent_us, gint64 arrival_us)
{
    if (unwrapped <= self->accounted)
        return;
    gint64 from = MAX(self->accounted, self->record.last - self->record.n);
    for (gint64 i = from + 1; i <= unwrapped; i++) {
        const CcSentPacket *packet = cc_sent_record_get(&self->record, i);
        self->delivery.now.bytes += packet == NULL ? 0 : packet->bytes;
    }
    self->accounted = unwrapped;
    self->delivery.now.sent = (guint32)sent_us;
    /* A packet that overtook another arrives when that one does. */
    if (self->delivery.n == 0 || (gint32)((guint32)arrival_us - self->delivery.now.arrival) > 0)
        self->delivery.now.arrival = (guint32)arrival_us;
}

static void
on_packet(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
    Reading *reading = user_data;
    CcEstimator *self = reading->estimator;
    gint64 unwrapped;
    CcSentPacket *packet = cc_sent_record_find(&self->record, sequence, &unwrapped);
    if (packet == NULL || packet->fate == CC_SENT_ARRIVED)
        return;
    gint64 sent_us = cc_sent_packet_us(packet, reading->now_us);
    gboolean counts = packet->fate == CC_SENT_UNKNOWN && sent_us >= self->forgive_us;
    self->delivery.now.reported += counts;
    self->delivery.now.reported_bytes += counts ? packet->bytes : 0;
    if (counts && self->result.queue_us < LONG_QUEUE_US) /* else it may be the queue's */
        cc_loss_runs_add(&self->loss.runs, arrival_us != -1);
    reading->news = TRUE;
    if (arrival_us == -1) {
        packet->fate = CC_SENT_LOST;
        return;
    }
    packet->fate = CC_SENT_ARRIVED;
    arrival_us += self->reference_us;
    gboolean waited = self->delay.waiting;
    if (sent_us >= self->forgive_us) {
        self->delivery.now.arrived++;
        self->delivery.now.arrived_bytes += packet->bytes;
        reading->newest_sent_us = MAX(reading->newest_sent_us, sent_us);
        cc_delay_signal_add(&self->delay, sent_us, arrival_us - sent_us, packet->bytes,
                            self->control.bps);
    }
    account(self, unwrapped, sent_us, arrival_us);
    if (!waited || !self->delay.waiting)
        self->full = self->delivery.now;
    if (packet->probe)
        cc_prober_arrived(&self->prober, unwrapped, sent_us, arrival_us);
}

/* The receiver's clock behind a reference time that wraps; a jump begins a new one. */
static void
unwrap_reference(CcEstimator *self, gint64 reference_us, gint64 now_us)
{
    gint64 step_us = (reference_us - self->reference_us) % REFERENCE_WRAP_US;
    if (step_us < -REFERENCE_WRAP_US / 2)
        step_us += REFERENCE_WRAP_US;
    else if (step_us > REFERENCE_WRAP_US / 2)
        step_us -= REFERENCE_WRAP_US;
    gint64 apart_us = step_us - (now_us - self->reference_at_us);
    if (!self->started || ABS(apart_us) > CLOCK_JUMP_US) {
        cc_delay_signal_reset(&self->delay);
        cc_delivery_reset(&self->delivery);
        self->started = TRUE;
        self->reference_us = reference_us;
    } else {
        self->reference_us += step_us;
    }
    self->reference_at_us = now_us;
}

/* FALSE if more is told than is worth reading. */
static gboolean
may_read(CcEstimator *self, const CcRtcpPacket *packet, gint64 now_us)
{
    if (self->told_until_us > now_us)
        return FALSE;
    guint n = cc_transport_cc_n_status(packet);
    gint64 from_us = MAX(self->told_until_us, now_us - TOLD_AHEAD_US);
    if (n <= CC_TRANSPORT_CC_MAX_STATUS) /* beyond it is not read */
        self->told_until_us = from_us + (gint64)n * G_USEC_PER_SEC / TOLD_PER_SECOND;
    return TRUE;
}

/* Looks at losses; decides whose they are where there is no queue. */
static void
judge_loss(CcEstimator *self, CcPathView *view, gint64 passed_us)
{
    CcDeliveryView recent;
    CcLossJudge *judge = &self->loss;
    view->random_loss = judge->random;
    if (!cc_delivery_view(&self->delivery, LOSS_WINDOW_US, LOSS_PACKETS, &recent) ||
        recent.reported == 0)
        return;
    view->loss = 1 - (double)MIN(recent.arrived, recent.reported) / recent.reported;
    view->reported = recent.reported;
    CcEstimate *result = &self->result;
    double part = (double)MIN(passed_us, 500000) / SHOWN_LOSS_US;
    gint64 since_us = view->now_us - result->flood_us;
    if (result->flood_us == 0 || since_us > LOSS_WINDOW_US + view->loop_us) /* a flood's is over */
        result->loss += (view->loss - result->loss) * part;
    result->loss_spread = cc_loss_runs_spread(&judge->runs, result->loss);
    CcRateControl *control = &self->control;
    if (view->queue_us > LONG_QUEUE_US || control->state == CC_RATE_CONTESTED)
        cc_loss_judge_abort(judge, view->queue_us > CROWDED_US ? view->now_us + view->loop_us : 0);
    else {
        CcLossVerdict verdict = cc_loss_judge_step(judge, &self->delivery, &recent, view->loop_us,
                                                   passed_us, view->now_us);
        view->hold = verdict == CC_LOSS_TESTING || verdict == CC_LOSS_DOUBT;
        if (verdict == CC_LOSS_TEST) {
            self->before_bps = control->bps;
            cc_rate_control_set(control, MIN(control->bps, recent.sent_bps) * CC_LOSS_TEST_SHARE);
        } else if (verdict == CC_LOSS_RANDOM) {
            cc_rate_control_set(control, MAX(self->before_bps, control->bps));
        } else if (verdict == CC_LOSS_OURS) {
            cc_rate_control_found(control, judge->fits_bps, view->now_us);
        }
    }
    result->testing = judge->testing;
    view->random_loss = judge->random;
    result->random_loss = MIN(judge->random, result->loss);
}

/* All that was sent behind the packet @first and up to @last; @lost_too: or only what is not known
 * to be lost. */
static double
bits_between(CcEstimator *self, gint64 first, gint64 last, gboolean lost_too)
{
    double bits = 0;
    for (gint64 i = MAX(first, self->record.last - self->record.n) + 1; i <= last; i++) {
        const CcSentPacket *packet = cc_sent_record_get(&self->record, i);
        if (packet != NULL && (lost_too || packet->fate != CC_SENT_LOST))
            bits += packet->bytes * 8.0;
    }
    return bits;
}

/* Of a probe. What is lost while the queue is long has been turned away by it: the link has not
 * carried that, but for what is always lost. */
static double
probed_bits(CcEstimator *self, const CcPathView *view)
{
    gboolean crowded = view->queue_us > CROWDED_US;
    double bits = bits_between(self, self->prober.first, self->prober.last, !crowded);
    return crowded ? bits / MAX(1 - view->random_loss, 0.05) : bits;
}

static void
judge_probe(CcEstimator *self, const CcPathView *view)
{
    CcProber *prober = &self->prober;
    if (!cc_prober_is_due(prober, self->accounted, view->loop_us, view->now_us))
        return;
    double bits = probed_bits(self, view), bps = 0;
    CcProbeVerdict verdict = cc_prober_end(prober, bits, view->loop_us, view->now_us, &bps);
    if (self->control.state == CC_RATE_CONTESTED || self->loss.testing)
        return;
    if (verdict == CC_PROBE_FULL)
        bps *= PROBE_MARGIN;
    if (prober->sent_bytes == 0) /* it cannot pad: only trying tells */
        bps = MIN(self->control.bps * BLIND_STEP, prober->probe.bps);
    else if (verdict == CC_PROBE_UNCLEAR)
        return;
    if (bps > self->control.bps)
        cc_rate_control_set(&self->control, bps);
}

/* What the link carries, of what was sent for what arrives. Where it seems far more than it was
 * last seen to carry, some of that was lost ahead of it or by its queue: not less than what
 * arrived. */
static double
carried_bps(const CcEstimator *self, const CcDeliveryView *seen, const CcPathView *view)
{
    double bps = seen->arriving_bps, usual_bps = USUAL * self->control.capacity_bps;
    if (bps <= usual_bps)
        return bps;
    double spread = cc_loss_runs_spread(&self->loss.runs, view->loss);
    if (view->queue_us > CROWDED_US || view->now_us < self->loss.excused_us)
        bps = cc_delivery_carried_bps(seen, view->random_loss, spread);
    return usual_bps > 0 ? MIN(bps, MAX(usual_bps, seen->arriving_bps * seen->kept)) : bps;
}

/* What the link carries of ours. Who sends little, and who sees a queue grow all of a sudden, may
 * take for its rate only what came since every packet had to wait. */
static void
see_carried(CcEstimator *self, const CcDeliveryView *recent, CcPathView *view)
{
    CcDeliveryView since, newest;
    gboolean sparse = view->sent_bps < UNTESTED_SHARE * self->control.bps;
    gboolean crowded = view->queue_us > CROWDED_US;
    view->carried_bps = carried_bps(self, recent, view);
    if (!sparse && !crowded) {
        view->full_bps = view->carried_bps;
        return;
    }
    if (!self->delay.waiting || !cc_delivery_since(&self->delivery, &self->full, &since) ||
        since.span_us < FULL_US || since.arrived < FULL_PACKETS)
        return;
    if (crowded && since.span_us > CROWDED_WINDOW_US &&
        cc_delivery_view(&self->delivery, CROWDED_WINDOW_US, FULL_PACKETS, &newest))
        since = newest;
    view->full_bps =
        since.span_us < recent->span_us ? carried_bps(self, &since, view) : view->carried_bps;
}

/* What has become of the queue that was seen: what left since then is less than what the link has
 * carried since. Behind a long way that is known long before it is seen. */
static gint64
drained_us(CcEstimator *self, const CcPathView *view)
{
    double bps = SURELY * (view->full_bps > 0 ? view->full_bps : view->carried_bps);
    if (view->queue_us <= CROWDED_US || bps <= 0)
        return 0;
    double since_us = (guint32)view->now_us - self->delivery.now.sent;
    double bits = bits_between(self, self->accounted, self->record.last, TRUE);
    return (gint64)CLAMP(since_us - bits * G_USEC_PER_SEC / bps, 0, (double)view->queue_us);
}

static void
look(CcEstimator *self, gint64 now_us, gint64 passed_us)
{
    CcDeliveryView rates;
    if (!cc_delivery_view(&self->delivery, RATE_WINDOW_US, RATE_PACKETS, &rates))
        return;
    CcPathView view = {
        .now_us = now_us,
        .sent_bps = rates.sent_bps,
        .queue_us = cc_delay_signal_queue_us(&self->delay),
        .loop_us = self->result.rtt_us + (gint64)self->feedback_gap_us + 100000,
    };
    view.probed = cc_prober_may_queue(&self->prober, view.loop_us, now_us);
    if (view.queue_us > 0) /* else nobody asks */
        view.slope = cc_delay_signal_slope(&self->delay, SLOPE_WINDOW_US);
    judge_loss(self, &view, passed_us);
    see_carried(self, &rates, &view);
    view.drained_us = drained_us(self, &view);
    if (cc_path_is_flooded(&view, cc_loss_runs_spread(&self->loss.runs, view.loss)))
        self->result.flood_us = now_us;
    cc_rate_control_step(&self->control, &view);
    judge_probe(self, &view);
    self->delay.held = self->control.state == CC_RATE_CONTESTED;
    if (self->control.way_changed) {
        self->control.way_changed = FALSE;
        cc_delay_signal_reset(&self->delay);
    }

    CcEstimate *result = &self->result;
    result->queue_us = view.queue_us;
    result->full_us = self->control.full_us;
    result->sent_bps = (guint)MIN(view.sent_bps, G_MAXINT32);
    result->delivered_bps = (guint)MIN(rates.arriving_bps * (1 - view.loss), G_MAXINT32);
    result->state = self->control.state == CC_RATE_GROWING ? CC_LINK_CLEAR
                    : self->control.state == CC_RATE_QUEUE ? CC_LINK_FULL
                                                           : CC_LINK_CONTESTED;
    cc_estimator_publish(self);
}

void
cc_estimator_moved(CcEstimator *estimator, gint64 now_us)
{
    estimator->forgive_us = now_us;
    cc_delay_signal_reset(&estimator->delay);
    cc_delivery_reset(&estimator->delivery);
}

CcDrop
cc_estimator_feedback(CcEstimator *estimator, const CcRtcpPacket *packet, gint64 now_us)
{
    CcEstimator *self = estimator;
    if (packet->body_length < 16)
        return CC_DROP_RTCP_MALFORMED;
    if (!may_read(self, packet, now_us))
        return CC_DROP_RTCP_ABSURD;
    unwrap_reference(self, cc_transport_cc_reference_us(packet), now_us);
    Reading reading = {.estimator = self, .now_us = now_us};
    CcDrop drop = cc_transport_cc_read(packet, on_packet, &reading);
    if (drop != CC_DROP_NONE || !reading.news)
        return drop;
    gint64 passed_us = cc_estimator_heard(self, now_us, reading.newest_sent_us);
    if (reading.newest_sent_us == 0)
        return CC_DROP_NONE;
    gint64 rtt_us = MAX(now_us - reading.newest_sent_us, 1);
    gint64 *mean_us = &self->result.rtt_us;
    *mean_us = *mean_us == 0 ? rtt_us : *mean_us + (rtt_us - *mean_us) / 8;
    cc_delivery_mark(&self->delivery);
    look(self, now_us, passed_us);
    return CC_DROP_NONE;
}

gboolean
cc_estimator_probe(CcEstimator *estimator, gint64 now_us, CcProbe *probe)
{
    CcEstimator *self = estimator;
    const CcEstimate *result = &self->result;
    if (self->prober.is_on || now_us < self->prober.next_us ||
        self->wanted_bps <= result->estimate_bps ||
        (result->state != CC_LINK_CLEAR && result->state != CC_LINK_FULL) ||
        result->sent_bps >=
            (self->control.untested ? KNOWN_SHARE : UNTESTED_SHARE) * result->estimate_bps ||
        result->queue_us > 2 * cc_rate_control_target_us(result->estimate_bps) ||
        (self->control.capacity_us > 0 && now_us - self->control.capacity_us < PROBE_AFTER_US))
        return FALSE;
    gboolean careful = self->prober.failures > 0 || self->control.untested;
    double factor = careful ? CAREFUL_PROBE : BOLD_PROBE;
    double bps = MIN(self->control.bps * factor, self->wanted_bps * WANTED_MARGIN);
    cc_prober_begin(&self->prober, MIN(bps, self->control.max_bps), result->loss,
                    self->delay.jitter_us, now_us);
    *probe = self->prober.probe;
    return TRUE;
}
