/* A room whose packets come from another worker, its home: for each of its sources a copy with a
 * history of its own, so that receivers here find everything as they would there. What the home
 * tells comes through a ring (room-link.h); the only thing that goes back is a wish for a keyframe.
 * Worker's thread; owned by the room, for as long as that has sessions. */
#pragma once

#include "relay/media/media-room.h"

G_BEGIN_DECLS

typedef struct CcRoomMirror CcRoomMirror;

/* Asks @home for the room's packets. */
CcRoomMirror *cc_room_mirror_new(CcMediaRoom *room, CcWorker *home);
/* NULL is fine. */
void cc_room_mirror_free(CcRoomMirror *mirror);
CcWorker *cc_room_mirror_home(const CcRoomMirror *mirror);

/* Tells the home what the receivers here want (wants.h). */
void cc_room_mirror_tell_wants(CcRoomMirror *mirror);

/* Takes in what the other workers have written since the last time. */
void cc_room_mirrors_receive(CcWorker *worker, gint64 now_us);
/* TRUE if there is something to take in. */
gboolean cc_room_mirrors_pending(CcWorker *worker);

G_END_DECLS
