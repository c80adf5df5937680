/* The screen as pictures, of an X11 display or, by the desktop's portal, of a Wayland desktop: the
 * newest one is there to be fetched at any time. Captured in a pipeline
 * of its own, so that a window that is closed, or that changes its size, disturbs nothing else of
 * the lesson; it is looked for again. Main thread, but cc_screen_capture_take(). */
#pragma once

#include <gst/gst.h>

#include "client/send/settings.h"

G_BEGIN_DECLS

typedef struct CcScreenCapture CcScreenCapture;

/* Errors: CC_ERROR_USAGE, CC_ERROR_NO_DEVICE. */
CcScreenCapture *cc_screen_capture_new(const CcScreenSettings *settings, GError **error);
void cc_screen_capture_free(CcScreenCapture *capture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreenCapture, cc_screen_capture_free)

gboolean cc_screen_capture_start(CcScreenCapture *capture, GError **error);

/* (transfer full) The picture that came last, I420 with even sides, if it is another one than the
 * last that was taken; else NULL. Any thread. */
GstSample *cc_screen_capture_take(CcScreenCapture *capture);
/* It must not be shown any more, nor the last picture of it. Any thread. */
gboolean cc_screen_capture_is_over(CcScreenCapture *capture);

G_END_DECLS
