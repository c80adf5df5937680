/* The teacher's own picture in a small window. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A bin that passes pictures through its pads "sink" and "src" and shows them on the way; never
 * holds them up. NULL if there is no display. (transfer floating) */
GstElement *cc_preview_new(void);

G_END_DECLS
