/* The writing end of what a room's home worker sends to another worker that has receivers of the
 * room too (the reading end is room-mirror.h). Everything that those must know goes through the
 * ring in order: packets, and what feeds a feed whenever that changes. Home worker's thread; owned
 * by the room. */
#pragma once

#include "relay/media/media-room.h"
#include "relay/media/packet-ring.h"
#include "relay/media/wants.h"

G_BEGIN_DECLS

typedef struct CcRoomLink CcRoomLink;

/* Makes the room @name if it must, and tells what feeds it. @ring: the reader's; it outlives this.
 * @number: how the reader knows the room. */
void cc_room_link_begin(CcWorker *home, const char *name, CcPacketRing *ring, guint32 number);
/* Nobody watches on the other side any more. */
void cc_room_link_end(CcWorker *home, const char *name, const CcPacketRing *ring, guint32 number);

/* What feeds @room has changed. Also done ahead of each packet. */
void cc_room_links_tell(CcMediaRoom *room);
/* A packet that goes to the room's receivers. */
void cc_room_links_send(CcMediaRoom *room, CcSource *source, const CcPacket *packet);

void cc_room_link_free(gpointer link);

/* What the receivers over there want of a feed, as far as they have told; else NULL. */
const CcWants *cc_room_link_wants(const CcRoomLink *link, const CcFeed *feed);
/* They have told. @feed: our number. */
void cc_room_link_set_wants(CcMediaRoom *room, const CcPacketRing *ring, guint32 number, guint feed,
                            const CcWants *wants);

/* Lets the readers see what was written since the last time. */
void cc_room_links_publish(CcWorker *home);

G_END_DECLS
