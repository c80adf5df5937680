/* Who may write, as a teacher wishes it, beside what the relay knows. A relay that knows nothing of
 * it, as after its restart, is told again; what another teacher has said holds. Pure: time is an
 * argument. */
#pragma once

#include "client/signalling/room-state.h"

G_BEGIN_DECLS

typedef struct {
    CcChatRules rules; /* ->known: there is something to tell */
    gboolean wanted;   /* they were changed here, and the relay has not shown it yet */
    gint64 said_us;    /* when the relay was told last; 0: not since it is this one */
} CcChatWish;

/* Each returns TRUE if that changes anything, and the relay is to be told. @id: a participant's. */
gboolean cc_chat_wish_set_on(CcChatWish *wish, gboolean on);
gboolean cc_chat_wish_mute(CcChatWish *wish, const char *id, gboolean muted);

/* As it is to be now: at once, before the relay knows. */
gboolean cc_chat_wish_is_on(const CcChatWish *wish);

/* The room has changed. TRUE if the relay has to be told (again). */
gboolean cc_chat_wish_see(CcChatWish *wish, const CcRoomState *room, gint64 now_us);
/* TRUE if the relay has to be told, whatever it was told already: we have just come into the room,
 * which may not have been there before. Told now, nobody can write before it is known. */
gboolean cc_chat_wish_is_due(const CcChatWish *wish, const CcRoomState *room);
/* The relay has just been told. */
void cc_chat_wish_said(CcChatWish *wish, gint64 now_us);
/* It may be another relay from now on. */
void cc_chat_wish_renew(CcChatWish *wish);

G_END_DECLS
