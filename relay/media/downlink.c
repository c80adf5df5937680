#include "relay/media/downlink.h"

#define SRTP_TAG 16 /* bytes: of AES-GCM; AES-CM has 10 */

#define START_BPS 300000
#define MIN_BPS 10000
#define MAX_BPS 20000000

static gboolean
has_numbers(const CcNegotiated *negotiated)
{
    for (guint i = 0; i < negotiated->n_slots; i++) {
        if (negotiated->slots[i].transport_cc_ext != 0)
            return TRUE;
    }
    return FALSE;
}

CcDownlink *
cc_downlink_new(const CcMediaSession *session)
{
    CcDownlink *self = g_new0(CcDownlink, 1);
    self->numbered = has_numbers(&session->setup->negotiated);
    self->next_sequence = 1;
    cc_estimator_init(&self->estimator, START_BPS, MIN_BPS, MAX_BPS);
    return self;
}

void
cc_downlink_free(CcDownlink *downlink)
{
    if (!downlink)
        return;
    cc_estimator_clear(&downlink->estimator);
    g_free(downlink);
}

void
cc_downlink_sent(CcDownlink *downlink, gsize length, gboolean numbered, gint64 now_us)
{
    CcDownlink *self = downlink;
    guint bytes = (guint)length + SRTP_TAG + CC_WIRE_OVERHEAD;
    if (numbered)
        cc_estimator_sent(&self->estimator, self->next_sequence++, bytes, now_us, FALSE);
    else
        cc_estimator_sent_plain(&self->estimator, bytes, now_us);
}

CcDrop
cc_downlink_feedback(CcDownlink *downlink, const CcRtcpPacket *packet, gint64 now_us)
{
    if (!downlink->numbered)
        return CC_DROP_NONE;
    return cc_estimator_feedback(&downlink->estimator, packet, now_us);
}

void
cc_downlink_remb(CcDownlink *downlink, guint64 bps, gint64 now_us)
{
    if (!downlink->numbered)
        cc_estimator_remb(&downlink->estimator, bps, now_us);
}

void
cc_downlink_report(CcDownlink *downlink, double loss, gint64 rtt_us, gint64 now_us)
{
    if (!downlink->numbered)
        cc_estimator_report(&downlink->estimator, loss, MAX(rtt_us, 0), now_us);
}

const char *
cc_downlink_state_name(const CcDownlink *downlink)
{
    switch (downlink->estimator.result.state) {
    case CC_LINK_CLEAR:
        return "clear";
    case CC_LINK_FULL:
        return "full";
    case CC_LINK_CONTESTED:
        return "contested";
    case CC_LINK_SILENT:
        return "silent";
    default:
        return "starting";
    }
}
