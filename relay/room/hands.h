/* Raised hands: a classroom asks to be called on. They stay raised while it is out of reach, until
 * it, or the teacher, lowers them, or the lesson is over. Pure; control thread only. */
#pragma once

#include "relay/room/room-registry.h"

G_BEGIN_DECLS

/* @since_us: when it was raised, which may be before now if the relay that knew is gone; 0:
 * lowered. What is raised already keeps its time. FALSE if @participant's role may not ask for
 * that. */
gboolean cc_hands_set(CcRoomRegistry *registry, CcParticipant *participant, gint64 since_us);
void cc_hands_lower_all(CcRoomRegistry *registry, CcRoom *room);

G_END_DECLS
