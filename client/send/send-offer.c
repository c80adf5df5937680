#include "client/send/send-offer.h"

#include "client/send/encoder.h"

#define MID_EXTENSION 1
#define TRANSPORT_CC_EXTENSION 2
#define RID_EXTENSION 3
#define REPAIRED_RID_EXTENSION 4

static void
add_common(CcSdpMedia *media, const char *track)
{
    media->direction = CC_SDP_SENDONLY;
    media->stream_id = g_strdup("lesson");
    media->track_id = g_strdup(track);
    cc_sdp_media_add_extension(media, MID_EXTENSION, CC_SDP_EXT_MID);
    cc_sdp_media_add_extension(media, TRANSPORT_CC_EXTENSION, CC_SDP_EXT_TRANSPORT_CC);
}

static void
add_audio(CcSdp *offer, const CcSendSettings *settings, const CcRtpSenderIds *ids)
{
    CcSdpMedia *media = cc_sdp_add_media(offer, CC_MEDIA_AUDIO, "0");
    g_autofree char *fmtp = g_strdup_printf("minptime=10;useinbandfec=%d%s%s",
                                            settings->fec ? 1 : 0, settings->dtx ? ";usedtx=1" : "",
                                            settings->channels == 2 ? ";sprop-stereo=1" : "");
    static const char *const feedback[] = {"nack", "ccm tmmbr", "transport-cc"};
    g_autofree char *blocks = g_strdup_printf("%u/%u", CC_SEND_PT_AUDIO, CC_SEND_PT_AUDIO);
    g_autofree char *apt = g_strdup_printf("apt=%u", CC_SEND_PT_AUDIO);
    add_common(media, "voice");
    CcSdpCodec *opus = cc_sdp_media_add_codec(media, CC_SEND_PT_AUDIO, "opus", 48000, 2, fmtp);
    for (guint i = 0; i < G_N_ELEMENTS(feedback); i++)
        cc_sdp_codec_add_feedback(opus, feedback[i]);
    cc_sdp_media_add_codec(media, CC_SEND_PT_RED, "red", 48000, 2, blocks);
    cc_sdp_media_add_codec(media, CC_SEND_PT_AUDIO_RTX, "rtx", 48000, 2, apt);
    cc_sdp_media_add_source(media, ids->audio_ssrc, ids->audio_rtx_ssrc, ids->cname);
}

/* The largest first (RFC 8853 section 5.2). The SSRCs come in the same order, for those who do not
 * read RIDs out of packets. */
static void
add_layers(CcSdpMedia *media, const CcSendSettings *settings, const CcRtpSenderIds *ids)
{
    for (guint i = 0; i < settings->n_layers; i++)
        cc_sdp_media_add_source(media, ids->video_ssrc[i], ids->rtx_ssrc[i], ids->cname);
    if (settings->n_layers < 2)
        return;
    cc_sdp_media_add_extension(media, RID_EXTENSION, CC_SDP_EXT_RID);
    cc_sdp_media_add_extension(media, REPAIRED_RID_EXTENSION, CC_SDP_EXT_REPAIRED_RID);
    for (guint i = 0; i < settings->n_layers; i++) {
        cc_sdp_media_add_rid(media, CC_SDP_RID_SEND, settings->layers[i].rid, NULL);
        cc_sdp_media_add_simulcast(media, CC_SDP_RID_SEND, settings->layers[i].rid);
    }
}

/* A codec's number is its own in the whole bundle (RFC 9143 section 9.1). */
static void
add_codec(CcSdpMedia *media, CcCodec codec, guint8 payload_type, guint8 rtx_payload_type)
{
    static const char *const feedback[] = {"nack", "nack pli", "ccm fir", "ccm tmmbr",
                                           "transport-cc"};
    const char *fmtp =
        codec == CC_CODEC_H264
            ? "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
        : codec == CC_CODEC_VP9 ? "profile-id=0"
                                : NULL;
    g_autofree char *apt = g_strdup_printf("apt=%u", payload_type);
    CcSdpCodec *added =
        cc_sdp_media_add_codec(media, payload_type, cc_codec_name(codec), 90000, 1, fmtp);
    for (guint i = 0; i < G_N_ELEMENTS(feedback); i++)
        cc_sdp_codec_add_feedback(added, feedback[i]);
    cc_sdp_media_add_codec(media, rtx_payload_type, "rtx", 90000, 1, apt);
}

static void
add_video(CcSdp *offer, const CcSendSettings *settings, const CcRtpSenderIds *ids)
{
    CcSdpMedia *media = cc_sdp_add_media(offer, CC_MEDIA_VIDEO, "1");
    add_common(media, "picture");
    add_codec(media, settings->video_codec, CC_SEND_PT_VIDEO, CC_SEND_PT_RTX);
    add_layers(media, settings, ids);
}

static void
add_screen(CcSdp *offer, const CcRtpSenderIds *ids)
{
    CcSdpMedia *media = cc_sdp_add_media(offer, CC_MEDIA_VIDEO, "2");
    add_common(media, "screen");
    add_codec(media, CC_CODEC_VP9, CC_SEND_PT_SCREEN, CC_SEND_PT_SCREEN_RTX);
    cc_sdp_media_add_source(media, ids->video_ssrc[CC_SEND_SCREEN], ids->rtx_ssrc[CC_SEND_SCREEN],
                            ids->cname);
}

CcSdp *
cc_send_offer(const CcSendSettings *settings, const CcRtpSenderIds *ids)
{
    CcSdp *offer = cc_sdp_new();
    if (ids->audio_ssrc != 0)
        add_audio(offer, settings, ids);
    if (ids->video_ssrc[0] != 0)
        add_video(offer, settings, ids);
    if (ids->video_ssrc[CC_SEND_SCREEN] != 0)
        add_screen(offer, ids);
    return offer;
}
