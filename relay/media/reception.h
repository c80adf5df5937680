/* What a receiver reports on one stream: loss and interarrival jitter (RFC 3550 appendices A.3 and
 * A.8). Pure: time is an argument. */
#pragma once

#include "common/wire/rtcp.h"

G_BEGIN_DECLS

typedef struct {
    gboolean started;
    gint64 base, highest; /* unwrapped sequence numbers */
    guint64 received;
    guint64 expected_before, received_before; /* at the latest report */
    double fraction_lost;                     /* smoothed over the latest reports, 0..1 */
    guint32 transit;
    double jitter; /* RTP time units */
    guint32 last_sr;
    gint64 last_sr_us; /* 0: none yet */
} CcReception;

/* An original packet (no retransmission) arrived; @sequence is unwrapped. */
void cc_reception_arrived(CcReception *reception, gint64 sequence, guint32 timestamp,
                          guint clock_rate, gint64 now_us);
void cc_reception_sender_report(CcReception *reception, guint64 ntp, gint64 now_us);
/* Packets that never came, so far. */
guint64 cc_reception_lost(const CcReception *reception);
/* Fills @block for @ssrc and begins the next interval. */
void cc_reception_report(CcReception *reception, guint32 ssrc, gint64 now_us,
                         CcRtcpReportBlock *block);

G_END_DECLS
