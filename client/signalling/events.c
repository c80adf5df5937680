#define CC_LOG_AREA "events"
#include "client/signalling/events.h"

#include <string.h>

#include "client/signalling/backoff.h"
#include "client/signalling/http-session.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/json-object.h"
#include "common/base/log.h"

#define CONNECT_DEADLINE_MS 5000
#define PING_INTERVAL_S 2
#define PONG_TIMEOUT_MS 7000
/* After a loss, attempts stay this close together for this long; each costs the relay one SYN. */
#define EAGER_BACKOFF_MS 1000
#define EAGER_PERIOD_US (60 * G_USEC_PER_SEC)
/* A server that answers but has no such WebSocket is asked rarely. */
#define UNSUPPORTED_RETRY_MS 60000

struct CcEventStream {
    SoupSession *session;
    GUri *uri;
    char *token;
    guint max_backoff_ms;
    CcEventStreamCallbacks callbacks;
    gpointer user_data;
    GMainContext *context;

    CcRoomState room;
    CcBackoff backoff;
    gint64 lost_us; /* when it was last lost, or started */
    gboolean ever_open;
    GSource *timer;                  /* next attempt, connect deadline, or pong watch */
    GCancellable *connecting;        /* or NULL */
    SoupWebsocketConnection *socket; /* or NULL */
    char *client;                    /* by which the relay knows us; or NULL */
    char *links;                     /* whose links we want to be told; or NULL */
    gboolean all_chat;               /* also what was written before we came */
    gint64 last_pong_us;
};

/* Survives cc_event_stream_free() for the connect that is under way. */
typedef struct {
    CcEventStream *events;
    SoupMessage *message;
    GCancellable *cancellable;
} Attempt;

static void connect_now(CcEventStream *events);

CcEventStream *
cc_event_stream_new(const char *url, const char *token, const char *tls_ca_file,
                    guint max_backoff_ms, const CcEventStreamCallbacks *callbacks,
                    gpointer user_data, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(url, SOUP_HTTP_URI_FLAGS, NULL);
    if (uri == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "\"%s\" is no address", url);
        return NULL;
    }
    SoupSession *session = cc_http_session_new(tls_ca_file, error);
    if (session == NULL)
        return NULL;
    CcEventStream *events = g_new0(CcEventStream, 1);
    events->session = session;
    events->uri = g_steal_pointer(&uri);
    events->token = g_strdup(token);
    events->max_backoff_ms = max_backoff_ms;
    events->callbacks = *callbacks;
    events->user_data = user_data;
    events->context = g_main_context_ref_thread_default();
    cc_room_state_init(&events->room);
    return events;
}

static void
clear_timer(CcEventStream *events)
{
    if (events->timer == NULL)
        return;
    g_source_destroy(events->timer);
    g_clear_pointer(&events->timer, g_source_unref);
}

static void
set_timer(CcEventStream *events, guint delay_ms, GSourceFunc func)
{
    clear_timer(events);
    events->timer = g_timeout_source_new(delay_ms);
    g_source_set_callback(events->timer, func, events, NULL);
    g_source_attach(events->timer, events->context);
}

