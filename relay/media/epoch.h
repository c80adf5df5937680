/* A stretch of a receiver's stream that comes from one source, and where each packet of that goes:
 * which number, timestamp and picture numbers it gets. What is written for a packet depends on its
 * epoch and itself alone, so that what is sent twice is the same twice. A value, part of a
 * subscription; worker's thread. */
#pragma once

#include "common/wire/numbering.h"
#include "relay/media/source.h"

G_BEGIN_DECLS

typedef struct {
    CcSource *source; /* NULL before the first one and after its publisher has gone */
    guint generation; /* of the source */
    guint32 timestamp_offset;
    guint32 floor;           /* all timestamps are above this one; … */
    guint32 first_timestamp; /* … the source's first one */
    gboolean catching_up;    /* some may have to be lifted above it */
    gboolean broken;         /* something was left out that the following pictures need */
    guint8 payload_type;
    guint8 tl0picidx_offset;
    guint16 picture_id_offset;
    gint64 first;             /* outgoing number */
    const CcSlotCodec *codec; /* how this receiver numbers the source's codec */
    CcNumbering numbering;
} CcEpoch;

/* A packet's place in the receiver's stream. */
typedef struct {
    gint64 number; /* unwrapped */
    guint32 timestamp;
    guint16 picture_id;
    guint8 tl0picidx;
} CcPlace;

/* What a sender report has told: sources of one publisher keep to it. */
typedef struct {
    guint origin; /* 0: nothing yet */
    guint clock_rate;
    guint64 ntp;
    guint32 rtp;
} CcToldClock;

static inline gboolean
cc_epoch_is_of(const CcEpoch *epoch, const CcSource *source)
{
    return epoch->source == source && epoch->generation == source->generation;
}

/* TRUE if @source goes on in it without a keyframe. */
static inline gboolean
cc_epoch_is_whole(const CcEpoch *epoch, const CcSource *source)
{
    return cc_epoch_is_of(epoch, source) && !epoch->broken;
}

/* Timestamps that would not be above those of the epoch before, because a layer's keyframe is a
 * picture that was there already in another one, are lifted and fall back into step. */
static inline guint32
cc_epoch_timestamp(const CcEpoch *epoch, guint32 timestamp)
{
    guint32 exact = timestamp + epoch->timestamp_offset;
    if (G_LIKELY(!epoch->catching_up))
        return exact;
    guint32 least = epoch->floor + 1 + (guint32)((gint32)(timestamp - epoch->first_timestamp) / 64);
    return (gint32)(exact - least) > 0 ? exact : least;
}

/* FALSE for what came before the epoch, or before all that is remembered. */
gboolean cc_epoch_place(const CcEpoch *epoch, const CcPacket *packet, CcPlace *place);

/* Chooses the offset for an epoch that begins with @packet: by the wall clock if @told is of the
 * same publisher, else by the time that has passed since @before_us, when @floor was sent. */
void cc_epoch_follow(CcEpoch *epoch, const CcPacket *packet, const CcToldClock *told, guint32 floor,
                     gint64 before_us);

/* What the epoch's source says of its clock, in outgoing time. FALSE if it says nothing. */
gboolean cc_epoch_clock(const CcEpoch *epoch, CcToldClock *clock);

G_END_DECLS
