/* How much a worker must leave undone so that the rest is in time. It looks at how late the least
 * late packet of a window is (a queue that never empties), at how much of the time is spent
 * working, and at what the kernel had to drop; and moves a level up at once and down slowly. Times
 * in µs of any one clock; no clock of its own. A value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Levels 1 to CC_SHED_SHARES take the upper temporal layers from so many eighths of the receivers,
 * the next CC_SHED_SHARES take all video from so many. Voice is never shed. */
#define CC_SHED_SHARES 8
#define CC_SHED_MAX_LEVEL (2 * CC_SHED_SHARES)

typedef enum { CC_SHED_NOTHING, CC_SHED_LAYERS, CC_SHED_VIDEO } CcShed;

typedef struct {
    guint level;
    double load; /* 0..1, smoothed: the thread's share of a processor */

    gint64 window_us;  /* when it began; 0: not yet */
    gint64 busy_us;    /* in it, by the wall clock: what else runs here counts too */
    gint64 cpu_us;     /* of the thread, when it began */
    gint64 delay_us;   /* of the least late packet in it; G_MAXINT64: none came */
    guint64 lost;      /* in it */
    gint64 changed_us; /* when the level did */
} CcShedder;

/* One loop turn from @begin_us to @end_us. @cpu_us: the thread's processor time so far. @delay_us:
 * how long its oldest packet had been waiting, or -1 if there was none. @lost: datagrams that the
 * kernel has dropped since the last turn, coming or going. TRUE if the level has changed. */
gboolean cc_shedder_turn(CcShedder *shedder, gint64 begin_us, gint64 end_us, gint64 cpu_us,
                         gint64 delay_us, guint64 lost);

/* What the receiver with this @ordinal is not to get. */
static inline CcShed
cc_shedder_verdict(const CcShedder *shedder, guint ordinal)
{
    guint place = ordinal % CC_SHED_SHARES;
    if (G_LIKELY(place >= shedder->level))
        return CC_SHED_NOTHING;
    return place + CC_SHED_SHARES < shedder->level ? CC_SHED_VIDEO : CC_SHED_LAYERS;
}

G_END_DECLS
