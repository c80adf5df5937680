#include "relay/control/routes.h"

#include "common/base/clock.h"
#include "relay/control/api.h"
#include "relay/control/decks.h"
#include "relay/control/endpoint.h"
#include "relay/control/events.h"
#include "relay/control/health-api.h"
#include "relay/control/pages.h"
#include "relay/control/session-resource.h"

/* More listeners than this to one room's events, for each of its possible sessions, are refused. */
#define OBSERVERS_PER_SESSION 2

const char *
cc_routes_events_room(const CcExchange *exchange)
{
    return cc_exchange_path_is(exchange, "rooms", 3) && g_str_equal(exchange->path[2], "events")
               ? exchange->path[1]
               : NULL;
}

static gboolean
is_websocket_handshake(const CcExchange *exchange)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(exchange->message);

    return soup_message_headers_header_contains(headers, "Upgrade", "websocket") &&
           soup_message_headers_header_contains(headers, "Connection", "Upgrade");
}

static void
handle_events(CcExchange *exchange, const char *room)
{
    const CcControl *control = exchange->control;
    const CcRoomLimits *limits = &control->settings->limits;
    g_auto(CcTokenClaims) claims = {0};

    if (!cc_exchange_check_room(exchange, room)) {
        return;
    } else if (!cc_exchange_is(exchange, "GET")) {
        cc_exchange_refuse_method(exchange, "GET");
    } else if (!cc_exchange_authorize(exchange, room, CC_ACCESS_OBSERVE, &claims)) {
        return;
    } else if (!is_websocket_handshake(exchange)) {
        cc_exchange_set_header(exchange, "Upgrade", "websocket");
        cc_exchange_refuse(exchange, CC_PROBLEM_UPGRADE_REQUIRED, "this is a WebSocket");
    } else if (cc_events_n_observers(control->events) >=
                   limits->max_sessions * OBSERVERS_PER_SESSION ||
               cc_events_n_observers_of(control->events, room) >=
                   limits->max_sessions_per_room * OBSERVERS_PER_SESSION) {
        cc_exchange_refuse(exchange, CC_PROBLEM_LIMIT_OBSERVERS,
                           "too many listen to the events already");
    }
}

static void
handle_health(CcExchange *exchange)
{
    if (cc_exchange_is(exchange, "GET") || cc_exchange_is(exchange, "HEAD"))
        cc_exchange_answer(exchange, SOUP_STATUS_OK, "text/plain; charset=utf-8", "ok\n", -1);
    else
        cc_exchange_refuse_method(exchange, "GET, HEAD");
}

/* RFC 9725 section 5 wants floods of POST, PATCH and DELETE to be limited. */
static gboolean
is_too_much(const CcExchange *exchange)
{
    g_autofree char *network = NULL;

    if (!cc_exchange_is(exchange, "POST") && !cc_exchange_is(exchange, "PATCH") &&
        !cc_exchange_is(exchange, "PUT") && !cc_exchange_is(exchange, "DELETE"))
        return FALSE;
    network = cc_exchange_network(exchange);
    return !cc_rate_limit_take(exchange->control->rate_limit, network, cc_clock_now_us());
}

void
cc_routes_handle(CcExchange *exchange)
{
    const char *events_room = cc_routes_events_room(exchange);

    if (is_too_much(exchange))
        cc_exchange_refuse(exchange, CC_PROBLEM_LIMIT_REQUESTS,
                           "too many requests come from this address");
    else if (cc_exchange_path_is(exchange, "whip", 2))
        cc_endpoint_handle(exchange, CC_SEAT_TEACHES);
    else if (cc_exchange_path_is(exchange, "whep", 2))
        cc_endpoint_handle(exchange, CC_SEAT_WATCHES);
    else if (cc_exchange_path_is(exchange, "speak", 2))
        cc_endpoint_handle(exchange, CC_SEAT_SPEAKS);
    else if (cc_exchange_path_is(exchange, "session", 2))
        cc_session_resource_handle(exchange);
    else if (events_room != NULL)
        handle_events(exchange, events_room);
    else if (cc_decks_handle(exchange))
        return;
    else if (cc_exchange_path_is(exchange, "api", 2) && g_str_equal(exchange->path[1], "rooms"))
        cc_api_handle_rooms(exchange);
    else if (exchange->path_length >= 2 && g_str_equal(exchange->path[0], "api") &&
             g_str_equal(exchange->path[1], "status"))
        cc_health_api_handle(exchange);
    else if (cc_exchange_path_is(exchange, "metrics", 1))
        cc_api_handle_metrics(exchange);
    else if (cc_exchange_path_is(exchange, "healthz", 1))
        handle_health(exchange);
    else if (!cc_pages_handle(exchange))
        cc_exchange_refuse(exchange, CC_PROBLEM_NOT_FOUND, "there is nothing here");
}
