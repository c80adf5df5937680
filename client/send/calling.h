/* The teacher's keys for the stage: whom a key calls on, and what it says. Main thread. */
#pragma once

#include "client/connection.h"

G_BEGIN_DECLS

/* Classrooms as they are numbered in the status line, from 1; NULL beyond. */
const CcParticipant *cc_calling_numbered(const CcRoomState *room, guint number);
/* Whose hand has been raised for longest, and who can be called on; or NULL. */
const CcParticipant *cc_calling_first_hand(const CcRoomState *room);

/* Calls on @one (nullable: it has gone), if that is possible, and lowers its hand. Returns what has
 * been done, for people. (transfer full) */
char *cc_calling_call(CcConnection *connection, const CcParticipant *one);

/* 1 to 9: calls on that classroom, or thanks it. h: calls on the first raised hand. m: mutes all on
 * the stage, or lets them speak again. x: thanks all. Returns what has been done, for people, or
 * NULL if the key means nothing. (transfer full) */
char *cc_calling_press(CcConnection *connection, const CcRoomState *room, char key);

G_END_DECLS
