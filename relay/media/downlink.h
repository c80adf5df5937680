/* The way to one receiver: numbers what goes out for transport-wide feedback, and learns from what
 * comes back how much the way takes. Owned by its session, made when that is connected; worker's
 * thread. */
#pragma once

#include "common/rate/estimator.h"
#include "relay/media/media-session.h"

G_BEGIN_DECLS

struct CcDownlink {
    guint16 next_sequence; /* transport-wide, of the next packet that carries one */
    gboolean numbered;     /* some of its packets do */
    CcEstimator estimator;
};

CcDownlink *cc_downlink_new(const CcMediaSession *session);
/* NULL is fine. */
void cc_downlink_free(CcDownlink *downlink);

/* An RTP packet of @length bytes, without what SRTP adds, has left. @numbered: with next_sequence,
 * which is the next one's then. */
void cc_downlink_sent(CcDownlink *downlink, gsize length, gboolean numbered, gint64 now_us);

/* What the receiver answers. A message that makes no sense does no harm: a drop reason. */
CcDrop cc_downlink_feedback(CcDownlink *downlink, const CcRtcpPacket *packet, gint64 now_us);
void cc_downlink_remb(CcDownlink *downlink, guint64 bps, gint64 now_us);
/* @rtt_us: -1: unknown. */
void cc_downlink_report(CcDownlink *downlink, double loss, gint64 rtt_us, gint64 now_us);

static inline const CcEstimate *
cc_downlink_estimate(const CcDownlink *downlink)
{
    return &downlink->estimator.result;
}

/* "clear" and the like; a literal. */
const char *cc_downlink_state_name(const CcDownlink *downlink);

G_END_DECLS
