/* A stream as those who watch it see it, wherever its packets come from: its codec, its clock, its
 * recent packets. Filled by a publisher's track (publisher-track.h). Worker's thread; part of
 * whatever fills it. */
#pragma once

#include "common/rate/link-budget.h"
#include "common/wire/history.h"
#include "common/wire/rtcp.h"
#include "relay/media/media-room.h"
#include "relay/media/source-meter.h"

G_BEGIN_DECLS

struct CcSource {
    CcMediaRoom *room;
    CcFeed *feed;  /* NULL while something else, or nothing, feeds the room */
    guint layer;   /* in the publisher's order; 0 without simulcast */
    guint origin;  /* whose it is: sources of one publisher share a wall clock */
    guint64 owner; /* of its session (CcSessionSetup) */
    CcMediaKind kind;
    CcSlotCodec codec; /* as its publisher numbers it */
    guint clock_rate;

    gboolean started;
    guint generation; /* counts SSRCs: another one is another stream */
    gint64 first_us;
    gint64 newest; /* unwrapped sequence number */
    CcPacketHistory *history;
    guint forgotten; /* how often its history was given up */

    gboolean clock_known; /* a sender report has come */
    CcRtcpSenderInfo clock;
    gint64 clock_us; /* its arrival */

    /* By cc_feed_heard(). */
    gboolean alive;
    guint missed;    /* pictures of other layers since its newest packet */
    gint64 heard_us; /* its newest packet */
    guint32 heard_timestamp;
    guint16 width, height; /* of the newest keyframe; 0: unknown */
    CcSourceMeter meter;   /* video */

    guint64 limit_bps; /* the most that is wanted of it while anybody does; on the wire */
    CcDisobedience disobedience;
    gboolean obeys;  /* its publisher does what it is told (TMMBR) */
    gboolean placed; /* there is a rate for it among those that serve the lesson best */

    /* Asks for a keyframe now, or as soon as the configured interval allows, until one comes. */
    void (*request_keyframe)(CcSource *source, gint64 now_us);
};

/* @request_keyframe: may be NULL for what is no video. */
void cc_source_init(CcSource *source, CcMediaRoom *room, CcMediaKind kind, const CcSlotCodec *codec,
                    void (*request_keyframe)(CcSource *source, gint64 now_us));
void cc_source_clear(CcSource *source);

/* Packets of another SSRC follow: all that is known of the stream is forgotten. */
void cc_source_restart(CcSource *source);

/* Gives the packets of its history back to the pool. */
void cc_source_forget_packets(CcSource *source);

/* The next packet, with its unwrapped number; looks into the payload, keeps it in the history and
 * queues it for the room's receivers. FALSE if the history has it or has no place for it. */
gboolean cc_source_deliver(CcSource *source, CcPacket *packet, gint64 sequence, gint64 now_us);

void cc_source_sender_report(CcSource *source, const CcRtcpSenderInfo *info, gint64 now_us);

static inline void
cc_source_request_keyframe(CcSource *source, gint64 now_us)
{
    if (source->request_keyframe)
        source->request_keyframe(source, now_us);
}

guint cc_source_history_capacity(CcMediaKind kind);

G_END_DECLS
