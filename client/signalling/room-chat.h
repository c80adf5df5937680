/* What has been written in the room since we listen (docs/protocol.md, Chat). Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_ROOM_CHAT_KEPT 50

typedef struct _JsonObject JsonObject; /* json-glib's */

typedef struct {
    gint64 time_ms; /* UNIX time by the relay's clock; tells texts apart */
    gboolean teacher;
    char *name; /* may be "" */
    char *text; /* one line, fit for a terminal */
} CcChatLine;

typedef struct {
    GPtrArray *lines; /* CcChatLine *: the newest ones, the oldest of them first */
} CcRoomChat;

void cc_room_chat_init(CcRoomChat *chat);
void cc_room_chat_clear(CcRoomChat *chat);

/* @message: of a "chat" event, or NULL. FALSE if it is none. */
gboolean cc_room_chat_apply(CcRoomChat *chat, JsonObject *message);
/* @event: a whole "chat-history". */
gboolean cc_room_chat_apply_history(CcRoomChat *chat, JsonObject *event);

/* 0: nothing. */
gint64 cc_room_chat_newest_ms(const CcRoomChat *chat);

G_END_DECLS
