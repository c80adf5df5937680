/* What is said to those who listen to a room, as JSON (docs/protocol.md). Pure; all (transfer
 * full).
 */
#pragma once

#include "relay/room/chat.h"

G_BEGIN_DECLS

/* The whole state of the room called @name. @room: NULL if nobody has come to it. */
char *cc_event_state_message(const char *name, const CcRoom *room, gint64 now_us);
char *cc_event_message(const CcRoomEvent *event, gint64 now_us);
char *cc_event_bye_message(const char *reason);

/* What was written later than @after_ms (UNIX time). @room: may be NULL. */
char *cc_event_chat_history_message(const CcRoom *room, gint64 after_ms);
/* To the one who wrote it: nobody else has been told. */
char *cc_event_chat_refused_message(CcChatVerdict verdict);

/* Who is in the grid, for teachers. */
char *cc_event_grid_message(const CcRoom *room);

G_END_DECLS
