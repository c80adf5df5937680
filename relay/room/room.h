/* A room: one lesson, the teacher who gives it, and everybody who is there. Rooms are made and
 * changed by CcRoomRegistry alone; others read. Control thread only. */
#pragma once

#include <glib.h>

#include "common/auth/token.h"
#include "common/base/config-rules.h"
#include "common/base/slots.h"

G_BEGIN_DECLS

typedef enum {
    CC_LESSON_NONE, /* has not begun */
    CC_LESSON_ON,   /* the teacher's packets arrive */
    CC_LESSON_AWAY, /* they have stopped; she may come back within the grace period */
    CC_LESSON_OVER, /* ended; the room goes away once nobody is left in it */
} CcLesson;

/* "none", "on", "away", "over": as in docs/protocol.md. */
const char *cc_lesson_to_string(CcLesson lesson);

typedef struct CcRoom CcRoom;

typedef enum {
    CC_SEAT_WATCHES,
    CC_SEAT_TEACHES, /* publishes the lesson */
    CC_SEAT_SPEAKS,  /* publishes for the one of the same client who watches, and whom others see */
} CcSeat;

typedef struct {
    char *id; /* NULL: nobody */
    gboolean muted;
} CcGuest;

typedef struct {
    CcRoom *room;     /* (transfer none) the one that it belongs to */
    char *id;         /* public inside the room: "p1", "c0123456789ab" */
    char *session_id; /* secret: never shown to others */
    char *client;     /* likewise: who comes again with it takes its place; or NULL */
    CcRole role;
    char *name; /* "" if unknown */
    CcSeat seat;
    gboolean connected;  /* its transport is up; others hear of it from then on */
    gint64 lost_us;      /* it was, and has been out of reach since then; 0: no */
    gboolean media;      /* teacher: packets arrive */
    gboolean ready;      /* watches: can be called on */
    gint64 hand_us;      /* since when its hand is raised; 0: it is not */
    gint64 seen_us;      /* in the grid, the last time; 0: never */
    gint64 last_sign_us; /* publishers: when it joined or connected */
    guint worker;        /* which of the media workers carries it */
} CcParticipant;

struct CcRoom {
    char *name;
    CcLesson lesson;
    gint64 away_since_us;    /* while CC_LESSON_AWAY */
    CcParticipant *teacher;  /* (transfer none) one of @participants, or NULL */
    GPtrArray *participants; /* CcParticipant *, in the order of their coming */
    guint next_participant;
    guint home;                      /* the worker that its packets come to, while it exists */
    guint on_worker[CC_MAX_WORKERS]; /* how many participants each worker carries */

    gboolean stage_known; /* somebody has said who is on the stage */
    CcGuest guests[CC_GUESTS];
    struct {
        GPtrArray *messages; /* CcChatMessage *, the oldest first */
        gint64 newest_ms;
        gboolean off; /* only the teacher may write */
        char **muted; /* ids of those who may not; NULL: no teacher has said who may write */
    } chat;
    struct {
        char *id; /* NULL: a free place */
        gint64 since_us;
    } grid[CC_GRID_PLACES];
};

CcRoom *cc_room_new(const char *name);
void cc_room_free(CcRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRoom, cc_room_free)

/* @client: as in CcParticipant, or NULL. Who has one has the same id again in this room, even where
 * a relay does not remember it; nobody finds the secret by it. (transfer none) */
CcParticipant *cc_room_add_participant(CcRoom *room, const char *session_id, CcRole role,
                                       const char *name, const char *client, CcSeat seat);
void cc_participant_free(CcParticipant *participant);

/* Who sits there with that secret of its own. (transfer none) or NULL. */
CcParticipant *cc_room_find_client(const CcRoom *room, const char *client, CcSeat seat);
/* Of those whom others see, so not who speaks. (transfer none) or NULL. */
CcParticipant *cc_room_find_id(const CcRoom *room, const char *id);

G_END_DECLS
