/* The camera and microphone of a publication while it runs, and the loudspeaker beside it: which
 * there are, whether one is missing, and how people take another one. Main thread. */
#pragma once

#include "client/send/publication.h"
#include "client/window/view.h"

G_BEGIN_DECLS

typedef struct CcOwnDevices CcOwnDevices;

typedef struct {
    /* @devices: with none in it: there is nothing to choose; its strings live until the next call.
     */
    void (*show)(CcDeviceKind kind, const CcViewDevices *devices, gpointer user_data);
    /* Another loudspeaker is to be used; NULL: there is none to choose. */
    void (*use_speaker)(const char *device, gpointer user_data);
    /* Something has been plugged in or out; NULL if that does not matter. */
    void (*plugged)(gpointer user_data);
} CcOwnDevicesCallbacks;

/* @speaker: that is used from the beginning; with ->use_speaker. */
CcOwnDevices *cc_own_devices_new(const CcOwnDevicesCallbacks *callbacks, const char *speaker,
                                 gpointer user_data);
void cc_own_devices_free(CcOwnDevices *devices);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcOwnDevices, cc_own_devices_free)

/* NULL: there is none at the moment. It outlives, until another one is set. */
void cc_own_devices_set_publication(CcOwnDevices *devices, CcPublication *publication);
/* The publication says that one is missing, or there again, or to be another one. */
void cc_own_devices_changed(CcOwnDevices *devices);
/* @device: see cc_devices_open(). */
void cc_own_devices_choose(CcOwnDevices *devices, CcDeviceKind kind, const char *device);
/* As people have chosen here; NULL: they have not. */
const char *cc_own_devices_chosen(const CcOwnDevices *devices, CcDeviceKind kind);
/* w: the next camera; v: the next microphone. Returns what has been done, for people, or NULL if
 * the key means nothing. (transfer full) */
char *cc_own_devices_press(CcOwnDevices *devices, char key);
/* To be called once a second. */
void cc_own_devices_tick(CcOwnDevices *devices);

G_END_DECLS
