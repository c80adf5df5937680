#define CC_LOG_AREA "http"

#include "relay/control/exchange.h"

#include <string.h>

#include "common/base/log.h"
#include "relay/control/addresses.h"
#include "relay/control/auth.h"

#define PREFLIGHT_MAX_AGE_S "86400"

/* "/whip/%E6%95%B0" → {"whip", "数", NULL}; NULL if it is not valid. Trailing slash allowed. */
static char **
split_path(const char *raw)
{
    g_auto(GStrv) segments = g_strsplit(*raw == '/' ? raw + 1 : raw, "/", -1);
    guint length = g_strv_length(segments);

    for (guint i = 0; i < length; i++) {
        char *decoded = g_uri_unescape_segment(segments[i], NULL, "/");
        if (decoded == NULL || !g_utf8_validate(decoded, -1, NULL)) {
            g_free(decoded);
            return NULL;
        }
        g_free(segments[i]);
        segments[i] = decoded;
    }
    if (length > 0 && *segments[length - 1] == '\0')
        g_clear_pointer(&segments[length - 1], g_free);
    return g_steal_pointer(&segments);
}

static char *
take_query_token(GUri *uri)
{
    const char *query = g_uri_get_query(uri);
    g_autoptr(GHashTable) parameters = NULL;

    if (query == NULL)
        return NULL;
    parameters = g_uri_parse_params(query, -1, "&", G_URI_PARAMS_NONE, NULL);
    return parameters != NULL ? g_strdup(g_hash_table_lookup(parameters, "token")) : NULL;
}

gboolean
cc_exchange_init(CcExchange *exchange, CcControl *control, SoupServerMessage *message, GBytes *body)
{
    GUri *uri = soup_server_message_get_uri(message);

    *exchange = (CcExchange){
        .control = control,
        .message = g_object_ref(message),
        .method = soup_server_message_get_method(message),
        .path = split_path(g_uri_get_path(uri)),
        .query_token = take_query_token(uri),
        .body = body != NULL ? g_bytes_ref(body) : g_bytes_new(NULL, 0),
    };
    if (exchange->path == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NOT_FOUND, "the path is not valid UTF-8");
        return FALSE;
    }
    exchange->path_length = g_strv_length(exchange->path);
    return TRUE;
}

void
cc_exchange_clear(CcExchange *exchange)
{
    g_clear_object(&exchange->message);
    g_clear_pointer(&exchange->path, g_strfreev);
    g_clear_pointer(&exchange->query_token, g_free);
    g_clear_pointer(&exchange->body, g_bytes_unref);
}

const char *
cc_exchange_header(const CcExchange *exchange, const char *name)
{
    return soup_message_headers_get_list(soup_server_message_get_request_headers(exchange->message),
                                         name);
}

char *
cc_exchange_network(const CcExchange *exchange)
{
    char *network = cc_address_network(soup_server_message_get_remote_address(exchange->message));

    return network != NULL ? network : g_strdup("");
}

gboolean
cc_exchange_is(const CcExchange *exchange, const char *method)
{
    return g_str_equal(exchange->method, method);
}

gboolean
cc_exchange_path_is(const CcExchange *exchange, const char *first, guint length)
{
    return exchange->path_length == length && g_str_equal(exchange->path[0], first);
}

gboolean
cc_exchange_has_content_type(const CcExchange *exchange, const char *type)
{
    const char *value = soup_message_headers_get_content_type(
        soup_server_message_get_request_headers(exchange->message), NULL);

    return value != NULL && g_ascii_strcasecmp(value, type) == 0;
}

gboolean
cc_exchange_check_room(CcExchange *exchange, const char *room)
{
    if (cc_room_name_is_valid(room))
        return TRUE;
    cc_exchange_refuse(
        exchange, CC_PROBLEM_BAD_ROOM,
        "a room's name has 1 to 64 letters, digits, '.', '_' or '-', not beginning with '.'");
    return FALSE;
}

gboolean
cc_exchange_authorize(CcExchange *exchange, const char *room, CcAccess access,
                      CcTokenClaims *claims)
{
    g_autoptr(GError) error = NULL;

    if (cc_auth_check(&exchange->control->settings->auth,
                      cc_exchange_header(exchange, "Authorization"), exchange->query_token, room,
                      access, g_get_real_time() / G_USEC_PER_SEC, claims, &error))
        return TRUE;
    cc_exchange_refuse_error(exchange, error);
    return FALSE;
}

gboolean
cc_exchange_may(CcExchange *exchange, const char *room, CcAccess access)
{
    g_auto(CcTokenClaims) claims = {0};

    return cc_auth_check(&exchange->control->settings->auth,
                         cc_exchange_header(exchange, "Authorization"), exchange->query_token, room,
                         access, g_get_real_time() / G_USEC_PER_SEC, &claims, NULL);
}

