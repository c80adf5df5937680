#include "relay/room/room-registry.h"

#include <string.h>

#include "relay/room/chat.h"
#include "relay/room/room-registry-private.h"
#include "relay/room/stage.h"

CcRoomRegistry *
cc_room_registry_new(const CcRoomLimits *limits, CcRoomEventFunc func, gpointer user_data)
{
    CcRoomRegistry *registry = g_new0(CcRoomRegistry, 1);

    registry->limits = *limits;
    registry->func = func;
    registry->user_data = user_data;
    registry->rooms =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)cc_room_free);
    registry->sessions = g_hash_table_new(g_str_hash, g_str_equal);
    return registry;
}

void
cc_room_registry_free(CcRoomRegistry *registry)
{
    if (registry == NULL)
        return;
    g_hash_table_unref(registry->sessions);
    g_hash_table_unref(registry->rooms);
    g_free(registry);
}

void
cc_room_registry_set_limits(CcRoomRegistry *registry, const CcRoomLimits *limits)
{
    registry->limits = *limits;
}

void
cc_room_registry_notify(CcRoomRegistry *registry, const CcRoomEvent *event)
{
    if (registry->func != NULL)
        registry->func(event, registry->user_data);
}

static void
set_lesson(CcRoomRegistry *registry, CcRoom *room, CcLesson lesson)
{
    if (room->lesson == lesson)
        return;
    room->lesson = lesson;
    if (lesson == CC_LESSON_OVER) {
        cc_hands_lower_all(registry, room);
        cc_stage_clear(registry, room);
        cc_chat_clear(room);
    }
    cc_room_registry_notify(registry, &(CcRoomEvent){.kind = CC_ROOM_LESSON, .room = room});
}

static void
set_away(CcRoomRegistry *registry, CcRoom *room, gint64 now_us)
{
    if (room->lesson != CC_LESSON_ON)
        return;
    room->away_since_us = now_us;
    set_lesson(registry, room, CC_LESSON_AWAY);
}

static gboolean
teacher_is_present(const CcRoomRegistry *registry, const CcRoom *room, gint64 now_us)
{
    const CcParticipant *teacher = room->teacher;

    if (teacher == NULL)
        return FALSE;
    /* One who has only just come gets the time to send her first packet. */
    return teacher->media || now_us - teacher->last_sign_us < registry->limits.teacher_silence_us;
}

CcAdmission
cc_room_registry_admit(const CcRoomRegistry *registry, const char *name, CcSeat seat,
                       const char *client, gint64 now_us)
{
    const CcRoom *room = g_hash_table_lookup(registry->rooms, name);
    gboolean teaches = seat == CC_SEAT_TEACHES, replaces;

    if (room != NULL && cc_room_find_client(room, client, seat) != NULL)
        return CC_ADMISSION_OK;
    if (teaches && room != NULL && teacher_is_present(registry, room, now_us))
        return CC_ADMISSION_TEACHER_PRESENT;
    if (seat == CC_SEAT_WATCHES && !registry->limits.wait_for_lesson &&
        (room == NULL || room->lesson == CC_LESSON_NONE || room->lesson == CC_LESSON_OVER))
        return CC_ADMISSION_LESSON_NOT_BEGUN;
    if (room == NULL && g_hash_table_size(registry->rooms) >= registry->limits.max_rooms)
        return CC_ADMISSION_LIMIT_ROOMS;

    /* A teacher who takes another one's place takes no new one. */
    replaces = teaches && room != NULL && room->teacher != NULL;
    if (replaces)
        return CC_ADMISSION_OK;
    if (g_hash_table_size(registry->sessions) >= registry->limits.max_sessions)
        return CC_ADMISSION_LIMIT_SESSIONS;
    /* A full room still lets its teacher in. */
    if (!teaches && room != NULL &&
        room->participants->len >= registry->limits.max_sessions_per_room)
        return CC_ADMISSION_LIMIT_SESSIONS;
    return CC_ADMISSION_OK;
}

/* Others have seen it, and see it no more. */
static void
tell_left(CcRoomRegistry *registry, CcParticipant *participant, const char *reason)
{
    if (participant->seat == CC_SEAT_SPEAKS)
        cc_stage_update_ready(registry, participant->room, participant->client);
    else
        cc_room_registry_notify(registry, &(CcRoomEvent){.kind = CC_ROOM_LEFT,
                                                         .room = participant->room,
                                                         .participant = participant,
                                                         .reason = reason});
}

