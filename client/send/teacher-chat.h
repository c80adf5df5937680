/* Chat as the teacher's window shows it, and what becomes of what she writes there: one text at a
 * time is on its way. Pure: time is an argument. Main thread. */
#pragma once

#include "client/signalling/chat-wish.h"
#include "client/window/view.h"

G_BEGIN_DECLS

#define CC_TEACHER_CHAT_PATIENCE_US (10 * (gint64)G_USEC_PER_SEC) /* then it counts as lost */

typedef struct {
    guint asked,
        answered; /* numbers of her texts, the newest one, and the newest that is settled */
    CcChatRefusal refusal; /* of that */
    gint64 asked_us;
    gint64 after_ms;  /* time of the newest text of anybody when hers left */
    guint n_refusals; /* by then */
} CcTeacherChat;

/* The text of that number is on its way. @room: NULL if there is none, and so nobody to read it. */
void cc_teacher_chat_write(CcTeacherChat *chat, guint number, const CcRoomState *room,
                           gint64 now_us);
/* The room has changed. @own: herself in it, or NULL. */
void cc_teacher_chat_see(CcTeacherChat *chat, const CcRoomState *room, const CcParticipant *own);
/* To be called once a second: @view is told what has become of the text. */
void cc_teacher_chat_tick(CcTeacherChat *chat, gint64 now_us, CcViewChat *view);
/* What is to be shown; strings are borrowed from @room. */
void cc_teacher_chat_fill(const CcTeacherChat *chat, const CcRoomState *room,
                          const CcParticipant *own, const CcChatWish *wish, CcViewChat *view);

G_END_DECLS
