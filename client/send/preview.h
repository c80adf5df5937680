/* The teacher's own picture: in her window with buttons, or in a small one of its own. */
#pragma once

#include <gst/gst.h>

#include "client/send/teacher-display.h"

G_BEGIN_DECLS

/* A bin that passes pictures through its pads "sink" and "src" and shows them on the way; never
 * holds them up. @display: outlives, or NULL for the small window. NULL if there is nothing to show
 * them on. (transfer floating) */
GstElement *cc_preview_new(CcTeacherDisplay *display);

G_END_DECLS
