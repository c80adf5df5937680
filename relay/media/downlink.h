/* The way to one receiver. Numbers what goes out for transport-wide feedback, learns from what
 * comes back how much the way takes (common/rate/estimator.h), spends that down the ladder
 * (common/rate/ladder.h), and lets video wait where it would make a queue that voice would stand
 * in. On a way with more than enough room it counts and does nothing else. Owned by its session,
 * made when that is connected; worker's thread.
 *
 *   feedback → estimator → ladder → targets of the subscriptions
 *                  └────→ pacer ─→ queue (video-queue.h), probes
 */
#pragma once

#include "common/rate/estimator.h"
#include "common/rate/ladder.h"
#include "common/rate/pacer.h"
#include "common/rate/voice-meter.h"
#include "relay/media/media-session.h"
#include "relay/media/prefetch.h"
#include "relay/media/repair-queue.h"
#include "relay/media/video-queue.h"

G_BEGIN_DECLS

struct CcDownlink {
    /* What every packet needs, together. */
    CcMediaSession *session;
    CcVoiceMeter voice;     /* what it takes */
    guint64 video_bytes;    /* on the wire, since @video_us: for those who are not adapted yet */
    guint16 next_sequence;  /* transport-wide, of the next packet that carries one */
    gboolean numbered;      /* some of its packets do */
    gboolean adapts;        /* it is known how much the way takes, or soon will be */
    guint8 choked;          /* bits: lines of the queue of which pictures are left out for now */
    gboolean awaits;        /* pictures wait until the voice has shown what the way is like */
    gboolean padding;       /* what is being sent is of no use to anybody */
    gboolean draining;      /* what is being forwarded has waited; more may wait behind it */
    CcVideoQueue *queue;    /* NULL: nothing waits */
    CcRepairQueue *repairs; /* NULL: none yet */
    CcPacer pacer;
    gboolean probing;
    CcEstimator estimator; /* its first members */

    gint64 awaits_until_us; /* at the latest; 0: no picture has come yet */
    gint64 skipped_us;      /* when what waited was last left out for a keyframe */
    guint32 picture_timestamps[CC_N_VIDEO_LINES]; /* of the newest that came while others waited */
    gint64 rtt_us;                                /* by reports; -1: unknown */

    CcProbe probe;
    gint64 probe_us;                  /* when it began */
    guint probe_bytes, probe_packets; /* sent of it */

    CcLadder ladder;
    gint64 decided_us;
    guint decided_bps; /* the budget then */
    gint64 video_us;
    guint video_bps;
    gint64 over_us; /* since when a layer that will be placed lower takes too much; 0: none does */
    guint page_bps; /* what pages take beside the lesson, 0: nothing */
    gint64 page_until_us; /* unless it is said again */
    gboolean page_shown;  /* it is the one that is shown */
    guint
        before_page_bps; /* then: the estimate, which holds until that page's queue is gone; or 0 */
    gint64 filled_us;    /* when publishers last sent all that they were told; 0: never */
    guint64 padding_bytes, n_left_out; /* ever; pictures */
};

CcDownlink *cc_downlink_new(CcMediaSession *session);
/* NULL is fine. */
void cc_downlink_free(CcDownlink *downlink);

/* An RTP packet of @length bytes, without what SRTP adds, has left. @numbered: with next_sequence,
 * which is the next one's then. */
void cc_downlink_sent(CcDownlink *downlink, CcMediaKind kind, gsize length, gboolean numbered,
                      gint64 now_us);

/* What the receiver answers. A message that makes no sense does no harm: a drop reason. */
CcDrop cc_downlink_feedback(CcDownlink *downlink, const CcRtcpPacket *packet, gint64 now_us);
void cc_downlink_remb(CcDownlink *downlink, guint64 bps, gint64 now_us);
/* @rtt_us: -1: unknown. */
void cc_downlink_report(CcDownlink *downlink, double loss, gint64 rtt_us, gint64 now_us);

/* TRUE if video of @line may leave now, ahead of nothing. What is left out of another line is no
 * matter: the source there may be silent for long, and only its next picture can end that. */
static inline gboolean
cc_downlink_is_open(CcDownlink *downlink, CcVideoLine line, gint64 now_us)
{
    return !downlink->adapts || (!downlink->queue && !(downlink->choked & 1u << line) &&
                                 !downlink->awaits && cc_pacer_may_send(&downlink->pacer, now_us));
}
/* Lets a packet of video wait that may not leave now. */
void cc_downlink_hold(CcDownlink *downlink, CcSource *source, CcPacket *packet, gint64 now_us);
/* TRUE if video is to wait because nothing is known of the way yet. On a narrow one the first
 * packets of voice would stand behind pictures: what they took would be thought the least it takes,
 * and what the queue turns away afterwards random losses. Not for long, and for voice alone. */
gboolean cc_downlink_awaits_news(CcDownlink *downlink, gint64 now_us);
/* Lets a packet of video, which came here at @came_us, go again as soon as that makes no queue in
 * voice's way; not at all if that would take too long, or it is of those that the link's queue
 * turned away a moment ago. */
void cc_downlink_repair(CcDownlink *downlink, const CcRepair *repair, gint64 came_us,
                        gint64 now_us);
void cc_downlink_forget_source(CcDownlink *downlink, const CcSource *source);
/* Its receiver is out of reach. */
void cc_downlink_forget_all(CcDownlink *downlink);

/* What its subscriptions are to get, by what is known now. Not more often than ten times a second,
 * unless @changed: something feeds them that did not before. */
void cc_downlink_decide(CcDownlink *downlink, gboolean changed, gint64 now_us);
/* See cc_worker_set_page_rate(). */
void cc_downlink_set_page_rate(CcDownlink *downlink, guint bps, gboolean shown, gint64 now_us);
/* After each feedback: what it tells is of the page's queue too, so that it tells nothing. */
void cc_downlink_look_past_page(CcDownlink *downlink, gint64 now_us);
/* Its receiver was cut off, and is back: what was given up for the outage comes back at once, not
 * as slowly as after a narrow stretch. */
void cc_downlink_returned(CcDownlink *downlink, gint64 now_us);
/* What is sent to its receiver takes another path from now on. */
void cc_downlink_moved(CcDownlink *downlink, gint64 now_us);

/* What may leave leaves. Returns when more may. Not while packets wait in the room's queue. */
gint64 cc_downlink_tick(CcDownlink *downlink, gint64 now_us);

/* What forwarding will need, and then what that needs, is fetched ahead. */
static inline void
cc_downlink_prefetch(const CcDownlink *downlink)
{
    cc_prefetch(downlink, G_STRUCT_OFFSET(CcDownlink, estimator.min_bps));
}
static inline void
cc_downlink_prefetch_record(const CcDownlink *downlink)
{
    __builtin_prefetch(cc_sent_record_next(&downlink->estimator.record), 1);
}

static inline const CcEstimate *
cc_downlink_estimate(const CcDownlink *downlink)
{
    return &downlink->estimator.result;
}

/* "clear" and the like; a literal. */
const char *cc_downlink_state_name(const CcDownlink *downlink);

G_END_DECLS
