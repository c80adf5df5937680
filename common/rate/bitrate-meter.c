#include "common/rate/bitrate-meter.h"

#include <string.h>

#define STEP_US 100000

static void
advance(CcBitrateMeter *meter, gint64 now_us)
{
    const gint64 n_steps = G_N_ELEMENTS(meter->bytes);
    gint64 step = now_us / STEP_US;
    if (step - meter->step >= n_steps) {
        memset(meter->bytes, 0, sizeof meter->bytes);
        meter->step = step;
    }
    while (meter->step < step) {
        meter->step++;
        meter->bytes[meter->step % n_steps] = 0;
    }
}

void
cc_bitrate_meter_add(CcBitrateMeter *meter, gsize bytes, gint64 now_us)
{
    advance(meter, now_us);
    meter->bytes[meter->step % (gint64)G_N_ELEMENTS(meter->bytes)] += (guint32)bytes;
}

guint
cc_bitrate_meter_bps(CcBitrateMeter *meter, gint64 now_us)
{
    advance(meter, now_us);
    guint64 sum = 0;
    for (guint i = 0; i < G_N_ELEMENTS(meter->bytes); i++)
        sum += meter->bytes[i];
    return (guint)MIN(sum * 8, G_MAXUINT);
}