/* Takes @participant out of @room and tells those who knew of it. */
static void
remove_participant(CcRoomRegistry *registry, CcRoom *room, CcParticipant *participant,
                   const char *reason)
{
    guint index;

    g_hash_table_remove(registry->sessions, participant->session_id);
    if (room->teacher == participant)
        room->teacher = NULL;
    if (!g_ptr_array_find(room->participants, participant, &index))
        g_return_if_reached();
    g_ptr_array_steal_index(room->participants, index);
    room->on_worker[participant->worker]--;
    if (participant->connected)
        tell_left(registry, participant, reason);
    cc_participant_free(participant);
}

static void
remove_room_if_done(CcRoomRegistry *registry, CcRoom *room)
{
    if (room->participants->len == 0 &&
        (room->lesson == CC_LESSON_NONE || room->lesson == CC_LESSON_OVER))
        g_hash_table_remove(registry->rooms, room->name);
}

/* Who watches as the teacher's own client is no classroom and no viewer. */
static CcRole
role_of(const CcRoom *room, const CcJoin *join)
{
    gboolean own = join->seat == CC_SEAT_WATCHES &&
                   cc_room_find_client(room, join->client, CC_SEAT_TEACHES) != NULL;

    return own ? CC_ROLE_TEACHER : join->role;
}

/* The teacher has come; if she has been watching, others took her for somebody else. */
static void
recognise_teacher(CcRoomRegistry *registry, CcRoom *room, const char *client)
{
    CcParticipant *watcher = cc_room_find_client(room, client, CC_SEAT_WATCHES);

    if (watcher == NULL || watcher->role == CC_ROLE_TEACHER)
        return;
    watcher->role = CC_ROLE_TEACHER;
    if (watcher->connected)
        cc_room_registry_notify(
            registry, &(CcRoomEvent){.kind = CC_ROOM_JOINED, .room = room, .participant = watcher});
}

/* @participant goes on in another session. Others hear nothing of it; whether it gets through is
 * told when it connects, or ends. */
static void
change_session(CcRoomRegistry *registry, CcParticipant *participant, const CcJoin *join,
               gint64 now_us)
{
    CcRoom *room = participant->room;

    g_hash_table_remove(registry->sessions, participant->session_id);
    g_free(participant->session_id);
    participant->session_id = g_strdup(join->session_id);
    g_hash_table_insert(registry->sessions, participant->session_id, participant);
    g_free(participant->name);
    participant->name = g_strdup(join->name != NULL ? join->name : "");
    room->on_worker[participant->worker]--;
    room->on_worker[join->worker]++;
    participant->worker = join->worker;
    participant->role = role_of(room, join);
    participant->lost_us = 0;
    participant->media = FALSE;
    participant->last_sign_us = now_us;
    if (participant == room->teacher)
        set_away(registry, room, now_us);
}

const CcParticipant *
cc_room_registry_join(CcRoomRegistry *registry, const CcJoin *join, gint64 now_us, char **replaced)
{
    CcRoom *room = g_hash_table_lookup(registry->rooms, join->room);
    CcParticipant *participant =
        room != NULL ? cc_room_find_client(room, join->client, join->seat) : NULL;

    g_return_val_if_fail(join->worker < CC_MAX_WORKERS, NULL);
    *replaced = NULL;
    if (participant != NULL) {
        *replaced = g_strdup(participant->session_id);
        change_session(registry, participant, join, now_us);
        return participant;
    }
    if (room == NULL) {
        room = cc_room_new(join->room);
        room->home = join->worker;
        g_hash_table_insert(registry->rooms, room->name, room);
    }
    if (join->seat == CC_SEAT_TEACHES && room->teacher != NULL) {
        *replaced = g_strdup(room->teacher->session_id);
        set_away(registry, room, now_us);
        remove_participant(registry, room, room->teacher, "replaced");
    }
    participant = cc_room_add_participant(room, join->session_id, role_of(room, join), join->name,
                                          join->client, join->seat);
    participant->last_sign_us = now_us;
    participant->worker = join->worker;
    room->on_worker[join->worker]++;
    if (join->seat == CC_SEAT_TEACHES) {
        room->teacher = participant;
        recognise_teacher(registry, room, join->client);
    }
    g_hash_table_insert(registry->sessions, participant->session_id, participant);
    cc_stage_update_ready(registry, room, join->client);
    return participant;
}

static CcParticipant *
find_participant(CcRoomRegistry *registry, const char *session_id, CcRoom **room)
{
    CcParticipant *participant = g_hash_table_lookup(registry->sessions, session_id);

    *room = participant != NULL ? participant->room : NULL;
    return participant;
}

static void
set_connected(CcRoomRegistry *registry, CcRoom *room, CcParticipant *participant)
{
    if (participant->connected)
        return;
    participant->connected = TRUE;
    if (participant->seat == CC_SEAT_SPEAKS)
        cc_stage_update_ready(registry, room, participant->client);
    else
        cc_room_registry_notify(
            registry,
            &(CcRoomEvent){.kind = CC_ROOM_JOINED, .room = room, .participant = participant});
}

