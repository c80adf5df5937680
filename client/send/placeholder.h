/* What the classrooms see while the camera is missing: a quiet picture of a camera crossed out, so
 * that nobody takes a picture that stands still for a fault of the link, and who joins meanwhile
 * sees something. Main thread; the stream runs in GStreamer's. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct CcPlaceholder CcPlaceholder;

/* @width, @height: even. */
CcPlaceholder *cc_placeholder_new(guint width, guint height);
/* Its element may still be in a pipeline: it falls silent. */
void cc_placeholder_free(CcPlaceholder *placeholder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPlaceholder, cc_placeholder_free)

/* A live source of I420 with a pad "src". (transfer none) */
GstElement *cc_placeholder_element(CcPlaceholder *placeholder);

G_END_DECLS
