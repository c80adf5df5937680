#define CC_LOG_AREA "http"

#include "relay/control/http-server.h"

#include <errno.h>
#include <libsoup/soup.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "relay/control/events.h"
#include "relay/control/exchange.h"
#include "relay/control/routes.h"
#include "relay/control/tls-files.h"

#define MAX_BODY_BYTES (64 * 1024)
#define MAX_DRAINED_BYTES (16 * 1024 * 1024) /* read and thrown away so that a 413 can be seen */
#define REQUEST_TIMEOUT_S 20                 /* from the connection, or the request's first byte */
#define IDLE_TIMEOUT_S 75                    /* a connection kept alive between requests */
#define BACKLOG 1024 /* a district comes at 8:00; who finds it full waits a second and more */
#define CONNECTIONS_PER_SESSION 4 /* two WebSockets, and two for requests */
#define SPARE_CONNECTIONS 256

struct CcHttpServer {
    CcControl *control;
    SoupServer *soup;
    guint16 port;
    /* GSocket * → until when it may stay, in seconds of cc_clock_now_us(), or 0 for as long as it
     * likes: open ones, and closed ones until somebody looks. */
    GHashTable *sockets;
    guint look_at; /* so many: somebody looks */
    GSource *look; /* every second while there are any; or NULL */
};

/* The body as far as it has been read; attached to its message. */
typedef struct {
    GByteArray *bytes; /* at most MAX_BODY_BYTES */
    guint64 received;
} Body;

#define BODY_KEY "classcast-body"

static void
body_free(gpointer data)
{
    Body *body = data;

    g_byte_array_unref(body->bytes);
    g_free(body);
}

static void
disconnect(SoupServerMessage *message)
{
    GSocket *socket = soup_server_message_get_socket(message);

    if (socket != NULL)
        g_socket_close(socket, NULL);
}

static guint
seconds_of(gint64 clock_us)
{
    return (guint)(clock_us / G_USEC_PER_SEC);
}

/* libsoup before 3.4 forgets its first reference to each socket that it accepts. When all others
 * but ours are gone, that one is dropped too. */
static gboolean
is_done_with(GSocket *socket)
{
    if (!g_socket_is_closed(socket))
        return FALSE;
    if (soup_check_version(3, 4, 0))
        return TRUE;
    if (G_OBJECT(socket)->ref_count > 2)
        return FALSE;
    g_object_unref(socket);
    return TRUE;
}

void
cc_http_server_look(CcHttpServer *server, gint64 now_us)
{
    GHashTableIter iter;
    gpointer socket, until;

    g_hash_table_iter_init(&iter, server->sockets);
    while (g_hash_table_iter_next(&iter, &socket, &until)) {
        if (is_done_with(socket))
            g_hash_table_iter_remove(&iter);
        else if (until != NULL && seconds_of(now_us) >= GPOINTER_TO_UINT(until))
            g_socket_close(socket, NULL);
    }
    server->look_at = 2 * g_hash_table_size(server->sockets) + SPARE_CONNECTIONS;
}

static void
stop_looking(CcHttpServer *server)
{
    if (server->look != NULL)
        g_source_destroy(server->look);
    g_clear_pointer(&server->look, g_source_unref);
}

static gboolean
on_second(gpointer user_data)
{
    CcHttpServer *server = user_data;

    cc_http_server_look(server, cc_clock_now_us());
    if (g_hash_table_size(server->sockets) == 0)
        stop_looking(server);
    return G_SOURCE_CONTINUE;
}

/* One timer for all: of one for each connection the loop would look at thousands in each turn. */
static void
look_every_second(CcHttpServer *server)
{
    if (server->look != NULL)
        return;
    server->look = g_timeout_source_new_seconds(1);
    g_source_set_callback(server->look, on_second, server, NULL);
    g_source_attach(server->look, g_main_context_get_thread_default());
}

/* The connection is shut down after @seconds, or two more, unless this is called again; 0: it may
 * stay. */
static void
set_deadline(CcHttpServer *server, SoupServerMessage *message, guint seconds)
{
    GSocket *socket = soup_server_message_get_socket(message);
    guint until = seconds > 0 ? seconds_of(cc_clock_now_us()) + seconds + 1 : 0;

    if (socket == NULL)
        return;
    g_hash_table_insert(server->sockets, g_object_ref(socket), GUINT_TO_POINTER(until));
    look_every_second(server);
}

/* As many as the sessions and listeners that are allowed, and some to be told so; but never so many
 * that no file is left for anything else. */
