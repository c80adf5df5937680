/* One picture of the lesson as a PNG file. Any thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* @sample: raw video. Error: CC_ERROR_MEDIA, or the file's. */
gboolean cc_snapshot_write(GstSample *sample, const char *path, GError **error);

G_END_DECLS
