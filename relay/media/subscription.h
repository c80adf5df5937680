/* What one receiver gets in one of its slots: a stream of its own (SSRC, sequence numbers,
 * timestamps, payload type), filled from whatever track feeds the slot. Each time the source
 * changes an epoch begins: offsets are chosen so that the stream goes on. Worker's thread; owned by
 * the CcReceiver. */
#pragma once

#include "common/rate/shedder.h"
#include "common/wire/numbering.h"
#include "relay/media/source.h"

G_BEGIN_DECLS

#define CC_SENT_REPORTS 8
/* Numbers are unwrapped from here on; so far they may be thought to step back. */
#define CC_FIRST_NUMBER 0x10000

typedef struct {
    /* What every packet needs, together: with thousands of receivers each line counts. */
    CcMediaSession *session;
    CcSource *source; /* NULL before the first one and after its publisher has gone */
    guint generation; /* of the source: source and generation are the epoch */
    guint32 timestamp_offset;
    guint32 ssrc;
    guint8 payload_type;
    guint8 max_tid; /* VP8: temporal layers above this one are left out, for want of a reference */
    guint8 tl0picidx_offset, tl0picidx;    /* VP8; the second one of the newest packet */
    guint16 picture_id_offset, picture_id; /* likewise */
    gint64 highest; /* outgoing sequence number, unwrapped; CC_FIRST_NUMBER is index 0 of SRTP */
    guint32 highest_timestamp;
    gboolean started;
    gint64 highest_us; /* when that left */
    gint64 mid_until;  /* first sequence number that needs no MID any more: the receiver knows us */
    guint64 packets, octets, bytes; /* octets of payload, for sender reports */
    CcNumbering numbering;

    const CcSlot *slot;
    CcFeed *feed;
    const CcSlotCodec *codec; /* how this receiver numbers the source's codec */
    gint64 rtx_number;
    guint retransmit_credit;
    gint64 retransmit_credit_us;

    struct {
        guint32 ntp; /* the middle 32 bits, as they come back in LSR */
        gint64 sent_us;
    } sent_reports[CC_SENT_REPORTS];
    guint n_sent_reports;

    /* What its receiver says. */
    double loss;
    gint64 rtt_us; /* -1: unknown */

    guint bps; /* of the last second, by cc_subscription_measure() */
    guint64 measured_bytes;
    gint64 measured_us;
    guint64 lost, nacked, retransmitted, keyframe_requests;
} CcSubscription;

void cc_subscription_init(CcSubscription *subscription, CcMediaSession *session,
                          const CcSlot *slot);

/* A packet of the feed's source. @shed: what its receiver does without for now. */
void cc_subscription_forward(CcSubscription *subscription, CcSource *source, CcPacket *packet,
                             CcShed shed);

/* The receiver misses @sequence of its stream. */
void cc_subscription_retransmit(CcSubscription *subscription, guint16 sequence, gint64 now_us);
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
