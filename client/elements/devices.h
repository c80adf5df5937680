/* Cameras, microphones and loudspeakers, as GStreamer's device providers know them. Any
 * thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum { CC_DEVICE_CAMERA, CC_DEVICE_MICROPHONE, CC_DEVICE_SPEAKER } CcDeviceKind;

typedef struct {
    CcDeviceKind kind;
    char *id;   /* for the configuration's camera and microphone keys; stable over restarts */
    char *name; /* for people */
    gboolean is_default;
    GstDevice *device;
} CcDevice;

/* CcDevice *; the default one of each kind first. Sound cards' own output ("monitors") is left out.
 */
GPtrArray *cc_devices_list(CcDeviceKind kind);

/* Makes the element that captures, or that plays. @id: "auto", an id, or a name as the list shows
 * it. @found_id, @name: (out) (optional): of the one that was found. Returns a floating element, or
 * NULL with CC_ERROR_NO_DEVICE. */
GstElement *cc_devices_open(CcDeviceKind kind, const char *id, char **found_id, char **name,
                            GError **error);

/* TRUE if the sound server lets @element hear a loudspeaker, as PulseAudio does when a microphone is
 * unplugged and there is no other one. */
gboolean cc_devices_hears_loudspeaker(GstElement *element);

G_END_DECLS
