/* A classroom's own raised hand: what it wants, beside what the relay knows. A relay that does not
 * know, as after its restart, is asked again; what the teacher has lowered stays lowered. Pure. */
#pragma once

#include "client/signalling/room-state.h"

G_BEGIN_DECLS

typedef struct {
    gint64 wanted_us; /* since when; 0: not raised */
    gboolean known;   /* the relay has seen it raised */
} CcHand;

/* @own: as the room has us, or NULL. TRUE if the relay is to be told what @hand wants now; FALSE if
 * there is nothing to ask: no classroom, or no lesson. */
gboolean cc_hand_press(CcHand *hand, const CcRoomState *room, const CcParticipant *own,
                       gint64 now_us);
/* The session is a new one, which may be another relay's. */
void cc_hand_renew(CcHand *hand);
/* TRUE if the relay has to be told (again). */
gboolean cc_hand_is_due(const CcHand *hand);
/* The room has changed. */
void cc_hand_see(CcHand *hand, const CcRoomState *room, const CcParticipant *own);

G_END_DECLS
