/* The stage: which classrooms everybody sees and hears beside the teacher. The teacher says who;
 * what she says holds until the lesson is over, whoever comes and goes meanwhile. And the grid: the
 * classrooms whose small pictures she sees, as many as there are places for, those with a raised
 * hand first, the others by turns. Pure; control thread only. */
#pragma once

#include "relay/room/room-registry.h"

G_BEGIN_DECLS

#define CC_GRID_TURN_US (10 * (gint64)G_USEC_PER_SEC) /* how long one is seen while others wait */

/* All of it, in place of what was before: @guests by place, their id NULL for nobody. One who is
 * named twice is there once. Nothing comes of it if there is no such @room. */
void cc_stage_set(CcRoomRegistry *registry, const char *room, const CcGuest guests[CC_GUESTS]);
/* As if nothing had ever been said. */
void cc_stage_clear(CcRoomRegistry *registry, CcRoom *room);
void cc_guests_clear(CcGuest guests[CC_GUESTS]);

/* TRUE if @id is the guest of a place. */
gboolean cc_stage_has(const CcRoom *room, const char *id);

/* Somebody with @client has come or gone, to watch or to speak: finds out whether the one who
 * watches can be called on, and tells. */
void cc_stage_update_ready(CcRoomRegistry *registry, CcRoom *room, const char *client);

/* Who is to be seen in @room's grid from now on. Returns when the next turn is due; -1: never. */
gint64 cc_grid_update(CcRoomRegistry *registry, const char *room, gint64 now_us);

/* (transfer none) the speaking session of who is known as @id; NULL if it has none that is
 * connected. */
const char *cc_stage_session(const CcRoom *room, const char *id);

G_END_DECLS
