#include "relay/media/report-prefetch.h"

#include "relay/media/downlink.h"
#include "relay/media/receiver.h"

#define SRTP_BYTES 256
#define FEEDBACK_BYTES 128 /* of the record: what was sent between two messages */

const CcMediaSession *
cc_report_prefetch_session(CcWorker *worker, const CcRoute *route)
{
    const CcPath *path = cc_path_find(worker, route);
    if (!path)
        return NULL;
    cc_prefetch(path->session, 64);
    cc_prefetch(&path->session->timer,
                sizeof *path->session - G_STRUCT_OFFSET(CcMediaSession, timer));
    return path->session;
}

void
cc_report_prefetch_state(const CcMediaSession *session)
{
    if (!session || !session->receiver || !session->downlink)
        return;
    cc_prefetch(session->inbound, SRTP_BYTES);
    cc_prefetch(session->receiver, sizeof *session->receiver);
    cc_prefetch(session->downlink, sizeof *session->downlink);
}

void
cc_report_prefetch_details(const CcMediaSession *session)
{
    if (!session || !session->receiver || !session->downlink)
        return;
    const CcReceiver *receiver = session->receiver;
    cc_srtp_prefetch_rtcp(session->inbound);
    for (guint i = 0; i < MIN(receiver->n_subscriptions, 2); i++) {
        cc_prefetch(&receiver->subscriptions[i], 64);
        cc_prefetch(&receiver->subscriptions[i].planner, sizeof receiver->subscriptions[i].planner);
    }
    const CcSentPacket *next = cc_sent_record_next(&session->downlink->estimator.record);
    if (next) /* at the ring's begin it reaches below, which does no harm */
        cc_prefetch((const guint8 *)next - FEEDBACK_BYTES, FEEDBACK_BYTES);
}
