#include "client/recv/recv-offer.h"

#define MID_EXTENSION 1
#define TRANSPORT_CC_EXTENSION 2

typedef struct {
    guint8 payload_type, rtx_payload_type;
    const char *name;
    const char *fmtp;
} VideoFormat;

static const VideoFormat formats[] = {
    {96, 97, "VP8", NULL},
    {98, 99, "H264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"},
    {100, 101, "VP9", "profile-id=0"},
};

static void
add_extensions(CcSdpMedia *media)
{
    cc_sdp_media_add_extension(media, MID_EXTENSION, CC_SDP_EXT_MID);
    cc_sdp_media_add_extension(media, TRANSPORT_CC_EXTENSION, CC_SDP_EXT_TRANSPORT_CC);
}

static CcSdpMedia *
add_line(CcSdp *offer, CcMediaKind kind)
{
    g_autofree char *mid = g_strdup_printf("%u", offer->media->len);
    return cc_sdp_add_media(offer, kind, mid);
}

static void
add_audio(CcSdp *offer)
{
    CcSdpMedia *media = add_line(offer, CC_MEDIA_AUDIO);
    media->direction = CC_SDP_RECVONLY;
    add_extensions(media);
    CcSdpCodec *opus =
        cc_sdp_media_add_codec(media, 111, "opus", 48000, 2, "minptime=10;useinbandfec=1;stereo=1");
    cc_sdp_codec_add_feedback(opus, "transport-cc");
    cc_sdp_codec_add_feedback(opus, "nack");
    cc_sdp_media_add_codec(media, 112, "rtx", 48000, 2, "apt=111");
    /* Earlier frames in each packet, as many as the loss asks for (RFC 2198). */
    CcSdpCodec *red = cc_sdp_media_add_codec(media, 63, "red", 48000, 2, "111/111");
    cc_sdp_codec_add_feedback(red, "transport-cc");
    cc_sdp_codec_add_feedback(red, "nack");
    cc_sdp_media_add_codec(media, 64, "rtx", 48000, 2, "apt=63");
}

static void
add_video(CcSdp *offer)
{
    static const char *const feedback[] = {"nack", "nack pli", "ccm fir", "transport-cc"};
    CcSdpMedia *media = add_line(offer, CC_MEDIA_VIDEO);
    media->direction = CC_SDP_RECVONLY;
    add_extensions(media);
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_autofree char *apt = g_strdup_printf("apt=%u", formats[i].payload_type);
        CcSdpCodec *codec = cc_sdp_media_add_codec(media, formats[i].payload_type, formats[i].name,
                                                   90000, 1, formats[i].fmtp);
        for (guint j = 0; j < G_N_ELEMENTS(feedback); j++)
            cc_sdp_codec_add_feedback(codec, feedback[j]);
        cc_sdp_media_add_codec(media, formats[i].rtx_payload_type, "rtx", 90000, 1, apt);
    }
}

CcSdp *
cc_recv_offer(guint n_audio, guint n_video)
{
    CcSdp *offer = cc_sdp_new();
    for (guint i = 0; i < n_audio; i++)
        add_audio(offer);
    for (guint i = 0; i < n_video; i++)
        add_video(offer);
    return offer;
}
