#define CC_LOG_AREA "connection"
#include "client/connection-private.h"

#include <glib/gi18n.h>

#include "common/base/clock.h"
#include "common/base/log.h"

/* Shorter gaps are the network's, longer ones mean that nothing is sent. */
#define FLOWING_US (1500 * 1000)

/* A session that is in doubt, but not for long: the events may be another relay's than the session,
 * so that what is shown stays as it is. */
static gboolean
is_in_doubt(CcConnection *connection, gint64 now_us)
{
    if (connection->phase == CC_PHASE_RESTARTING)
        return now_us - cc_connection_last_received_us(connection) <
               (gint64)connection->watchdog_ms * 1000;
    return connection->phase == CC_PHASE_CONNECTED && connection->hint_us != 0;
}

/* What a connected watcher sees, from the room's events and from media. */
static CcConnectionState
watching_state(CcConnection *connection, gint64 now_us)
{
    gboolean open = connection->events != NULL && cc_event_stream_is_open(connection->events);
    gboolean flowing =
        connection->last_rtp_us != 0 && now_us - connection->last_rtp_us < FLOWING_US;

    if (!open && flowing)
        return CC_CONNECTION_ON; /* seeing is believing */
    switch (connection->lesson) {
    case CC_LESSON_NONE:
        return CC_CONNECTION_WAITING;
    case CC_LESSON_AWAY:
        return CC_CONNECTION_AWAY;
    case CC_LESSON_OVER:
        return CC_CONNECTION_OVER;
    case CC_LESSON_ON:
        /* Nobody says that the teacher is away: either a proxy took the events, or the relay is
         * gone. */
        if (!open)
            return now_us - cc_connection_last_received_us(connection) < FLOWING_US
                       ? CC_CONNECTION_AWAY
                       : CC_CONNECTION_LOST;
        if (connection->last_rtp_us != 0)
            return CC_CONNECTION_ON;
        /* Its first packet is on the way. */
        return connection->state == CC_CONNECTION_REFUSED ? CC_CONNECTION_CONNECTING
                                                          : connection->state;
    case CC_LESSON_UNKNOWN:
        break;
    }
    if (flowing)
        return CC_CONNECTION_ON;
    return connection->last_rtp_us != 0 ? CC_CONNECTION_AWAY : CC_CONNECTION_WAITING;
}

static CcConnectionState
compute_state(CcConnection *connection)
{
    gint64 now_us = cc_clock_now_us();

    if (is_in_doubt(connection, now_us))
        return connection->state;
    if (connection->phase == CC_PHASE_CONNECTED)
        return connection->publish ? CC_CONNECTION_ON : watching_state(connection, now_us);
    if (connection->refused)
        return CC_CONNECTION_REFUSED;
    if (connection->not_begun)
        return CC_CONNECTION_WAITING;
    /* While the slow retry of a refused one is under way, nothing is better yet. */
    if (connection->state == CC_CONNECTION_REFUSED && connection->phase != CC_PHASE_WAITING)
        return CC_CONNECTION_REFUSED;
    return connection->ever_connected ? CC_CONNECTION_LOST : CC_CONNECTION_CONNECTING;
}

static const char *
describe(CcConnectionState state)
{
    switch (state) {
    case CC_CONNECTION_CONNECTING:
        return _("connecting");
    case CC_CONNECTION_WAITING:
        return _("waiting for the lesson");
    case CC_CONNECTION_ON:
        return _("connected");
    case CC_CONNECTION_LOST:
        return _("link lost, reconnecting");
    case CC_CONNECTION_AWAY:
        return _("the teacher is away");
    case CC_CONNECTION_OVER:
        return _("the lesson is over");
    case CC_CONNECTION_REFUSED:
        return _("refused");
    }
    return "";
}

