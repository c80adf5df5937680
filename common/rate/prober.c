#include "common/rate/prober.h"

#include <math.h>

#define LENGTH_US 100000.0
#define SLOW_LENGTH_US 120000.0
#define SLOW_BPS 100000
#define MAX_LENGTH_US 400000.0
#define NEED_ARRIVED 5
#define MAX_PACKETS 40
#define MIN_PACKET_BYTES 60
#define FITS 0.87 /* arrives at this share of the rate of sending: nothing was in the way */

#define FIRST_PAUSE_US 1500000
#define MAX_PAUSE_US 6000000
#define UNCLEAR_PAUSE_US 1000000
#define NARROW_UNCLEAR_PAUSE_US 4000000
#define NARROW_BPS 65000 /* where a probe is in the voice's way */
#define NARROW_PAUSE_US 15000000
#define MAX_QUEUE_US 500000 /* that it may have to wait in */
#define MAX_WAIT_US 4000000 /* for a caller that does not send it */

void
cc_prober_begin(CcProber *prober, double bps, double loss, double jitter_us, gint64 now_us)
{
    double length_us = bps < SLOW_BPS ? SLOW_LENGTH_US : LENGTH_US;
    length_us = CLAMP(jitter_us * 3, length_us, MAX_LENGTH_US);
    double n = ceil((NEED_ARRIVED + 1) / CLAMP(1 - loss, 0.1, 1)) + 1;
    guint n_packets = (guint)MIN(n, MAX_PACKETS);
    double bytes = bps * length_us / (8.0 * G_USEC_PER_SEC);
    *prober = (CcProber){
        .is_on = TRUE,
        .probe = {.bps = (guint)bps,
                  .bytes = (guint)MAX(bytes, n_packets * MIN_PACKET_BYTES),
                  .n_packets = n_packets},
        .begun_us = now_us,
        .failures = prober->failures,
        .ended_us = prober->ended_us,
    };
}

void
cc_prober_sent(CcProber *prober, gint64 sequence, guint bytes)
{
    if (!prober->is_on)
        return;
    prober->sent_bytes += MIN(bytes, G_MAXUINT16);
    prober->last_sequence = sequence;
}

void
cc_prober_arrived(CcProber *prober, gint64 sequence, gint64 sent_us, gint64 arrival_us)
{
    if (!prober->is_on || sent_us < prober->begun_us)
        return;
    if (prober->n_arrived == 0) {
        prober->first = sequence;
        prober->first_sent_us = sent_us;
        prober->first_arrival_us = arrival_us;
    }
    if (prober->n_arrived == 0 || sequence > prober->last) {
        prober->last = sequence;
        prober->last_sent_us = sent_us;
        prober->last_arrival_us = arrival_us;
    }
    prober->n_arrived++;
}

gboolean
cc_prober_is_due(const CcProber *prober, gint64 heard, gint64 loop_us, gint64 now_us)
{
    if (!prober->is_on)
        return FALSE;
    gint64 length_us = (gint64)prober->probe.bytes * 8 * G_USEC_PER_SEC / MAX(prober->probe.bps, 1);
    if (prober->sent_bytes < prober->probe.bytes)
        return now_us - prober->begun_us > MAX_WAIT_US;
    return heard >= prober->last_sequence ||
           now_us - prober->begun_us > length_us + 2 * loop_us + MAX_QUEUE_US;
}

gboolean
cc_prober_may_queue(const CcProber *prober, gint64 loop_us, gint64 now_us)
{
    return prober->is_on ||
           (prober->ended_us != 0 && now_us - prober->ended_us < loop_us + MAX_QUEUE_US);
}

CcProbeVerdict
cc_prober_end(CcProber *prober, double bits, gint64 loop_us, gint64 now_us, double *bps)
{
    prober->is_on = FALSE;
    prober->ended_us = now_us;
    double sent_us = (double)(prober->last_sent_us - prober->first_sent_us);
    double arrival_us = (double)(prober->last_arrival_us - prober->first_arrival_us);
    CcProbeVerdict verdict = CC_PROBE_UNCLEAR;
    if (prober->n_arrived >= NEED_ARRIVED && arrival_us > 0) {
        /* A short one may have left all at once: it tells no more than was asked for. */
        double sent_bps = prober->probe.bps;
        if (sent_us > 0)
            sent_bps = MIN(sent_bps, bits * G_USEC_PER_SEC / sent_us);
        double arriving_bps = bits * G_USEC_PER_SEC / arrival_us;
        verdict = arriving_bps >= FITS * sent_bps ? CC_PROBE_FITS : CC_PROBE_FULL;
        *bps = verdict == CC_PROBE_FITS ? sent_bps : arriving_bps;
    }
    if (verdict == CC_PROBE_FITS)
        prober->failures = 0;
    else if (verdict == CC_PROBE_FULL || prober->sent_bytes < prober->probe.bytes)
        prober->failures++;
    gboolean narrow = prober->probe.bps < NARROW_BPS;
    gint64 longest_us = narrow ? NARROW_PAUSE_US : MAX_PAUSE_US;
    gint64 pause_us = MIN(FIRST_PAUSE_US << MIN(prober->failures, 8) >> 1, longest_us);
    if (verdict == CC_PROBE_FITS)
        pause_us = 0;
    else if (verdict == CC_PROBE_UNCLEAR) /* the feedback was lost as well */
        pause_us = narrow ? NARROW_UNCLEAR_PAUSE_US : UNCLEAR_PAUSE_US;
    prober->next_us = now_us + pause_us;
    return verdict;
}
