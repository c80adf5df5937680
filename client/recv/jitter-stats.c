#include "client/recv/jitter-stats.h"

void
cc_jitter_stats_add(GstElement *jitterbuffer, CcJitterStats *stats)
{
    g_autoptr(GstStructure) all = NULL;
    guint64 lost = 0, asked = 0, used = 0, jitter_ns = 0;
    g_object_get(jitterbuffer, "stats", &all, NULL);
    gst_structure_get(all, "num-lost", G_TYPE_UINT64, &lost, "rtx-count", G_TYPE_UINT64, &asked,
                      "rtx-success-count", G_TYPE_UINT64, &used, "avg-jitter", G_TYPE_UINT64,
                      &jitter_ns, NULL);
    stats->lost += lost;
    stats->asked += asked;
    stats->used += used;
    stats->jitter_ms = MAX(stats->jitter_ms, (double)jitter_ns / GST_MSECOND);
}
