#include "relay/media/rtcp-receive.h"

#include "relay/media/downlink.h"
#include "relay/media/publisher.h"
#include "relay/media/receiver.h"
#include "relay/media/voice-sender.h"
#include "relay/media/worker-private.h"

/* Sequence numbers in one compound: more than a second of video. Nobody repairs that by asking. */
#define MAX_NACKS 512

static void
receive_report_blocks(CcReceiver *receiver, const CcRtcpPacket *packet, gint64 now_us)
{
    CcRtcpReportBlock block;
    for (guint i = 0; cc_rtcp_read_report_block(packet, i, &block); i++) {
        CcSubscription *subscription = cc_receiver_find(receiver, block.ssrc);
        if (subscription && subscription->slot->ssrc == block.ssrc)
            cc_subscription_receiver_report(subscription, &block, now_us);
        if (subscription && subscription->slot->kind == CC_MEDIA_VIDEO)
            cc_downlink_report(receiver->session->downlink, subscription->loss,
                               subscription->rtt_us, now_us);
    }
}

/* What the way to the receiver takes, in the receiver's words. */
static void
receive_feedback(CcReceiver *receiver, const CcRtcpPacket *packet, gint64 now_us)
{
    CcMediaSession *session = receiver->session;
    guint64 bps;
    CcDrop drop = CC_DROP_NONE;
    if (packet->type == CC_RTCP_RTPFB)
        drop = cc_downlink_feedback(session->downlink, packet, now_us);
    else if (cc_rtcp_read_remb(packet, &bps))
        cc_downlink_remb(session->downlink, bps, now_us);
    if (drop != CC_DROP_NONE)
        session->worker->drops[drop]++;
}

/* Once for all that a compound brought. */
static void
consider_voice(CcReceiver *receiver, gint64 now_us)
{
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        if (receiver->subscriptions[i].kind == CC_MEDIA_AUDIO)
            cc_voice_sender_consider(&receiver->subscriptions[i], now_us);
    }
}

static void
receive_nack(CcReceiver *receiver, const CcRtcpPacket *packet, guint32 media_ssrc, gint64 now_us)
{
    guint16 sequences[MAX_NACKS];
    CcSubscription *subscription = cc_receiver_find(receiver, media_ssrc);
    if (!subscription)
        return;
    guint n = cc_rtcp_read_nack(packet, sequences, G_N_ELEMENTS(sequences));
    for (guint i = 0; i < n; i++)
        cc_subscription_retransmit(subscription, sequences[i], now_us);
}

/* TRUE if it says something of the way. */
static gboolean
receive_from_receiver(CcReceiver *receiver, const CcRtcpPacket *packet, gint64 now_us)
{
    guint32 sender_ssrc, media_ssrc;
    const guint8 *fci;
    gsize fci_length;
    switch (packet->type) {
    case CC_RTCP_SR:
    case CC_RTCP_RR:
        receive_report_blocks(receiver, packet, now_us);
        break;
    case CC_RTCP_RTPFB:
        if (packet->count == CC_RTPFB_TRANSPORT_CC) {
            receive_feedback(receiver, packet, now_us);
            return TRUE;
        }
        if (packet->count == CC_RTPFB_NACK &&
            cc_rtcp_read_feedback(packet, &sender_ssrc, &media_ssrc, &fci, &fci_length))
            receive_nack(receiver, packet, media_ssrc, now_us);
        break;
    case CC_RTCP_PSFB:
        if (!cc_rtcp_read_feedback(packet, &sender_ssrc, &media_ssrc, &fci, &fci_length))
            break;
        if (packet->count == CC_PSFB_APPLICATION) {
            receive_feedback(receiver, packet, now_us);
            return TRUE;
        }
        for (guint i = 0; i < receiver->n_subscriptions; i++) {
            CcSubscription *subscription = &receiver->subscriptions[i];
            guint32 ssrc = subscription->slot->ssrc;
            if ((packet->count == CC_PSFB_PLI && media_ssrc == ssrc) ||
                (packet->count == CC_PSFB_FIR && cc_rtcp_read_fir(packet, ssrc)))
                cc_subscription_request_keyframe(subscription, now_us);
        }
        break;
    default:
        break;
    }
    return FALSE;
}

static void
receive_from_publisher(CcPublisher *publisher, const CcRtcpPacket *packet, gint64 now_us)
{
    CcRtcpSenderInfo info;
    if (packet->type == CC_RTCP_SR && cc_rtcp_read_sender_info(packet, &info)) {
        CcPublisherTrack *track = cc_publisher_find_track(publisher, info.ssrc);
        if (track && info.ntp != 0)
            cc_publisher_track_sender_report(track, &info, now_us);
    } else if (packet->type == CC_RTCP_BYE) {
        for (guint i = 0; i < publisher->n_tracks; i++) {
            CcPublisherTrack *track = &publisher->tracks[i];
            if (track->source.started && cc_rtcp_read_bye(packet, track->ssrc))
                track->left = TRUE;
        }
    }
}

/* Counts what a compound asks for before any of it is done. */
static CcDrop
check_sanity(const guint8 *data, gsize length)
{
    CcRtcpPacket packet;
    guint nacks = 0;
    CC_RTCP_FOREACH(data, length, &packet) {
        guint16 sequences[MAX_NACKS];
        if (packet.type == CC_RTCP_RTPFB && packet.count == CC_RTPFB_NACK)
            nacks += cc_rtcp_read_nack(&packet, sequences, G_N_ELEMENTS(sequences));
        if (nacks >= MAX_NACKS)
            return CC_DROP_RTCP_ABSURD;
    }
    return CC_DROP_NONE;
}

CcDrop
cc_rtcp_receive(CcMediaSession *session, const guint8 *data, gsize length, gint64 now_us)
{
    CcDrop drop = cc_rtcp_validate(data, length);
    if (drop == CC_DROP_NONE)
        drop = check_sanity(data, length);
    if (drop != CC_DROP_NONE)
        return drop;
    CcRtcpPacket packet;
    gboolean news = FALSE;
    CC_RTCP_FOREACH(data, length, &packet) {
        if (session->receiver)
            news |= receive_from_receiver(session->receiver, &packet, now_us);
        else
            receive_from_publisher(session->publisher, &packet, now_us);
    }
    if (news)
        consider_voice(session->receiver, now_us);
    return CC_DROP_NONE;
}
