/* What a peer says who gives no transport-wide feedback: receiver reports, REMB. */
#include "common/rate/estimator-private.h"

#define LEAST_REPORT_US 100000 /* apart */
#define REPORT_WEIGHT 0.3
#define REPORT_QUEUE_US 80000
#define REPORT_CUT 0.85
#define REPORT_NEW_LOSS 0.1
#define REPORT_TESTED 0.7
#define REPORT_GROWTH 1.08
#define REMB_US 5000000 /* so long it is believed */

/* A report says little: what was sent since the last one, what was lost of it, one round trip. */
void
cc_estimator_report(CcEstimator *estimator, double loss, gint64 rtt_us, gint64 now_us)
{
    CcEstimator *self = estimator;
    CcEstimate *result = &self->result;
    gint64 passed_us = cc_estimator_heard(self, now_us, 0);
    loss = CLAMP(loss, 0, 1);
    result->loss += REPORT_WEIGHT * (loss - result->loss);
    if (rtt_us > 0) {
        result->rtt_us = MIN(rtt_us, G_USEC_PER_SEC * 30);
        cc_delay_signal_add(&self->delay, now_us, result->rtt_us, 0, 0);
        result->queue_us = MAX(result->rtt_us - cc_delay_signal_base_us(&self->delay), 0);
    }
    double sent_bps = (double)self->plain_bytes * 8 * G_USEC_PER_SEC / (double)MAX(passed_us, 1);
    self->plain_bytes = 0;
    if (passed_us < LEAST_REPORT_US || now_us < self->remb_until_us)
        return;
    result->sent_bps = (guint)MIN(sent_bps, G_MAXINT32);
    result->delivered_bps = (guint)(result->sent_bps * (1 - loss));
    double bps = self->control.bps, before = self->loss.random;
    if (result->queue_us > REPORT_QUEUE_US) {
        double carried = MIN(sent_bps, bps) * (1 - MAX(loss - before, 0));
        bps = MIN(bps, carried * REPORT_CUT);
        result->state = CC_LINK_FULL;
    } else {
        self->loss.random += REPORT_WEIGHT * (loss - before);
        if (loss > before + REPORT_NEW_LOSS)
            bps *= 1 - (loss - before) / 2;
        else if (sent_bps > REPORT_TESTED * bps)
            bps *= REPORT_GROWTH;
        result->state = CC_LINK_CLEAR;
    }
    result->random_loss = MIN(self->loss.random, result->loss);
    cc_rate_control_set(&self->control, bps);
    cc_estimator_publish(self);
}

void
cc_estimator_remb(CcEstimator *estimator, guint64 bps, gint64 now_us)
{
    cc_estimator_heard(estimator, now_us, 0);
    estimator->remb_until_us = now_us + REMB_US;
    estimator->result.state = CC_LINK_CLEAR;
    cc_rate_control_set(&estimator->control, (double)bps);
    cc_estimator_publish(estimator);
}
