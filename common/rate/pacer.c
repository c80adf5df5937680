#include "common/rate/pacer.h"

#define MIN_BURST_BITS (1500 * 8)
#define HASTE_PERCENT 115
#define LONG_WAY_HASTE_PERCENT 104
#define LONG_WAY_US 300000
#define MAX_DEBT_US (2 * G_USEC_PER_SEC) /* a burst of voice may not silence video for longer */

static void
pay(CcPacer *pacer, gint64 now_us)
{
    if (now_us <= pacer->paid_us)
        return;
    gint64 passed_us = MIN(now_us - pacer->paid_us, MAX_DEBT_US);
    pacer->debt_bits -= passed_us * pacer->bps / G_USEC_PER_SEC;
    pacer->debt_bits = MAX(pacer->debt_bits, 0);
    pacer->paid_us = now_us;
}

static gint64
most_debt_bits(const CcPacer *pacer)
{
    return MAX(MAX_DEBT_US * (gint64)pacer->bps / G_USEC_PER_SEC, pacer->burst_bits);
}

void
cc_pacer_set(CcPacer *pacer, guint bps, guint factor_percent, gint64 burst_us, gint64 now_us)
{
    pay(pacer, now_us);
    pacer->paid_us = MAX(pacer->paid_us, now_us);
    pacer->bps = (guint)CLAMP((guint64)bps * factor_percent / 100, 1000, G_MAXINT32);
    gint64 burst_bits = CLAMP(burst_us, 0, G_USEC_PER_SEC) * pacer->bps / G_USEC_PER_SEC;
    pacer->burst_bits = (guint)MAX(burst_bits, MIN_BURST_BITS);
    pacer->debt_bits = MIN(pacer->debt_bits, most_debt_bits(pacer));
}

guint
cc_pacer_haste_percent(gint64 rtt_us)
{
    return rtt_us > LONG_WAY_US ? LONG_WAY_HASTE_PERCENT : HASTE_PERCENT;
}

void
cc_pacer_sent(CcPacer *pacer, guint bytes, gint64 now_us)
{
    pay(pacer, now_us);
    pacer->debt_bits = MIN(pacer->debt_bits + (gint64)bytes * 8, most_debt_bits(pacer));
}

gboolean
cc_pacer_may_send(CcPacer *pacer, gint64 now_us)
{
    pay(pacer, now_us);
    return pacer->bps == 0 || pacer->debt_bits < pacer->burst_bits;
}

gint64
cc_pacer_next_us(CcPacer *pacer, gint64 now_us)
{
    pay(pacer, now_us);
    gint64 excess = pacer->debt_bits - (gint64)pacer->burst_bits + 1;
    if (excess <= 0 || pacer->bps == 0)
        return now_us;
    return now_us + (excess * G_USEC_PER_SEC + pacer->bps - 1) / pacer->bps;
}

gint64
cc_pacer_drain_us(CcPacer *pacer, gsize queued_bytes, gint64 now_us)
{
    pay(pacer, now_us);
    gint64 bits = pacer->debt_bits + (gint64)MIN(queued_bytes, G_MAXINT32) * 8;
    return bits * G_USEC_PER_SEC / MAX(pacer->bps, 1000);
}
