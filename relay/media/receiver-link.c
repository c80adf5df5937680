/* What a receiver's link is doing, in the words of link-report.h. */
#include "relay/media/downlink.h"
#include "relay/media/feed.h"
#include "relay/media/receiver.h"
#include "relay/media/worker-private.h"

/* More than this is what a person would call the reason. */
#define LOSSY 0.1

static CcLinkReason
reason_of(const CcReceiver *self, const CcLinkReport *report)
{
    if (cc_shedder_verdict(&self->session->worker->shedder, self->ordinal) != CC_SHED_NOTHING)
        return CC_LINK_REASON_RELAY;
    return report->loss_permille > LOSSY * 1000 ? CC_LINK_REASON_LOSS : CC_LINK_REASON_RATE;
}

static CcPictureState
what_it_gets(const CcSubscription *subscription, CcShed shed)
{
    const CcTarget *target = &subscription->target;
    const CcSource *best = cc_feed_layer(subscription->feed, CC_HIGHEST_LAYER);
    if (!best)
        return CC_PICTURE_NONE;
    if (shed == CC_SHED_VIDEO || target->kind == CC_TARGET_NOTHING)
        return CC_PICTURE_PAUSED;
    if (target->kind == CC_TARGET_STILLS)
        return CC_PICTURE_STILLS;
    gboolean less = shed == CC_SHED_LAYERS ||
                    cc_feed_layer(subscription->feed, target->layer) != best ||
                    target->max_tid == 0;
    return less ? CC_PICTURE_REDUCED : CC_PICTURE_WHOLE;
}

/* Of the picture that has lost most. */
static CcPictureState
picture_of(const CcReceiver *self)
{
    CcShed shed = cc_shedder_verdict(&self->session->worker->shedder, self->ordinal);
    CcPictureState worst = CC_PICTURE_NONE;
    for (guint i = 0; i < self->n_subscriptions; i++) {
        const CcSubscription *subscription = &self->subscriptions[i];
        if (subscription->slot->kind == CC_MEDIA_VIDEO && subscription->feed)
            worst = MAX(worst, what_it_gets(subscription, shed));
    }
    return worst;
}

void
cc_receiver_describe_link(const CcReceiver *receiver, CcLinkReport *report)
{
    double loss = 0;
    *report = (CcLinkReport){.rtt_ms = -1};
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        const CcSubscription *subscription = &receiver->subscriptions[i];
        report->bps += subscription->bps;
        loss = MAX(loss, subscription->loss);
        if (subscription->rtt_us >= 0)
            report->rtt_ms = (int)(subscription->rtt_us / 1000);
    }
    if (receiver->session->downlink)
        report->voice_bps = receiver->session->downlink->voice.bps;
    report->loss_permille = (guint)(loss * 1000);
    if (receiver->session->downlink &&
        cc_downlink_estimate(receiver->session->downlink)->state != CC_LINK_STARTING)
        report->estimate_bps = cc_downlink_estimate(receiver->session->downlink)->estimate_bps;
    report->tcp = receiver->session->active && receiver->session->active->route.tcp;
    report->picture = picture_of(receiver);
    if (report->picture > CC_PICTURE_WHOLE)
        report->reason = reason_of(receiver, report);
}

void
cc_receiver_tell_link(CcReceiver *receiver)
{
    CcLinkReport report;
    if (!g_atomic_int_get(&receiver->session->worker->links_wanted)) {
        receiver->link_told = FALSE;
        return;
    }
    cc_receiver_describe_link(receiver, &report);
    if (receiver->link_told && !cc_link_report_differs(&receiver->told, &report))
        return;
    receiver->link_told = TRUE;
    receiver->told = report;
    cc_worker_emit_link(receiver->session->worker, receiver->session, &report);
}