static gboolean
on_notify(gpointer user_data)
{
    CcConnection *connection = user_data;
    gboolean state_first = connection->state_dirty;
    gboolean more = state_first && connection->audience_dirty;

    if (!more)
        g_clear_pointer(&connection->notify, g_source_unref);
    /* Either callback may free the connection. */
    if (state_first) {
        g_autofree char *message = g_strdup(connection->message);
        connection->state_dirty = FALSE;
        connection->callbacks.state_changed(connection->state, message, connection->user_data);
    } else {
        g_autoptr(GPtrArray) receivers = g_ptr_array_ref(connection->receivers);
        connection->audience_dirty = FALSE;
        connection->callbacks.audience_changed(
            receivers->len - 1, (const char *const *)receivers->pdata, connection->user_data);
    }
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
notify_soon(CcConnection *connection)
{
    if (connection->notify == NULL)
        connection->notify = cc_connection_add_timer(connection, 0, on_notify);
}

void
cc_connection_set_problem(CcConnection *connection, const char *problem)
{
    char *copy = g_strdup(problem);
    g_free(connection->problem);
    connection->problem = copy;
}

/* A 409 to a publisher is not the network's fault. */
static const char *
describe_problem(const CcConnection *connection)
{
    return connection->another_teacher ? _("another teacher is here") : connection->problem;
}

void
cc_connection_update_state(CcConnection *connection)
{
    if (connection->phase == CC_PHASE_IDLE)
        return;
    CcConnectionState state = compute_state(connection);
    gboolean troubled = state == CC_CONNECTION_CONNECTING || state == CC_CONNECTION_LOST ||
                        state == CC_CONNECTION_REFUSED;
    const char *problem = troubled ? describe_problem(connection) : NULL;
    g_autofree char *message = problem != NULL ? g_strdup_printf("%s: %s", describe(state), problem)
                                               : g_strdup(describe(state));

    if (state == connection->state && g_strcmp0(message, connection->message) == 0 &&
        !connection->state_dirty)
        return;
    if (state != connection->state)
        cc_info("state=\"%s\"", message);
    connection->state = state;
    g_free(connection->message);
    connection->message = g_steal_pointer(&message);
    connection->state_dirty = TRUE;
    notify_soon(connection);
}

/* --- the room's events --- */

/* (transfer none) as the room has us, or NULL. */
static const CcParticipant *
find_self(const CcConnection *connection, const CcRoomState *room)
{
    return cc_room_state_find(room, cc_signalling_participant(connection->signalling));
}

void
cc_connection_ask_for_hand(CcConnection *connection)
{
    if (cc_hand_is_due(&connection->hand))
        cc_event_stream_say_hand(connection->events,
                                 MAX(cc_clock_now_us() - connection->hand.wanted_us, 0));
}

void
cc_connection_press_hand(CcConnection *connection)
{
    const CcRoomState *room =
        connection->events != NULL ? cc_event_stream_room(connection->events) : NULL;
    if (room != NULL &&
        cc_hand_press(&connection->hand, room, find_self(connection, room), cc_clock_now_us()))
        cc_event_stream_say_hand(connection->events, connection->hand.wanted_us != 0 ? 0 : -1);
}

/* --- the stage --- */

static void
say_stage(CcConnection *connection)
{
    cc_stage_wish_said(&connection->stage, cc_clock_now_us());
    cc_event_stream_say_stage(connection->events, &connection->stage.stage);
}

void
cc_connection_call(CcConnection *connection, const char *participant)
{
    if (connection->events != NULL && cc_stage_wish_call(&connection->stage, participant))
        say_stage(connection);
}

void
cc_connection_thank(CcConnection *connection, const char *participant)
{
    if (connection->events != NULL && cc_stage_wish_thank(&connection->stage, participant))
        say_stage(connection);
}

void
cc_connection_mute(CcConnection *connection, const char *participant, gboolean muted)
{
    if (connection->events != NULL && cc_stage_wish_mute(&connection->stage, participant, muted))
        say_stage(connection);
}

/* --- chat --- */

static void
say_chat_rules(CcConnection *connection)
{
    cc_chat_wish_said(&connection->chat, cc_clock_now_us());
    cc_event_stream_say_chat_rules(connection->events, &connection->chat.rules);
}

void
cc_connection_tell_chat_rules(CcConnection *connection)
{
    if (cc_chat_wish_is_due(&connection->chat, cc_event_stream_room(connection->events)))
        say_chat_rules(connection);
}

void
cc_connection_write(CcConnection *connection, const char *text)
{
    if (connection->events != NULL)
        cc_event_stream_say_chat(connection->events, text);
}

void
cc_connection_let_write(CcConnection *connection, gboolean on)
{
    if (connection->events != NULL && cc_chat_wish_set_on(&connection->chat, on))
        say_chat_rules(connection);
}

void
cc_connection_mute_writer(CcConnection *connection, const char *participant, gboolean muted)
{
    if (connection->events != NULL && cc_chat_wish_mute(&connection->chat, participant, muted))
        say_chat_rules(connection);
}

const CcChatWish *
cc_connection_chat(const CcConnection *connection)
{
    return &connection->chat;
}

const CcRoomState *
cc_connection_room(const CcConnection *connection)
{
    return connection->events != NULL ? cc_event_stream_room(connection->events) : NULL;
}

const CcStage *
cc_connection_stage(const CcConnection *connection)
{
    return &connection->stage.stage;
}

void
cc_connection_lower_hand(CcConnection *connection, const char *participant)
{
    if (connection->events != NULL)
        cc_event_stream_lower_hand(connection->events, participant);
}

static void
on_events_opened(gboolean again, gpointer user_data)
{
    if (again)
        cc_connection_relay_is_back(user_data);
    cc_connection_ask_for_hand(user_data);
    cc_stage_wish_renew(&((CcConnection *)user_data)->stage);
    cc_chat_wish_renew(&((CcConnection *)user_data)->chat);
}

static void
on_events_closed(gboolean bye, gpointer user_data)
{
    cc_connection_update_state(user_data);
}

static void
on_room_changed(const CcRoomState *room, gpointer user_data)
{
    CcConnection *connection = user_data;
    guint n;
    g_autofree const char **names = cc_room_state_receivers(room, &n);
    gboolean same = connection->receivers->len == n + 1;

    for (guint i = 0; same && i < n; i++)
        same = g_str_equal(connection->receivers->pdata[i], names[i]);
    if (!same) {
        g_ptr_array_unref(connection->receivers);
        connection->receivers = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i <= n; i++)
            g_ptr_array_add(connection->receivers, g_strdup(names[i]));
        connection->audience_dirty = TRUE;
        notify_soon(connection);
    }
    connection->lesson = room->lesson;
    const CcParticipant *self = find_self(connection, room);
    cc_hand_see(&connection->hand, room, self);
    if (connection->publish && cc_stage_wish_see(&connection->stage, room, cc_clock_now_us()))
        say_stage(connection);
    if (connection->publish && cc_chat_wish_see(&connection->chat, room, cc_clock_now_us()))
        say_chat_rules(connection);
    if (connection->callbacks.room_changed != NULL)
        connection->callbacks.room_changed(room, self, connection->user_data);
    cc_connection_update_state(connection);
}

const CcEventStreamCallbacks cc_connection_events_callbacks = {
    .opened = on_events_opened,
    .closed = on_events_closed,
    .changed = on_room_changed,
};
