/* Silence: when to take it for an outage, and where to go on after it. */
#include "common/rate/estimator-private.h"

#define SILENCE_US 800000           /* at least, without a word */
#define REPORTS_SILENCE_US 10000000 /* where only reports come */
#define SILENT_SHARE 0.5
#define RESUME_SHARE 0.85
#define LONG_SILENCE_US (30 * G_USEC_PER_SEC)
#define LONG_RESUME_SHARE 0.6

static void
fall_silent(CcEstimator *self, gint64 now_us)
{
    self->result.state = CC_LINK_SILENT;
    self->silent_us = now_us;
    self->before_bps = self->control.bps;
    cc_rate_control_set(&self->control, self->control.bps * SILENT_SHARE);
    cc_estimator_publish(self);
}

void
cc_estimator_sent_plain(CcEstimator *estimator, guint bytes, gint64 now_us)
{
    CcEstimator *self = estimator;
    self->plain_bytes += bytes;
    if (self->unheard_us == 0) {
        self->unheard_us = now_us;
    } else if (self->feedback_us != 0 && self->result.state != CC_LINK_SILENT) {
        gint64 patience_us =
            self->started ? SILENCE_US + 2 * self->result.rtt_us + 6 * (gint64)self->feedback_gap_us
                          : REPORTS_SILENCE_US;
        if (now_us - self->unheard_us > patience_us)
            fall_silent(self, now_us);
    }
}

static void
resume(CcEstimator *self, gint64 now_us, gint64 newest_sent_us)
{
    gboolean is_long = now_us - self->silent_us > LONG_SILENCE_US;
    cc_rate_control_set(&self->control,
                        self->before_bps * (is_long ? LONG_RESUME_SHARE : RESUME_SHARE));
    cc_delivery_reset(&self->delivery);
    self->forgive_us = newest_sent_us == 0 ? now_us : newest_sent_us;
    self->result.state = CC_LINK_CLEAR;
    cc_estimator_publish(self);
}

gint64
cc_estimator_heard(CcEstimator *estimator, gint64 now_us, gint64 newest_sent_us)
{
    CcEstimator *self = estimator;
    gint64 passed_us = self->feedback_us == 0 ? 0 : now_us - self->feedback_us;
    if (self->result.state == CC_LINK_SILENT)
        resume(self, now_us, newest_sent_us);
    else if (passed_us > 0)
        self->feedback_gap_us += ((double)MIN(passed_us, G_USEC_PER_SEC) - self->feedback_gap_us) *
                                 (self->feedback_gap_us > 0 ? 0.125 : 1);
    self->feedback_us = now_us;
    self->unheard_us = 0;
    return passed_us;
}

void
cc_estimator_keep(CcEstimator *estimator, guint bps, gint64 now_us)
{
    CcRateControl *control = &estimator->control;
    cc_rate_control_found(control, bps, now_us);
    control->state = CC_RATE_GROWING;
    control->watching = FALSE;
    control->breath_us = 0;
    cc_estimator_publish(estimator);
}
