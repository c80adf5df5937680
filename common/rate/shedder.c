#include "common/rate/shedder.h"

#define WINDOW_US 250000
/* A queue whose shortest wait in a window is longer than this does not empty any more. */
#define LATE_US 10000
#define MAX_STEP 4 /* in a window: the whole way in a second */
#define BUSY 0.97
#define NO_REST 0.90
/* Of a processor. Who has less to do is late for want of one: leaving some out would not help. */
#define SOME_WORK 0.2
/* Giving one step back costs a sixteenth of the work: from here that does not lead to BUSY. */
#define CALM 0.80
#define CALM_US (2 * G_USEC_PER_SEC)

/* The later the least late, the more at once: while it goes up in small steps everybody waits. */
static guint
step_of(gint64 delay_us)
{
    return delay_us == G_MAXINT64 ? 1 : (guint)CLAMP(delay_us / LATE_US, 1, MAX_STEP);
}

static gboolean
judge(CcShedder *self, double busy, double share, gint64 now_us)
{
    guint before = self->level;
    gboolean works = share > SOME_WORK;
    gboolean late = self->delay_us != G_MAXINT64 && self->delay_us > LATE_US && busy > NO_REST;
    if ((works && (late || busy > BUSY)) || self->lost > 0) {
        self->level = MIN(self->level + step_of(self->delay_us), CC_SHED_MAX_LEVEL);
        self->changed_us = now_us;
    } else if (self->level > 0 && busy < CALM && now_us - self->changed_us >= CALM_US) {
        self->level--;
        self->changed_us = now_us;
    }
    return self->level != before;
}

gboolean
cc_shedder_turn(CcShedder *shedder, gint64 begin_us, gint64 end_us, gint64 cpu_us, gint64 delay_us,
                guint64 lost)
{
    CcShedder *self = shedder;
    if (self->window_us == 0) {
        self->window_us = begin_us;
        self->cpu_us = cpu_us;
        self->delay_us = G_MAXINT64;
    }
    self->busy_us += end_us - begin_us;
    self->lost += lost;
    if (delay_us >= 0)
        self->delay_us = MIN(self->delay_us, delay_us);
    gint64 elapsed_us = end_us - self->window_us;
    if (elapsed_us < WINDOW_US)
        return FALSE;

    double busy = CLAMP((double)self->busy_us / (double)elapsed_us, 0, 1);
    double share = (double)(cpu_us - self->cpu_us) / (double)elapsed_us;
    gboolean changed = judge(self, busy, share, end_us);
    self->load = (self->load + CLAMP(share, 0, 1)) / 2;
    self->cpu_us = cpu_us;
    self->window_us = end_us;
    self->busy_us = 0;
    self->delay_us = G_MAXINT64;
    self->lost = 0;
    return changed;
}
