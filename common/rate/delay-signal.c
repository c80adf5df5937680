#include "common/rate/delay-signal.h"

#include <string.h>

#define GROUP_US 20000     /* packets sent within this belong together */
#define STANDING_US 100000 /* the queue is what no packet of so long escaped */
#define STANDING_N 4       /* and no one of so many */
#define SUDDEN_US 100000   /* a queue so long is believed after SUDDEN_N */
#define SUDDEN_N 2
#define SUDDEN_JITTER 3.0 /* beyond the jitter */
#define WAITED_US 10000   /* longer, and it was a queue */
#define LUCK 0.6          /* of the jitter */
#define QUIET_US 8000.0   /* so much jitter comes of our own packets, at least */
#define FULL_BITS (1200 * 8.0)
#define MAX_LUCK_US 20000
#define STRETCH_US (10 * G_USEC_PER_SEC)
#define SMALL_BYTES 120 /* such a packet takes no time to speak of */
#define OWN_SHARE                                                                                  \
    0.5 /* counted of the time that a larger one takes at our rate: the link may be                \
         * faster than our share of it */

void
cc_delay_signal_reset(CcDelaySignal *signal)
{
    double jitter_us = signal->jitter_us;
    memset(signal, 0, sizeof *signal);
    signal->jitter_us = jitter_us;
}

static void
track_base(CcDelaySignal *signal, gint64 sent_us, gint64 delay_us)
{
    gint64 *base_us = signal->base_us;
    if (!signal->started) {
        base_us[0] = base_us[1] = base_us[2] = delay_us;
        signal->stretch_us = sent_us;
    } else if (!signal->held && sent_us - signal->stretch_us > STRETCH_US) {
        base_us[2] = base_us[1];
        base_us[1] = base_us[0];
        base_us[0] = delay_us;
        signal->stretch_us = sent_us;
    }
    base_us[0] = MIN(base_us[0], delay_us);
}

static const CcDelayGroup *
group_back(const CcDelaySignal *signal, guint back)
{
    return &signal->groups[(signal->newest + CC_DELAY_GROUPS - back) % CC_DELAY_GROUPS];
}

static void
begin_group(CcDelaySignal *signal, gint64 sent_us, gint64 delay_us)
{
    const CcDelayGroup *last = group_back(signal, 0), *before = group_back(signal, 1);
    if (before->n > 0) {
        double apart_us = (double)ABS(last->delay_us - before->delay_us);
        signal->jitter_us += (MIN(apart_us, 300000) - signal->jitter_us) / 16;
    }
    if (signal->started)
        signal->newest = (signal->newest + 1) % CC_DELAY_GROUPS;
    signal->groups[signal->newest] = (CcDelayGroup){sent_us, delay_us, 1};
}

/* The base is the luckiest of many packets, another one of a few only. */
static gint64
luck_us(const CcDelaySignal *signal)
{
    return (gint64)CLAMP((signal->jitter_us - signal->quiet_us) * LUCK, 0, MAX_LUCK_US);
}

void
cc_delay_signal_add(CcDelaySignal *signal, gint64 sent_us, gint64 delay_us, guint bytes, double bps)
{
    gint64 arrival_us = sent_us + delay_us;
    track_base(signal, sent_us, delay_us);
    if (bps > 0)
        signal->quiet_us = MAX(QUIET_US, OWN_SHARE * FULL_BITS * G_USEC_PER_SEC / bps);
    if (bytes > SMALL_BYTES && bps > 0)
        delay_us -= (gint64)(OWN_SHARE * (bytes - SMALL_BYTES) * 8 * G_USEC_PER_SEC / bps);
    gint64 base_us = cc_delay_signal_base_us(signal);
    /* Behind the one before it, or behind some that were lost in between. */
    gboolean behind = sent_us + base_us < signal->arrival_us + 4 * (gint64)signal->quiet_us;
    signal->waiting = behind && delay_us > base_us + luck_us(signal) + WAITED_US;
    signal->arrival_us = arrival_us;
    CcDelayGroup *group = &signal->groups[signal->newest];
    if (signal->started && sent_us - group->sent_us < GROUP_US) {
        group->delay_us = MIN(group->delay_us, delay_us);
        group->n++;
    } else {
        begin_group(signal, sent_us, delay_us);
    }
    signal->started = TRUE;
}

gint64
cc_delay_signal_base_us(const CcDelaySignal *signal)
{
    return MIN(MIN(signal->base_us[0], signal->base_us[1]), signal->base_us[2]);
}

gint64
cc_delay_signal_queue_us(const CcDelaySignal *signal)
{
    if (!signal->started)
        return 0;
    gint64 newest_us = group_back(signal, 0)->sent_us;
    gint64 least_us = G_MAXINT64, base_us = cc_delay_signal_base_us(signal) + luck_us(signal);
    gint64 sudden_us = SUDDEN_US + (gint64)(SUDDEN_JITTER * signal->jitter_us);
    guint n = 0;
    for (guint back = 0; back < CC_DELAY_GROUPS; back++) {
        const CcDelayGroup *group = group_back(signal, back);
        if (group->n == 0 || (n >= STANDING_N && newest_us - group->sent_us > STANDING_US))
            break;
        least_us = MIN(least_us, group->delay_us);
        n += group->n;
        if (n >= SUDDEN_N && least_us - base_us > sudden_us)
            break;
    }
    return MAX(least_us - base_us, 0);
}

double
cc_delay_signal_slope(const CcDelaySignal *signal, gint64 window_us)
{
    gint64 newest_us = group_back(signal, 0)->sent_us;
    double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (guint back = 0; back < CC_DELAY_GROUPS; back++) {
        const CcDelayGroup *group = group_back(signal, back);
        if (group->n == 0 || newest_us - group->sent_us > window_us)
            break;
        double x = (double)(group->sent_us - newest_us) / G_USEC_PER_SEC;
        double y = (double)(group->delay_us - signal->base_us[0]);
        n++;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    double spread = n * sum_xx - sum_x * sum_x;
    return n < 5 || spread < 1e-6 ? 0 : (n * sum_xy - sum_x * sum_y) / spread;
}
