#include "relay/room/chat.h"

#include <string.h>

#include "common/base/clean-text.h"
#include "relay/room/room-registry-private.h"

#define MAX_BYTES_OF_CHARACTER 4

const char *
cc_chat_verdict_to_string(CcChatVerdict verdict)
{
    static const char *const names[] = {
        [CC_CHAT_SAID] = "",
        [CC_CHAT_NO_SEAT] = "no-seat",
        [CC_CHAT_NO_LESSON] = "no-lesson",
        [CC_CHAT_OFF] = "off",
        [CC_CHAT_MUTED] = "muted",
        [CC_CHAT_EMPTY] = "empty",
        [CC_CHAT_TOO_LONG] = "too-long",
        [CC_CHAT_TOO_OFTEN] = "too-often",
    };

    g_return_val_if_fail((guint)verdict < G_N_ELEMENTS(names), "");
    return names[verdict];
}

void
cc_chat_message_free(CcChatMessage *message)
{
    if (message == NULL)
        return;
    g_free(message->id);
    g_free(message->name);
    g_free(message->text);
    g_free(message);
}

static gboolean
is_teacher(const CcParticipant *participant)
{
    return participant->role == CC_ROLE_TEACHER || participant->seat == CC_SEAT_TEACHES;
}

static CcChatVerdict
judge_writer(const CcParticipant *participant)
{
    const CcRoom *room = participant != NULL ? participant->room : NULL;

    if (room == NULL || (!is_teacher(participant) && participant->role != CC_ROLE_CLASSROOM))
        return CC_CHAT_NO_SEAT;
    if (room->lesson != CC_LESSON_ON && room->lesson != CC_LESSON_AWAY)
        return CC_CHAT_NO_LESSON;
    if (is_teacher(participant))
        return CC_CHAT_SAID;
    if (room->chat.off)
        return CC_CHAT_OFF;
    return room->chat.muted != NULL &&
                   g_strv_contains((const char *const *)room->chat.muted, participant->id)
               ? CC_CHAT_MUTED
               : CC_CHAT_SAID;
}

/* (transfer full) */
static char *
clean(const char *text)
{
    return cc_clean_text(text, CC_CHAT_MAX_CHARACTERS * MAX_BYTES_OF_CHARACTER);
}

CcChatVerdict
cc_chat_judge(const CcParticipant *participant, const char *text)
{
    CcChatVerdict verdict = judge_writer(participant);

    if (verdict != CC_CHAT_SAID)
        return verdict;
    if (!g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) > CC_CHAT_MAX_CHARACTERS)
        return CC_CHAT_TOO_LONG;
    g_autofree char *said = clean(text);
    return *said != '\0' ? CC_CHAT_SAID : CC_CHAT_EMPTY;
}

void
cc_chat_say(CcRoomRegistry *registry, CcParticipant *participant, const char *text, gint64 time_ms)
{
    CcRoom *room = participant->room;
    GPtrArray *messages = room->chat.messages;
    CcChatMessage *message = g_new0(CcChatMessage, 1);

    room->chat.newest_ms = MAX(room->chat.newest_ms + 1, time_ms);
    message->time_ms = room->chat.newest_ms;
    message->id = g_strdup(participant->id);
    message->name = g_strdup(participant->name);
    message->role = is_teacher(participant) ? CC_ROLE_TEACHER : participant->role;
    message->text = clean(text);
    if (messages->len == CC_CHAT_KEPT)
        g_ptr_array_remove_index(messages, 0);
    g_ptr_array_add(messages, message);
    cc_room_registry_notify(registry, &(CcRoomEvent){.kind = CC_ROOM_CHAT,
                                                     .room = room,
                                                     .participant = participant,
                                                     .message = message});
}

/* (transfer full) */
static char **
copy_muted(const char *const *muted)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; muted[i] != NULL && i < CC_CHAT_MAX_MUTED; i++)
        g_strv_builder_add(builder, muted[i]);
    return g_strv_builder_end(builder);
}

void
cc_chat_set_rules(CcRoomRegistry *registry, const char *name, gboolean on, const char *const *muted)
{
    CcRoom *room = g_hash_table_lookup(registry->rooms, name);
    g_auto(GStrv) next = copy_muted(muted);

    if (room == NULL ||
        (room->chat.muted != NULL && on == !room->chat.off &&
         g_strv_equal((const char *const *)room->chat.muted, (const char *const *)next)))
        return;
    room->chat.off = !on;
    g_strfreev(room->chat.muted);
    room->chat.muted = g_steal_pointer(&next);
    cc_room_registry_notify(registry, &(CcRoomEvent){.kind = CC_ROOM_CHAT_RULES, .room = room});
}

void
cc_chat_clear(CcRoom *room)
{
    room->chat.off = FALSE;
    g_clear_pointer(&room->chat.muted, g_strfreev);
    g_ptr_array_set_size(room->chat.messages, 0);
}
