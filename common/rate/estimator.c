#include "common/rate/estimator.h"

#include <string.h>

#include "common/wire/transport-cc.h"

#define WINDOW_US 200000     /* what one decision looks at, at least */
#define WINDOW_PACKETS 5     /* and so many that arrived */
#define QUEUE_FULL_US 50000  /* more than this is cut */
#define QUEUE_EMPTY_US 20000 /* less than this may grow */
#define SILENCE_US 1000000   /* without feedback */
#define CLOCK_JUMP_US 10000000
#define REFERENCE_WRAP_US (((gint64)1 << 24) * 64000)

void
cc_estimator_init(CcEstimator *estimator, guint start_bps, guint min_bps, guint max_bps)
{
    memset(estimator, 0, sizeof *estimator);
    estimator->min_bps = MAX(min_bps, 1000);
    estimator->max_bps = MAX(max_bps, estimator->min_bps);
    estimator->result.estimate_bps = CLAMP(start_bps, estimator->min_bps, estimator->max_bps);
    estimator->result.pacing_bps = estimator->result.estimate_bps;
    estimator->window_queue_us = G_MAXINT64;
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
cc_estimator_sent_plain(CcEstimator *estimator, guint bytes, gint64 now_us)
{
    estimator->sent_bytes += bytes;
    if (estimator->sent_since_us == 0)
        estimator->sent_since_us = now_us;
    if (now_us - estimator->sent_since_us > SILENCE_US + 3 * estimator->result.rtt_us &&
        estimator->feedback_us != 0)
        estimator->result.state = CC_LINK_SILENT;
}

void
cc_estimator_sent(CcEstimator *estimator, guint16 transport_sequence, guint bytes, gint64 now_us,
                  gboolean probe)
{
    cc_sent_record_add(&estimator->record, transport_sequence, bytes, now_us, probe);
    cc_estimator_sent_plain(estimator, bytes, now_us);
}

typedef struct {
    CcEstimator *estimator;
    gint64 now_us;
    gint64 newest_sent_us;
} Reading;

static void
on_packet(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
    Reading *reading = user_data;
    CcEstimator *self = reading->estimator;
    gint64 unwrapped;
    CcSentPacket *packet = cc_sent_record_find(&self->record, sequence, &unwrapped);
    if (packet == NULL || packet->fate == CC_SENT_ARRIVED)
        return;
    if (arrival_us == -1) {
        self->window_lost += packet->fate == CC_SENT_UNKNOWN;
        packet->fate = CC_SENT_LOST;
        return;
    }
    packet->fate = CC_SENT_ARRIVED;
    gint64 sent_us = cc_sent_packet_us(packet, reading->now_us);
    gint64 delay_us = self->reference_us + arrival_us - sent_us;
    if (self->base_us == 0 || delay_us < self->base_us)
        self->base_us = delay_us;
    self->window_queue_us = MIN(self->window_queue_us, delay_us - self->base_us);
    self->window_bytes += packet->bytes;
    self->window_arrived++;
    reading->newest_sent_us = MAX(reading->newest_sent_us, sent_us);
}

static void
decide(CcEstimator *self, gint64 now_us)
{
    CcEstimate *result = &self->result;
    double span = (double)(now_us - self->window_us) / G_USEC_PER_SEC;
    double loss = (double)self->window_lost / (self->window_lost + self->window_arrived);
    result->loss += 0.3 * (loss - result->loss);
    result->queue_us = self->window_queue_us;
    result->delivered_bps = (guint)MIN(self->window_bytes * 8 / span, G_MAXINT);
    if (result->queue_us < QUEUE_EMPTY_US)
        result->random_loss += 0.2 * (loss - result->random_loss);

    double arriving = result->delivered_bps / MAX(1 - result->random_loss, 0.1);
    double bps = result->estimate_bps;
    if (result->queue_us > QUEUE_FULL_US) {
        if (arriving * 0.85 < bps)
            bps = arriving * 0.85;
        result->state = CC_LINK_FULL;
    } else if (result->queue_us < QUEUE_EMPTY_US) {
        if (arriving > bps * 0.7)
            bps *= 1 + 0.3 * MIN(span, 1);
        result->state = CC_LINK_CLEAR;
    }
    result->estimate_bps = (guint)CLAMP(bps, self->min_bps, self->max_bps);
    result->pacing_bps = result->estimate_bps;
    self->window_us = now_us;
    self->window_bytes = self->window_arrived = self->window_lost = 0;
    self->window_queue_us = G_MAXINT64;
}

/* The receiver's clock behind a wrapping reference time; a jump begins a new one. */
static void
unwrap_reference(CcEstimator *self, gint64 reference_us, gint64 now_us)
{
    gint64 step = (reference_us - self->reference_us) % REFERENCE_WRAP_US;
    if (step < -REFERENCE_WRAP_US / 2)
        step += REFERENCE_WRAP_US;
    else if (step > REFERENCE_WRAP_US / 2)
        step -= REFERENCE_WRAP_US;
    if (!self->started || ABS(step - (now_us - self->feedback_us)) > CLOCK_JUMP_US) {
        self->started = TRUE;
        self->base_us = 0;
        self->window_queue_us = G_MAXINT64;
    }
    self->reference_us += step;
}

CcDrop
cc_estimator_feedback(CcEstimator *estimator, const CcRtcpPacket *packet, gint64 now_us)
{
    if (packet->body_length < 16)
        return CC_DROP_RTCP_MALFORMED;
    unwrap_reference(estimator, cc_transport_cc_reference_us(packet), now_us);
    Reading reading = {.estimator = estimator, .now_us = now_us};
    CcDrop drop = cc_transport_cc_read(packet, on_packet, &reading);
    if (drop != CC_DROP_NONE)
        return drop;
    estimator->feedback_us = now_us;
    estimator->sent_since_us = 0;
    if (reading.newest_sent_us != 0) {
        gint64 rtt_us = MAX(now_us - reading.newest_sent_us, 1);
        gint64 *mean = &estimator->result.rtt_us;
        *mean = *mean == 0 ? rtt_us : *mean + (rtt_us - *mean) / 8;
    }
    if (estimator->window_us == 0)
        estimator->window_us = now_us;
    if (estimator->window_arrived >= WINDOW_PACKETS && now_us - estimator->window_us >= WINDOW_US)
        decide(estimator, now_us);
    return CC_DROP_NONE;
}

void
cc_estimator_report(CcEstimator *estimator, double loss, gint64 rtt_us, gint64 now_us)
{
    CcEstimate *result = &estimator->result;
    loss = CLAMP(loss, 0, 1);
    result->loss += 0.3 * (loss - result->loss);
    if (rtt_us > 0)
        result->rtt_us = rtt_us;
    double bps = result->estimate_bps * (loss > 0.1 ? 1 - loss / 2 : loss < 0.02 ? 1.05 : 1);
    result->estimate_bps = (guint)CLAMP(bps, estimator->min_bps, estimator->max_bps);
    result->pacing_bps = result->estimate_bps;
    estimator->feedback_us = now_us;
    estimator->sent_since_us = 0;
}

void
cc_estimator_remb(CcEstimator *estimator, guint64 bps, gint64 now_us)
{
    estimator->result.estimate_bps =
        (guint)CLAMP(bps, (guint64)estimator->min_bps, (guint64)estimator->max_bps);
    estimator->result.pacing_bps = estimator->result.estimate_bps;
    estimator->feedback_us = now_us;
    estimator->sent_since_us = 0;
}

gboolean
cc_estimator_probe(CcEstimator *estimator, gint64 now_us, CcProbe *probe)
{
    return FALSE;
}
