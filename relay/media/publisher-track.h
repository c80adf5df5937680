/* One stream of a publisher: its order, loss repair, keyframe requests, the reports on it; what it
 * delivers is its source. Worker's thread; owned by the CcPublisher. */
#pragma once

#include "common/rate/bitrate-meter.h"
#include "common/rate/loss-list.h"
#include "common/wire/red-order.h"
#include "common/wire/sequence.h"
#include "relay/media/media-session.h"
#include "relay/media/reception.h"
#include "relay/media/source.h"

G_BEGIN_DECLS

#define CC_TRACK_WINDOW 1024 /* packets: what comes later than this is too late for anybody */

typedef struct {
    CcSource source; /* first: see request_keyframe() */
    CcMediaSession *session;
    const CcSlot *slot;
    const CcSlotLayer *layer; /* NULL without simulcast */

    guint32 ssrc;
    CcSequenceUnwrapper unwrapper;
    guint64 seen[CC_TRACK_WINDOW / 64]; /* by sequence number: each is forwarded once */
    gint64 last_us;
    gboolean left; /* RTCP BYE: another SSRC may follow at once */

    CcRedOrder *red; /* NULL: not negotiated */
    CcLossList losses;
    CcReception reception;

    gboolean keyframe_wanted;
    gint64 keyframe_asked_us;
    guint16 probe_sequence; /* a NACK whose answer's delay is measured */
    gint64 probe_us;        /* 0: none under way */
    gint64 rtt_us;          /* -1: unknown */

    gint64 used_us; /* when somebody last wanted it; 0: not looked at yet */
    CcBitrateMeter meter;
    guint64 packets, bytes, nacks, recovered, keyframe_requests;
} CcPublisherTrack;

/* @layer: of @slot's simulcast; 0 without. */
void cc_publisher_track_init(CcPublisherTrack *track, CcMediaSession *session, const CcSlot *slot,
                             guint layer);
void cc_publisher_track_clear(CcPublisherTrack *track);

/* A packet of another SSRC than before: all that is known of the stream is forgotten. */
void cc_publisher_track_restart(CcPublisherTrack *track, guint32 ssrc);

/* @packet: with its original sequence number, also if it came as a retransmission (@recovered). */
CcDrop cc_publisher_track_receive(CcPublisherTrack *track, CcPacket *packet, gboolean recovered,
                                  gint64 now_us);
/* A packet of redundant audio (RFC 2198): what is missing of its earlier ones, then its own. */
CcDrop cc_publisher_track_receive_red(CcPublisherTrack *track, CcPacket *packet, gint64 now_us);
void cc_publisher_track_sender_report(CcPublisherTrack *track, const CcRtcpSenderInfo *info,
                                      gint64 now_us);

/* Asks for a keyframe now, or as soon as the configured interval allows, until one comes. */
void cc_publisher_track_request_keyframe(CcPublisherTrack *track, gint64 now_us);

/* NACKs and keyframe requests that are due. Returns the next time. */
gint64 cc_publisher_track_tick(CcPublisherTrack *track, gint64 now_us);

G_END_DECLS