static guint
max_connections(const CcHttpServer *server)
{
    guint wanted = server->control->settings->limits.max_sessions * CONNECTIONS_PER_SESSION;
    struct rlimit files;

    wanted += SPARE_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur / 2 < wanted)
        return (guint)files.rlim_cur / 2;
    return wanted;
}

/* FALSE (and it is closed) if it is one connection too many. */
static gboolean
may_connect(CcHttpServer *server, SoupServerMessage *message)
{
    GSocket *socket = soup_server_message_get_socket(message);

    if (socket == NULL || g_hash_table_contains(server->sockets, socket))
        return TRUE;
    if (g_hash_table_size(server->sockets) >= MIN(server->look_at, max_connections(server)))
        cc_http_server_look(server, cc_clock_now_us());
    if (g_hash_table_size(server->sockets) < max_connections(server))
        return TRUE;
    cc_warning_limited("closed a connection: there are %u already",
                       g_hash_table_size(server->sockets));
    g_socket_close(socket, NULL);
    return FALSE;
}

static void
on_request_started(SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
    CcHttpServer *server = user_data;

    if (!may_connect(server, message))
        return;
    /* For the answers that libsoup gives by itself. */
    cc_exchange_set_cors(server->control->settings, message);
    set_deadline(server, message, REQUEST_TIMEOUT_S);
    /* libsoup before 3.3 keeps a connection for ever that the client closes between requests, with
     * its TLS session. */
    if (!soup_check_version(3, 3, 0))
        soup_message_headers_replace(soup_server_message_get_response_headers(message),
                                     "Connection", "close");
}

static void
on_request_finished(SoupServer *soup, SoupServerMessage *message, gpointer user_data)
{
    CcHttpServer *server = user_data;

    set_deadline(server, message, IDLE_TIMEOUT_S);
}

static void
on_got_chunk(SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
    Body *body = user_data;
    gsize length;
    const guint8 *data = g_bytes_get_data(chunk, &length);

    body->received += length;
    if (body->received <= MAX_BODY_BYTES)
        g_byte_array_append(body->bytes, data, (guint)length);
    else
        g_byte_array_set_size(body->bytes, 0);
    if (body->received > MAX_DRAINED_BYTES)
        disconnect(message);
}

static void
refuse_too_large(CcHttpServer *server, SoupServerMessage *message)
{
    g_auto(CcExchange) exchange = {0};

    if (!cc_exchange_init(&exchange, server->control, message, NULL))
        return;
    /* What is left of the body is not worth waiting for. */
    cc_exchange_set_header(&exchange, "Connection", "close");
    cc_exchange_refuse(&exchange, CC_PROBLEM_TOO_LARGE, "a body may have at most %d bytes",
                       MAX_BODY_BYTES);
}

/* Headers are there, the body is not: libsoup must not collect it, we do. */
static void
on_headers(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    CcHttpServer *server = user_data;
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    Body *body = g_new0(Body, 1);

    body->bytes = g_byte_array_new();
    g_object_set_data_full(G_OBJECT(message), BODY_KEY, body, body_free);
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
    g_signal_connect(message, "got-chunk", G_CALLBACK(on_got_chunk), body);
    if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CONTENT_LENGTH &&
        soup_message_headers_get_content_length(headers) > MAX_BODY_BYTES)
        refuse_too_large(server, message);
}

static void
on_request(SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    CcHttpServer *server = user_data;
    Body *body = g_object_get_data(G_OBJECT(message), BODY_KEY);
    g_autoptr(GBytes) bytes = NULL;
    g_auto(CcExchange) exchange = {0};

    if (body->received > MAX_BODY_BYTES) {
        refuse_too_large(server, message);
        return;
    }
    bytes = g_bytes_new(body->bytes->data, body->bytes->len);
    if (cc_exchange_init(&exchange, server->control, message, bytes))
        cc_routes_handle(&exchange);
}

static void
on_websocket(SoupServer *soup, SoupServerMessage *message, const char *path,
             SoupWebsocketConnection *socket, gpointer user_data)
{
    CcHttpServer *server = user_data;
    g_auto(CcExchange) exchange = {0};
    g_autofree char *network = NULL;
    const char *room;

    set_deadline(server, message, 0);
    if (!cc_exchange_init(&exchange, server->control, message, NULL))
        return;
    room = cc_routes_events_room(&exchange);
    g_return_if_fail(room != NULL);
    network = cc_exchange_network(&exchange);
    cc_events_add(server->control->events, socket, room, network,
                  cc_exchange_may(&exchange, room, CC_ACCESS_PUBLISH));
}

static GTlsCertificate *
load_certificate(const CcConfig *config, GError **error)
{
    return cc_tls_files_load(cc_config_get_string(config, "relay", "tls-certificate"),
                             cc_config_get_string(config, "relay", "tls-key"), error);
}

