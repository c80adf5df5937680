/* Says when cameras, microphones or loudspeakers have come or gone. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcDeviceWatch CcDeviceWatch;

/* @changed: a moment later, once for all that changed together. */
CcDeviceWatch *cc_device_watch_new(void (*changed)(gpointer user_data), gpointer user_data);
/* Asks anew: a sound server that was restarted no longer says what changes. @changed follows. */
void cc_device_watch_renew(CcDeviceWatch *watch);
void cc_device_watch_free(CcDeviceWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeviceWatch, cc_device_watch_free)

G_END_DECLS
