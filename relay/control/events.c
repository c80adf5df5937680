#define CC_LOG_AREA "events"

#include "relay/control/events.h"

#include <json-glib/json-glib.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/control/json-member.h"
#include "relay/control/links.h"

#define MAX_INCOMING_BYTES 4096
#define MAX_REQUEST_BYTES 200 /* of those that mean something */
#define PING_INTERVAL_S 20
#define PONG_TIMEOUT_US (60 * (gint64)G_USEC_PER_SEC)
#define MAX_BACKLOG 256 /* messages in a row that a socket which is not writable may be owed */

typedef struct {
    CcEvents *events;
    SoupWebsocketConnection *socket;
    char *room;
    char *network;         /* by which it is told from others who ask */
    char *links;           /* whose it wants to know: a participant's id, "*", or NULL */
    gboolean may_know_all; /* of everybody's link */
    gint64 last_pong_us;
    guint backlog;
} Observer;

struct CcEvents {
    CcControl *control;
    GHashTable *rooms; /* room → GPtrArray of Observer (owned) */
    guint n_observers;
    guint n_link_observers;
    GSource *check; /* drops those that do not answer pings */
};

static void
observer_free(Observer *observer)
{
    g_signal_handlers_disconnect_by_data(observer->socket, observer);
    g_object_unref(observer->socket);
    g_free(observer->room);
    g_free(observer->network);
    g_free(observer->links);
    g_free(observer);
}

/* Closes without waiting for the other side. */
static void
abandon(Observer *observer)
{
    GIOStream *stream = soup_websocket_connection_get_io_stream(observer->socket);

    g_io_stream_close(stream, NULL, NULL);
}

static void
set_links(Observer *observer, const char *links)
{
    CcEvents *events = observer->events;

    events->n_link_observers += (links != NULL) - (observer->links != NULL);
    g_free(observer->links);
    observer->links = g_strdup(links);
    cc_links_set_wanted(events->control->links, events->n_link_observers > 0);
}

static void
remove_observer(Observer *observer)
{
    CcEvents *events = observer->events;
    GPtrArray *observers = g_hash_table_lookup(events->rooms, observer->room);
    gboolean last = observers->len == 1;
    g_autofree char *room = g_strdup(observer->room);

    events->n_observers--;
    set_links(observer, NULL);
    g_ptr_array_remove(observers, observer);
    if (last)
        g_hash_table_remove(events->rooms, room);
}

static gboolean
on_check(gpointer user_data)
{
    CcEvents *events = user_data;
    gint64 now_us = cc_clock_now_us();
    g_autoptr(GPtrArray) dead = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, events->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GPtrArray *observers = value;
        for (guint i = 0; i < observers->len; i++) {
            Observer *observer = g_ptr_array_index(observers, i);
            if (now_us - observer->last_pong_us > PONG_TIMEOUT_US ||
                observer->backlog > MAX_BACKLOG)
                g_ptr_array_add(dead, observer);
        }
    }
    for (guint i = 0; i < dead->len; i++) {
        Observer *observer = g_ptr_array_index(dead, i);
        abandon(observer);
        remove_observer(observer);
    }
    return G_SOURCE_CONTINUE;
}

CcEvents *
cc_events_new(CcControl *control)
{
    CcEvents *events = g_new0(CcEvents, 1);

    events->control = control;
    events->rooms =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    events->check = g_timeout_source_new_seconds(5);
    g_source_set_callback(events->check, on_check, events, NULL);
    g_source_attach(events->check, g_main_context_get_thread_default());
    return events;
}

void
cc_events_free(CcEvents *events)
{
    if (events == NULL)
        return;
    g_source_destroy(events->check);
    g_source_unref(events->check);
    g_hash_table_unref(events->rooms);
    g_free(events);
}

static JsonBuilder *
begin(const char *type)
{
    JsonBuilder *builder = json_builder_new();

    json_builder_begin_object(builder);
    cc_json_add_string(builder, "type", type);
    return builder;
}

