#include "relay/media/reception.h"

void
cc_reception_arrived(CcReception *reception, gint64 sequence, guint32 timestamp, guint clock_rate,
                     gint64 now_us)
{
    guint32 transit = (guint32)((guint64)now_us * clock_rate / G_USEC_PER_SEC) - timestamp;
    if (!reception->started) {
        reception->started = TRUE;
        reception->base = reception->highest = sequence;
    } else {
        gint32 difference = (gint32)(transit - reception->transit);
        reception->jitter += (ABS((double)difference) - reception->jitter) / 16.0;
    }
    reception->transit = transit;
    reception->highest = MAX(reception->highest, sequence);
    reception->base = MIN(reception->base, sequence);
    reception->received++;
}

void
cc_reception_sender_report(CcReception *reception, guint64 ntp, gint64 now_us)
{
    reception->last_sr = (guint32)(ntp >> 16);
    reception->last_sr_us = now_us;
}

static guint64
expected_so_far(const CcReception *reception)
{
    return reception->started ? (guint64)(reception->highest - reception->base + 1) : 0;
}

guint64
cc_reception_lost(const CcReception *reception)
{
    guint64 expected = expected_so_far(reception);
    return expected > reception->received ? expected - reception->received : 0;
}

void
cc_reception_report(CcReception *reception, guint32 ssrc, gint64 now_us, CcRtcpReportBlock *block)
{
    guint64 total = expected_so_far(reception);
    gint64 expected = (gint64)(total - reception->expected_before);
    gint64 lost = expected - (gint64)(reception->received - reception->received_before);
    reception->expected_before = total;
    reception->received_before = reception->received;

    double fraction = expected > 0 && lost > 0 ? (double)lost / (double)expected : 0;
    reception->fraction_lost += (fraction - reception->fraction_lost) / 3;
    *block = (CcRtcpReportBlock){
        .ssrc = ssrc,
        .fraction_lost = (guint8)MIN(fraction * 256, 255),
        .cumulative_lost =
            (gint32)CLAMP((gint64)total - (gint64)reception->received, -0x800000, 0x7fffff),
        .highest_sequence = (guint32)(reception->highest - 0x10000), /* the unwrapper's headroom */
        .jitter = (guint32)MIN(reception->jitter, G_MAXINT32),
    };
    if (reception->last_sr_us > 0) {
        block->last_sr = reception->last_sr;
        block->delay_since_last_sr =
            (guint32)((guint64)(now_us - reception->last_sr_us) * 65536 / G_USEC_PER_SEC);
    }
}
