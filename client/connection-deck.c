#define CC_LOG_AREA "connection"
#include "client/connection-private.h"

#include <string.h>

#include "common/base/log.h"

#define EVENTS "/events"
#define DECK "/deck"

CcDeckHttp *
cc_connection_deck_http(const CcConnection *connection)
{
    const char *events = connection->address.events;
    g_autoptr(GError) error = NULL;

    if (events == NULL || !g_str_has_suffix(events, EVENTS))
        return NULL;
    g_autofree char *room = g_strndup(events, strlen(events) - strlen(EVENTS));
    g_autofree char *url = g_strconcat(room, DECK, NULL);
    CcDeckHttp *http =
        cc_deck_http_new(url, cc_config_get_string(connection->config, "auth", "token"),
                         cc_config_get_string(connection->config, "network", "tls-ca-file"),
                         cc_signalling_client(connection->signalling), &error);
    if (http == NULL)
        cc_warning("no slides: %s", error->message);
    return http;
}

void
cc_connection_turn_page(CcConnection *connection, const char *deck, guint page, gboolean blank)
{
    if (connection->events != NULL)
        cc_event_stream_say_page(connection->events, deck, page, blank);
}

void
cc_connection_point(CcConnection *connection, const guint place[2])
{
    if (connection->events != NULL)
        cc_event_stream_say_pointer(connection->events, place);
}
