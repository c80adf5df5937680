/* What one receiver gets in one of its slots: a stream of its own (SSRC, sequence numbers,
 * timestamps, payload type), filled from whatever track feeds the slot, or from one layer of its
 * simulcast. Each time the source changes an epoch begins: offsets are chosen so that the stream
 * goes on. Which layer it is to be is its target; a change waits for a keyframe of the new one,
 * while the old one goes on. Worker's thread; owned by the CcReceiver. */
#pragma once

#include "common/rate/repair-credit.h"
#include "common/rate/sent-again.h"
#include "common/rate/shedder.h"
#include "common/rate/voice-plan.h"
#include "relay/media/epoch.h"

G_BEGIN_DECLS

typedef struct CcVoiceSender CcVoiceSender;

#define CC_SENT_REPORTS 8
/* Numbers are unwrapped from here on; so far they may be thought to step back. */
#define CC_FIRST_NUMBER 0x10000

typedef enum {
    CC_TARGET_MOVING,
    CC_TARGET_STILLS, /* keyframes alone, which are asked for */
    CC_TARGET_NOTHING,
} CcTargetKind;

#define CC_HIGHEST_LAYER G_MAXUINT8
#define CC_ALL_TEMPORAL_LAYERS 7 /* a temporal layer's number has up to three bits */

/* What a receiver is to get of its slot. */
typedef struct {
    CcTargetKind kind;
    guint8 layer;            /* rank in feed->layers; a dead one is replaced by one below */
    guint8 max_tid;          /* temporal layers above this one are left out */
    guint still_interval_ms; /* how old a still may get before the next one is asked for */
    guint budget_bps;        /* what it could make use of, on the wire; 0: unknown (CcWants) */
} CcTarget;

typedef struct CcSubscription {
    /* What every packet needs, together: with thousands of receivers each line counts. */
    CcMediaSession *session;
    CcSource *wanted; /* by the target; NULL: nothing that is alive */
    guint32 ssrc;
    guint8 max_tid;     /* temporal layers above this one are left out, for want of a reference */
    guint8 tl0picidx;   /* of the newest packet */
    guint16 picture_id; /* likewise */
    guint8 kind;        /* CcMediaKind, of the slot */
    gboolean programme; /* the only picture of its receiver: of several feeds, what matters most */
    guint8 transport_cc_id; /* likewise; 0: no transport-wide number */
    gint64 highest; /* outgoing sequence number, unwrapped; CC_FIRST_NUMBER is index 0 of SRTP */
    guint32 highest_timestamp;
    gboolean started;
    gint64 highest_us; /* when that left */
    gint64 mid_until;  /* first sequence number that needs no MID any more: the receiver knows us */
    guint64 packets, octets, bytes; /* octets of payload, for sender reports */
    CcTarget target;
    CcVoiceSender *voice; /* NULL: packets go out as they come */
    CcEpoch epoch;

    const CcSlot *slot;
    CcFeed *feed;
    CcEpoch *past; /* the one before, for what comes late or is asked for again; NULL: none yet */
    CcToldClock told;
    gint64 rtx_number;
    CcSentAgain *again; /* NULL: nothing has been sent again */
    CcRepairCredit repair_credit;
    gint64 keyframes_until_us; /* its share of keyframes is used up until then */

    struct {
        guint32 ntp; /* the middle 32 bits, as they come back in LSR */
        gint64 sent_us;
    } sent_reports[CC_SENT_REPORTS];
    guint n_sent_reports;

    /* What its receiver says. */
    double loss;
    gint64 rtt_us; /* -1: unknown */
    CcVoicePlanner planner;

    guint bps; /* of the last second, by cc_subscription_measure() */
    guint64 measured_bytes;
    gint64 measured_us;
    guint64 lost, nacked, retransmitted, keyframe_requests;
} CcSubscription;

void cc_subscription_init(CcSubscription *subscription, CcMediaSession *session,
                          const CcSlot *slot);

void cc_subscription_clear(CcSubscription *subscription);

/* TRUE if there is something for it: its receiver's own does not count. */
gboolean cc_subscription_is_fed(const CcSubscription *subscription);
/* Says what it is to get from now on; at the beginning that is all of the highest layer. */
void cc_subscription_set_target(CcSubscription *subscription, const CcTarget *target,
                                gint64 now_us);
/* The feed has changed, or its receiver has come: finds the source that the target means. @coming:
 * as in cc_feed_changed(). */
void cc_subscription_choose(CcSubscription *subscription, const CcSource *coming, gint64 now_us);
/* @source is going away. */
void cc_subscription_forget_source(CcSubscription *subscription, const CcSource *source);
/* Its receiver is away and will not be told. */
void cc_subscription_forget_sources(CcSubscription *subscription);

/* A packet of one of the feed's sources. @shed: what its receiver does without for now. */
void cc_subscription_forward(CcSubscription *subscription, CcSource *source, CcPacket *packet,
                             CcShed shed);

/* Something was left out ahead of what is forwarded next: it goes on with a keyframe. */
void cc_subscription_break(CcSubscription *subscription);
/* A packet with nothing in it but @padding bytes, as if of a retransmission. Returns how many bytes
 * it has; 0 if it cannot be sent. */
gsize cc_subscription_pad(CcSubscription *subscription, guint8 padding);

/* The receiver misses @sequence of its stream. */
void cc_subscription_retransmit(CcSubscription *subscription, guint16 sequence, gint64 now_us);
/* Sends the packet that went out as @number again, if it is still to be had. */
void cc_subscription_repeat(CcSubscription *subscription, gint64 number, gint64 now_us);
void cc_subscription_request_keyframe(CcSubscription *subscription, gint64 now_us);
void cc_subscription_receiver_report(CcSubscription *subscription, const CcRtcpReportBlock *block,
                                     gint64 now_us);

/* TRUE if it has sent something lately, so that a sender report is due. */
gboolean cc_subscription_is_sending(const CcSubscription *subscription, gint64 now_us);
/* Once a second: how much flows. */
void cc_subscription_measure(CcSubscription *subscription, gint64 now_us);
/* The source's clock in this stream's time, at @now_us. FALSE while the source has not told. */
gboolean cc_subscription_sender_info(CcSubscription *subscription, gint64 now_us,
                                     CcRtcpSenderInfo *info);

G_END_DECLS
