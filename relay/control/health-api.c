#include "relay/control/health-api.h"

#include "common/base/clock.h"
#include "relay/control/health-json.h"

/* ?name=NUMBER; 0 if it is not there or no number. */
static guint64
query_number(GHashTable *query, const char *name, guint64 most)
{
    const char *text = g_hash_table_lookup(query, name);
    guint64 number = 0;

    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 0, most, &number, NULL))
        return 0;
    return number;
}

/* What the client has from before the relay was started is of no use. */
static guint64
query_since(const CcExchange *exchange, guint64 most)
{
    const char *text = g_uri_get_query(soup_server_message_get_uri(exchange->message));
    g_autoptr(GHashTable) query =
        text != NULL ? g_uri_parse_params(text, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
    const char *boot = query != NULL ? g_hash_table_lookup(query, "boot") : NULL;

    if (g_strcmp0(boot, exchange->control->health->boot) != 0)
        return 0;
    return query_number(query, "since", most);
}

/* The answer to what the path names. (transfer full) NULL if there is no such thing. */
static char *
describe(const CcExchange *exchange)
{
    const CcHealthWatch *watch = exchange->control->health;
    const char *const *path = (const char *const *)exchange->path + 2;
    guint length = exchange->path_length - 2;
    const CcHealthRoom *room;
    const CcHealthLink *link;
    guint64 number;

    if (length == 0)
        return cc_health_json_overview(watch, query_since(exchange, G_MAXINT64));
    if (length == 1 && g_str_equal(path[0], "relay"))
        return cc_health_json_relay(watch, (guint32)query_since(exchange, G_MAXUINT32));
    if (length == 2 && g_str_equal(path[0], "room") &&
        (room = cc_health_book_room(watch->book, path[1])) != NULL)
        return cc_health_json_room(watch, room, (guint32)query_since(exchange, G_MAXUINT32));
    if (length == 2 && g_str_equal(path[0], "link") &&
        g_ascii_string_to_unsigned(path[1], 10, 1, G_MAXUINT32, &number, NULL) &&
        (link = cc_health_book_link(watch->book, (guint)number)) != NULL)
        return cc_health_json_link(watch, link, (guint32)query_since(exchange, G_MAXUINT32));
    return NULL;
}

void
cc_health_api_handle(CcExchange *exchange)
{
    g_auto(CcTokenClaims) claims = {0};
    g_autofree char *network = cc_exchange_network(exchange);
    g_autofree char *body = NULL;

    if (!cc_exchange_check_get(exchange) ||
        !cc_exchange_authorize(exchange, NULL, CC_ACCESS_OPERATE, &claims))
        return;
    if (!cc_rate_limit_take(exchange->control->health->limit, network, cc_clock_now_us())) {
        cc_exchange_refuse(exchange, CC_PROBLEM_LIMIT_REQUESTS,
                           "too many questions come from this address");
        return;
    }
    body = describe(exchange);
    if (body == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NOT_FOUND, "nothing is known of that");
        return;
    }
    cc_exchange_set_header(exchange, "Cache-Control", "no-store");
    cc_exchange_answer(exchange, SOUP_STATUS_OK, CC_CONTENT_JSON, body, -1);
}
