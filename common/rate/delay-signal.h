/* How long packets wait in queues, from one-way delays between two clocks that need not agree: the
 * least delay of the last half minute is the way itself, what is more is the queue. Seen as the
 * least of some packets, so jitter hardly counts. Times in µs. A value; {0} is ready. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_DELAY_GROUPS 16

typedef struct {
    gint64 sent_us;  /* when the first of it was sent */
    gint64 delay_us; /* the least of it */
    guint n;         /* packets */
} CcDelayGroup;

typedef struct {
    CcDelayGroup groups[CC_DELAY_GROUPS];
    guint newest;
    gboolean started;

    gboolean waiting;  /* the newest packet stood in a queue, behind the one before it */
    gint64 arrival_us; /* of that one, by the receiver's clock */

    gint64 base_us[3]; /* the least delay in each of some stretches of time, the newest first */
    gint64 stretch_us; /* when the newest began */

    gboolean held;    /* the base is not forgotten: the queue is known never to be empty */
    double quiet_us;  /* jitter of our own making */
    double jitter_us; /* mean of how far groups are from their neighbours */
} CcDelaySignal;

/* A packet that arrived: when sent by our clock, its delay between both clocks, its size. @bps is
 * the rate that the link is thought to have: it gives what a large packet itself takes. */
void cc_delay_signal_add(CcDelaySignal *signal, gint64 sent_us, gint64 delay_us, guint bytes,
                         double bps);
/* The queue that stands: 0 if unknown. */
gint64 cc_delay_signal_queue_us(const CcDelaySignal *signal);
/* The least delay that is remembered. */
gint64 cc_delay_signal_base_us(const CcDelaySignal *signal);
/* How fast it grows, in µs a second, over the groups of the last @window_us; 0 if unknown. */
double cc_delay_signal_slope(const CcDelaySignal *signal, gint64 window_us);
/* After a break in time or on another path: nothing is known any more. */
void cc_delay_signal_reset(CcDelaySignal *signal);

G_END_DECLS
