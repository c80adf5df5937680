/* What has been written in the room since we listen, and who may write (docs/protocol.md, Chat).
 * Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_ROOM_CHAT_KEPT 50
#define CC_ROOM_CHAT_MAX_ID 64
#define CC_ROOM_CHAT_MAX_MUTED 64
#define CC_ROOM_CHAT_MAX_CHARACTERS 200

typedef struct _JsonObject JsonObject; /* json-glib's */

typedef struct {
    gint64 time_ms; /* UNIX time by the relay's clock; tells texts apart */
    gboolean teacher;
    char *id;   /* of the participant who wrote it; may be "" */
    char *name; /* may be "" */
    char *text; /* one line, fit for a terminal */
} CcChatLine;

/* Who may write beside the teacher. */
typedef struct {
    gboolean known; /* a teacher has said something in this lesson */
    gboolean on;    /* classrooms may */
    guint n_muted;
    char muted[CC_ROOM_CHAT_MAX_MUTED][CC_ROOM_CHAT_MAX_ID + 1]; /* ids of those who may not */
} CcChatRules;

/* Why something that we wrote was not taken. */
typedef enum {
    CC_CHAT_REFUSED_NOT,
    CC_CHAT_REFUSED_NO_SEAT, /* the relay does not know us in this room */
    CC_CHAT_REFUSED_NO_LESSON,
    CC_CHAT_REFUSED_OFF,
    CC_CHAT_REFUSED_MUTED,
    CC_CHAT_REFUSED_EMPTY,
    CC_CHAT_REFUSED_TOO_LONG,
    CC_CHAT_REFUSED_TOO_OFTEN,
    CC_CHAT_REFUSED_SILENTLY, /* nobody has told */
} CcChatRefusal;

typedef struct {
    GPtrArray *lines; /* CcChatLine *: the newest ones, the oldest of them first */
    CcChatRules rules;
    guint n_refusals;      /* of what we wrote, so far */
    CcChatRefusal refusal; /* the newest */
} CcRoomChat;

void cc_room_chat_init(CcRoomChat *chat);
void cc_room_chat_clear(CcRoomChat *chat);

/* @message: of a "chat" event, or NULL. FALSE if it is none. */
gboolean cc_room_chat_apply(CcRoomChat *chat, JsonObject *message);
/* @event: a whole "chat-history". */
gboolean cc_room_chat_apply_history(CcRoomChat *chat, JsonObject *event);

/* @rules: of a "chat-rules" event, or the member "chat" of a "state"; NULL: nothing has been said.
 * FALSE if they are none. */
gboolean cc_room_chat_apply_rules(CcRoomChat *chat, JsonObject *rules);
/* @event: a whole "chat-refused". */
gboolean cc_room_chat_apply_refusal(CcRoomChat *chat, JsonObject *event);

gboolean cc_chat_rules_is_muted(const CcChatRules *rules, const char *id);
/* FALSE if that changes nothing, or if there is no place for one more. */
gboolean cc_chat_rules_mute(CcChatRules *rules, const char *id, gboolean muted);
gboolean cc_chat_rules_equal(const CcChatRules *a, const CcChatRules *b);

/* 0: nothing. */
gint64 cc_room_chat_newest_ms(const CcRoomChat *chat);

G_END_DECLS
