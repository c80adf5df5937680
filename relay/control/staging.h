/* Puts the stage into practice: tells the home of a room's packets which guests' sessions feed
 * which slots, and the teachers who is in the grid, and gives each its turn there. Owned by the
 * control; control thread only. */
#pragma once

#include "relay/control/control.h"

G_BEGIN_DECLS

CcStaging *cc_staging_new(CcControl *control);
void cc_staging_free(CcStaging *staging);

void cc_staging_room_event(CcStaging *staging, const CcRoomEvent *event);
/* Something has happened in @room that may bear on the stage. Seen to before the main loop sleeps
 * again. */
void cc_staging_changed(CcStaging *staging, const char *room);
/* Who is in the grid, as teachers are told. (transfer full) NULL if nobody ever was. */
char *cc_staging_describe_grid(const CcStaging *staging, const char *room);

G_END_DECLS
