#include "client/recv/picture-flow.h"

#define SMOOTHING 0.05
#define SLOW_AVERAGE_US 100000 /* 10 pictures a second */
#define SLOW_FREEZE_US 500000

static gboolean
is_freeze(const CcPictureFlow *flow, gint64 interval_us)
{
    if (flow->average_us <= 0)
        return FALSE;
    if (flow->average_us > SLOW_AVERAGE_US)
        return interval_us > SLOW_FREEZE_US;
    return (double)interval_us > MAX(3 * flow->average_us, flow->average_us + 150000);
}

gint64
cc_picture_flow_add(CcPictureFlow *flow, gint64 now_us)
{
    flow->pictures++;
    gint64 interval_us = now_us - flow->last_us;
    gboolean first = flow->last_us == 0;
    flow->last_us = now_us;
    if (first)
        return 0;
    if (is_freeze(flow, interval_us)) {
        flow->freezes++;
        flow->frozen_us += interval_us - (gint64)flow->average_us;
        return interval_us; /* a freeze says nothing about the usual pace */
    }
    flow->average_us = flow->average_us <= 0
                           ? (double)interval_us
                           : (1 - SMOOTHING) * flow->average_us + SMOOTHING * (double)interval_us;
    return 0;
}
