/* A button that opens the lists of cameras, microphones and loudspeakers. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/host.h"
#include "client/window/view.h"

G_BEGIN_DECLS

/* Its key is D, as far as its window calls cc_device_menu_open(). @host: see cc_choice_new(). */
GtkWidget *cc_device_menu_new(const CcHost *host);
/* None in it: there is nothing to choose. */
void cc_device_menu_show(GtkWidget *menu, const CcViewDevices *cameras,
                         const CcViewDevices *microphones, const CcViewDevices *speakers);
void cc_device_menu_open(GtkWidget *menu);

G_END_DECLS
