#include "client/send/screen-portal-bus.h"

#include <glib/gi18n.h>

#include "common/base/error.h"

#define ASK_MS 40000 /* a portal that is just being started may itself wait 25 s for another */

GDBusConnection *
cc_portal_connect(GError **error)
{
    g_autoptr(GError) cause = NULL;
    GDBusConnection *bus = NULL;
    g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, &cause);
    if (address != NULL)
        bus = g_dbus_connection_new_for_address_sync(
            address,
            G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
            NULL, NULL, &cause);
    if (bus == NULL)
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                    _("the desktop cannot be asked for its screen: %s"), cause->message);
    return bus;
}

gboolean
cc_portal_ask_abilities(GDBusConnection *bus, guint32 kinds, CcPortalAbilities *abilities,
                        GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        bus, CC_PORTAL_NAME, CC_PORTAL_OBJECT, "org.freedesktop.DBus.Properties", "GetAll",
        g_variant_new("(s)", CC_PORTAL_SCREENCAST), G_VARIANT_TYPE("(a{sv})"),
        G_DBUS_CALL_FLAGS_NONE, ASK_MS, NULL, &cause);
    if (reply == NULL || !cc_portal_read_abilities(reply, abilities)) {
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                    _("this Wayland desktop shares no screens: install xdg-desktop-portal and the "
                      "one for the desktop (xdg-desktop-portal-gnome, -kde, -wlr), or share the "
                      "screen from the browser (/teach): %s"),
                    cause != NULL ? cause->message : CC_PORTAL_SCREENCAST);
        return FALSE;
    }
    if (abilities->sources & kinds)
        return TRUE;
    g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                        kinds == CC_PORTAL_WINDOWS
                            ? _("this Wayland desktop shares no single windows: take "
                                "--screen=monitor")
                            : _("this Wayland desktop shares no monitors: take --screen=window"));
    return FALSE;
}
