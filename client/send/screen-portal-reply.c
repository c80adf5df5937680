#include "client/send/screen-portal-reply.h"

#include <string.h>

#define MOST_TOKEN 1024        /* bytes */
#define ANY_NODE ((guint32)-1) /* PipeWire's PW_ID_ANY: whatever there is, a camera perhaps */

gboolean
cc_portal_read_abilities(GVariant *reply, CcPortalAbilities *abilities)
{
    *abilities = (CcPortalAbilities){0};
    if (!g_variant_is_of_type(reply, G_VARIANT_TYPE("(a{sv})")))
        return FALSE;
    g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);
    g_variant_lookup(properties, "version", "u", &abilities->version);
    g_variant_lookup(properties, "AvailableSourceTypes", "u", &abilities->sources);
    g_variant_lookup(properties, "AvailableCursorModes", "u", &abilities->pointer_modes);
    return abilities->version > 0;
}

gboolean
cc_portal_read_response(GVariant *parameters, guint32 *code, GVariant **results)
{
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(ua{sv})")))
        return FALSE;
    g_variant_get(parameters, "(u@a{sv})", code, results);
    return TRUE;
}

/* The interface's description says that it is an object path, portals send a string. */
char *
cc_portal_read_session(GVariant *results)
{
    g_autoptr(GVariant) handle = g_variant_lookup_value(results, "session_handle", NULL);
    if (handle == NULL || !(g_variant_is_of_type(handle, G_VARIANT_TYPE_STRING) ||
                            g_variant_is_of_type(handle, G_VARIANT_TYPE_OBJECT_PATH)))
        return NULL;
    const char *path = g_variant_get_string(handle, NULL);
    return g_variant_is_object_path(path) ? g_strdup(path) : NULL;
}

gboolean
cc_portal_token_is_good(const char *token)
{
    gsize length = strlen(token);
    if (length == 0 || length > MOST_TOKEN || !g_utf8_validate(token, (gssize)length, NULL))
        return FALSE;
    for (const char *c = token; *c != '\0'; c++)
        if (g_ascii_iscntrl(*c))
            return FALSE;
    return TRUE;
}

gboolean
cc_portal_read_streams(GVariant *results, guint32 *node, char **token)
{
    g_autoptr(GVariant) streams =
        g_variant_lookup_value(results, "streams", G_VARIANT_TYPE("a(ua{sv})"));
    *token = NULL;
    if (streams == NULL || g_variant_n_children(streams) == 0)
        return FALSE;
    g_autoptr(GVariant) first = g_variant_get_child_value(streams, 0);
    g_variant_get_child(first, 0, "u", node);
    if (*node == ANY_NODE)
        return FALSE;
    const char *given = NULL;
    if (g_variant_lookup(results, "restore_token", "&s", &given) && cc_portal_token_is_good(given))
        *token = g_strdup(given);
    return TRUE;
}

int
cc_portal_read_descriptor(GVariant *reply, GUnixFDList *descriptors)
{
    gint32 index;
    if (descriptors == NULL || !g_variant_is_of_type(reply, G_VARIANT_TYPE("(h)")))
        return -1;
    g_variant_get(reply, "(h)", &index);
    if (index < 0 || index >= g_unix_fd_list_get_length(descriptors))
        return -1;
    return g_unix_fd_list_get(descriptors, index, NULL);
}