/* (transfer full); ends the object. */
static char *
end(JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = NULL;

    json_builder_end_object(builder);
    root = json_builder_get_root(builder);
    g_object_unref(builder);
    return json_to_string(root, FALSE);
}

static void
add_participant(JsonBuilder *builder, const CcParticipant *participant)
{
    json_builder_begin_object(builder);
    cc_json_add_participant(builder, participant);
    json_builder_end_object(builder);
}

static char *
state_message(const CcEvents *events, const char *name)
{
    const CcRoom *room = cc_room_registry_lookup(events->control->rooms, name);
    JsonBuilder *builder = begin("state");

    cc_json_add_string(builder, "room", name);
    cc_json_add_string(builder, "lesson",
                       cc_lesson_to_string(room != NULL ? room->lesson : CC_LESSON_NONE));
    json_builder_set_member_name(builder, "participants");
    json_builder_begin_array(builder);
    for (guint i = 0; room != NULL && i < room->participants->len; i++) {
        const CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (participant->connected)
            add_participant(builder, participant);
    }
    json_builder_end_array(builder);
    return end(builder);
}

static char *
event_message(const CcRoomEvent *event)
{
    JsonBuilder *builder = NULL;

    switch (event->kind) {
    case CC_ROOM_LESSON:
        builder = begin("lesson");
        cc_json_add_string(builder, "lesson", cc_lesson_to_string(event->room->lesson));
        break;
    case CC_ROOM_JOINED:
        builder = begin("joined");
        json_builder_set_member_name(builder, "participant");
        add_participant(builder, event->participant);
        break;
    case CC_ROOM_LEFT:
        builder = begin("left");
        cc_json_add_string(builder, "id", event->participant->id);
        cc_json_add_string(builder, "reason", event->reason);
        break;
    }
    g_return_val_if_fail(builder != NULL, NULL);
    return end(builder);
}

/* libsoup queues without limit for a socket that nobody reads: count what such a one is owed, and
 * on_check() drops it. */
static void
send_message(Observer *observer, const char *message)
{
    GIOStream *stream = soup_websocket_connection_get_io_stream(observer->socket);
    GOutputStream *output = g_io_stream_get_output_stream(stream);

    if (soup_websocket_connection_get_state(observer->socket) != SOUP_WEBSOCKET_STATE_OPEN)
        return;
    if (G_IS_POLLABLE_OUTPUT_STREAM(output) &&
        g_pollable_output_stream_is_writable(G_POLLABLE_OUTPUT_STREAM(output)))
        observer->backlog = 0;
    else
        observer->backlog++;
    if (observer->backlog <= MAX_BACKLOG)
        soup_websocket_connection_send_text(observer->socket, message);
}

void
cc_events_room_event(CcEvents *events, const CcRoomEvent *event)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, event->room->name);
    g_autofree char *message = NULL;

    if (observers == NULL)
        return;
    message = event_message(event);
    for (guint i = 0; i < observers->len; i++)
        send_message(g_ptr_array_index(observers, i), message);
}

void
cc_events_send_link(CcEvents *events, const char *room, const char *participant,
                    const char *message)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);

    for (guint i = 0; observers != NULL && i < observers->len; i++) {
        Observer *observer = g_ptr_array_index(observers, i);
        if (g_strcmp0(observer->links, participant) == 0)
            send_message(observer, message);
    }
}

/* (transfer none) "" if it is absent or no text. */
static const char *
get_text(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);

    return node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                   json_node_get_value_type(node) == G_TYPE_STRING
               ? json_node_get_string(node)
               : "";
}