void
cc_room_registry_connected(CcRoomRegistry *registry, const char *session_id, gint64 now_us)
{
    CcRoom *room;
    CcParticipant *participant = find_participant(registry, session_id, &room);

    if (participant == NULL)
        return;
    participant->last_sign_us = now_us;
    participant->lost_us = 0;
    set_connected(registry, room, participant);
}

void
cc_room_registry_lost(CcRoomRegistry *registry, const char *session_id, const char *reason,
                      gint64 now_us)
{
    CcRoom *room;
    CcParticipant *participant = find_participant(registry, session_id, &room);

    if (participant == NULL || !participant->connected)
        return;
    participant->connected = FALSE;
    participant->lost_us = now_us;
    tell_left(registry, participant, reason);
}

const char *
cc_room_registry_longest_lost(const CcRoomRegistry *registry, const char *room)
{
    const CcParticipant *longest = NULL;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, registry->sessions);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const CcParticipant *participant = value;
        if (participant->lost_us != 0 &&
            (room == NULL || strcmp(participant->room->name, room) == 0) &&
            (longest == NULL || participant->lost_us < longest->lost_us))
            longest = participant;
    }
    return longest != NULL ? longest->session_id : NULL;
}

void
cc_room_registry_media(CcRoomRegistry *registry, const char *session_id)
{
    CcRoom *room;
    CcParticipant *participant = find_participant(registry, session_id, &room);

    if (participant == NULL || participant != room->teacher)
        return;
    participant->media = TRUE;
    set_connected(registry, room, participant);
    set_lesson(registry, room, CC_LESSON_ON);
}

void
cc_room_registry_silent(CcRoomRegistry *registry, const char *session_id, gint64 now_us)
{
    CcRoom *room;
    CcParticipant *participant = find_participant(registry, session_id, &room);

    if (participant == NULL || participant != room->teacher)
        return;
    /* The worker has already waited for teacher_silence_us. */
    participant->media = FALSE;
    participant->last_sign_us = now_us - registry->limits.teacher_silence_us;
    set_away(registry, room, now_us);
}

void
cc_room_registry_leave(CcRoomRegistry *registry, const char *session_id, const char *reason,
                       gboolean deliberate, gint64 now_us)
{
    CcRoom *room;
    CcParticipant *participant = find_participant(registry, session_id, &room);
    gboolean teacher;

    if (participant == NULL)
        return;
    teacher = participant == room->teacher;
    remove_participant(registry, room, participant, reason);
    if (teacher && !deliberate)
        set_away(registry, room, now_us);
    else if (teacher && room->lesson != CC_LESSON_NONE)
        set_lesson(registry, room, CC_LESSON_OVER);
    remove_room_if_done(registry, room);
}

void
cc_room_registry_expire(CcRoomRegistry *registry, gint64 now_us)
{
    g_autoptr(GPtrArray) rooms = cc_room_registry_list(registry);

    for (guint i = 0; i < rooms->len; i++) {
        CcRoom *room = g_ptr_array_index(rooms, i);
        if (room->lesson != CC_LESSON_AWAY ||
            now_us - room->away_since_us < registry->limits.lesson_grace_us)
            continue;
        set_lesson(registry, room, CC_LESSON_OVER);
        remove_room_if_done(registry, room);
    }
}

gint64
cc_room_registry_next_expiry_us(const CcRoomRegistry *registry)
{
    gint64 next_us = -1;
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, registry->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const CcRoom *room = value;
        gint64 expiry_us = room->away_since_us + registry->limits.lesson_grace_us;
        if (room->lesson == CC_LESSON_AWAY && (next_us < 0 || expiry_us < next_us))
            next_us = expiry_us;
    }
    return next_us;
}

const CcParticipant *
cc_room_registry_find(const CcRoomRegistry *registry, const char *session_id)
{
    return g_hash_table_lookup(registry->sessions, session_id);
}

const CcRoom *
cc_room_registry_lookup(const CcRoomRegistry *registry, const char *room)
{
    return g_hash_table_lookup(registry->rooms, room);
}

static int
compare_rooms(gconstpointer a, gconstpointer b)
{
    const CcRoom *const *room_a = a;
    const CcRoom *const *room_b = b;

    return strcmp((*room_a)->name, (*room_b)->name);
}

GPtrArray *
cc_room_registry_list(const CcRoomRegistry *registry)
{
    GPtrArray *rooms = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, registry->rooms);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(rooms, value);
    g_ptr_array_sort(rooms, compare_rooms);
    return rooms;
}

guint
cc_room_registry_n_sessions(const CcRoomRegistry *registry)
{
    return g_hash_table_size(registry->sessions);
}
