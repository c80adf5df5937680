#include "relay/control/placement.h"

/* A worker may have this many sessions more than the mean of all, or a quarter of the mean. */
#define EXCESS 16
#define EXCESS_DIVISOR 4

/* What a worker may carry before its rooms spill over. */
static guint64
share(const guint *load, guint n_workers)
{
    guint64 sum = 0;

    for (guint i = 0; i < n_workers; i++)
        sum += load[i];
    return sum / n_workers + MAX(EXCESS, sum / n_workers / EXCESS_DIVISOR);
}

guint
cc_placement_least(const guint *load, guint n_workers)
{
    guint least = 0;

    for (guint i = 1; i < n_workers; i++)
        if (load[i] < load[least])
            least = i;
    return least;
}

guint
cc_placement_receiver(const guint *load, const guint *in_room, guint n_workers, guint home)
{
    guint64 limit = share(load, n_workers);
    guint best = home;

    if (load[home] <= limit)
        return home;
    for (guint i = 0; i < n_workers; i++)
        if (i != home && in_room[i] > 0 && load[i] <= limit && load[i] < load[best])
            best = i;
    return best != home ? best : cc_placement_least(load, n_workers);
}
