/* Losses that come in runs say less than their number: five packets lost in a row are one accident.
 * Learns how long runs are on a link, and how much more a share of lost packets varies for it than
 * if each had been lost by itself. A value; {0} is ready. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    double lost, runs; /* of late; the newest count most */
    guint run;         /* lost since the last that arrived */
} CcLossRuns;

#define CC_LOSS_RUN_MAX 10 /* longer ones are outages */

void cc_loss_runs_end(CcLossRuns *runs);
/* The fate of each packet, in the order of sending. */
static inline void
cc_loss_runs_add(CcLossRuns *runs, gboolean arrived)
{
    if (!arrived)
        runs->run++;
    else if (runs->run > 0)
        cc_loss_runs_end(runs);
}
/* The variance of a share of @loss, 0..1, is so many times that of single losses: 1 or more. */
double cc_loss_runs_spread(const CcLossRuns *runs, double loss);

G_END_DECLS
