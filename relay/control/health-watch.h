/* Looks at all links, rooms and workers every CC_HEALTH_TICK_S, and remembers the last hour of it
 * (relay/health/health-book.h) for /api/status. Owned by the control; control thread only. */
#pragma once

#include "relay/control/control.h"
#include "relay/health/health-book.h"

G_BEGIN_DECLS

/* The relay itself, over one tick. */
typedef struct {
    guint8 load, shed_level; /* percent and level of the busiest worker */
    guint16 cpu;             /* of the whole process, in percent of one processor */
    guint32 links;           /* sessions */
    guint32 kbps_in, kbps_out;
    guint32 dropped, overflows, refused; /* how often in that time */
} CcRelayMoment;

/* Counters that only grow, as they were at one tick. */
typedef struct {
    gint64 at_us, cpu_us;
    guint64 bytes_in, bytes_out, receive_overflows, send_overflows;
    guint64 drops[CC_N_DROPS];
    guint64 refusals[CC_N_PROBLEMS];
} CcRelayCounters;

#define CC_HEALTH_MINUTE (60 / CC_HEALTH_TICK_S)

struct CcHealthWatch {
    CcControl *control;
    CcHealthBook *book;
    CcSeries *moments;  /* CcRelayMoment */
    CcRateLimit *limit; /* of questions about it, by address */
    char *boot;         /* another one after each restart */
    gint64 started_us;  /* by the monotonic clock, and the world's */
    gint64 started_real_us;
    guint32 tick; /* the newest; 0: none yet */
    guint n_workers;
    double loads[CC_MAX_WORKERS];
    guint shed_levels[CC_MAX_WORKERS];
    CcRelayCounters counters[CC_HEALTH_MINUTE + 1]; /* by tick, a ring: the last minute */
    CcRelayMoment moment;
    CcJudgement judgement;

    GSource *timer;
    struct CcHealthQuestion *question; /* to the workers, on its way; or NULL */
};

CcHealthWatch *cc_health_watch_new(CcControl *control);
/* NULL is fine. */
void cc_health_watch_free(CcHealthWatch *watch);

/* Asks the workers now, and takes their answers as those of @tick, which must be a new one. A timer
 * does so by itself; workers that have not answered yet are not asked again. */
void cc_health_watch_look(CcHealthWatch *watch, guint32 tick);

/* CC_ROOM_LEFT. */
void cc_health_watch_left(CcHealthWatch *watch, const CcRoomEvent *event);

/* What the counters have gained within the last minute, or since the relay began. */
void cc_health_watch_minute(const CcHealthWatch *watch, CcRelayCounters *gained);

G_END_DECLS
