/* What a WHEP session watches: its subscriptions, and the reports that go with them. Worker's
 * thread; owned by its session. */
#pragma once

#include "relay/media/downlink.h"
#include "relay/media/link-report.h"
#include "relay/media/subscription.h"
#include "relay/media/worker-private.h"

G_BEGIN_DECLS

struct CcReceiver {
    CcMediaSession *session;
    guint ordinal; /* among all of the worker: overload takes turns by it */
    gint64 report_due_us;
    CcLinkReport told; /* to the control thread, if @link_told */
    gboolean link_told;
    guint n_subscriptions;
    CcSubscription *by_feed[CC_MAX_FEEDS]; /* NULL: it has no slot for that */
    CcSubscription subscriptions[];        /* room for one a slot */
};

CcReceiver *cc_receiver_new(CcMediaSession *session);
void cc_receiver_free(CcReceiver *receiver);
void cc_receiver_connected(CcReceiver *receiver, gint64 now_us);
/* Nothing is sent to it any more, until it is connected again. */
void cc_receiver_disconnected(CcReceiver *receiver);
/* It was cut off for a while: asks for a keyframe, and sends a report at once. */
void cc_receiver_returned(CcReceiver *receiver, gint64 now_us);

/* A packet of a source that feeds the room. @shed: what the receiver does without for now. */
static inline void
cc_receiver_forward(CcReceiver *receiver, CcSource *source, CcPacket *packet, CcShed shed)
{
    CcSubscription *subscription = receiver->by_feed[source->feed->number];
    if (!subscription)
        return;
    CcMediaSession *session = receiver->session;
    gint64 now_us = session->worker->now_us;
    if (source->kind == CC_MEDIA_VIDEO &&
        !cc_downlink_is_open(session->downlink, source->feed->line, now_us))
        cc_downlink_hold(session->downlink, source, packet, now_us);
    else
        cc_subscription_forward(subscription, source, packet, shed);
}

void cc_receiver_forget_source(CcReceiver *receiver, CcSource *source);

/* (transfer none) by the SSRC that we send, or its RTX; NULL if it is none of ours. */
CcSubscription *cc_receiver_find(CcReceiver *receiver, guint32 ssrc);

void cc_receiver_describe_link(const CcReceiver *receiver, CcLinkReport *report);
/* Tells the control thread, if somebody there wants to know and something has changed. */
void cc_receiver_tell_link(CcReceiver *receiver);

void cc_receiver_report_soon(CcReceiver *receiver, gint64 now_us);
void cc_receiver_say_goodbye(CcReceiver *receiver);
/* Sender reports with the source's clock; an empty receiver report if there is nothing to report
 * on, so that the watcher sees that we live. Returns the next time. */
gint64 cc_receiver_tick(CcReceiver *receiver, gint64 now_us);

G_END_DECLS
