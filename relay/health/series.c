#include "relay/health/series.h"

#include <string.h>

struct CcSeries {
    guint n_ticks;
    guint32 newest;
    gsize record_bytes;
    gboolean any;
    guint8 data[]; /* the records, then a bit for each that is there */
};

gsize
cc_series_bytes(guint n_ticks, gsize record_bytes)
{
    return sizeof(CcSeries) + n_ticks * record_bytes + (n_ticks + 7) / 8;
}

CcSeries *
cc_series_new(guint n_ticks, gsize record_bytes)
{
    g_return_val_if_fail(n_ticks > 0 && record_bytes > 0, NULL);
    CcSeries *series = g_malloc0(cc_series_bytes(n_ticks, record_bytes));
    series->n_ticks = n_ticks;
    series->record_bytes = record_bytes;
    return series;
}

void
cc_series_free(CcSeries *series)
{
    g_free(series);
}

static guint8 *
bits(CcSeries *series)
{
    return series->data + series->n_ticks * series->record_bytes;
}

static void
mark(CcSeries *series, guint32 tick, gboolean there)
{
    guint place = tick % series->n_ticks;
    guint8 bit = (guint8)(1 << place % 8);

    if (there)
        bits(series)[place / 8] |= bit;
    else
        bits(series)[place / 8] &= (guint8)~bit;
}

void
cc_series_put(CcSeries *series, guint32 tick, const void *record)
{
    if (series->any && tick < series->newest)
        return;
    if (series->any && tick - series->newest >= series->n_ticks)
        memset(bits(series), 0, (series->n_ticks + 7) / 8);
    else if (series->any)
        for (guint32 gap = series->newest + 1; gap < tick; gap++)
            mark(series, gap, FALSE);
    memcpy(series->data + tick % series->n_ticks * series->record_bytes, record,
           series->record_bytes);
    mark(series, tick, TRUE);
    series->newest = tick;
    series->any = TRUE;
}

const void *
cc_series_get(const CcSeries *series, guint32 tick)
{
    guint place = tick % series->n_ticks;
    const guint8 *there = series->data + series->n_ticks * series->record_bytes;

    if (!series->any || tick > series->newest || series->newest - tick >= series->n_ticks ||
        !(there[place / 8] >> place % 8 & 1))
        return NULL;
    return series->data + place * series->record_bytes;
}
