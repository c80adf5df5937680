/* One link's last hour, and what is to be said of it: part of CcHealthBook, which makes, changes
 * and forgets it; others read. */
#pragma once

#include "relay/health/health-room.h"

G_BEGIN_DECLS

#define CC_HEALTH_OUTAGES 8

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
    gboolean up;        /* it is, as far as has been told of */
    CcContact contact;
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

/* It is a teacher's, who has one to teach by and another to hear by. */
gboolean cc_health_link_is_teachers(const CcHealthLink *link);
/* It is the one by which a lesson is given. */
gboolean cc_health_link_teaches(const CcHealthLink *link);

/* How it is doing at @tick. */
void cc_health_link_see(CcHealthLink *link, guint32 tick, const CcLinkValues *values);

/* It is not there at @tick. @came_again: the same school is there as another link. */
void cc_health_link_miss(CcHealthLink *link, guint32 tick, gboolean came_again);

/* Once all are seen or missed: TRUE if it has come or gone since the tick before. */
gboolean cc_health_link_moved(CcHealthLink *link, CcMove *move);

/* Likewise: TRUE if its line has changed. */
gboolean cc_health_link_judge(CcHealthLink *link, guint32 tick);

G_END_DECLS