void
cc_exchange_set_header(CcExchange *exchange, const char *name, const char *value)
{
    soup_message_headers_replace(soup_server_message_get_response_headers(exchange->message), name,
                                 value);
}

void
cc_exchange_add_header(CcExchange *exchange, const char *name, const char *value)
{
    soup_message_headers_append(soup_server_message_get_response_headers(exchange->message), name,
                                value);
}

void
cc_exchange_set_cors(const CcSettings *settings, SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);

    soup_message_headers_replace(headers, "Access-Control-Allow-Origin", settings->allow_origin);
    soup_message_headers_replace(headers, "Access-Control-Expose-Headers",
                                 "Location, Link, ETag, Retry-After, Accept-Post, Accept-Patch, "
                                 "X-Classcast-Participant");
    soup_message_headers_replace(headers, "X-Content-Type-Options", "nosniff");
}

void
cc_exchange_answer(CcExchange *exchange, guint status, const char *content_type, const char *body,
                   gssize length)
{
    cc_exchange_set_cors(exchange->control->settings, exchange->message);
    soup_server_message_set_status(exchange->message, status, NULL);
    if (content_type != NULL)
        soup_server_message_set_response(exchange->message, content_type, SOUP_MEMORY_COPY, body,
                                         length >= 0 ? (gsize)length : strlen(body));
}

void
cc_exchange_answer_options(CcExchange *exchange, const char *methods)
{
    cc_exchange_set_header(exchange, "Allow", methods);
    cc_exchange_set_header(exchange, "Access-Control-Allow-Methods", methods);
    cc_exchange_set_header(exchange, "Access-Control-Allow-Headers",
                           "Authorization, Content-Type, If-Match, Range, X-Classcast-Client, "
                           "X-Classcast-Name");
    cc_exchange_set_header(exchange, "Access-Control-Max-Age", PREFLIGHT_MAX_AGE_S);
    cc_exchange_answer(exchange, SOUP_STATUS_OK, NULL, NULL, 0);
}

static void
refuse(CcExchange *exchange, CcProblem problem, const char *detail)
{
    g_autofree char *body = cc_problem_to_json(problem, detail);
    g_autofree char *remote =
        cc_address_literal(soup_server_message_get_remote_address(exchange->message));
    guint retry_after_s = cc_problem_retry_after_s(problem);

    exchange->control->refusals[problem]++;
    /* A session's address is a secret. */
    cc_warning_limited("refused method=%s path=%s from=%s status=%u code=%s detail=\"%s\"",
                       exchange->method,
                       exchange->path_length > 0 && g_str_equal(exchange->path[0], "session")
                           ? "/session/…"
                           : g_uri_get_path(soup_server_message_get_uri(exchange->message)),
                       remote != NULL ? remote : "?", cc_problem_status(problem),
                       cc_problem_code(problem), detail);
    if (retry_after_s > 0) {
        g_autofree char *seconds = g_strdup_printf("%u", retry_after_s);
        cc_exchange_set_header(exchange, "Retry-After", seconds);
    }
    if (problem == CC_PROBLEM_UNAUTHORIZED)
        cc_exchange_set_header(exchange, "WWW-Authenticate", "Bearer realm=\"classcast\"");
    cc_exchange_answer(exchange, cc_problem_status(problem), "application/problem+json", body, -1);
    soup_server_message_set_status(exchange->message, cc_problem_status(problem),
                                   cc_problem_title(problem));
}

void
cc_exchange_refuse(CcExchange *exchange, CcProblem problem, const char *format, ...)
{
    g_autofree char *detail = NULL;
    va_list arguments;

    va_start(arguments, format);
    detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    refuse(exchange, problem, detail);
}

void
cc_exchange_refuse_error(CcExchange *exchange, const GError *error)
{
    refuse(exchange, cc_problem_from_error(error), error->message);
}

void
cc_exchange_refuse_method(CcExchange *exchange, const char *methods)
{
    cc_exchange_set_header(exchange, "Allow", methods);
    cc_exchange_refuse(exchange, CC_PROBLEM_METHOD_NOT_ALLOWED, "%s is not possible here, only %s",
                       exchange->method, methods);
}

gboolean
cc_exchange_check_get(CcExchange *exchange)
{
    static const char methods[] = "GET, HEAD, OPTIONS";

    if (cc_exchange_is(exchange, "GET") || cc_exchange_is(exchange, "HEAD"))
        return TRUE;
    if (cc_exchange_is(exchange, "OPTIONS"))
        cc_exchange_answer_options(exchange, methods);
    else
        cc_exchange_refuse_method(exchange, methods);
    return FALSE;
}
