#include "client/signalling/hand.h"

#include <string.h>

gboolean
cc_hand_press(CcHand *hand, const CcRoomState *room, const CcParticipant *own, gint64 now_us)
{
    if (own == NULL || strcmp(own->role, "classroom") != 0 || room->lesson == CC_LESSON_OVER)
        return FALSE;
    hand->wanted_us = own->hand_us != 0 ? 0 : now_us;
    hand->known = FALSE;
    return TRUE;
}

void
cc_hand_renew(CcHand *hand)
{
    hand->known = FALSE;
}

gboolean
cc_hand_is_due(const CcHand *hand)
{
    return hand->wanted_us != 0 && !hand->known;
}

void
cc_hand_see(CcHand *hand, const CcRoomState *room, const CcParticipant *own)
{
    if (own != NULL && own->hand_us != 0) {
        hand->wanted_us = own->hand_us;
        hand->known = TRUE;
    } else if (room->lesson == CC_LESSON_OVER || (own != NULL && hand->known)) {
        hand->wanted_us = 0; /* the teacher has lowered it */
    }
}
