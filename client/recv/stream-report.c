#include "client/recv/stream-report.h"

#include <math.h>

#include "common/wire/sequence.h"

#define MAX_DROPOUT 3000 /* packets: a larger step is a new beginning (appendix A.1) */

void
cc_stream_report_init(CcStreamReport *report)
{
    guint32 last_sr = report->last_sr;
    gint64 last_sr_us = report->last_sr_us;
    *report = (CcStreamReport){.last_sr = last_sr, .last_sr_us = last_sr_us};
}

void
cc_stream_report_arrived(CcStreamReport *report, guint16 sequence, guint32 timestamp, guint rate,
                         gint64 now_us)
{
    int distance = cc_sequence_distance(sequence, (guint16)(report->highest & 0xffff));
    gint64 transit = now_us * (gint64)rate / G_USEC_PER_SEC - timestamp;
    if (!report->started || ABS(distance) > MAX_DROPOUT) {
        cc_stream_report_init(report);
        report->started = TRUE;
        report->first = report->highest = sequence;
    } else if (distance > 0) {
        report->highest += (guint32)distance;
    }
    if (report->received++ > 0) {
        /* The timestamp wraps; so may the difference. */
        double change = fabs((double)(gint32)(guint32)(transit - report->last_transit));
        report->jitter += (change - report->jitter) / 16;
    }
    report->last_transit = transit;
}

void
cc_stream_report_sender(CcStreamReport *report, guint64 ntp, gint64 now_us)
{
    report->last_sr = (guint32)(ntp >> 16);
    report->last_sr_us = now_us;
}

static guint32
expected(const CcStreamReport *report)
{
    return report->started ? report->highest - report->first + 1 : 0;
}

guint32
cc_stream_report_lost(const CcStreamReport *report)
{
    return expected(report) - MIN(report->received, expected(report));
}

gboolean
cc_stream_report_take(CcStreamReport *report, guint32 ssrc, gint64 now_us, CcRtcpReportBlock *block)
{
    if (!report->started)
        return FALSE;
    guint32 since = expected(report) - report->expected_before;
    guint32 received = report->received - report->received_before;
    guint32 lost = since > received ? since - received : 0; /* duplicates can make it negative */
    gint64 lost_ever = (gint64)expected(report) - report->received;
    report->expected_before = expected(report);
    report->received_before = report->received;
    *block = (CcRtcpReportBlock){
        .ssrc = ssrc,
        .fraction_lost = since > 0 ? (guint8)MIN((guint64)lost * 256 / since, 255) : 0,
        .cumulative_lost = (gint32)CLAMP(lost_ever, -0x800000, 0x7fffff),
        .highest_sequence = report->highest,
        .jitter = (guint32)MIN(report->jitter, (double)G_MAXUINT32),
        .last_sr = report->last_sr,
        .delay_since_last_sr =
            report->last_sr != 0 ? (guint32)((now_us - report->last_sr_us) * 65536 / G_USEC_PER_SEC)
                                 : 0,
    };
    return TRUE;
}
