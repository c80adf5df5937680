/* How a path loses packets, as the record of what was sent has it: how many, and how many in a row.
 * Pure. */
#pragma once

#include "common/rate/sent-record.h"

G_BEGIN_DECLS

typedef struct {
    guint n;           /* packets whose fate is known */
    double loss;       /* share of them */
    double loss_doubt; /* by which it may be wrong: few runs of losses say little */
    double run;        /* how many are lost one after the other, in the mean; 0: none */
    gint64 burst_us;   /* how long that lasts, by the times of sending; 0: none */
} CcLossPattern;

/* Of all in @record that were sent after @since_us. */
void cc_loss_pattern_read(CcSentRecord *record, gint64 since_us, gint64 now_us,
                          CcLossPattern *pattern);

G_END_DECLS
