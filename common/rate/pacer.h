/* When the next packets may leave: a leaky bucket. Pure arithmetic; the caller owns the queue and
 * the timer. What is sent makes a debt, time pays it back at the pace. While the debt is below the
 * burst allowance everything passes at once, so on a link with more than enough room it costs an
 * addition. Voice passes always, but its bytes count. A value; zeroed, it lets everything pass.
 * @now_us in µs of one clock. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gint64 debt_bits; /* sent, and not yet paid for */
    gint64 paid_us;   /* up to when time has been counted */
    guint bps;        /* the pace */
    guint burst_bits; /* debt up to which anything may go */
} CcPacer;

/* The pace, @factor_percent of @bps, and how long a burst may be: @burst_us of it, but always at
 * least one full packet. Keeps the debt, but for what would take longer than 2 s to pay. */
void cc_pacer_set(CcPacer *pacer, guint bps, guint factor_percent, gint64 burst_us, gint64 now_us);
/* How much of its rate may leave while no queue stands, in percent: a keyframe shall not take for
 * ever. Hardly more than all where it takes long to hear of the queue that comes of it. @rtt_us:
 * without a queue; 0: unknown. */
guint cc_pacer_haste_percent(gint64 rtt_us);
/* Accounts for @bytes that have left, voice as well. */
void cc_pacer_sent(CcPacer *pacer, guint bytes, gint64 now_us);
/* TRUE if something other than voice may leave now. */
gboolean cc_pacer_may_send(CcPacer *pacer, gint64 now_us);
/* When cc_pacer_may_send() becomes TRUE; @now_us or earlier if it is. */
gint64 cc_pacer_next_us(CcPacer *pacer, gint64 now_us);
/* How long @queued_bytes take from now on, debt included: what a new picture would wait. */
gint64 cc_pacer_drain_us(CcPacer *pacer, gsize queued_bytes, gint64 now_us);

G_END_DECLS