/* A listening socket; "::" takes IPv4 too, and falls back to IPv4 where there is no IPv6. */
static GSocket *
bind_socket(const char *address, guint16 port, GError **error)
{
    g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address);
    g_autoptr(GSocketAddress) socket_address = NULL;
    g_autoptr(GSocket) socket = NULL;

    if (inet == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_CONFIG, "relay.http-address: \"%s\" is no IP address",
                    address);
        return NULL;
    }
    socket_address = g_inet_socket_address_new(inet, port);
    socket = g_socket_new(g_inet_address_get_family(inet), G_SOCKET_TYPE_STREAM,
                          G_SOCKET_PROTOCOL_TCP, error);
    if (socket == NULL || !g_socket_bind(socket, socket_address, TRUE, error))
        return NULL;
    g_socket_set_listen_backlog(socket, BACKLOG);
    if (!g_socket_listen(socket, error))
        return NULL;
    return g_steal_pointer(&socket);
}

static gboolean
listen_socket(CcHttpServer *server, const CcConfig *config, GError **error)
{
    const char *address = cc_config_get_string(config, "relay", "http-address");
    guint16 port = (guint16)cc_config_get_int(config, "relay", "http-port");
    g_autoptr(GError) local_error = NULL;
    g_autoptr(GSocket) socket = bind_socket(address, port, &local_error);
    g_autoptr(GSocketAddress) local = NULL;
    SoupServerListenOptions options =
        cc_http_server_is_https(server) ? SOUP_SERVER_LISTEN_HTTPS : 0;

    if (socket == NULL && g_str_equal(address, "::") &&
        !g_error_matches(local_error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
        g_clear_error(&local_error);
        socket = bind_socket("0.0.0.0", port, &local_error);
    }
    if (socket == NULL || !soup_server_listen_socket(server->soup, socket, options, &local_error)) {
        g_set_error(
            error, CC_ERROR, local_error->domain == CC_ERROR ? local_error->code : CC_ERROR_NETWORK,
            "cannot listen for HTTP on %s port %u: %s", address, port, local_error->message);
        return FALSE;
    }
    local = g_socket_get_local_address(socket, error);
    if (local == NULL)
        return FALSE;
    server->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(local));
    return TRUE;
}

CcHttpServer *
cc_http_server_new(const CcConfig *config, CcControl *control, GError **error)
{
    g_autoptr(CcHttpServer) server = g_new0(CcHttpServer, 1);

    server->control = control;
    server->sockets = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
    server->soup = soup_server_new("raw-paths", TRUE, NULL);
    if (!cc_http_server_reload_tls(server, config, error))
        return NULL;
    g_signal_connect(server->soup, "request-started", G_CALLBACK(on_request_started), server);
    g_signal_connect(server->soup, "request-finished", G_CALLBACK(on_request_finished), server);
    soup_server_add_early_handler(server->soup, NULL, on_headers, server, NULL);
    soup_server_add_handler(server->soup, NULL, on_request, server, NULL);
    /* libsoup looks at one handler a path, so this one has all three. */
    soup_server_add_early_handler(server->soup, "/rooms", on_headers, server, NULL);
    soup_server_add_handler(server->soup, "/rooms", on_request, server, NULL);
    soup_server_add_websocket_handler(server->soup, "/rooms", NULL, NULL, on_websocket, server,
                                      NULL);
    if (!listen_socket(server, config, error))
        return NULL;
    return g_steal_pointer(&server);
}

void
cc_http_server_free(CcHttpServer *server)
{
    if (server == NULL)
        return;
    g_signal_handlers_disconnect_by_data(server->soup, server);
    soup_server_disconnect(server->soup);
    soup_server_remove_handler(server->soup, NULL);
    soup_server_remove_handler(server->soup, "/rooms");
    g_object_unref(server->soup);
    stop_looking(server);
    g_hash_table_unref(server->sockets);
    g_free(server);
}

guint16
cc_http_server_port(const CcHttpServer *server)
{
    return server->port;
}

gboolean
cc_http_server_is_https(const CcHttpServer *server)
{
    return soup_server_get_tls_certificate(server->soup) != NULL;
}

gboolean
cc_http_server_reload_tls(CcHttpServer *server, const CcConfig *config, GError **error)
{
    g_autoptr(GTlsCertificate) certificate = NULL;

    if (*cc_config_get_string(config, "relay", "tls-certificate") == '\0')
        return TRUE;
    certificate = load_certificate(config, error);
    if (certificate == NULL)
        return FALSE;
    soup_server_set_tls_certificate(server->soup, certificate);
    return TRUE;
}
