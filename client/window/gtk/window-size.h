/* How large a window is, and how large its letters are for that. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The whole monitor, where there is no window manager to fill the screen with it, or a good part of
 * it. From then on the letters grow with the window. */
void cc_window_size_prepare(GtkWindow *window, gboolean fullscreen);

G_END_DECLS
