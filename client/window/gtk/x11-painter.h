/* Puts pictures from the shared memory straight onto a window, around the toolkit: the X server
 * reads them where they lie. Drawn by the toolkit, without a graphics
 * card, the window takes eight times the processor. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "client/window/window-process.h"

G_BEGIN_DECLS

typedef struct CcX11Painter CcX11Painter;

/* @fds: of the shared memory, one a slot; they stay the caller's. NULL where there is no X server
 * that reads our memory and has colours as we have them. */
CcX11Painter *cc_x11_painter_new(GdkDisplay *display, const int fds[CC_WINDOW_SLOTS]);
void cc_x11_painter_free(CcX11Painter *painter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcX11Painter, cc_x11_painter_free)

/* Of pictures that were put: the server still reads them. */
guint cc_x11_painter_pending(const CcX11Painter *painter);
/* @picture of cc_shared_picture_new(), put at @x, @y of @surface, where @clip has it; all in device
 * pixels. FALSE: that is not possible (any more). */
gboolean cc_x11_painter_put(CcX11Painter *painter, GdkSurface *surface, cairo_surface_t *picture,
                            int x, int y, const cairo_region_t *clip);

G_END_DECLS
