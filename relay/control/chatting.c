#include "relay/control/chatting.h"

#include "relay/control/event-message.h"
#include "relay/room/chat.h"

/* All of it goes to everybody, the narrowest link included, beside the teacher's voice. */
#define OWN_AT_ONCE 5 /* and then one a second */
#define ROOM_AT_ONCE 20
#define ROOM_PER_S 2 /* of all classrooms together */

struct CcChatting {
    CcControl *control;
    CcRateLimit *own_limit;  /* by participant */
    CcRateLimit *room_limit; /* by room; not for its teacher */
};

CcChatting *
cc_chatting_new(CcControl *control)
{
    CcChatting *chatting = g_new0(CcChatting, 1);

    chatting->control = control;
    chatting->own_limit = cc_rate_limit_new(1, OWN_AT_ONCE);
    chatting->room_limit = cc_rate_limit_new(ROOM_PER_S, ROOM_AT_ONCE);
    return chatting;
}

void
cc_chatting_free(CcChatting *chatting)
{
    if (chatting == NULL)
        return;
    cc_rate_limit_free(chatting->own_limit);
    cc_rate_limit_free(chatting->room_limit);
    g_free(chatting);
}

/* Who teaches may watch as well: as the teacher she may always write. (transfer none) or NULL. */
static CcParticipant *
find_writer(const CcRoom *room, const char *client)
{
    CcParticipant *teacher =
        room != NULL ? cc_room_find_client(room, client, CC_SEAT_TEACHES) : NULL;

    if (teacher != NULL || room == NULL)
        return teacher;
    return cc_room_find_client(room, client, CC_SEAT_WATCHES);
}

static gboolean
is_too_often(CcChatting *chatting, const CcParticipant *writer, gint64 now_us)
{
    const char *room = writer->room->name;
    g_autofree char *key = g_strdup_printf("%s/%s", room, writer->id);

    return !cc_rate_limit_take(chatting->own_limit, key, now_us) ||
           (writer->seat != CC_SEAT_TEACHES &&
            !cc_rate_limit_take(chatting->room_limit, room, now_us));
}

char *
cc_chatting_say(CcChatting *chatting, const char *room, const char *client, const char *text,
                gint64 now_us)
{
    CcRoomRegistry *rooms = chatting->control->rooms;
    CcParticipant *writer = find_writer(cc_room_registry_lookup(rooms, room), client);
    CcChatVerdict verdict = cc_chat_judge(writer, text);

    if (verdict == CC_CHAT_SAID && is_too_often(chatting, writer, now_us))
        verdict = CC_CHAT_TOO_OFTEN;
    if (verdict != CC_CHAT_SAID)
        return cc_event_chat_refused_message(verdict);
    cc_chat_say(rooms, writer, text, g_get_real_time() / 1000);
    return NULL;
}
