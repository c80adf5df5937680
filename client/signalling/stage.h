/* The stage as a teacher wishes it, beside what the relay knows. Who is called takes a free place,
 * else that of the one who has been there longest. A relay that knows nothing of the stage, as
 * after its restart, is told again; what another teacher has said holds. Pure: time is an argument.
 */
#pragma once

#include "client/signalling/room-state.h"

G_BEGIN_DECLS

typedef struct {
    CcStage stage;           /* ->known: there is something to tell */
    gint64 since[CC_GUESTS]; /* in which order they came */
    gint64 calls;
    gboolean wanted; /* it was changed here, and the relay has not shown it yet */
    gint64 said_us;  /* when the relay was told last; 0: not since it is this one */
} CcStageWish;

/* Each returns TRUE if that changes anything, and the relay is to be told. @id: a participant's. */
gboolean cc_stage_wish_call(CcStageWish *wish, const char *id);
gboolean cc_stage_wish_thank(CcStageWish *wish, const char *id);
gboolean cc_stage_wish_mute(CcStageWish *wish, const char *id, gboolean muted);

/* The room has changed. TRUE if the relay has to be told (again). */
gboolean cc_stage_wish_see(CcStageWish *wish, const CcRoomState *room, gint64 now_us);
/* The relay has just been told. */
void cc_stage_wish_said(CcStageWish *wish, gint64 now_us);
/* It may be another relay from now on. */
void cc_stage_wish_renew(CcStageWish *wish);

G_END_DECLS
