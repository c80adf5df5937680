/* What feeds a slot of the room: one source, or the layers of a simulcast, ordered by size, with
 * what is known of their being alive. A publisher may switch a layer off at any time; it is dead
 * when pictures of the others arrive and none of it. Worker's thread; part of the room. */
#pragma once

#include "relay/media/source.h"

G_BEGIN_DECLS

/* @source becomes the feed's layer number source->layer. */
void cc_feed_attach(CcFeed *feed, CcSource *source);
/* NULL, or a source without a feed, is fine. */
void cc_feed_detach(CcSource *source);

/* A packet of one of its sources has come. */
void cc_feed_heard(CcFeed *feed, CcSource *source, const CcPacket *packet);

/* (transfer none) the @rank-th layer from the smallest, or the largest that there is below; alive
 * or not. NULL if nobody publishes. */
CcSource *cc_feed_layer(const CcFeed *feed, guint rank);
/* The same, but alive. */
CcSource *cc_feed_living_layer(const CcFeed *feed, guint rank);

/* Lets the room's receivers choose anew what they want of it. @coming: whose packet is on its way
 * to them, so that it need not be asked for a keyframe before that has been seen; or NULL. */
void cc_feed_changed(CcMediaRoom *room, const CcFeed *feed, const CcSource *coming, gint64 now_us);

G_END_DECLS
