#include "relay/control/placement.h"

/* A worker may have this many sessions more than the mean of all, or a quarter of the mean. */
#define EXCESS 16
#define EXCESS_DIVISOR 4

/* What a worker may carry before its rooms spill over. */
static guint64
share(const CcPlacement *workers)
{
    guint64 sum = 0;

    for (guint i = 0; i < workers->n_workers; i++)
        sum += workers->load[i];
    return sum / workers->n_workers + MAX(EXCESS, sum / workers->n_workers / EXCESS_DIVISOR);
}

static gboolean
is_busy(const CcPlacement *workers, guint index)
{
    return (workers->busy >> index & 1) != 0;
}

/* Fewer sessions; but whoever is busy comes last. */
static gboolean
is_better(const CcPlacement *workers, guint index, guint than)
{
    if (is_busy(workers, index) != is_busy(workers, than))
        return is_busy(workers, than);
    return workers->load[index] < workers->load[than];
}

guint
cc_placement_least(const CcPlacement *workers)
{
    guint least = 0;

    for (guint i = 1; i < workers->n_workers; i++)
        if (is_better(workers, i, least))
            least = i;
    return least;
}

guint
cc_placement_receiver(const CcPlacement *workers, const guint *in_room, guint home)
{
    guint64 limit = share(workers);
    guint best = home;

    if (workers->load[home] <= limit && !is_busy(workers, home))
        return home;
    for (guint i = 0; i < workers->n_workers; i++)
        if (i != home && in_room[i] > 0 && workers->load[i] <= limit && !is_busy(workers, i) &&
            is_better(workers, i, best))
            best = i;
    return best != home ? best : cc_placement_least(workers);
}
