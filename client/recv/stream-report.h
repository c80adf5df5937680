/* What a receiver report says of one RTP stream (RFC 3550 section 6.4 and appendix A): loss, jitter
 * and when the last sender report came. Pure: time is an argument. */
#pragma once

#include "common/wire/rtcp.h"

G_BEGIN_DECLS

typedef struct {
    gboolean started;
    guint32 first, highest; /* extended sequence numbers */
    guint32 received;
    guint32 expected_before, received_before; /* at the last report */
    double jitter;                            /* RTP time units */
    gint64 last_transit;                      /* in them */
    guint32 last_sr;                          /* as reports carry it; 0: none yet */
    gint64 last_sr_us;
} CcStreamReport;

void cc_stream_report_init(CcStreamReport *report);
/* An original packet (no repetition) arrived. @rate: RTP time units a second. */
void cc_stream_report_arrived(CcStreamReport *report, guint16 sequence, guint32 timestamp,
                              guint rate, gint64 now_us);
void cc_stream_report_sender(CcStreamReport *report, guint64 ntp, gint64 now_us);
/* Packets that did not come as originals. */
guint32 cc_stream_report_lost(const CcStreamReport *report);
/* Fills @block; the fraction is of the time since the last call. FALSE before the first packet. */
gboolean cc_stream_report_take(CcStreamReport *report, guint32 ssrc, gint64 now_us,
                               CcRtcpReportBlock *block);

G_END_DECLS
