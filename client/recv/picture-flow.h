/* How smoothly pictures arrive: counts and freezes. A freeze is a gap longer than max(3 × average,
 * average + 150 ms); below 10 pictures a second, longer than 500 ms. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint64 pictures;
    guint64 freezes;
    gint64 frozen_us;  /* in all freezes, beyond the average interval */
    gint64 last_us;    /* 0: none yet */
    double average_us; /* of the intervals, smoothed; 0: unknown */
} CcPictureFlow;

/* Returns: how long the freeze was that this picture ends, in microseconds; 0 if it ends none. */
gint64 cc_picture_flow_add(CcPictureFlow *flow, gint64 now_us);

G_END_DECLS
