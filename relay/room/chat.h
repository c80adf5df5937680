/* Chat: short texts that everybody in the room reads. Teacher and classrooms write while the lesson
 * is on; she may let nobody write, or single classrooms not. The newest texts are kept for whoever
 * comes later, until the lesson is over. Pure; control thread only. */
#pragma once

#include "relay/room/room-registry.h"

G_BEGIN_DECLS

#define CC_CHAT_KEPT 50
#define CC_CHAT_MAX_CHARACTERS 200
#define CC_CHAT_MAX_MUTED 64

typedef struct CcChatMessage {
    gint64 time_ms; /* UNIX time; grows with each message of the room, and so tells them apart */
    char *id;       /* of the participant who wrote it */
    char *name;     /* as it was then; "" if unknown */
    CcRole role;
    char *text;
} CcChatMessage;

typedef enum {
    CC_CHAT_SAID,
    CC_CHAT_NO_SEAT, /* who says it is not in the room, or only a viewer */
    CC_CHAT_NO_LESSON,
    CC_CHAT_OFF,
    CC_CHAT_MUTED,
    CC_CHAT_EMPTY, /* nothing is left of the text but spaces */
    CC_CHAT_TOO_LONG,
    CC_CHAT_TOO_OFTEN, /* said by who counts, see relay/control/chatting.h */
} CcChatVerdict;

/* "off", "too-long", and so on: as in docs/protocol.md. "" for CC_CHAT_SAID. */
const char *cc_chat_verdict_to_string(CcChatVerdict verdict);

/* May @participant (NULL: nobody knows who) say that now? Changes nothing. */
CcChatVerdict cc_chat_judge(const CcParticipant *participant, const char *text);
/* Control and direction characters are removed from @text. @time_ms: now, UNIX time; a clock that
 * was set back does no harm. Only after cc_chat_judge() has said CC_CHAT_SAID. */
void cc_chat_say(CcRoomRegistry *registry, CcParticipant *participant, const char *text,
                 gint64 time_ms);

/* The teacher says who may write: all of it, in place of what was before. @muted: the ids of those
 * who may not, the first CC_CHAT_MAX_MUTED of them; NULL-terminated. Nothing comes of it if there
 * is no such @room. */
void cc_chat_set_rules(CcRoomRegistry *registry, const char *room, gboolean on,
                       const char *const *muted);
/* The lesson is over: as if nothing had ever been said. */
void cc_chat_clear(CcRoom *room);

void cc_chat_message_free(CcChatMessage *message);

G_END_DECLS
