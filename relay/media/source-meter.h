/* What a video stream takes of a link, by temporal layers, and its keyframes: what a receiver's
 * ladder is told of it. Part of a CcSource; worker's thread. */
#pragma once

#include "common/rate/bitrate-meter.h"
#include "common/rate/ladder.h"
#include "common/wire/packet.h"

G_BEGIN_DECLS

typedef struct {
    CcBitrateMeter meters[CC_LADDER_TIDS]; /* of each temporal layer alone */
    gint64 first_us;                       /* 0: nothing has come yet */
    guint keyframe_bytes;                  /* on the wire; 0: none has come yet */
    guint growing_bytes;                   /* of the keyframe that is coming in; 0: none is */
    guint32 growing_timestamp;
    gint64 keyframe_us; /* when the last one began to come; 0: none has */
    gint64 offer_us;    /* when @offer was made */
    CcLadderLayer offer;
} CcSourceMeter;

/* When the last keyframe that has begun to come will have left by a link of @bps; 0: there is none.
 */
gint64 cc_source_meter_keyframe_gone_us(const CcSourceMeter *meter, guint bps);
void cc_source_meter_add(CcSourceMeter *meter, const CcPacket *packet, gint64 now_us);
/* Its streams begin anew. */
void cc_source_meter_restart(CcSourceMeter *meter);
/* (transfer none) what it offers; not measured anew more often than ten times a second.
 * @unknown_bps: what to expect while nothing has been measured. */
const CcLadderLayer *cc_source_meter_offer(CcSourceMeter *meter, guint unknown_bps, gint64 now_us);

G_END_DECLS
