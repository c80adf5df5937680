#include "relay/media/worker-group.h"

struct CcWorkerGroup {
    guint n_workers;
    CcWorker *workers[CC_MAX_WORKERS];
};

CcWorkerGroup *
cc_worker_group_new(const CcWorkerOptions *options, guint n_workers, GError **error)
{
    g_return_val_if_fail(n_workers > 0 && n_workers <= CC_MAX_WORKERS, NULL);
    g_autoptr(CcWorkerGroup) group = g_new0(CcWorkerGroup, 1);
    while (group->n_workers < n_workers) {
        CcWorkerOptions own = *options;
        own.index = group->n_workers;
        if (own.port != 0)
            own.port = (guint16)(own.port + own.index);
        CcWorker *worker = cc_worker_new(&own, error);
        if (!worker) {
            if (n_workers > 1)
                g_prefix_error(error, "worker %u of %u: ", own.index + 1, n_workers);
            return NULL;
        }
        group->workers[group->n_workers++] = worker;
    }
    return g_steal_pointer(&group);
}

void
cc_worker_group_free(CcWorkerGroup *group)
{
    if (!group)
        return;
    for (guint i = 0; i < group->n_workers; i++)
        cc_worker_stop(group->workers[i]);
    for (guint i = 0; i < group->n_workers; i++)
        cc_worker_free(group->workers[i]);
    g_free(group);
}

guint
cc_worker_group_size(const CcWorkerGroup *group)
{
    return group->n_workers;
}

CcWorker *
cc_worker_group_get(const CcWorkerGroup *group, guint index)
{
    g_return_val_if_fail(index < group->n_workers, NULL);
    return group->workers[index];
}

char *
cc_worker_group_ports(const CcWorkerGroup *group)
{
    GString *ports = g_string_new(NULL);
    guint16 first = cc_worker_port(group->workers[0]);
    gboolean in_a_row = TRUE;
    g_string_append_printf(ports, "%u", first);
    for (guint i = 1; i < group->n_workers; i++) {
        guint16 port = cc_worker_port(group->workers[i]);
        in_a_row = in_a_row && port == first + i;
        g_string_append_printf(ports, ",%u", port);
    }
    if (in_a_row && group->n_workers > 1)
        g_string_printf(ports, "%u-%u", first, first + group->n_workers - 1);
    return g_string_free(ports, FALSE);
}

void
cc_worker_group_stats_free(CcWorkerGroupStats *stats)
{
    if (!stats)
        return;
    cc_worker_stats_free(stats->total);
    g_ptr_array_unref(stats->workers);
    g_free(stats);
}

typedef struct Gathering Gathering;

/* One worker's answer on its way. */
typedef struct {
    Gathering *gathering;
    guint index;
} Part;

struct Gathering {
    CcWorkerGroupStats *stats;
    guint n_missing;
    CcWorkerGroupStatsFunc func;
    gpointer user_data;
    Part parts[CC_MAX_WORKERS];
};

static void
on_part(CcWorkerStats *stats, gpointer user_data)
{
    Part *part = user_data;
    Gathering *gathering = part->gathering;
    gathering->stats->workers->pdata[part->index] = stats;
    if (--gathering->n_missing > 0)
        return;
    gathering->stats->total = cc_worker_stats_sum(gathering->stats->workers);
    gathering->func(gathering->stats, gathering->user_data);
    g_free(gathering);
}

void
cc_worker_group_get_stats(CcWorkerGroup *group, CcWorkerGroupStatsFunc func, gpointer user_data)
{
    Gathering *gathering = g_new0(Gathering, 1);
    gathering->stats = g_new0(CcWorkerGroupStats, 1);
    gathering->stats->workers =
        g_ptr_array_new_with_free_func((GDestroyNotify)cc_worker_stats_free);
    g_ptr_array_set_size(gathering->stats->workers, (int)group->n_workers);
    gathering->n_missing = group->n_workers;
    gathering->func = func;
    gathering->user_data = user_data;
    for (guint i = 0; i < group->n_workers; i++) {
        gathering->parts[i] = (Part){gathering, i};
        cc_worker_get_stats(group->workers[i], on_part, &gathering->parts[i]);
    }
}
