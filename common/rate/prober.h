/* Whether more would fit: short bursts above the rate, and what arrives of them. For senders that
 * have less to send than they may, whose own packets test nothing. Rates in bit/s, times in µs. A
 * value; {0} is ready. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A burst to be sent faster than the estimate: media first, padding or old packets (RTX) to fill.
 */
typedef struct {
    guint bps;       /* pace it so */
    guint bytes;     /* on the wire, all of it */
    guint n_packets; /* at least so many, so make padding small enough */
} CcProbe;

typedef struct {
    gboolean is_on; /* between the asking and the verdict */
    CcProbe probe;
    gint64 begun_us;
    gint64 ended_us; /* the one before; 0: there was none */
    gint64 next_us;  /* not before */
    guint failures; /* in a row */
    guint sent_bytes;
    gint64 last_sequence; /* that was sent */

    /* Of what arrived, by unwrapped number */
    guint n_arrived;
    gint64 first, last; /* sequence */
    gint64 first_sent_us, last_sent_us, first_arrival_us, last_arrival_us;
} CcProber;

typedef enum { CC_PROBE_PENDING, CC_PROBE_FITS, CC_PROBE_FULL, CC_PROBE_UNCLEAR } CcProbeVerdict;

/* Begins one of @bps. */
void cc_prober_begin(CcProber *prober, double bps, double loss, double jitter_us, gint64 now_us);
/* Packets of the probe that were sent, and those that arrived. */
void cc_prober_sent(CcProber *prober, gint64 sequence, guint bytes);
void cc_prober_arrived(CcProber *prober, gint64 sequence, gint64 sent_us, gint64 arrival_us);
/* TRUE if the verdict is due: all was sent, and there is news of packets up to number @heard, or
 * has been time for it. */
gboolean cc_prober_is_due(const CcProber *prober, gint64 heard, gint64 loop_us, gint64 now_us);
/* TRUE if a queue on the way may be of its making. */
gboolean cc_prober_may_queue(const CcProber *prober, gint64 loop_us, gint64 now_us);
/* Ends it. @bits: all that was sent behind the first that arrived and up to the last one. @bps gets
 * what the link has carried. */
CcProbeVerdict cc_prober_end(CcProber *prober, double bits, gint64 loop_us, gint64 now_us,
                             double *bps);

G_END_DECLS
