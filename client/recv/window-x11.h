/* The classroom's window on an X11 (or XWayland) desktop: title, full screen, keys. The video sink
 * draws into it. Main thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct CcWindow CcWindow;

typedef struct {
    void (*closed)(gpointer user_data);           /* q, or the window manager's close button */
    void (*hand)(gpointer user_data);             /* h: raise it, or lower it */
    void (*talk)(gpointer user_data);             /* t: mute our microphone, or not */
    void (*layout)(gpointer user_data);           /* l: the next one */
    void (*device)(char key, gpointer user_data); /* w, v: the next camera or microphone */
    /* Has another size, or has come to light: what it shows must be drawn anew. */
    void (*changed)(gpointer user_data);
} CcWindowCallbacks;

/* F11, f and a double click switch full screen, Escape leaves it, h is the hand, t the
 * microphone, l the layout, w and v the next camera and microphone, q closes.
 * NULL if there is no X display. */
CcWindow *cc_window_new(const char *title, guint width, guint height, gboolean fullscreen,
                        const CcWindowCallbacks *callbacks, gpointer user_data);
void cc_window_free(CcWindow *window);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcWindow, cc_window_free)

/* For gst_video_overlay_set_window_handle(). */
guintptr cc_window_handle(const CcWindow *window);

G_END_DECLS
