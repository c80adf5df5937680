/* Writes the lesson to a Matroska file as it was received, without transcoding. The file is whole
 * up to the last half second however the process ends. Recording begins with a keyframe and runs on
 * over outages, new sessions and other picture sizes. Where Matroska cannot go on in the same file
 * (another codec, a stream that appears or stays away), a further part is written: lesson.mkv,
 * lesson-2.mkv, …
 *
 * Main thread, but for what says otherwise. */
#pragma once

#include <gst/gst.h>

#include "common/wire/codec.h"

G_BEGIN_DECLS

typedef struct CcRecorder CcRecorder;

/* Error: CC_ERROR_FAILED if @path cannot be written. An existing file is not overwritten but
 * numbered. */
CcRecorder *cc_recorder_new(const char *path, GError **error);
/* Ends the file properly: duration and index. */
void cc_recorder_free(CcRecorder *recorder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRecorder, cc_recorder_free)

/* TRUE once the file could not be written any more (a full disk), which is logged; what comes after
 * that is not recorded. Any thread. */
gboolean cc_recorder_has_failed(CcRecorder *recorder);

/* An encoded frame whose PTS is the running time. Any thread. */
void cc_recorder_push(CcRecorder *recorder, CcMediaKind kind, GstSample *sample);

G_END_DECLS
