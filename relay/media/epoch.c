#include "relay/media/epoch.h"

/* The two ways to follow on may differ by this; else a clock is wrong. */
#define CLOCK_TOLERANCE_US 250000
/* A sender report that is older than this says nothing any more. */
#define CLOCK_AGE_S 600

gboolean
cc_epoch_place(const CcEpoch *epoch, const CcPacket *packet, CcPlace *place)
{
    const CcPicture *picture = &packet->picture;
    guint left_out;
    if (!cc_numbering_map(&epoch->numbering, packet->sequence, &place->number, &left_out))
        return FALSE;
    place->timestamp = cc_epoch_timestamp(epoch, packet->rtp.timestamp);
    place->picture_id = (picture->picture_id + epoch->picture_id_offset - left_out) & 0x7fff;
    place->tl0picidx = (guint8)(picture->tl0picidx + epoch->tl0picidx_offset);
    return TRUE;
}

gboolean
cc_epoch_clock(const CcEpoch *epoch, CcToldClock *clock)
{
    const CcSource *source = epoch->source;
    if (!source || epoch->generation != source->generation || !source->clock_known)
        return FALSE;
    *clock = (CcToldClock){source->origin, source->clock_rate, source->clock.ntp,
                           source->clock.rtp + epoch->timestamp_offset};
    return TRUE;
}

/* @timestamp of @source in outgoing time, by the publisher's wall clock. */
static gboolean
follow_clock(const CcSource *source, guint32 timestamp, const CcToldClock *told, guint32 *out)
{
    if (!source->clock_known || told->origin != source->origin ||
        told->clock_rate != source->clock_rate)
        return FALSE;
    gint64 rate = source->clock_rate, limit = CLOCK_AGE_S * rate;
    gint64 since_report = (gint32)(timestamp - source->clock.rtp);
    gint64 between = (gint64)(source->clock.ntp - told->ntp); /* 1/2^32 s */
    if (ABS(since_report) > limit || ABS(between) > (gint64)CLOCK_AGE_S << 32)
        return FALSE;
    *out = told->rtp + (guint32)(since_report + (between * rate >> 32));
    return TRUE;
}

void
cc_epoch_follow(CcEpoch *epoch, const CcPacket *packet, const CcToldClock *told, guint32 floor,
                gint64 before_us)
{
    const CcSource *source = epoch->source;
    gint64 elapsed_us = MAX(packet->arrival_us - before_us, 1000);
    guint32 next = floor + (guint32)((guint64)elapsed_us * source->clock_rate / G_USEC_PER_SEC);
    guint32 exact;
    gint32 tolerance = (gint32)((gint64)CLOCK_TOLERANCE_US * source->clock_rate / G_USEC_PER_SEC);
    if (follow_clock(source, packet->rtp.timestamp, told, &exact) &&
        ABS((gint64)(gint32)(exact - next)) <= tolerance)
        next = exact;
    epoch->timestamp_offset = next - packet->rtp.timestamp;
    epoch->floor = floor;
    epoch->first_timestamp = packet->rtp.timestamp;
    epoch->catching_up = (gint32)(next - floor) <= 0;
}
