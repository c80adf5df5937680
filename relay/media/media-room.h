/* A room as the packets see it: whose tracks feed which slots. A feed is "the room's nth audio" or
 * "… video"; receivers subscribe to feeds, not to publishers, so that a teacher who comes back as a
 * new session continues the same streams. Worker's thread; lives while it has sessions. */
#pragma once

#include "relay/media/media-session.h"

G_BEGIN_DECLS

typedef struct CcPublisherTrack CcPublisherTrack;
typedef struct CcSubscription CcSubscription;

typedef struct {
    CcMediaKind kind;
    guint index;              /* among its kind */
    CcPublisherTrack *track;  /* NULL while nobody publishes it */
    GPtrArray *subscriptions; /* CcSubscription *, connected ones */
} CcFeed;

struct CcMediaRoom {
    CcWorker *worker;
    char *name;
    guint n_sessions;
    guint n_publishers;        /* ever; each one's number is its rank */
    CcMediaSession *publisher; /* whose packets are forwarded, or NULL */
    guint n_feeds;
    CcFeed feeds[2 * CC_MAX_SLOTS];
};

/* Finds or makes it; each call is undone by one cc_media_room_release(). */
CcMediaRoom *cc_media_room_acquire(CcWorker *worker, const char *name);
void cc_media_room_release(CcMediaRoom *room);

/* Finds or makes the feed for a session's @slot: its place among the slots of its kind counts. */
CcFeed *cc_media_room_feed(CcMediaRoom *room, const CcNegotiated *negotiated, const CcSlot *slot);

/* @session's first media: it becomes the room's publisher, unless a later one already is. */
gboolean cc_media_room_take_over(CcMediaRoom *room, CcMediaSession *session);
/* @session ends. */
void cc_media_room_forget_publisher(CcMediaRoom *room, CcMediaSession *session);

G_END_DECLS
