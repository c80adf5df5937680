/* The classroom's window: for a projector that is seen from eight metres, and for a keyboard.
 * Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/host.h"
#include "client/window/view.h"

G_BEGIN_DECLS

typedef struct CcClassroomWindow CcClassroomWindow;

/* Says "closed", "hand", "volume", "device" and "size" to @host, which outlives it. */
CcClassroomWindow *cc_classroom_window_new(const CcHost *host, gboolean fullscreen);
void cc_classroom_window_free(CcClassroomWindow *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcClassroomWindow, cc_classroom_window_free)

GtkWindow *cc_classroom_window_get(CcClassroomWindow *window);
void cc_classroom_window_show(CcClassroomWindow *window, const CcClassroomView *view);
/* @picture: NULL takes it away. */
void cc_classroom_window_set_picture(CcClassroomWindow *window, guint slot,
                                     cairo_surface_t *picture);

G_END_DECLS
