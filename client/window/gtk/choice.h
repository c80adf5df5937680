/* A list of devices from which one is chosen. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/host.h"
#include "client/window/view.h"

G_BEGIN_DECLS

/* @kind: as cc_window_process has it ("speaker"). Says "device" to @host, which outlives it, when
 * somebody chooses. */
GtkWidget *cc_choice_new(const CcHost *host, const char *kind, const char *accessible_name);
void cc_choice_show(GtkWidget *choice, const CcViewDevices *devices);

G_END_DECLS
