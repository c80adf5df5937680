/* One link's last hour, and what is to be said of it: part of CcHealthBook, which makes, changes
 * and forgets it; others read. */
#pragma once

#include "relay/health/judgement.h"

G_BEGIN_DECLS

#define CC_HEALTH_OUTAGES 8

typedef struct {
    guint16 links, weak, bad; /* that are there */
    guint8 lesson;            /* as the caller numbers it */
    guint8 there;
    guint8 under_way; /* a lesson is: who vanishes now is missed */
    guint32 kbps;     /* to all together */
} CcRoomMoment;

typedef struct {
    char *name;
    guint32 seen_tick; /* when it was there last */
    guint64 revision;
    CcRoomMoment moment, shown;
    CcSeries *moments;
} CcHealthRoom;

/* A school that watches, one that speaks, or a teacher: one end of one way. */
typedef struct {
    guint number;       /* its name in the API; never used again */
    CcHealthRoom *room; /* (transfer none) */
    char *id;           /* in the room, of late */
    char *role;
    char *name; /* "" if unknown */
    gboolean sends;
    guint32 first_tick, seen_tick;
    CcPresence presence;
    gboolean connected; /* ever */
    guint32
        outages[CC_HEALTH_OUTAGES]; /* ticks in which one began, 0: none; the oldest gives way */
    guint n_outages;                /* within the hour */
    CcJudgement judgement;
    CcLinkSample shown;
    guint64 revision;
    GList place; /* among all, by revision */
    CcSeries *samples;
} CcHealthLink;

/* One that is not known by anything yet. @room: outlives it. */
CcHealthLink *cc_health_link_new(guint number, CcHealthRoom *room, gboolean sends, guint32 tick);
void cc_health_link_free(CcHealthLink *link);

/* How it is doing at @tick. */
void cc_health_link_see(CcHealthLink *link, guint32 tick, const CcLinkValues *values);

/* It is not there at @tick. @came_again: the same school is there as another link. */
void cc_health_link_miss(CcHealthLink *link, guint32 tick, gboolean came_again);

/* Once all are seen or missed: TRUE if its line has changed. */
gboolean cc_health_link_judge(CcHealthLink *link, guint32 tick);

G_END_DECLS
