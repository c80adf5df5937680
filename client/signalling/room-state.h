/* What the room's events (docs/protocol.md) have told: the lesson and who is here. Pure; any
 * thread. */
#pragma once

#include "client/signalling/room-chat.h"
#include "client/signalling/room-deck.h"

#include "common/base/slots.h"

G_BEGIN_DECLS

#define CC_ROOM_MAX_PARTICIPANTS 1024
#define CC_ROOM_MAX_MESSAGE (256 * 1024)
#define CC_ROOM_MAX_ID 64

typedef enum {
    CC_LESSON_UNKNOWN, /* no state yet */
    CC_LESSON_NONE,
    CC_LESSON_ON,
    CC_LESSON_AWAY,
    CC_LESSON_OVER,
} CcLesson;

typedef enum {
    CC_PICTURE_UNKNOWN, /* or there is none */
    CC_PICTURE_WHOLE,
    CC_PICTURE_REDUCED,
    CC_PICTURE_STILLS,
    CC_PICTURE_PAUSED,
} CcPicture;

typedef enum {
    CC_GIVEN_UP_NOTHING,
    CC_GIVEN_UP_FOR_RATE,
    CC_GIVEN_UP_FOR_LOSS,
    CC_GIVEN_UP_FOR_RELAY,
} CcGivenUp;

/* How a participant's link is doing, as the relay sees it. */
typedef struct {
    gboolean known;
    guint kbps, estimate_kbps; /* the second: 0 if unknown */
    double loss;               /* 0..1 */
    int rtt_ms;                /* -1: unknown */
    gboolean tcp;
    CcPicture picture;
    CcGivenUp reason;
} CcLink;

typedef struct {
    char *id;
    char *role;
    char *name; /* may be "" */
    gboolean connected;
    gboolean ready; /* it can be called on */
    gint64 hand_us; /* since when its hand is raised, by our clock; 0: it is not */
    CcLink link;
} CcParticipant;

typedef struct {
    char id[CC_ROOM_MAX_ID + 1]; /* a participant's, who need not be here; "": nobody */
    gboolean muted;
} CcGuest;

/* Whom everybody sees and hears beside the teacher. */
typedef struct {
    gboolean known; /* a teacher has said something in this lesson */
    CcGuest guests[CC_GUESTS];
} CcStage;

typedef struct {
    CcLesson lesson;
    GPtrArray *participants; /* CcParticipant *, in order of arrival */
    CcRoomDeck deck;
    CcRoomChat chat;
    char *bye; /* why the relay goes away, or NULL */
    CcStage stage;
    char grid[CC_GRID_PLACES][CC_ROOM_MAX_ID + 1]; /* whose small pictures a teacher gets; "" */
} CcRoomState;

void cc_room_state_init(CcRoomState *state);
void cc_room_state_clear(CcRoomState *state);
/* All is going to be told again, but for what has been written: that is kept. */
void cc_room_state_renew(CcRoomState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CcRoomState, cc_room_state_clear)

/* Applies one message, which came at @now_us. Unknown types are ignored, as later relays may have
 * more of them. Error: CC_ERROR_PROTOCOL, and nothing has changed. */
gboolean cc_room_state_apply(CcRoomState *state, const char *message, gsize length, gint64 now_us,
                             GError **error);

/* (transfer none) NULL if it is not here. */
const CcParticipant *cc_room_state_find(const CcRoomState *state, const char *id);

/* Its place on the stage, or -1. */
int cc_stage_place_of(const CcStage *stage, const char *id);

/* The names of the connected participants that are not the teacher; an id where there is no name.
 * NULL-terminated. (transfer container: the strings belong to @state) */
const char **cc_room_state_receivers(const CcRoomState *state, guint *n_receivers);

G_END_DECLS
