#include "relay/media/receiver.h"

#include "relay/media/downlink.h"
#include "relay/media/egress.h"
#include "relay/media/programme.h"
#include "relay/media/session-wake.h"
#include "relay/media/wants.h"
#include "relay/media/worker-private.h"

#define REPORT_US G_USEC_PER_SEC
#define REPORT_STEP_US 20000 /* some share a moment: each moment wakes the worker */
/* A source that has told its clock does not wait longer than this for its sibling. */
#define CLOCK_PATIENCE_US (5 * G_USEC_PER_SEC)

CcReceiver *
cc_receiver_new(CcMediaSession *session)
{
    const CcNegotiated *negotiated = &session->setup->negotiated;
    CcReceiver *receiver =
        g_malloc0(sizeof *receiver + negotiated->n_slots * sizeof receiver->subscriptions[0]);
    receiver->session = session;
    receiver->ordinal = session->worker->n_receivers++;
    for (guint i = 0; i < negotiated->n_slots; i++) {
        if (negotiated->slots[i].kind == CC_MEDIA_OTHER)
            continue;
        CcSubscription *subscription = &receiver->subscriptions[receiver->n_subscriptions++];
        cc_subscription_init(subscription, session, &negotiated->slots[i]);
        if (subscription->feed)
            receiver->by_feed[subscription->feed->number] = subscription;
    }
    cc_programme_follow(receiver);
    return receiver;
}

void
cc_receiver_free(CcReceiver *receiver)
{
    if (!receiver)
        return;
    g_ptr_array_remove_fast(receiver->session->room->receivers, receiver);
    cc_wants_changed(receiver->session->room);
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_subscription_clear(&receiver->subscriptions[i]);
    g_free(receiver);
}

void
cc_receiver_connected(CcReceiver *receiver, gint64 now_us)
{
    if (!receiver->session->downlink) /* or it comes back */
        receiver->session->downlink = cc_downlink_new(receiver->session);
    cc_downlink_decide(receiver->session->downlink, TRUE, now_us);
    g_ptr_array_add(receiver->session->room->receivers, receiver);
    cc_receiver_returned(receiver, now_us);
}

/* What it gets next begins with a keyframe, and its numbers follow on. */
void
cc_receiver_disconnected(CcReceiver *receiver)
{
    g_ptr_array_remove_fast(receiver->session->room->receivers, receiver);
    cc_wants_changed(receiver->session->room);
    cc_downlink_forget_all(receiver->session->downlink);
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_subscription_forget_sources(&receiver->subscriptions[i]);
}

void
cc_receiver_returned(CcReceiver *receiver, gint64 now_us)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        CcSubscription *subscription = &receiver->subscriptions[i];
        cc_subscription_choose(subscription, NULL, now_us);
        if (subscription->wanted)
            cc_source_request_keyframe(subscription->wanted, now_us);
    }
    cc_downlink_returned(receiver->session->downlink, now_us);
    cc_receiver_report_soon(receiver, now_us);
}

void
cc_receiver_forget_source(CcReceiver *receiver, CcSource *source)
{
    cc_downlink_forget_source(receiver->session->downlink, source);
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_subscription_forget_source(&receiver->subscriptions[i], source);
}

CcSubscription *
cc_receiver_find(CcReceiver *receiver, guint32 ssrc)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        const CcSlot *slot = receiver->subscriptions[i].slot;
        if (slot->ssrc == ssrc || (slot->rtx_ssrc == ssrc && ssrc != 0))
            return &receiver->subscriptions[i];
    }
    return NULL;
}

void
cc_receiver_report_soon(CcReceiver *receiver, gint64 now_us)
{
    receiver->report_due_us = now_us;
    cc_media_session_wake_at(receiver->session, now_us);
}

/* Lips and voice are brought together from two clocks that belong to the same publisher: if only
 * one has been told, or one is still the previous publisher's, the receiver would jump. */
static gboolean
clocks_are_complete(CcReceiver *self, gint64 now_us)
{
    for (guint i = 0; i < self->n_subscriptions; i++) {
        const CcSubscription *subscription = &self->subscriptions[i];
        const CcSource *source = subscription->epoch.source;
        if (source && source->feed && source->started && !source->clock_known &&
            now_us - source->first_us < CLOCK_PATIENCE_US)
            return FALSE;
    }
    return TRUE;
}

/* One compound for all streams: half the packets, and both clocks arrive together. FALSE if there
 * is nothing to tell. */
static gboolean
send_sender_reports(CcReceiver *self, gint64 now_us)
{
    const CcSessionSetup *setup = self->session->setup;
    char cname[CC_CNAME_SIZE];
    CcRtcpSenderInfo info;
    guint8 *packet = cc_egress_begin(self->session);
    if (!packet)
        return FALSE;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    for (guint i = 0; i < self->n_subscriptions; i++) {
        CcSubscription *subscription = &self->subscriptions[i];
        if (!cc_subscription_is_sending(subscription, now_us) ||
            !cc_subscription_sender_info(subscription, now_us, &info))
            continue;
        cc_rtcp_add_sender_report(&builder, &info, NULL, 0);
        cc_negotiate_cname(&setup->negotiated, subscription->slot, setup->cname, cname);
        cc_rtcp_add_sdes_cname(&builder, info.ssrc, cname);
    }
    return builder.length > 0 && cc_egress_commit_rtcp(self->session, packet, builder.length);
}

static guint32
own_ssrc(const CcReceiver *self)
{
    return self->n_subscriptions > 0 ? self->subscriptions[0].slot->ssrc : self->session->ssrc;
}

static void
send_sign_of_life(CcReceiver *self)
{
    guint8 *packet = cc_egress_begin(self->session);
    if (!packet)
        return;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, own_ssrc(self), NULL, 0);
    cc_rtcp_add_sdes_cname(&builder, own_ssrc(self), self->session->setup->cname);
    cc_egress_commit_rtcp(self->session, packet, builder.length);
}

void
cc_receiver_say_goodbye(CcReceiver *receiver)
{
    guint8 *packet = cc_egress_begin(receiver->session);
    if (!packet)
        return;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_receiver_report(&builder, own_ssrc(receiver), NULL, 0);
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_rtcp_add_bye(&builder, receiver->subscriptions[i].slot->ssrc);
    cc_egress_commit_rtcp(receiver->session, packet, builder.length);
}

/* Each receiver has its own place in the second, so that the reports of thousands who came
 * together, or were given a new source together, do not stay together. */
static gint64
next_report_us(const CcReceiver *self, gint64 now_us)
{
    gint64 place_us = self->session->ssrc % (REPORT_US / REPORT_STEP_US) * REPORT_STEP_US;
    return now_us + REPORT_US - (now_us + REPORT_US - place_us) % REPORT_US;
}

static void
report(CcReceiver *receiver, gint64 now_us)
{
    receiver->report_due_us = next_report_us(receiver, now_us);
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_subscription_measure(&receiver->subscriptions[i], now_us);
    cc_receiver_tell_link(receiver);
    if (!clocks_are_complete(receiver, now_us) || !send_sender_reports(receiver, now_us))
        send_sign_of_life(receiver);
    cc_downlink_decide(receiver->session->downlink, FALSE, now_us);
}

gint64
cc_receiver_tick(CcReceiver *receiver, gint64 now_us)
{
    if (now_us >= receiver->report_due_us)
        report(receiver, now_us);
    return MIN(receiver->report_due_us, cc_downlink_tick(receiver->session->downlink, now_us));
}
