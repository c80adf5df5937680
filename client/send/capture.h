/* A camera or microphone in a source's bin. It may be changed for another one while the lesson
 * runs, and when it is unplugged, or falls silent without a word, it is looked for until it is
 * there again; of a camera a placeholder is seen meanwhile. Nothing behind it notices but another
 * format: running times go on, and no stream ends. Devices are opened and closed in threads, for
 * that may take a second. Main thread; the streams run in GStreamer's. */
#pragma once

#include <gst/gst.h>

#include "client/elements/devices.h"

G_BEGIN_DECLS

typedef struct CcCapture CcCapture;

typedef struct {
    CcDeviceKind kind;
    const char *device; /* see cc_devices_open() */
    GstElement *to;     /* in the bin: what it is linked to */
    /* Makes of an opened device, which it takes over, what has a pad "src" with something raw. From
     * a thread. NULL: the device itself; floating; returns NULL: it has no usable format. */
    GstElement *(*make)(GstElement *device, guint width, guint height);
    guint width, height;     /* of pictures, for @make and the placeholder */
    gboolean may_be_missing; /* from the beginning */
} CcCaptureOptions;

/* In @bin, which has not been started. Errors (unless it may be missing): CC_ERROR_NO_DEVICE,
 * CC_ERROR_MEDIA. */
CcCapture *cc_capture_new(GstBin *bin, const CcCaptureOptions *options, GError **error);
/* When its pipeline has stopped. */
void cc_capture_free(CcCapture *capture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcCapture, cc_capture_free)

/* @changed: it is missing, or there again, or another one is wanted. */
typedef void (*CcCaptureFunc)(CcDeviceKind kind, gpointer user_data);
void cc_capture_listen(CcCapture *capture, CcCaptureFunc changed, gpointer user_data);
gboolean cc_capture_is_missing(const CcCapture *capture);
/* For people; of the one that is missing, too. "" if there has never been one. */
const char *cc_capture_get_name(const CcCapture *capture);

/* Another one, as soon as it is there. @device: see cc_devices_open(). */
void cc_capture_set_device(CcCapture *capture, const char *device);
/* As it was chosen. */
const char *cc_capture_get_device(const CcCapture *capture);
/* Devices have come or gone: a missing one is looked for at once, and who uses any goes back to the
 * one that was lost. */
void cc_capture_look(CcCapture *capture);
/* Whether it runs; it does from the beginning. */
void cc_capture_run(CcCapture *capture, gboolean on);
/* TRUE if an error of @origin is of this device's, which is then looked for. */
gboolean cc_capture_take_error(CcCapture *capture, GstObject *origin, const char *reason);

G_END_DECLS
