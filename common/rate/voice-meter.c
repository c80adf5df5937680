#include "common/rate/voice-meter.h"

#define MEASURE_US 1000000
#define FALLS 4 /* by such a part of what it was, each time */

void
cc_voice_meter_look(CcVoiceMeter *meter, gint64 flood_us, gint64 now_us)
{
    gint64 elapsed_us = now_us - meter->since_us;
    if (elapsed_us < MEASURE_US)
        return;
    guint bps = (guint)MIN(meter->bytes * 8 * G_USEC_PER_SEC / (guint64)elapsed_us, G_MAXINT32);
    gboolean flooded = flood_us != 0 && flood_us >= meter->since_us;
    if (flooded)
        bps = MIN(bps, meter->bps);
    if (meter->since_us != 0) {
        meter->bps = MAX(bps, meter->bps - meter->bps / FALLS);
        meter->heard = meter->heard || meter->bytes > 0;
    }
    meter->since_us = now_us;
    meter->bytes = 0;
}
