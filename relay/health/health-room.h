/* One room's last hour: how many were there and how they did, who did worst, who came and who went.
 * Part of CcHealthBook, which makes, changes and forgets it; others read. */
#pragma once

#include "relay/health/judgement.h"

G_BEGIN_DECLS

#define CC_ROOM_MOVES 64
#define CC_ROOM_UNKNOWN G_MAXUINT8
#define CC_ROOM_LOSS_STEPS 200 /* half percents */
#define CC_ROOM_RTT_STEP_MS 10

typedef enum {
    CC_MOVE_CAME,
    CC_MOVE_LEFT, /* said goodbye */
    CC_MOVE_LOST, /* did not */
} CcMove;
/* "came", "left", "lost": as in docs/protocol.md. */
const char *cc_move_name(CcMove move);

typedef struct {
    guint32 tick;
    guint32 number; /* of the link */
    CcMove move;
} CcRoomMove;

/* The three of a kind are of the schools together (a mean), of the one that has most of it, and of
 * the teacher. */
typedef struct {
    guint32 kbps;  /* to all together */
    guint32 worst; /* number of the link that does worst; 0: nothing is wrong with any */
    guint16 kbps_in;
    guint16 links;                        /* that are there */
    guint16 weak, bad;                    /* of them, or missed */
    guint8 loss, most_loss, teacher_loss; /* in half percents; CC_ROOM_UNKNOWN */
    guint8 rtt, most_rtt, teacher_rtt;    /* in 10 ms; CC_ROOM_UNKNOWN */
    guint8 came, left, lost;              /* since the moment before */
    guint8 lesson : 6;                    /* as the caller numbers it */
    guint8 there : 1;
    guint8 under_way : 1; /* a lesson is: who vanishes now is missed */
} CcRoomMoment;

typedef struct {
    char *name;
    guint32 seen_tick; /* when it was there last */
    guint64 revision;
    CcRoomMoment moment, shown;
    CcJudgement worst; /* of moment.worst */
    struct {
        guint n, loss, n_rtt, rtt;
    } sums;                          /* of the schools, on the way to means */
    CcRoomMove moves[CC_ROOM_MOVES]; /* a ring: the newest ones */
    guint n_moves;                   /* ever */
    CcSeries *moments;
} CcHealthRoom;

CcHealthRoom *cc_health_room_new(const char *name);
void cc_health_room_free(CcHealthRoom *room);

/* It is there at @tick. What follows is of this tick, until cc_health_room_close(). */
void cc_health_room_see(CcHealthRoom *room, guint32 tick, guint lesson, gboolean under_way);
/* One of its links. @teachers: it is a teacher's, who by what she hears is none of the schools. */
void cc_health_room_add(CcHealthRoom *room, const CcLinkValues *values, gboolean sends,
                        gboolean teachers);
/* What is said of a link that is there, or missed. */
void cc_health_room_judge(CcHealthRoom *room, guint number, const CcJudgement *judgement);
void cc_health_room_move(CcHealthRoom *room, guint32 tick, guint number, CcMove move);
/* TRUE if its line has changed. */
gboolean cc_health_room_close(CcHealthRoom *room, guint32 tick);

/* How many moves are kept, and the @index-th of them, the oldest first. (transfer none) */
guint cc_health_room_n_moves(const CcHealthRoom *room);
const CcRoomMove *cc_health_room_get_move(const CcHealthRoom *room, guint index);

G_END_DECLS