static void
drop_socket(CcEventStream *events)
{
    if (events->socket == NULL)
        return;
    g_signal_handlers_disconnect_by_data(events->socket, events);
    if (soup_websocket_connection_get_state(events->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close(events->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    g_clear_object(&events->socket);
}

void
cc_event_stream_free(CcEventStream *events)
{
    if (events == NULL)
        return;
    clear_timer(events);
    if (events->connecting != NULL)
        g_cancellable_cancel(events->connecting);
    g_clear_object(&events->connecting);
    drop_socket(events);
    soup_session_abort(events->session);
    g_object_unref(events->session);
    g_uri_unref(events->uri);
    g_free(events->token);
    g_free(events->client);
    g_free(events->links);
    cc_room_state_clear(&events->room);
    g_main_context_unref(events->context);
    g_free(events);
}

static gboolean
on_retry(gpointer user_data)
{
    CcEventStream *events = user_data;
    clear_timer(events);
    connect_now(events);
    return G_SOURCE_REMOVE;
}

static void
retry_later(CcEventStream *events)
{
    gboolean eager = cc_clock_now_us() - events->lost_us < EAGER_PERIOD_US;
    events->backoff.max_ms =
        eager ? MIN(EAGER_BACKOFF_MS, events->max_backoff_ms) : events->max_backoff_ms;
    set_timer(events, cc_backoff_next(&events->backoff), on_retry);
}

static void
lose_socket(CcEventStream *events)
{
    gboolean bye = events->room.bye != NULL;
    drop_socket(events);
    events->lost_us = cc_clock_now_us();
    cc_backoff_reset(&events->backoff);
    retry_later(events);
    events->callbacks.closed(bye, events->user_data);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
    CcEventStream *events = user_data;
    g_autoptr(GError) error = NULL;
    gsize length;
    const char *text = g_bytes_get_data(message, &length);

    if (type != SOUP_WEBSOCKET_DATA_TEXT)
        return;
    if (!cc_room_state_apply(&events->room, text, length, cc_clock_now_us(), &error)) {
        cc_warning_limited("event ignored: %s", error->message);
        return;
    }
    events->callbacks.changed(&events->room, events->user_data);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user_data)
{
    CcEventStream *events = user_data;
    cc_debug("closed code=%u", soup_websocket_connection_get_close_code(socket));
    lose_socket(events);
}

static void
on_pong(SoupWebsocketConnection *socket, GBytes *message, gpointer user_data)
{
    CcEventStream *events = user_data;
    events->last_pong_us = cc_clock_now_us();
}

/* libsoup 3.2 sends pings but does not miss the pongs. */
static gboolean
on_pong_watch(gpointer user_data)
{
    CcEventStream *events = user_data;
    if (cc_clock_now_us() - events->last_pong_us < PONG_TIMEOUT_MS * 1000)
        return G_SOURCE_CONTINUE;
    cc_debug("no pong for %d ms", PONG_TIMEOUT_MS);
    lose_socket(events);
    return G_SOURCE_REMOVE;
}

/* What goes into the request as it is. */
static gboolean
is_plain(const char *of)
{
    return g_str_equal(of, "*") ||
           (*of != '\0' && strlen(of) <= 64 &&
            strspn(of, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(of));
}

static void
say(CcEventStream *events, const char *message)
{
    if (events->socket != NULL &&
        soup_websocket_connection_get_state(events->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_send_text(events->socket, message);
}

static void
say_hello(CcEventStream *events)
{
    if (events->client == NULL)
        return;
    g_autofree char *hello =
        g_strdup_printf("{\"type\":\"hello\",\"client\":\"%s\"}", events->client);
    say(events, hello);
}

static void
ask_for_links(CcEventStream *events)
{
    if (events->links == NULL)
        return;
    g_autofree char *request = g_strdup_printf("{\"type\":\"links\",\"of\":\"%s\"}", events->links);
    say(events, request);
}

/* What was written while we were away. */
static void
ask_for_chat(CcEventStream *events)
{
    gint64 newest_ms = cc_room_chat_newest_ms(&events->room.chat);
    if (newest_ms == 0 && !events->all_chat)
        return;
    g_autofree char *request =
        g_strdup_printf("{\"type\":\"chat-history\",\"after_ms\":%" G_GINT64_FORMAT "}", newest_ms);
    say(events, request);
}

void
cc_event_stream_follow_chat(CcEventStream *events)
{
    events->all_chat = TRUE;
}

void
cc_event_stream_say_chat(CcEventStream *events, const char *text)
{
    JsonBuilder *builder = cc_json_begin();
    cc_json_add_string(builder, "type", "chat");
    cc_json_add_string(builder, "text", text);
    g_autofree char *message = cc_json_end(builder);
    say(events, message);
}

void
cc_event_stream_say_chat_rules(CcEventStream *events, const CcChatRules *rules)
{
    JsonBuilder *builder = cc_json_begin();
    cc_json_add_string(builder, "type", "chat-rules");
    cc_json_add_boolean(builder, "on", rules->on);
    cc_json_begin_array(builder, "muted");
    for (guint i = 0; i < rules->n_muted; i++)
        json_builder_add_string_value(builder, rules->muted[i]);
    json_builder_end_array(builder);
    g_autofree char *message = cc_json_end(builder);
    say(events, message);
}

void
cc_event_stream_introduce(CcEventStream *events, const char *client)
{
    g_free(events->client);
    events->client = is_plain(client) ? g_strdup(client) : NULL;
    say_hello(events);
}

void
cc_event_stream_say_hand(CcEventStream *events, gint64 waiting_us)
{
    g_autofree char *message = waiting_us < 0
                                   ? g_strdup("{\"type\":\"hand\",\"raised\":false}")
                                   : g_strdup_printf("{\"type\":\"hand\",\"raised\":true,"
                                                     "\"waiting_ms\":%" G_GINT64_FORMAT "}",
                                                     waiting_us / 1000);
    say(events, message);
}

void
cc_event_stream_say_page(CcEventStream *events, const char *deck, guint page, gboolean blank)
{
    g_autofree char *message =
        g_strdup_printf("{\"type\":\"page\",\"deck\":\"%s\",\"page\":%u,\"blank\":%s}", deck, page,
                        blank ? "true" : "false");
    say(events, message);
}

void
cc_event_stream_say_pointer(CcEventStream *events, const guint place[2])
{
    g_autofree char *message =
        place == NULL
            ? g_strdup("{\"type\":\"pointer\"}")
            : g_strdup_printf("{\"type\":\"pointer\",\"x\":%u,\"y\":%u}", place[0], place[1]);
    say(events, message);
}

void
cc_event_stream_lower_hand(CcEventStream *events, const char *of)
{
    if (!is_plain(of))
        return;
    g_autofree char *message =
        g_strdup_printf("{\"type\":\"hand\",\"of\":\"%s\",\"raised\":false}", of);
    say(events, message);
}

void
cc_event_stream_say_stage(CcEventStream *events, const CcStage *stage)
{
    g_autoptr(GString) message = g_string_new("{\"type\":\"stage\",\"guests\":[");
    for (guint i = 0; i < CC_GUESTS; i++) {
        const CcGuest *guest = &stage->guests[i];
        g_string_append(message, i > 0 ? "," : "");
        if (is_plain(guest->id) && !g_str_equal(guest->id, "*"))
            g_string_append_printf(message, "{\"id\":\"%s\",\"muted\":%s}", guest->id,
                                   guest->muted ? "true" : "false");
        else
            g_string_append(message, "null");
    }
    g_string_append(message, "]}");
    say(events, message->str);
}

const CcRoomState *
cc_event_stream_room(const CcEventStream *events)
{
    return &events->room;
}

void
cc_event_stream_follow_links(CcEventStream *events, const char *of)
{
    const char *links = of != NULL && is_plain(of) ? of : NULL;
    if (g_strcmp0(links, events->links) == 0)
        return;
    g_free(events->links);
    events->links = g_strdup(links);
    ask_for_links(events);
}

static void
adopt_socket(CcEventStream *events, SoupWebsocketConnection *socket)
{
    gboolean again = events->ever_open;
    events->socket = socket;
    events->ever_open = TRUE;
    events->last_pong_us = cc_clock_now_us();
    cc_backoff_reset(&events->backoff);
    cc_room_state_renew(&events->room);
    soup_websocket_connection_set_max_incoming_payload_size(socket, CC_ROOM_MAX_MESSAGE);
    soup_websocket_connection_set_keepalive_interval(socket, PING_INTERVAL_S);
    g_signal_connect(socket, "message", G_CALLBACK(on_message), events);
    g_signal_connect(socket, "closed", G_CALLBACK(on_closed), events);
    g_signal_connect(socket, "pong", G_CALLBACK(on_pong), events);
    set_timer(events, PING_INTERVAL_S * 1000, on_pong_watch);
    say_hello(events);
    ask_for_links(events);
    ask_for_chat(events);
    events->callbacks.opened(again, events->user_data);
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autofree Attempt *attempt = user_data;
    g_autoptr(SoupMessage) message = attempt->message;
    g_autoptr(GCancellable) cancellable = attempt->cancellable;
    g_autoptr(GError) error = NULL;
    SoupWebsocketConnection *socket =
        soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
    guint status = soup_message_get_status(message);

    /* The attempt was given up, perhaps together with its owner. */
    if (g_cancellable_is_cancelled(cancellable)) {
        g_clear_object(&socket);
        return;
    }
    CcEventStream *events = attempt->events;
    clear_timer(events);
    g_clear_object(&events->connecting);
    if (socket != NULL) {
        adopt_socket(events, socket);
    } else if (status >= 300 && status < 500 && !events->ever_open) {
        cc_debug("no events here (%u); media alone tells the state", status);
        set_timer(events, UNSUPPORTED_RETRY_MS, on_retry);
    } else {
        cc_debug("not connected: %s", error->message);
        retry_later(events);
    }
}

static gboolean
on_connect_deadline(gpointer user_data)
{
    CcEventStream *events = user_data;
    g_cancellable_cancel(events->connecting);
    g_clear_object(&events->connecting);
    retry_later(events);
    return G_SOURCE_REMOVE;
}

static void
connect_now(CcEventStream *events)
{
    Attempt *attempt = g_new0(Attempt, 1);
    events->connecting = g_cancellable_new();
    attempt->events = events;
    attempt->message = soup_message_new_from_uri("GET", events->uri);
    attempt->cancellable = g_object_ref(events->connecting);
    cc_http_authorize(attempt->message, events->token);
    set_timer(events, CONNECT_DEADLINE_MS, on_connect_deadline);
    soup_session_websocket_connect_async(events->session, attempt->message, NULL, NULL,
                                         G_PRIORITY_DEFAULT, events->connecting, on_connected,
                                         attempt);
}

void
cc_event_stream_start(CcEventStream *events)
{
    g_return_if_fail(events->connecting == NULL && events->socket == NULL);
    events->lost_us = cc_clock_now_us();
    cc_backoff_next(&events->backoff); /* the first attempt is this one */
    connect_now(events);
}

void
cc_event_stream_hurry(CcEventStream *events)
{
    if (events->socket != NULL || events->connecting != NULL || events->timer == NULL)
        return;
    events->lost_us = cc_clock_now_us();
    cc_backoff_reset(&events->backoff);
    retry_later(events);
}

gboolean
cc_event_stream_is_open(const CcEventStream *events)
{
    return events->socket != NULL;
}

gboolean
cc_event_stream_are_supported(const CcEventStream *events)
{
    return events->ever_open;
}
