#include "relay/control/events-private.h"

#include "common/base/clock.h"
#include "relay/control/decks.h"
#include "relay/control/event-message.h"
#include "relay/control/links.h"
#include "relay/control/staging.h"

#define MAX_INCOMING_BYTES 4096
#define PING_INTERVAL_S 20
#define PONG_TIMEOUT_US (60 * (gint64)G_USEC_PER_SEC)
#define STAGES_AT_ONCE 20 /* of one room, and then five a second */
#define STAGES_PER_S 5
#define HANDS_AT_ONCE 5 /* that one may raise and lower, and then one a second */
#define MAX_BACKLOG 256 /* messages in a row that a socket which is not writable may be owed */

static void
observer_free(CcObserver *observer)
{
    g_signal_handlers_disconnect_by_data(observer->socket, observer);
    g_object_unref(observer->socket);
    g_free(observer->room);
    g_free(observer->network);
    g_free(observer->links);
    g_free(observer->client);
    g_free(observer);
}

/* Closes without waiting for the other side. */
static void
abandon(CcObserver *observer)
{
    GIOStream *stream = soup_websocket_connection_get_io_stream(observer->socket);

    g_io_stream_close(stream, NULL, NULL);
}

void
cc_events_set_links(CcObserver *observer, const char *links)
{
    CcEvents *events = observer->events;

    events->n_link_observers += (links != NULL) - (observer->links != NULL);
    g_free(observer->links);
    observer->links = g_strdup(links);
    cc_links_set_wanted(events->control->links, CC_LINKS_OBSERVERS, events->n_link_observers > 0);
}

static void
remove_observer(CcObserver *observer)
{
    CcEvents *events = observer->events;
    GPtrArray *observers = g_hash_table_lookup(events->rooms, observer->room);
    gboolean last = observers->len == 1;
    g_autofree char *room = g_strdup(observer->room);

    events->n_observers--;
    cc_events_set_links(observer, NULL);
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
            CcObserver *observer = g_ptr_array_index(observers, i);
            if (now_us - observer->last_pong_us > PONG_TIMEOUT_US ||
                observer->backlog > MAX_BACKLOG)
                g_ptr_array_add(dead, observer);
        }
    }
    for (guint i = 0; i < dead->len; i++) {
        CcObserver *observer = g_ptr_array_index(dead, i);
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
    events->hand_limit = cc_rate_limit_new(1, HANDS_AT_ONCE);
    events->stage_limit = cc_rate_limit_new(STAGES_PER_S, STAGES_AT_ONCE);
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
    cc_rate_limit_free(events->hand_limit);
    cc_rate_limit_free(events->stage_limit);
    g_free(events);
}

/* libsoup queues without limit for a socket that nobody reads: count what such a one is owed, and
 * on_check() drops it. */
void
cc_events_send(CcObserver *observer, const char *message)
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
cc_events_say(CcEvents *events, const char *room, const char *message)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);

    for (guint i = 0; observers != NULL && i < observers->len; i++)
        cc_events_send(g_ptr_array_index(observers, i), message);
}

void
cc_events_room_event(CcEvents *events, const CcRoomEvent *event)
{
    g_autofree char *message = NULL;

    if (!g_hash_table_contains(events->rooms, event->room->name))
        return;
    message = cc_event_message(event, cc_clock_now_us());
    cc_events_say(events, event->room->name, message);
}

void
cc_events_tell_teachers(CcEvents *events, const char *room, const char *message)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);

    for (guint i = 0; observers != NULL && i < observers->len; i++) {
        CcObserver *observer = g_ptr_array_index(observers, i);
        if (observer->may_teach)
            cc_events_send(observer, message);
    }
}

void
cc_events_send_link(CcEvents *events, const char *room, const char *participant,
                    const char *message)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);

    for (guint i = 0; observers != NULL && i < observers->len; i++) {
        CcObserver *observer = g_ptr_array_index(observers, i);
        if (g_strcmp0(observer->links, participant) == 0)
            cc_events_send(observer, message);
    }
}

/* Whatever it says counts as a request. */
static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
    CcObserver *observer = user_data;
    CcRateLimit *limit = observer->events->control->rate_limit;
    gint64 now_us = cc_clock_now_us();

    if (soup_websocket_connection_get_state(socket) != SOUP_WEBSOCKET_STATE_OPEN)
        return;
    if (!cc_rate_limit_take(limit, observer->network, now_us))
        soup_websocket_connection_close(socket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
                                        "too many requests");
    else if (type == SOUP_WEBSOCKET_DATA_TEXT)
        cc_events_answer(observer, message, now_us);
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user_data)
{
    remove_observer(user_data);
}

static void
on_pong(SoupWebsocketConnection *socket, GBytes *data, gpointer user_data)
{
    CcObserver *observer = user_data;

    observer->last_pong_us = cc_clock_now_us();
}

void
cc_events_add(CcEvents *events, SoupWebsocketConnection *socket, const char *room,
              const char *network, gboolean may_teach)
{
    GPtrArray *observers = g_hash_table_lookup(events->rooms, room);
    CcObserver *observer = g_new0(CcObserver, 1);
    g_autofree char *state = cc_event_state_message(
        room, cc_room_registry_lookup(events->control->rooms, room), cc_clock_now_us());
    g_autofree char *grid = cc_staging_describe_grid(events->control->staging, room);

    if (observers == NULL) {
        observers = g_ptr_array_new_with_free_func((GDestroyNotify)observer_free);
        g_hash_table_insert(events->rooms, g_strdup(room), observers);
    }
    observer->events = events;
    observer->socket = g_object_ref(socket);
    observer->room = g_strdup(room);
    observer->network = g_strdup(network);
    observer->may_teach = may_teach;
    observer->last_pong_us = cc_clock_now_us();
    g_ptr_array_add(observers, observer);
    events->n_observers++;
    soup_websocket_connection_set_max_incoming_payload_size(socket, MAX_INCOMING_BYTES);
    soup_websocket_connection_set_keepalive_interval(socket, PING_INTERVAL_S);
    g_signal_connect(socket, "closed", G_CALLBACK(on_closed), observer);
    g_signal_connect(socket, "message", G_CALLBACK(on_message), observer);
    g_signal_connect(socket, "pong", G_CALLBACK(on_pong), observer);
    cc_events_send(observer, state);
    if (may_teach && grid != NULL)
        cc_events_send(observer, grid);
    g_autofree char *deck = cc_decks_describe(events->control->decks, room);
    if (deck != NULL)
        cc_events_send(observer, deck);
}

void
cc_events_close_all(CcEvents *events, const char *reason)
{
    g_autofree char *message = cc_event_bye_message(reason);
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, events->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GPtrArray *observers = value;
        for (guint i = 0; i < observers->len; i++) {
            CcObserver *observer = g_ptr_array_index(observers, i);
            cc_events_send(observer, message);
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
