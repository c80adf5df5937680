/* The teacher's window: herself and her voice, the classrooms, and chat. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/ui/audibility.h"
#include "client/window/gtk/host.h"
#include "client/window/view.h"

G_BEGIN_DECLS

typedef struct CcTeacherWindow CcTeacherWindow;

/* Says to @host, which outlives it, what cc_window_process_new() has callbacks for. */
CcTeacherWindow *cc_teacher_window_new(const CcHost *host, gboolean fullscreen);
void cc_teacher_window_free(CcTeacherWindow *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcTeacherWindow, cc_teacher_window_free)

GtkWindow *cc_teacher_window_get(CcTeacherWindow *window);
void cc_teacher_window_show(CcTeacherWindow *window, const CcTeacherView *view);
/* Slot 0: herself. */
void cc_teacher_window_set_picture(CcTeacherWindow *window, guint slot, cairo_surface_t *picture);
void cc_teacher_window_show_level(CcTeacherWindow *window, double level, CcAudibility audibility);

G_END_DECLS
