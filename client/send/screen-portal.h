/* The screen of a Wayland desktop, by the desktop portal (org.freedesktop.portal.ScreenCast,
 * D-Bus): the desktop asks its user which monitor or window may be shown, and gives a PipeWire
 * stream. That choice is kept for the next time. Main thread. */
#pragma once

#include "client/send/screen-area.h"

G_BEGIN_DECLS

typedef struct CcScreenPortal CcScreenPortal;

typedef struct {
    /* Pictures are to be had from node @node of the PipeWire remote behind @fd (transfer full). */
    void (*opened)(int fd, guint32 node, gpointer user_data);
    /* No more; they are asked for again by themselves. */
    void (*lost)(gpointer user_data);
    /* The user refused, or ended it: not asked for again. @words: why, for people. */
    void (*ended)(const char *words, gpointer user_data);
} CcScreenPortalCallbacks;

/* @text: of the setting, by which the choice is kept; @area: what it says. Asks for nothing yet.
 * Error: CC_ERROR_NO_DEVICE, where there is no portal or it does not share such things. */
CcScreenPortal *cc_screen_portal_new(const char *text, const CcScreenArea *area,
                                     const CcScreenPortalCallbacks *callbacks, gpointer user_data,
                                     GError **error);
/* Ends what is shown; no callback comes any more. */
void cc_screen_portal_free(CcScreenPortal *portal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreenPortal, cc_screen_portal_free)

void cc_screen_portal_start(CcScreenPortal *portal);
/* The stream that opened() told of has failed: lost() follows at once, and opened() later. */
void cc_screen_portal_renew(CcScreenPortal *portal);

G_END_DECLS
