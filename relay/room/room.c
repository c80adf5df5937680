#include "relay/room/room.h"

#include "relay/room/chat.h"

#define ID_DIGITS 12

const char *
cc_lesson_to_string(CcLesson lesson)
{
    switch (lesson) {
    case CC_LESSON_NONE:
        return "none";
    case CC_LESSON_ON:
        return "on";
    case CC_LESSON_AWAY:
        return "away";
    case CC_LESSON_OVER:
        return "over";
    }
    g_return_val_if_reached("none");
}

void
cc_participant_free(CcParticipant *participant)
{
    if (participant == NULL)
        return;
    g_free(participant->id);
    g_free(participant->session_id);
    g_free(participant->client);
    g_free(participant->name);
    g_free(participant);
}

CcRoom *
cc_room_new(const char *name)
{
    CcRoom *room = g_new0(CcRoom, 1);

    room->name = g_strdup(name);
    room->participants = g_ptr_array_new_with_free_func((GDestroyNotify)cc_participant_free);
    room->next_participant = 1;
    room->chat.messages = g_ptr_array_new_with_free_func((GDestroyNotify)cc_chat_message_free);
    return room;
}

void
cc_room_free(CcRoom *room)
{
    if (room == NULL)
        return;
    g_ptr_array_unref(room->participants);
    for (guint i = 0; i < CC_GUESTS; i++)
        g_free(room->guests[i].id);
    g_ptr_array_unref(room->chat.messages);
    g_strfreev(room->chat.muted);
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        g_free(room->grid[i].id);
    g_free(room->name);
    g_free(room);
}

static char *
make_id(CcRoom *room, const char *client, CcSeat seat)
{
    if (client == NULL)
        return g_strdup_printf("p%u", room->next_participant++);
    /* Who speaks is the one who watches. */
    const char *kind = seat == CC_SEAT_TEACHES ? "whip" : "whep";
    g_autofree char *text = g_strjoin("/", kind, room->name, client, NULL);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    return g_strdup_printf("c%.*s", ID_DIGITS, hash);
}

CcParticipant *
cc_room_add_participant(CcRoom *room, const char *session_id, CcRole role, const char *name,
                        const char *client, CcSeat seat)
{
    CcParticipant *participant = g_new0(CcParticipant, 1);

    participant->room = room;
    participant->id = make_id(room, client, seat);
    participant->client = g_strdup(client);
    participant->session_id = g_strdup(session_id);
    participant->role = role;
    participant->name = g_strdup(name != NULL ? name : "");
    participant->seat = seat;
    g_ptr_array_add(room->participants, participant);
    return participant;
}

CcParticipant *
cc_room_find_client(const CcRoom *room, const char *client, CcSeat seat)
{
    for (guint i = 0; client != NULL && i < room->participants->len; i++) {
        CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (participant->seat == seat && g_strcmp0(participant->client, client) == 0)
            return participant;
    }
    return NULL;
}

CcParticipant *
cc_room_find_id(const CcRoom *room, const char *id)
{
    for (guint i = 0; i < room->participants->len; i++) {
        CcParticipant *participant = g_ptr_array_index(room->participants, i);
        if (participant->seat != CC_SEAT_SPEAKS && g_str_equal(participant->id, id))
            return participant;
    }
    return NULL;
}
