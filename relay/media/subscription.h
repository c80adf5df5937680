/* What one receiver gets in one of its slots: a stream of its own (SSRC, sequence numbers,
 * timestamps, payload type), filled from whatever track feeds the slot. Each time the source
 * changes an epoch begins: offsets are chosen so that the stream goes on. Worker's thread; owned by
 * the CcReceiver. */
#pragma once

#include "common/rate/bitrate-meter.h"
#include "common/rate/shedder.h"
#include "common/wire/numbering.h"
#include "relay/media/source.h"

G_BEGIN_DECLS

#define CC_SENT_REPORTS 8

typedef struct {
    CcMediaSession *session;
    const CcSlot *slot;
    CcFeed *feed;

    /* The epoch. */
    CcSource *source;         /* NULL before the first one and after its publisher has gone */
    guint generation;         /* of the source */
    const CcSlotCodec *codec; /* how this receiver numbers the source's codec */
    CcNumbering numbering;
    guint32 timestamp_offset;
    guint16 picture_id_offset; /* VP8 */
    guint8 tl0picidx_offset;
    guint8 max_tid; /* VP8: temporal layers above this one are left out, for want of a reference */

    /* The stream so far. */
    gboolean started;
    gint64 highest; /* outgoing sequence number, unwrapped */
    guint32 highest_timestamp;
    gint64 highest_us;  /* when that left */
    guint16 picture_id; /* of the newest packet */
    guint8 tl0picidx;
    gint64 mid_until; /* first sequence number that needs no MID any more: the receiver knows us */
    guint16 rtx_sequence;
    guint retransmit_credit;
    gint64 retransmit_credit_us;

    struct {
        guint32 ntp; /* the middle 32 bits, as they come back in LSR */
        gint64 sent_us;
    } sent_reports[CC_SENT_REPORTS];
    guint n_sent_reports;
    guint64 packets, octets; /* payload octets, for sender reports */

    /* What its receiver says. */
    double loss;
    gint64 rtt_us; /* -1: unknown */

    CcBitrateMeter meter;
    guint64 bytes, lost, nacked, retransmitted, keyframe_requests;
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
/* The source's clock in this stream's time, at @now_us. FALSE while the source has not told. */
gboolean cc_subscription_sender_info(CcSubscription *subscription, gint64 now_us,
                                     CcRtcpSenderInfo *info);

G_END_DECLS
