/* What the parts of the estimator have in common: estimator.c (transport-wide feedback),
 * estimator-reports.c (receiver reports, REMB) and estimator-silence.c (when nobody answers). */
#pragma once

#include "common/rate/estimator.h"

G_BEGIN_DECLS

/* The rate that was decided on, for everybody to read. */
void cc_estimator_publish(CcEstimator *estimator);
/* Somebody has spoken: an end of the silence, if there was one, for packets sent after
 * @newest_sent_us (0: unknown). Returns the time since he last did. */
gint64 cc_estimator_heard(CcEstimator *estimator, gint64 now_us, gint64 newest_sent_us);

G_END_DECLS
