/* All rooms of the relay, and the rules by which they come and go: who may join, when a lesson is
 * on, when a second teacher may take over, when a room disappears. Pure: knows neither HTTP nor
 * sockets, and is told the time (monotonic, microseconds). Control thread only.
 *
 *   none --media--> on --silent, session lost--> away --media--> on
 *                   on or away --teacher leaves by herself--> over
 *                                away --grace period--> over --media--> on
 */
#pragma once

#include "relay/room/room.h"

G_BEGIN_DECLS

typedef struct CcRoomRegistry CcRoomRegistry;

typedef struct {
    guint max_rooms;
    guint max_sessions;
    guint max_sessions_per_room;
    gboolean wait_for_lesson;  /* receivers may join before the lesson begins */
    gint64 teacher_silence_us; /* a teacher without packets for this long may be replaced */
    gint64 lesson_grace_us;    /* from away to over */
} CcRoomLimits;

typedef enum {
    CC_ROOM_LESSON, /* the lesson's state has changed */
    CC_ROOM_JOINED, /* @participant's media connection is up */
    CC_ROOM_LEFT,   /* somebody of whom CC_ROOM_JOINED was said has left */
    CC_ROOM_HAND,   /* @participant's hand has been raised or lowered */
    CC_ROOM_READY,  /* whether @participant can be called on has changed */
    CC_ROOM_STAGE,  /* the stage has changed */
    CC_ROOM_CHAT,   /* @participant has written @message */
    CC_ROOM_CHAT_RULES,
} CcRoomEventKind;

typedef struct {
    CcRoomEventKind kind;
    const CcRoom *room;
    const CcParticipant *participant;    /* JOINED, LEFT, HAND, READY, CHAT */
    const char *reason;                  /* LEFT */
    const struct CcChatMessage *message; /* CHAT */
} CcRoomEvent;

/* Must not call back into the registry. */
typedef void (*CcRoomEventFunc)(const CcRoomEvent *event, gpointer user_data);

CcRoomRegistry *cc_room_registry_new(const CcRoomLimits *limits, CcRoomEventFunc func,
                                     gpointer user_data);
void cc_room_registry_free(CcRoomRegistry *registry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcRoomRegistry, cc_room_registry_free)

/* Takes effect for whoever joins from now on. */
void cc_room_registry_set_limits(CcRoomRegistry *registry, const CcRoomLimits *limits);

typedef enum {
    CC_ADMISSION_OK,
    CC_ADMISSION_TEACHER_PRESENT,
    CC_ADMISSION_LESSON_NOT_BEGUN,
    CC_ADMISSION_LIMIT_ROOMS,
    CC_ADMISSION_LIMIT_SESSIONS,
} CcAdmission;

/* May somebody join @room now? @client: as in CcJoin; who takes its own place always may. Changes
 * nothing. */
CcAdmission cc_room_registry_admit(const CcRoomRegistry *registry, const char *room, CcSeat seat,
                                   const char *client, gint64 now_us);

typedef struct {
    const char *room;
    const char *session_id; /* new */
    CcRole role;
    const char *name;   /* or NULL */
    const char *client; /* a secret of its own, by which it is known when it comes again; or NULL */
    CcSeat seat;
    guint worker; /* that carries it; whoever opens a room makes this the room's home */
} CcJoin;

/* Only after cc_room_registry_admit() has said OK. A client that is still there from its session
 * before goes on as the same participant; a silent teacher in the way leaves with the reason
 * "replaced". @replaced is then the id of the session that is no more (transfer full), else NULL.
 * (transfer none) */
const CcParticipant *cc_room_registry_join(CcRoomRegistry *registry, const CcJoin *join,
                                           gint64 now_us, char **replaced);

/* What the media worker reports of a session. Unknown ids are fine. */
void cc_room_registry_connected(CcRoomRegistry *registry, const char *session_id, gint64 now_us);
void cc_room_registry_media(CcRoomRegistry *registry, const char *session_id);
void cc_room_registry_silent(CcRoomRegistry *registry, const char *session_id, gint64 now_us);

/* A session is out of reach: others hear that it has left, and of its coming if it connects again.
 */
void cc_room_registry_lost(CcRoomRegistry *registry, const char *session_id, const char *reason,
                           gint64 now_us);
/* The session that has been out of reach longest, in @room, or anywhere if that is NULL: it is the
 * first to make room for others. (transfer none) NULL if there is none. */
const char *cc_room_registry_longest_lost(const CcRoomRegistry *registry, const char *room);

/* The session is no more. @deliberate: by its own wish, so that a teacher's lesson is over at once;
 * otherwise she may come back. Unknown ids are fine. */
void cc_room_registry_leave(CcRoomRegistry *registry, const char *session_id, const char *reason,
                            gboolean deliberate, gint64 now_us);

/* Ends lessons whose grace period has passed. */
void cc_room_registry_expire(CcRoomRegistry *registry, gint64 now_us);
/* When cc_room_registry_expire() has something to do next; -1: never. */
gint64 cc_room_registry_next_expiry_us(const CcRoomRegistry *registry);

/* (transfer none) NULL if it is unknown. */
const CcParticipant *cc_room_registry_find(const CcRoomRegistry *registry, const char *session_id);
/* (transfer none) NULL if nobody has come to it. */
const CcRoom *cc_room_registry_lookup(const CcRoomRegistry *registry, const char *room);
/* Sorted by name. (transfer container) of (transfer none) CcRoom. */
GPtrArray *cc_room_registry_list(const CcRoomRegistry *registry);
guint cc_room_registry_n_sessions(const CcRoomRegistry *registry);

G_END_DECLS
