/* Where a lesson's picture and sound come from: one bin with raw streams at its ghost pads "video"
 * and "audio" (either may be missing), paced in real time against the pipeline's clock.
 * Main thread; the streams run in GStreamer's. */
#pragma once

#include <gst/gst.h>

#include "client/send/capture.h"
#include "client/send/settings.h"

G_BEGIN_DECLS

typedef struct {
    GstElement *bin; /* owned; also added to the pipeline */
    gboolean has_video, has_audio;
    gboolean previewed;             /* live pictures of the teacher: worth a window of their own */
    CcCapture *camera, *microphone; /* that can be changed; or NULL */
    char *description;              /* for people: "lecture.mp4", "HD Webcam" */
    gpointer player;                /* a file's decoder, or NULL */
    void (*start)(gpointer player); /* called once the pipeline plays; may be NULL */
    void (*stop)(gpointer player);  /* before the pipeline stops; may be NULL */
    GDestroyNotify free_player;     /* after it; may be NULL */
} CcSource;

/* Chooses by @settings. Errors: CC_ERROR_NO_DEVICE (the message names the ways out),
 * CC_ERROR_MEDIA. */
CcSource *cc_source_new(const CcSendSettings *settings, GError **error);
void cc_source_free(CcSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSource, cc_source_free)

/* Lets camera or microphone run, or stop: a light beside the lens goes out. They run from the
 * beginning. A source that has none runs on. */
void cc_source_capture(CcSource *source, gboolean video, gboolean on);

/* That camera or microphone; NULL: the source has no such one. (transfer none) */
CcCapture *cc_source_get_capture(const CcSource *source, CcDeviceKind kind);
/* To both of them: see cc_capture_listen(). */
void cc_source_listen(CcSource *source, CcCaptureFunc changed, gpointer user_data);
/* TRUE if an error of @origin is camera's or microphone's, which is then looked for. */
gboolean cc_source_take_error(CcSource *source, GstObject *origin, const char *reason);

/* The kinds, each in its file. What captures and cannot be changed is called CC_SOURCE_CAMERA or
 * CC_SOURCE_MICROPHONE in its bin. */
#define CC_SOURCE_CAMERA "camera"
#define CC_SOURCE_MICROPHONE "microphone"
CcSource *cc_source_test_new(const CcSendSettings *settings, GError **error);
CcSource *cc_source_file_new(const CcSendSettings *settings, GError **error);
CcSource *cc_source_camera_new(const CcSendSettings *settings, GError **error);

/* For the kinds: a source around a bin made of gst-launch @description, whose "video" and "audio"
 * elements become its pads. @video, @audio: whether there are such. */
CcSource *cc_source_from_description(const char *launch, gboolean video, gboolean audio,
                                     const char *description, GError **error);
/* Adds the microphone that @settings names as the bin's "audio" pad. If there is none at all it is
 * waited for: the lesson begins with pictures alone. Error: a microphone named in the settings that
 * is not there. */
gboolean cc_source_add_microphone(CcSource *source, const CcSendSettings *settings, GError **error);

G_END_DECLS
