#include "client/send/own-devices.h"

#include <glib/gi18n.h>

#include "client/elements/device-watch.h"
#include "client/window/device-choice.h"

/* While one is missing, for who tells of devices may have gone with it; less and less often, for
 * the answer is waited for. */
#define RENEW_S 3
#define LONGEST_RENEW_S 60
#define KINDS (CC_DEVICE_SPEAKER + 1)

struct CcOwnDevices {
    CcOwnDevicesCallbacks callbacks;
    gpointer user_data;
    CcPublication *publication; /* or NULL */
    CcDeviceWatch *watch;       /* or NULL: there is nothing to choose */
    CcDeviceChoice choices[KINDS];
    char *chosen[KINDS];    /* or NULL */
    guint seconds, renew_s; /* since it was asked anew, and when it is next */
};

static CcCapture *
capture_of(const CcOwnDevices *devices, guint kind)
{
    return devices->publication != NULL && kind != CC_DEVICE_SPEAKER
               ? cc_publication_capture(devices->publication, (CcDeviceKind)kind)
               : NULL;
}

static void
look(CcOwnDevices *devices, CcDeviceKind kind)
{
    CcDeviceChoice *choice = &devices->choices[kind];
    const CcCapture *capture = capture_of(devices, kind);
    if (capture != NULL)
        cc_device_choice_look(choice, kind, cc_capture_get_device(capture),
                              cc_capture_get_name(capture), cc_capture_is_missing(capture));
    else if (kind == CC_DEVICE_SPEAKER && devices->callbacks.use_speaker != NULL)
        cc_device_choice_look(choice, kind, devices->chosen[kind], "", FALSE);
    else
        cc_device_choice_clear(choice);
    devices->callbacks.show(kind, &choice->view, devices->user_data);
}

void
cc_own_devices_changed(CcOwnDevices *devices)
{
    for (guint kind = 0; kind < KINDS; kind++)
        look(devices, (CcDeviceKind)kind);
}

static void
on_watch(gpointer user_data)
{
    CcOwnDevices *devices = user_data;
    for (guint kind = 0; kind < KINDS; kind++) {
        CcCapture *capture = capture_of(devices, kind);
        if (capture != NULL)
            cc_capture_look(capture);
    }
    cc_own_devices_changed(devices);
    if (devices->callbacks.plugged != NULL)
        devices->callbacks.plugged(devices->user_data);
}

CcOwnDevices *
cc_own_devices_new(const CcOwnDevicesCallbacks *callbacks, const char *speaker, gpointer user_data)
{
    CcOwnDevices *devices = g_new0(CcOwnDevices, 1);
    devices->callbacks = *callbacks;
    devices->user_data = user_data;
    devices->renew_s = RENEW_S;
    devices->chosen[CC_DEVICE_SPEAKER] = g_strdup(speaker);
    if (callbacks->plugged != NULL || callbacks->use_speaker != NULL)
        devices->watch = cc_device_watch_new(on_watch, devices);
    return devices;
}

void
cc_own_devices_free(CcOwnDevices *devices)
{
    if (devices == NULL)
        return;
    cc_device_watch_free(devices->watch);
    for (guint kind = 0; kind < KINDS; kind++) {
        cc_device_choice_clear(&devices->choices[kind]);
        g_free(devices->chosen[kind]);
    }
    g_free(devices);
}

void
cc_own_devices_set_publication(CcOwnDevices *devices, CcPublication *publication)
{
    devices->publication = publication;
    gboolean any = capture_of(devices, CC_DEVICE_CAMERA) != NULL ||
                   capture_of(devices, CC_DEVICE_MICROPHONE) != NULL;
    if (any && devices->watch == NULL)
        devices->watch = cc_device_watch_new(on_watch, devices);
    cc_own_devices_changed(devices);
}

void
cc_own_devices_choose(CcOwnDevices *devices, CcDeviceKind kind, const char *device)
{
    CcCapture *capture = capture_of(devices, kind);
    char *copy = g_strdup(device); /* it may be ours */
    g_free(devices->chosen[kind]);
    devices->chosen[kind] = copy;
    if (capture != NULL) {
        cc_capture_set_device(capture, copy);
    } else if (kind == CC_DEVICE_SPEAKER && devices->callbacks.use_speaker != NULL) {
        devices->callbacks.use_speaker(copy, devices->user_data);
        look(devices, kind);
    }
}

const char *
cc_own_devices_chosen(const CcOwnDevices *devices, CcDeviceKind kind)
{
    return devices->chosen[kind];
}

char *
cc_own_devices_press(CcOwnDevices *devices, char key)
{
    if (key != 'w' && key != 'v')
        return NULL;
    CcDeviceKind kind = key == 'w' ? CC_DEVICE_CAMERA : CC_DEVICE_MICROPHONE;
    const CcDeviceChoice *choice = &devices->choices[kind];
    if (choice->view.n == 0)
        return NULL;
    g_autofree char *next = g_strdup(cc_device_choice_next(choice));
    char *words = g_strdup_printf(kind == CC_DEVICE_CAMERA ? _("camera: %s") : _("microphone: %s"),
                                  cc_view_device_name(&choice->view, next));
    cc_own_devices_choose(devices, kind, next);
    return words;
}

void
cc_own_devices_tick(CcOwnDevices *devices)
{
    gboolean missing = FALSE;
    for (guint kind = 0; kind < KINDS; kind++)
        missing |= devices->choices[kind].view.missing;
    if (!missing) {
        devices->seconds = 0;
        devices->renew_s = RENEW_S;
    } else if (++devices->seconds >= devices->renew_s) {
        devices->seconds = 0;
        devices->renew_s = MIN(devices->renew_s * 2, LONGEST_RENEW_S);
        cc_device_watch_renew(devices->watch);
    }
}
