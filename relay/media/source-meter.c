#include "relay/media/source-meter.h"

#include <string.h>

#define OVERHEAD 52 /* bytes: IP, UDP, the authentication tag, a header extension */
#define OFFER_US 100000
#define SETTLED_US (1 * G_USEC_PER_SEC) /* what the meters look back */
#define SMOOTHING 4                     /* a new value counts for a quarter */
/* A keyframe is not the rate of what follows: a queue is there to spread it. */
#define KEYFRAME_SHARE 4
#define MAX_KEYFRAME_US (3 * G_USEC_PER_SEC)
#define STILL_S 4 /* between two stills, when they are reckoned with */

void
cc_source_meter_restart(CcSourceMeter *meter)
{
    memset(meter, 0, sizeof *meter);
}

gint64
cc_source_meter_keyframe_gone_us(const CcSourceMeter *meter, guint bps)
{
    if (meter->keyframe_us == 0)
        return 0;
    guint64 bits = (guint64)MAX(meter->growing_bytes, meter->keyframe_bytes) * 8;
    guint64 takes_us = bits * G_USEC_PER_SEC / MAX(bps, 1);
    return meter->keyframe_us + (gint64)MIN(takes_us, MAX_KEYFRAME_US);
}

static void
measure_keyframe(CcSourceMeter *self, const CcPacket *packet, guint bytes, gint64 now_us)
{
    if (packet->keyframe && self->growing_bytes == 0) {
        self->keyframe_us = now_us;
        self->growing_timestamp = packet->rtp.timestamp;
        self->growing_bytes = bytes;
    } else if (self->growing_bytes > 0 && packet->rtp.timestamp == self->growing_timestamp) {
        self->growing_bytes = MIN(self->growing_bytes + bytes, 10000000);
    }
    if (self->growing_bytes == 0 ||
        (!packet->rtp.marker && packet->rtp.timestamp == self->growing_timestamp))
        return;
    self->keyframe_bytes = self->growing_bytes;
    self->growing_bytes = 0;
}

void
cc_source_meter_add(CcSourceMeter *meter, const CcPacket *packet, gint64 now_us)
{
    guint bytes = packet->length + OVERHEAD;
    guint tid = MIN(packet->picture.tid, CC_LADDER_TIDS - 1);
    if (meter->first_us == 0)
        meter->first_us = now_us;
    measure_keyframe(meter, packet, bytes, now_us);
    gboolean of_keyframe =
        (packet->keyframe || meter->keyframe_bytes > 0 || meter->growing_bytes > 0) &&
        packet->rtp.timestamp == meter->growing_timestamp;
    cc_bitrate_meter_add(&meter->meters[tid], of_keyframe ? bytes / KEYFRAME_SHARE : bytes, now_us);
}

static guint
smooth(guint before, guint now, gboolean settled)
{
    return settled && before > 0 ? (guint)(((guint64)before * (SMOOTHING - 1) + now) / SMOOTHING)
                                 : now;
}

static void
measure(CcSourceMeter *self, guint unknown_bps, gint64 now_us)
{
    gint64 age_us = now_us - self->first_us;
    gboolean settled = age_us > SETTLED_US;
    guint sum = 0;
    self->offer.n_tids = 1;
    for (guint tid = 0; tid < CC_LADDER_TIDS; tid++) {
        guint bps = cc_bitrate_meter_bps(&self->meters[tid], now_us);
        sum += bps;
        if (bps > 0)
            self->offer.n_tids = tid + 1;
        self->offer.bps[tid] = smooth(self->offer.bps[tid], settled ? sum : unknown_bps, settled);
    }
    self->offer.stills_bps = self->keyframe_bytes * 8 / STILL_S;
}

const CcLadderLayer *
cc_source_meter_offer(CcSourceMeter *meter, guint unknown_bps, gint64 now_us)
{
    if (meter->offer_us == 0 || now_us - meter->offer_us >= OFFER_US) {
        meter->offer_us = now_us;
        measure(meter, unknown_bps, now_us);
    }
    return &meter->offer;
}
