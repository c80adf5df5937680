#include "relay/room/hands.h"

#include "relay/room/room-registry-private.h"

gboolean
cc_hands_set(CcRoomRegistry *registry, CcParticipant *participant, gint64 since_us)
{
    if (since_us != 0 &&
        (participant->seat != CC_SEAT_WATCHES || participant->role != CC_ROLE_CLASSROOM))
        return FALSE;
    if ((since_us != 0) == (participant->hand_us != 0))
        return TRUE;
    participant->hand_us = since_us;
    if (participant->connected) /* else its coming tells */
        cc_room_registry_notify(registry, &(CcRoomEvent){.kind = CC_ROOM_HAND,
                                                         .room = participant->room,
                                                         .participant = participant});
    return TRUE;
}

void
cc_hands_lower_all(CcRoomRegistry *registry, CcRoom *room)
{
    for (guint i = 0; i < room->participants->len; i++)
        cc_hands_set(registry, g_ptr_array_index(room->participants, i), 0);
}
