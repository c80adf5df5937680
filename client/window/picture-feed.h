/* Pictures on their way into a window: at their time, in the size in which they are drawn, and the
 * newest only. Main thread. */
#pragma once

#include <gst/gst.h>

#include "client/window/window-process.h"

G_BEGIN_DECLS

typedef struct CcPictureFeed CcPictureFeed;

/* Adds to @pipeline what takes raw pictures of any format and shows them in @slot of @process,
 * which lives longer. Error: CC_ERROR_MEDIA. */
CcPictureFeed *cc_picture_feed_new(GstElement *pipeline, CcWindowProcess *process, guint slot,
                                   GError **error);
/* When the pipeline has stopped. */
void cc_picture_feed_free(CcPictureFeed *feed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPictureFeed, cc_picture_feed_free)

/* What is linked to, and what keeps the time (a basesink). (transfer none) */
GstElement *cc_picture_feed_head(CcPictureFeed *feed);
GstElement *cc_picture_feed_sink(CcPictureFeed *feed);
/* Device pixels; more than there is room for is left to the window's own scaling. */
void cc_picture_feed_set_size(CcPictureFeed *feed, guint width, guint height);

G_END_DECLS
