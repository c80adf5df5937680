/* A room as the packets see it: whose tracks feed which slots. A feed is "the room's nth audio" or
 * "… video"; receivers subscribe to feeds, not to publishers, so that a teacher who comes back as a
 * new session continues the same streams. Packets come from a publisher here, or through a mirror
 * from the room's home worker. Worker's thread; lives while it has sessions or links. */
#pragma once

#include "relay/media/media-session.h"

G_BEGIN_DECLS

typedef struct CcSource CcSource;
typedef struct CcRoomMirror CcRoomMirror;

#define CC_MAX_FEEDS (CC_WATCHED_AUDIOS + CC_TEACHER_WATCHED_VIDEOS)
/* Packets that go out together. More would make the first receiver's wait for the last one's. */
#define CC_ROOM_BATCH 16

typedef enum { CC_VIDEO_LINE_SLIDES, CC_VIDEO_LINE_FACES, CC_N_VIDEO_LINES } CcVideoLine;

typedef struct {
    CcMediaKind kind;
    guint index;      /* among its kind */
    guint number;     /* among all */
    CcVideoLine line; /* of video: where it waits (video-queue.h) */
    CcSource
        *sources[CC_MAX_LAYERS];     /* in the publisher's order, its best first; NULL: not there */
    guint n_layers;                  /* 0 while nobody publishes it */
    CcSource *layers[CC_MAX_LAYERS]; /* those that are there, from the smallest to the largest */
} CcFeed;

typedef struct {
    CcSource *source;
    CcPacket *packet;
} CcQueuedPacket;

struct CcMediaRoom {
    CcWorker *worker;
    char *name;
    guint n_sessions;
    guint n_publishers;        /* ever; each one's number is its rank */
    CcMediaSession *publisher; /* the teacher whose packets are forwarded, or NULL */
    GPtrArray *publishers;     /* CcMediaSession *: all that there are, guests too */
    CcStagePlaces places;      /* which guests are seen and heard */
    guint n_feeds;
    CcFeed feeds[CC_MAX_FEEDS];
    GPtrArray *receivers; /* CcReceiver *, connected ones */
    guint n_queued;       /* of this loop turn */
    CcQueuedPacket queue[CC_ROOM_BATCH];
    GPtrArray *links;     /* CcRoomLink *: workers to which the packets go too */
    CcRoomMirror *mirror; /* NULL: this worker is the room's home */
    gboolean wants_due;   /* see wants.h */
    gint64 wants_told_us;
};

/* Finds or makes it. It goes away by cc_media_room_close(), unless somebody needs it. */
CcMediaRoom *cc_media_room_open(CcWorker *worker, const char *name);
void cc_media_room_close(CcMediaRoom *room);

/* For a session: opens it, with the packets of @home (NULL: this worker); each call is undone by
 * one cc_media_room_release(). */
CcMediaRoom *cc_media_room_acquire(CcWorker *worker, const char *name, CcWorker *home);
void cc_media_room_release(CcMediaRoom *room);

/* Finds or makes it; NULL if there are too many. */
CcFeed *cc_media_room_feed_at(CcMediaRoom *room, CcMediaKind kind, guint index);
/* Makes a place in the queue. What comes into a history has one: see
 * cc_media_room_forwards_after(). */
void cc_media_room_make_place(CcMediaRoom *room);
/* Takes a reference. The packet leaves at the end of the loop turn, or when the batch is full. */
void cc_media_room_queue(CcMediaRoom *room, CcSource *source, CcPacket *packet);
/* TRUE if @other is queued behind @packet, and so is still to be forwarded. */
gboolean cc_media_room_forwards_after(const CcMediaRoom *room, const CcPacket *packet,
                                      const CcPacket *other);
/* Sends what is queued: one receiver after the other gets all of it, so that its keys and numbers
 * are at hand and its packets leave in one send. */
void cc_media_room_forward(CcMediaRoom *room);

/* Who of the guests is seen and heard from now on. */
void cc_media_room_set_places(CcMediaRoom *room, const CcStagePlaces *places);

/* A session that publishes has come. */
void cc_media_room_add_publisher(CcMediaRoom *room, CcMediaSession *session);
/* Lets all receivers choose anew what they want. */
void cc_media_room_choose_all(CcMediaRoom *room);
/* @session's first media: it becomes the room's publisher, unless a later one already is. */
gboolean cc_media_room_take_over(CcMediaRoom *room, CcMediaSession *session);
/* @session ends. */
void cc_media_room_forget_publisher(CcMediaRoom *room, CcMediaSession *session);

G_END_DECLS
