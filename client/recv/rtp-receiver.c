#define CC_LOG_AREA "recv"
#include "client/recv/rtp-receiver.h"

#include "client/recv/picture.h"
#include "client/recv/reporter.h"
#include "common/base/log.h"

struct CcRtpReceiver {
    CcVoice *voice;
    CcPicture *picture; /* or NULL: it could not be made */
    CcReporter *reporter;
    CcRtpRoute route;
    CcRtpReceiverOptions options;
    CcRtpReceiverCallbacks callbacks;
    gpointer user_data;
    guint64 packets, video_packets, bytes;
};

static void
on_sound(GstSample *sample, gint64 delay_us, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.sound(sample, delay_us, receiver->user_data);
}

static void
on_coded_sound(GstSample *sample, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.encoded(CC_MEDIA_AUDIO, sample, receiver->user_data);
}

static void
on_rtcp_out(const guint8 *packet, gsize length, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.rtcp(packet, length, receiver->user_data);
}

static gboolean
add_voice(CcRtpReceiver *receiver, GError **error)
{
    CcVoiceCallbacks callbacks = {
        .sound = on_sound,
        .encoded = receiver->callbacks.encoded != NULL ? on_coded_sound : NULL,
        .rtcp = on_rtcp_out,
    };
    receiver->voice =
        cc_voice_new(&receiver->route, receiver->options.base_time, &callbacks, receiver, error);
    if (receiver->voice != NULL)
        cc_voice_set_least_delay(receiver->voice, receiver->options.latency_ms * 1000);
    return receiver->voice != NULL;
}

static void
on_picture(GstSample *sample, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    cc_voice_set_least_delay(receiver->voice,
                             receiver->callbacks.picture(sample, receiver->user_data));
}

static void
on_coded_picture(GstSample *sample, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.encoded(CC_MEDIA_VIDEO, sample, receiver->user_data);
}

static gboolean
on_voice_offset(gint64 *offset_us, gpointer user_data)
{
    return cc_voice_get_offset(((CcRtpReceiver *)user_data)->voice, offset_us);
}

gboolean
cc_rtp_receiver_renew_picture(CcRtpReceiver *receiver, GError **error)
{
    CcPictureCallbacks callbacks = {
        .decoded = on_picture,
        .encoded = receiver->callbacks.encoded != NULL ? on_coded_picture : NULL,
        .rtcp = on_rtcp_out,
        .voice_offset = on_voice_offset,
    };
    CcPictureOptions options = {
        .clock = receiver->options.clock,
        .base_time = receiver->options.base_time,
        .hardware = receiver->options.hardware,
    };
    g_clear_pointer(&receiver->picture, cc_picture_free);
    receiver->picture = cc_picture_new(&receiver->route, &options, &callbacks, receiver, error);
    return receiver->picture != NULL;
}

CcRtpReceiver *
cc_rtp_receiver_new(const CcSdp *answer, const CcRtpReceiverOptions *options,
                    const CcRtpReceiverCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcRtpReceiver) receiver = g_new0(CcRtpReceiver, 1);
    receiver->options = *options;
    receiver->callbacks = *callbacks;
    receiver->user_data = user_data;
    cc_rtp_route_init(&receiver->route, answer);
    receiver->reporter = cc_reporter_new(callbacks->rtcp, user_data);
    if (!add_voice(receiver, error) || !cc_rtp_receiver_renew_picture(receiver, error))
        return NULL;
    return g_steal_pointer(&receiver);
}

void
cc_rtp_receiver_free(CcRtpReceiver *receiver)
{
    if (receiver == NULL)
        return;
    cc_picture_free(receiver->picture);
    cc_voice_free(receiver->voice);
    cc_reporter_free(receiver->reporter);
    g_free(receiver);
}

void
cc_rtp_receiver_rtp(CcRtpReceiver *receiver, const guint8 *packet, gsize length, gint64 arrival_us)
{
    CcMediaKind kind = cc_rtp_route_packet(&receiver->route, packet, length);
    guint16 sequence;
    if (kind == CC_MEDIA_OTHER)
        return;
    if (cc_rtp_route_transport_sequence(&receiver->route, kind, packet, length, &sequence))
        cc_reporter_arrived(receiver->reporter, sequence, GST_READ_UINT32_BE(packet + 8), length,
                            arrival_us);
    receiver->packets++;
    receiver->video_packets += kind == CC_MEDIA_VIDEO;
    receiver->bytes += length;
    if (kind == CC_MEDIA_AUDIO)
        cc_voice_rtp(receiver->voice, packet, length, arrival_us);
    else if (receiver->picture != NULL)
        cc_picture_rtp(receiver->picture, packet, length, arrival_us);
}

static void
read_sender_report(CcRtpReceiver *receiver, const CcRtcpSenderInfo *info, gint64 arrival_us)
{
    CcMediaKind kind = cc_rtp_route_ssrc(&receiver->route, info->ssrc);
    if (kind == CC_MEDIA_AUDIO)
        cc_voice_sender_report(receiver->voice, info, arrival_us);
    if (kind == CC_MEDIA_VIDEO && receiver->picture != NULL)
        cc_picture_sender_report(receiver->picture, info, arrival_us);
}

void
cc_rtp_receiver_rtcp(CcRtpReceiver *receiver, const guint8 *packet, gsize length, gint64 arrival_us)
{
    CcRtcpPacket rtcp;
    CcRtcpSenderInfo info;
    if (cc_rtcp_validate(packet, length) != CC_DROP_NONE)
        return;
    CC_RTCP_FOREACH(packet, length, &rtcp)
        if (rtcp.type == CC_RTCP_SR && cc_rtcp_read_sender_info(&rtcp, &info))
            read_sender_report(receiver, &info, arrival_us);
}

void
cc_rtp_receiver_adapt(CcRtpReceiver *receiver)
{
    CcVoiceFigures voice;
    CcPictureRtcpFigures picture;
    if (receiver->picture == NULL)
        return;
    cc_voice_get_figures(receiver->voice, &voice);
    cc_picture_adapt(receiver->picture, (gint64)cc_voice_stats_chosen_ms(&voice.played) * 1000,
                     voice.rtt_fresh ? voice.rtt_us : 0);
    cc_picture_get_figures(receiver->picture, &picture);
    if (picture.rtt_fresh)
        cc_voice_hint_rtt(receiver->voice, picture.rtt_us);
}

void
cc_rtp_receiver_ask_for_keyframe(CcRtpReceiver *receiver)
{
    if (receiver->picture != NULL)
        cc_picture_ask_for_keyframe(receiver->picture);
}

gboolean
cc_rtp_receiver_take_failure(CcRtpReceiver *receiver)
{
    return receiver->picture == NULL || cc_picture_take_failure(receiver->picture);
}

void
cc_rtp_receiver_get_stats(CcRtpReceiver *receiver, CcRtpReceiverStats *stats)
{
    CcPictureRtcpFigures picture = {0};
    if (receiver->picture != NULL)
        cc_picture_get_figures(receiver->picture, &picture);
    *stats = (CcRtpReceiverStats){
        .packets = receiver->packets,
        .bytes = receiver->bytes,
        .video_packets = receiver->video_packets,
    };
    cc_voice_get_figures(receiver->voice, &stats->voice);
    const CcVoiceFigures *voice = &stats->voice;
    stats->lost = picture.lost + voice->lost - MIN(voice->answered, voice->lost);
    stats->retransmissions_asked = picture.asked + voice->asked;
    stats->retransmissions_used = picture.answered + voice->answered;
    stats->jitter_ms = MAX(picture.jitter_ms, voice->jitter_ms);
}
