/* Which of the guests' tracks feed which slots of a room, as the stage has it. Worker's thread. */
#pragma once

#include "relay/media/media-room.h"

G_BEGIN_DECLS

/* By @room->places and the sessions that are there now: detaches what is not to be seen and heard
 * any more, attaches what is. Cheap if nothing has changed. */
void cc_media_room_cast(CcMediaRoom *room);

G_END_DECLS
