/* A live source's place in a bin that runs. Taken and left without blocking a pad: what is on its
 * way when it leaves ends at a pad that is not linked. Main thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Links @element to @to, which is free; stopped, until cc_live_source_start(). What it says of its
 * end stays behind: a device that fails says that its stream ends, and that would be the lesson's.
 */
void cc_live_source_add(GstBin *bin, GstElement *element, GstElement *to);
/* In the bin's time. A failure comes as an error message. */
void cc_live_source_start(GstBin *bin, GstElement *element);
/* Stopped, but opened. */
void cc_live_source_stop(GstElement *element);
/* Running or not. (transfer full) */
GstElement *cc_live_source_remove(GstBin *bin, GstElement *element);

G_END_DECLS
