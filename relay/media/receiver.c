#include "relay/media/receiver.h"

#include "relay/media/egress.h"
#include "relay/media/session-wake.h"

#define REPORT_US G_USEC_PER_SEC
/* A source that has told its clock does not wait longer than this for its sibling. */
#define CLOCK_PATIENCE_US (5 * G_USEC_PER_SEC)

CcReceiver *
cc_receiver_new(CcMediaSession *session)
{
    CcReceiver *receiver = g_new0(CcReceiver, 1);
    receiver->session = session;
    const CcNegotiated *negotiated = &session->setup->negotiated;
    for (guint i = 0; i < negotiated->n_slots; i++) {
        if (negotiated->slots[i].kind == CC_MEDIA_OTHER)
            continue;
        cc_subscription_init(&receiver->subscriptions[receiver->n_subscriptions++], session,
                             &negotiated->slots[i]);
    }
    return receiver;
}

void
cc_receiver_free(CcReceiver *receiver)
{
    if (!receiver)
        return;
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_subscription_clear(&receiver->subscriptions[i]);
    g_free(receiver);
}

void
cc_receiver_connected(CcReceiver *receiver, gint64 now_us)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++)
        cc_subscription_start(&receiver->subscriptions[i], now_us);
    cc_receiver_report_soon(receiver, now_us);
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
        const CcPublisherTrack *track = subscription->feed ? subscription->feed->track : NULL;
        if (track && track->started && !track->clock_known && subscription->source == track &&
            now_us - track->first_us < CLOCK_PATIENCE_US)
            return FALSE;
    }
    return TRUE;
}

static gboolean
send_sender_report(CcReceiver *self, CcSubscription *subscription, gint64 now_us)
{
    CcRtcpSenderInfo info;
    guint8 *packet = cc_egress_begin(self->session);
    if (!packet || !cc_subscription_is_sending(subscription, now_us) ||
        !cc_subscription_sender_info(subscription, now_us, &info))
        return FALSE;
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, packet, CC_EGRESS_CAPACITY);
    cc_rtcp_add_sender_report(&builder, &info, NULL, 0);
    cc_rtcp_add_sdes_cname(&builder, info.ssrc, self->session->setup->cname);
    return cc_egress_commit_rtcp(self->session, packet, builder.length);
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

gint64
cc_receiver_tick(CcReceiver *receiver, gint64 now_us)
{
    if (now_us < receiver->report_due_us)
        return receiver->report_due_us;
    receiver->report_due_us = now_us + REPORT_US;
    gboolean reported = FALSE;
    if (clocks_are_complete(receiver, now_us)) {
        for (guint i = 0; i < receiver->n_subscriptions; i++)
            reported |= send_sender_report(receiver, &receiver->subscriptions[i], now_us);
    }
    if (!reported)
        send_sign_of_life(receiver);
    return receiver->report_due_us;
}
