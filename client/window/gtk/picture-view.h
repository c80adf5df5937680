/* A place for moving pictures in a window: shows the newest, as large as fits, and tells in which
 * size it does so. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/gtk/x11-painter.h"

G_BEGIN_DECLS

#define CC_TYPE_PICTURE_VIEW (cc_picture_view_get_type())
G_DECLARE_FINAL_TYPE(CcPictureView, cc_picture_view, CC, PICTURE_VIEW, GtkWidget)

/* Emits "resized" (guint width, guint height) in device pixels when they change. */
GtkWidget *cc_picture_view_new(const char *accessible_name);
/* @painter: shows pictures of just this size that nothing is to be done to, around the toolkit. It
 * lives longer. NULL: the toolkit shows them all. */
void cc_picture_view_set_painter(CcPictureView *view, CcX11Painter *painter);
/* @cover may lie over the view; it lives as long. Where it does nothing is put around the toolkit.
 */
void cc_picture_view_add_cover(CcPictureView *view, GtkWidget *cover);
/* An image surface; NULL: nothing is shown. Drawing such a one itself costs half of what a texture
 * does with the renderer that needs no graphics card. */
void cc_picture_view_set_picture(CcPictureView *view, cairo_surface_t *picture);
gboolean cc_picture_view_has_picture(CcPictureView *view);
/* The picture is an old one: half as bright. */
void cc_picture_view_set_dimmed(CcPictureView *view, gboolean dimmed);

G_END_DECLS