/* {"type":"links","of":"p2"}; (transfer full) "p2", or NULL for anything else. */
static char *
parse_links_request(GBytes *message)
{
    gsize length;
    const char *data = g_bytes_get_data(message, &length);
    g_autofree char *text = length <= MAX_REQUEST_BYTES ? g_strndup(data, length) : NULL;
    g_autoptr(JsonNode) root = NULL;

    if (text == NULL || !g_utf8_validate(text, -1, NULL) ||
        (root = json_from_string(text, NULL)) == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return NULL;
    JsonObject *object = json_node_get_object(root);
    const char *type = get_text(object, "type");
    const char *of = get_text(object, "of");
    return g_str_equal(type, "links") && *of != '\0' ? g_strdup(of) : NULL;
}

static void
answer(Observer *observer, GBytes *message)
{
    g_autofree char *of = parse_links_request(message);

    if (of == NULL || g_strcmp0(of, observer->links) == 0)
        return;
    if (g_str_equal(of, "*") && !observer->may_know_all)
        return;
    set_links(observer, of);
    g_autofree char *known =
        cc_links_describe(observer->events->control->links, observer->room, of);
    if (known != NULL)
        send_message(observer, known);
}

/* Whatever it says counts as a request. */
static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
    Observer *observer = user_data;
    CcRateLimit *limit = observer->events->control->rate_limit;

    if (soup_websocket_connection_get_state(socket) != SOUP_WEBSOCKET_STATE_OPEN)
        return;
    if (!cc_rate_limit_take(limit, observer->network, cc_clock_now_us()))
        soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
                                        "too many requests");
    else if (type == SOUP_WEBSOCKET_DATA_TEXT)
        answer(observer, message);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user_data)
{
    remove_observer(user_data);
}

static void
on_pong(SoupWebsocketConnection *socket, GBytes *data, gpointer user_data)
{
    Observer *observer = user_data;

    observer->last_pong_us = cc_clock_now_us();
}

void
cc_events_add(CcEvents *events, SoupWebsocketConnection *socket, const char *room,
              const char *network, gboolean may_know_all)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);
    Observer *observer = g_new0(Observer, 1);
    g_autofree char *state = state_message(events, room);

    if (observers == NULL) {
        observers = g_ptr_array_new_with_free_func((GDestroyNotify)observer_free);
        g_hash_table_insert(events->rooms, g_strdup(room), observers);
    }
    observer->events = events;
    observer->socket = g_object_ref(socket);
    observer->room = g_strdup(room);
    observer->network = g_strdup(network);
    observer->may_know_all = may_know_all;
    observer->last_pong_us = cc_clock_now_us();
    g_ptr_array_add(observers, observer);
    events->n_observers++;
    soup_websocket_connection_set_max_incoming_payload_size(socket, MAX_INCOMING_BYTES);
    soup_websocket_connection_set_keepalive_interval(socket, PING_INTERVAL_S);
    g_signal_connect(socket, "closed", G_CALLBACK(on_closed), observer);
    g_signal_connect(socket, "message", G_CALLBACK(on_message), observer);
    g_signal_connect(socket, "pong", G_CALLBACK(on_pong), observer);
    send_message(observer, state);
}

void
cc_events_close_all(CcEvents *events, const char *reason)
{
    JsonBuilder *builder = begin("bye");
    g_autofree char *message = NULL;
    GHashTableIter iter;
    gpointer value;

    cc_json_add_string(builder, "reason", reason);
    message = end(builder);
    g_hash_table_iter_init(&iter, events->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GPtrArray *observers = value;
        for (guint i = 0; i < observers->len; i++) {
            Observer *observer = g_ptr_array_index(observers, i);
            send_message(observer, message);
            if (soup_websocket_connection_get_state(observer->socket) == SOUP_WEBSOCKET_STATE_OPEN)
                soup_websocket_connection_close(observer->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY,
                                                reason);
        }
    }
}

guint
cc_events_n_observers(const CcEvents *events)
{
    return events->n_observers;
}

guint
cc_events_n_observers_of(const CcEvents *events, const char *room)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);

    return observers != NULL ? observers->len : 0;
}
