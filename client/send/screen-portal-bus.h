/* Where the desktop portal is on D-Bus, and what it can do. */
#pragma once

#include "client/send/screen-portal-reply.h"

G_BEGIN_DECLS

#define CC_PORTAL_NAME "org.freedesktop.portal.Desktop"
#define CC_PORTAL_OBJECT "/org/freedesktop/portal/desktop"
#define CC_PORTAL_SCREENCAST "org.freedesktop.portal.ScreenCast"

/* (transfer full) A connection to the session's bus for one owner alone, whose end ends nothing
 * else. Error: CC_ERROR_NO_DEVICE. */
GDBusConnection *cc_portal_connect(GError **error);

/* Blocks, for the portal may have to be started. @kinds: which of those is to be shown. Error:
 * CC_ERROR_NO_DEVICE, in words for people. */
gboolean cc_portal_ask_abilities(GDBusConnection *bus, guint32 kinds, CcPortalAbilities *abilities,
                                 GError **error);

G_END_DECLS
