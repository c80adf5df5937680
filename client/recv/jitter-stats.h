/* What GStreamer's jitter buffers count. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
    guint64 lost;        /* not there in time, also not by retransmission */
    guint64 asked, used; /* retransmissions */
    double jitter_ms;    /* the greatest */
} CcJitterStats;

/* Adds those of one more of them. */
void cc_jitter_stats_add(GstElement *jitterbuffer, CcJitterStats *stats);

G_END_DECLS
