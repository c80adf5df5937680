#include "client/connection-address.h"

#include <gio/gio.h>
#include <string.h>

#include "common/base/error.h"

#define URI_FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE)

void
cc_relay_address_clear(CcRelayAddress *address)
{
    g_clear_pointer(&address->endpoint, g_free);
    g_clear_pointer(&address->events, g_free);
    g_clear_pointer(&address->local_address, g_free);
}

/* Where "/whip" or "/whep" begins as a whole path component, or NULL. */
static const char *
find_protocol(const char *path)
{
    for (const char *p = strstr(path, "/wh"); p != NULL; p = strstr(p + 1, "/wh"))
        if ((strncmp(p, "/whip", 5) == 0 || strncmp(p, "/whep", 5) == 0) &&
            (p[5] == '/' || p[5] == '\0'))
            return p;
    return NULL;
}

static char *
with_path(GUri *uri, const char *path, const char *query)
{
    g_autoptr(GUri) other =
        g_uri_build(URI_FLAGS, g_uri_get_scheme(uri), g_uri_get_userinfo(uri), g_uri_get_host(uri),
                    g_uri_get_port(uri), path, query, NULL);
    return g_uri_to_string(other);
}

/* ICE gathers no loopback address by itself. */
static char *
loopback_of(const char *host)
{
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return g_strdup("127.0.0.1");
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address != NULL && g_inet_address_get_is_loopback(address)
               ? g_inet_address_to_string(address)
               : NULL;
}

static void
init_whole_endpoint(CcRelayAddress *address, GUri *uri, const char *protocol)
{
    const char *path = g_uri_get_path(uri);
    address->endpoint = with_path(uri, path, g_uri_get_query(uri));
    if (protocol[5] == '/' && protocol[6] != '\0' && strchr(protocol + 6, '/') == NULL) {
        g_autofree char *base = g_strndup(path, protocol - path);
        g_autofree char *events = g_strdup_printf("%s/rooms/%s/events", base, protocol + 6);
        address->events = with_path(uri, events, NULL);
    }
}

gboolean
cc_relay_address_init(CcRelayAddress *address, const char *relay_url, const char *room,
                      const char *protocol, GError **error)
{
    g_autoptr(GUri) uri = relay_url != NULL ? g_uri_parse(relay_url, URI_FLAGS, NULL) : NULL;
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : NULL;
    const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

    *address = (CcRelayAddress){0};
    if (scheme == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
        host == NULL || *host == '\0') {
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE,
                    "the relay's address \"%s\" is not like https://relay.example:8443",
                    relay_url != NULL ? relay_url : "");
        return FALSE;
    }
    const char *whole = find_protocol(g_uri_get_path(uri));
    if (whole == NULL && (room == NULL || *room == '\0')) {
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "no room is given");
        return FALSE;
    }
    address->local_address = loopback_of(host);
    if (whole != NULL) {
        init_whole_endpoint(address, uri, whole);
        return TRUE;
    }
    g_autofree char *base = g_strdup(g_uri_get_path(uri));
    while (g_str_has_suffix(base, "/"))
        base[strlen(base) - 1] = '\0';
    g_autofree char *escaped = g_uri_escape_string(room, NULL, FALSE);
    g_autofree char *endpoint = g_strdup_printf("%s/%s/%s", base, protocol, escaped);
    g_autofree char *events = g_strdup_printf("%s/rooms/%s/events", base, escaped);
    address->endpoint = with_path(uri, endpoint, NULL);
    address->events = with_path(uri, events, NULL);
    return TRUE;
}

gboolean
cc_relay_address_is_endpoint(const char *relay_url)
{
    g_autoptr(GUri) uri = g_uri_parse(relay_url, URI_FLAGS, NULL);
    return uri != NULL && find_protocol(g_uri_get_path(uri)) != NULL;
}
