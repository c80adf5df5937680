/* Opening a camera or microphone: its driver may take a second for that, and a sound server that
 * hangs longer, so a lesson that runs lets a thread do it. */
#pragma once

#include "client/send/capture.h"

G_BEGIN_DECLS

typedef struct {
    GstElement *element; /* opened (READY), with a pad "src", not floating; NULL: see @error */
    char *id, *name;     /* of the device */
    GError *error;       /* CC_ERROR_NO_DEVICE, CC_ERROR_MEDIA */
} CcOpenedDevice;

/* @first: an id that is preferred to an "auto" in @options->device; or NULL. Any thread. */
void cc_device_open(CcOpenedDevice *opened, const CcCaptureOptions *options, const char *first);
/* Closes what has not been taken out. */
void cc_opened_device_clear(CcOpenedDevice *opened);

/* One in a thread. Main thread. */
typedef struct CcDeviceOpening CcDeviceOpening;

/* @done: may take the element out. Not called after cc_device_opening_cancel(), which comes before
 * @user_data goes; either ends the opening. @options is copied. */
typedef void (*CcDeviceOpenedFunc)(CcOpenedDevice *opened, gpointer user_data);
CcDeviceOpening *cc_device_opening_new(const CcCaptureOptions *options, const char *first,
                                       CcDeviceOpenedFunc done, gpointer user_data);
/* NULL is let pass. */
void cc_device_opening_cancel(CcDeviceOpening *opening);

/* Stops @element (transfer full), which is in no bin any more, in a thread: its own may be in the
 * middle of something. */
void cc_device_close(GstElement *element);

G_END_DECLS
