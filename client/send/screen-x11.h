/* Where on an X11 display the shown part of the screen is: monitors by their names, windows by
 * their titles. A connection of its own; one thread at a time. */
#pragma once

#include "client/send/screen-area.h"

G_BEGIN_DECLS

typedef struct CcScreenX11 CcScreenX11;

/* Pixels of the display, or of @window: what of it is on the screen. */
typedef struct {
    guint64 window; /* 0: the display itself */
    guint left, top, width, height;
} CcScreenPlace;

/* Error: CC_ERROR_NO_DEVICE. */
CcScreenX11 *cc_screen_x11_new(GError **error);
void cc_screen_x11_free(CcScreenX11 *x11);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreenX11, cc_screen_x11_free)

/* Looks anew each time: windows come, go, and change their size. Error: CC_ERROR_NO_DEVICE, with
 * what there is. */
gboolean cc_screen_x11_find(CcScreenX11 *x11, const CcScreenArea *area, CcScreenPlace *place,
                            GError **error);

G_END_DECLS
