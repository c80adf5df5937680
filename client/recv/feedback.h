/* Tells the relay when its packets arrived, by their transport-wide sequence numbers
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01): what it estimates our link from. Often
 * while much arrives; on a narrow link so seldom that it costs no more than
 * CC_FEEDBACK_SHARE_PERCENT of what is sent here, but never less than each
 * CC_FEEDBACK_MAX_INTERVAL_US. Where packets are lost messages are likely to be, too: then each one
 * tells again what the last few have told.
 *
 * Pure: time is an argument. One for each transport; owner's thread. */
#pragma once

#include "common/wire/transport-cc.h"

G_BEGIN_DECLS

#define CC_FEEDBACK_MIN_INTERVAL_US 50000
#define CC_FEEDBACK_MAX_INTERVAL_US 300000
#define CC_FEEDBACK_SHARE_PERCENT 5
#define CC_FEEDBACK_WIRE_OVERHEAD 48 /* bytes of a message: IP, UDP and SRTCP */
#define CC_FEEDBACK_REPEATS 6        /* messages that are told again, at most */

typedef struct {
    CcTransportCcRecorder recorder;
    gint64 due_us;      /* when to report; G_MAXINT64: nothing to report */
    gint64 reported_us; /* 0: never yet */
    gint64 interval_us;
    guint64 bytes;                     /* arrived since the last report, as on the wire */
    double bytes_second;               /* smoothed; 0: unknown */
    guint arrived;                     /* packets since the last report */
    double loss;                       /* 0..1 of packets, smoothed */
    guint16 told[CC_FEEDBACK_REPEATS]; /* packets that were new in the last messages */
} CcFeedback;

void cc_feedback_init(CcFeedback *feedback);
/* A packet of @bytes on the wire arrived. TRUE: due_us has been set, where nothing was due. */
gboolean cc_feedback_arrived(CcFeedback *feedback, guint16 sequence, guint bytes, gint64 now_us);
/* Appends a message to @builder. TRUE: there is more, which wants another compound. */
gboolean cc_feedback_build(CcFeedback *feedback, CcRtcpBuilder *builder, guint32 sender_ssrc,
                           guint32 media_ssrc, gint64 now_us);

G_END_DECLS
