/* How much one path takes: the sender's bandwidth estimator. One for each receiver session in the
 * relay and one for the uplink of `send`; embedded, used by one thread. Pure: @now_us is any one
 * monotonic clock, in µs. Rates are bit/s on the wire: pass whole IP packets (CC_WIRE_OVERHEAD).
 *
 *   sent ──→ record of what went out ──┐
 *   transport-wide feedback ───────────┴→ delay, loss, delivered rate → estimate, probes
 *   receiver reports, REMB ────────────────────────────────────────────┘
 *
 * Nothing here needs a timer: everything happens in cc_estimator_sent() and on feedback. Memory:
 * the struct and up to 4 KiB for packets that are on their way. */
#pragma once

#include "common/rate/delay-signal.h"
#include "common/rate/delivery.h"
#include "common/rate/loss-judge.h"
#include "common/rate/prober.h"
#include "common/rate/rate-control.h"
#include "common/rate/sent-record.h"
#include "common/wire/rtcp.h"

G_BEGIN_DECLS

#define CC_WIRE_OVERHEAD 28 /* bytes of IPv4 and UDP ahead of each datagram's payload */

typedef enum {
    CC_LINK_STARTING,  /* nothing known yet */
    CC_LINK_CLEAR,     /* no queue: room for more, as far as anybody knows */
    CC_LINK_FULL,      /* a queue stands: the rate has just been cut or is held */
    CC_LINK_CONTESTED, /* somebody else keeps the queue full */
    CC_LINK_SILENT,    /* no feedback for long: an outage */
} CcLinkState;

/* What is known, for everybody to read. */
typedef struct {
    guint estimate_bps;  /* what may be spent, padding and retransmissions included */
    guint pacing_bps;    /* what may leave right now: less while a queue drains, never 0 */
    guint delivered_bps; /* what arrived lately; 0: unknown */
    guint sent_bps;      /* what was sent lately */
    gint64 rtt_us;       /* with its queue; 0: unknown */
    gint64 queue_us;     /* standing in the link's queue */
    gint64 full_us;      /* when one last stood that was longer than it should be; 0: never yet */
    gint64 flood_us;     /* when last far more was sent than fitted into a long queue; 0: never */
    double loss;         /* 0..1 of packets, over some seconds */
    double loss_spread;  /* how much more losses vary than single ones would: 1, or for runs more */
    double random_loss;  /* 0..1: of them, those that no lower rate would save */
    gboolean testing;    /* less is to be sent for a moment, to see whose the losses are */
    CcLinkState state;
} CcEstimate;

typedef struct {
    CcEstimate result;

    /* With that, what every packet needs that is sent, together. */
    CcSentRecord record;
    guint64 plain_bytes;    /* sent since the last report */
    gint64 unheard_us;      /* when the oldest was sent that nobody has told about; 0: none */
    gint64 feedback_us;     /* when the last one came; 0: none yet */
    double feedback_gap_us; /* mean time between two */
    gboolean started;       /* the receiver's clock is known */

    guint min_bps, max_bps;
    guint wanted_bps; /* 0: as much as there is */

    CcDelaySignal delay;
    CcDelivery delivery;
    CcDeliveryMark full; /* where the packets begin that all had to wait */
    CcRateControl control;
    CcProber prober;
    CcLossJudge loss;

    /* The receiver's clock */
    gint64 reference_us;    /* unwrapped */
    gint64 reference_at_us; /* when it came */
    gint64 told_until_us;   /* more than enough has been told until then */

    gint64 accounted;  /* newest packet in ->delivery */
    gint64 forgive_us; /* packets sent before are an outage's, or of another way */
    double before_bps; /* the rate before the silence */
    gint64 silent_us;  /* since when there is silence */

    gint64 remb_until_us; /* the receiver's own estimate holds */
} CcEstimator;

/* @start_bps is what may be spent until more is known; the estimate stays within @min_bps and
 * @max_bps. */
void cc_estimator_init(CcEstimator *estimator, guint start_bps, guint min_bps, guint max_bps);
void cc_estimator_clear(CcEstimator *estimator);

/* How much the caller could make use of, all told (its next step up, with a margin); above the
 * estimate it makes the estimator ask for probes. 0: nothing, never probe. */
void cc_estimator_want(CcEstimator *estimator, guint bps);

/* Tells of each packet with its transport-wide number, in order. @bytes: on the wire. @probe: sent
 * at the pace of the last probe that was asked for, media and padding alike. */
void cc_estimator_sent(CcEstimator *estimator, guint16 transport_sequence, guint bytes,
                       gint64 now_us, gboolean probe);
/* The same for a peer that gives no transport-wide feedback. */
void cc_estimator_sent_plain(CcEstimator *estimator, guint bytes, gint64 now_us);

/* Takes a transport-wide feedback message (RTPFB 15). Hostile ones do no harm: a drop reason. */
CcDrop cc_estimator_feedback(CcEstimator *estimator, const CcRtcpPacket *packet, gint64 now_us);
/* A receiver report, where there is no transport-wide feedback: loss as a fraction since the report
 * before, and the round trip (0: unknown). */
void cc_estimator_report(CcEstimator *estimator, double loss, gint64 rtt_us, gint64 now_us);
/* The receiver's own estimate (REMB), likewise. */
void cc_estimator_remb(CcEstimator *estimator, guint64 bps, gint64 now_us);

/* What is sent from now on takes another way. What was lost on the old one, and what of it is still
 * to come, says nothing of this one; the rate stays until that is known better. */
void cc_estimator_moved(CcEstimator *estimator, gint64 now_us);

/* What is seen of the way at present is of others whom the caller knows of, and who will have gone
 * soon: the estimate is @bps. */
void cc_estimator_keep(CcEstimator *estimator, guint bps, gint64 now_us);

/* TRUE if a probe should begin now; asking begins it. Ask after feedback and before sending. */
gboolean cc_estimator_probe(CcEstimator *estimator, gint64 now_us, CcProbe *probe);

G_END_DECLS
