#include "common/rate/loss-runs.h"

#define REMEMBERED 24    /* runs */
#define FIRST_RUNS 2     /* before anything is known: some */
#define FIRST_LENGTH 1.0 /* and so long */
#define MAX_SPREAD 16

void
cc_loss_runs_end(CcLossRuns *runs)
{
    double keep = 1 - 1.0 / REMEMBERED;
    runs->lost = keep * runs->lost + MIN(runs->run, CC_LOSS_RUN_MAX);
    runs->runs = keep * runs->runs + 1;
    runs->run = 0;
}

/* Of a chain with two states (Gilbert), of which one loses all: its packets resemble their
 * neighbours by r = 1 - 1 / (length * (1 - loss)), and the variance is (1 + r) / (1 - r) times that
 * of independent ones. */
double
cc_loss_runs_spread(const CcLossRuns *runs, double loss)
{
    double lost = runs->lost + FIRST_RUNS * FIRST_LENGTH, n = runs->runs + FIRST_RUNS;
    return CLAMP(2 * lost / n * (1 - loss) - 1, 1, MAX_SPREAD);
}
