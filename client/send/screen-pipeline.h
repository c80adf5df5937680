/* The pipeline that captures a screen, and its newest picture. It plays and ends in a thread of its
 * own, for a source may let that wait for half a minute, and nothing of the lesson may wait for a
 * screen. Main thread, but what says otherwise. */
#pragma once

#include "client/send/screen-shape.h"

G_BEGIN_DECLS

typedef struct CcScreenPipeline CcScreenPipeline;

/* Plays @source, as gst_parse_launch() has it. @fd: (transfer full) what it reads from, open until
 * it has ended; -1: nothing. Error: CC_ERROR_MEDIA. */
CcScreenPipeline *cc_screen_pipeline_new(const char *source, int fd, GError **error);
/* No more pictures are taken of it; it ends soon. */
void cc_screen_pipeline_free(CcScreenPipeline *pipeline);
/* The same, and waits until it has ended. */
void cc_screen_pipeline_finish(CcScreenPipeline *pipeline);

/* It plays no more, or never will. */
gboolean cc_screen_pipeline_has_failed(CcScreenPipeline *pipeline);

/* (transfer full) Any thread, while somebody holds it. */
CcScreenPipeline *cc_screen_pipeline_ref(CcScreenPipeline *pipeline);
void cc_screen_pipeline_unref(CcScreenPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreenPipeline, cc_screen_pipeline_unref)
/* (transfer full) The picture that came last, in @shape, if it has not been taken yet; else NULL.
 * Any thread, one for each @shape. */
GstSample *cc_screen_pipeline_take(CcScreenPipeline *pipeline, CcScreenShape *shape);

G_END_DECLS
