/* The relay's media workers: as many threads, on ports that follow one another. Made, asked and
 * ended by the control thread. */
#pragma once

#include "common/base/config-rules.h"
#include "relay/media/worker.h"

G_BEGIN_DECLS

typedef struct CcWorkerGroup CcWorkerGroup;

/* @options: of the first one; each further one takes the next port, or any if the first does. All
 * or none: if one cannot listen, the error says which. @n_workers: 1 to CC_MAX_WORKERS. */
CcWorkerGroup *cc_worker_group_new(const CcWorkerOptions *options, guint n_workers, GError **error);
/* All say goodbye before the first is gone. NULL is fine. */
void cc_worker_group_free(CcWorkerGroup *group);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcWorkerGroup, cc_worker_group_free)

guint cc_worker_group_size(const CcWorkerGroup *group);
/* (transfer none) */
CcWorker *cc_worker_group_get(const CcWorkerGroup *group, guint index);
/* "8189", "8189-8192", or "40001,40007" if they do not follow one another. (transfer full) */
char *cc_worker_group_ports(const CcWorkerGroup *group);

typedef struct {
    CcWorkerStats *total; /* of all together; its sessions belong to @workers */
    GPtrArray *workers;   /* CcWorkerStats *, in the group's order */
} CcWorkerGroupStats;
void cc_worker_group_stats_free(CcWorkerGroupStats *stats);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcWorkerGroupStats, cc_worker_group_stats_free)

typedef void (*CcWorkerGroupStatsFunc)(CcWorkerGroupStats *stats,
                                       gpointer user_data); /* (transfer full) */
/* @func is called once, in the caller's thread-default main context, when all have answered. */
void cc_worker_group_get_stats(CcWorkerGroup *group, CcWorkerGroupStatsFunc func,
                               gpointer user_data);

G_END_DECLS
