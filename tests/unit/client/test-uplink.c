#include <string.h>

#include "client/send/encoder.h"
#include "client/send/send-offer.h"
#include "client/send/uplink.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"
#include "common/wire/transport-cc.h"

#define AUDIO 0x1001
#define VIDEO 0x2002
#define RTX 0x3003

static const CcUplinkStreams streams = {AUDIO, {VIDEO}, {RTX}};

/* An answer that numbers everything differently from our pipeline. */
static CcSdp *
make_answer(void)
{
    CcSdp *answer = cc_sdp_new();
    CcSdpMedia *audio = cc_sdp_add_media(answer, CC_MEDIA_AUDIO, "voice");
    cc_sdp_media_add_codec(audio, 63, "opus", 48000, 2, NULL);
    cc_sdp_media_add_extension(audio, 9, CC_SDP_EXT_MID);
    CcSdpMedia *video = cc_sdp_add_media(answer, CC_MEDIA_VIDEO, "pic");
    cc_sdp_media_add_codec(video, 120, "VP8", 90000, 1, NULL);
    cc_sdp_media_add_codec(video, 121, "rtx", 90000, 1, "apt=120");
    cc_sdp_media_add_extension(video, 9, CC_SDP_EXT_MID);
    cc_sdp_media_add_extension(video, 5, CC_SDP_EXT_TRANSPORT_CC);
    return answer;
}

static gsize
make_packet(guint8 *packet, guint8 payload_type, guint16 sequence, guint32 ssrc)
{
    CcRtpWriteHeader header = {.marker = TRUE,
                               .payload_type = payload_type,
                               .sequence = sequence,
                               .timestamp = 777,
                               .ssrc = ssrc};
    gsize length = cc_rtp_write_header(packet, 100, &header);
    memcpy(packet + length, "payload", 7);
    return length + 7;
}

static gsize
rewrite(CcUplink *uplink, guint8 payload_type, guint32 ssrc, guint8 *out, CcRtpHeader *rtp)
{
    guint8 packet[100];
    gsize length = make_packet(packet, payload_type, 4242, ssrc);
    length = cc_uplink_rewrite(uplink, packet, length, out, CC_RTP_MAX_PACKET, NULL);
    if (length > 0)
        g_assert_cmpint(cc_rtp_parse(out, length, rtp), ==, CC_DROP_NONE);
    return length;
}

static void
test_nothing_before_negotiation(void)
{
    g_autoptr(CcUplink) uplink = cc_uplink_new(&streams);
    guint8 out[CC_RTP_MAX_PACKET];
    CcRtpHeader rtp;
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, VIDEO, out, &rtp), ==, 0);
}

static void
test_rewrite(void)
{
    g_autoptr(CcUplink) uplink = cc_uplink_new(&streams);
    g_autoptr(CcSdp) answer = make_answer();
    guint8 out[CC_RTP_MAX_PACKET], length;
    CcRtpHeader rtp;
    cc_uplink_negotiated(uplink, answer);

    for (guint16 i = 0; i < 3; i++) {
        g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, VIDEO, out, &rtp), >, 0);
        g_assert_cmpuint(rtp.payload_type, ==, 120);
        g_assert_cmpuint(rtp.sequence, ==, 4242);
        g_assert_cmpuint(rtp.timestamp, ==, 777);
        g_assert_cmphex(rtp.ssrc, ==, VIDEO);
        g_assert_true(rtp.marker);
        g_assert_cmpmem(rtp.payload, rtp.payload_length, "payload", 7);
        const guint8 *mid = cc_rtp_find_extension(&rtp, 9, &length);
        g_assert_cmpmem(mid, length, "pic", 3);
        const guint8 *sequence = cc_rtp_find_extension(&rtp, 5, &length);
        g_assert_cmpuint(length, ==, 2);
        g_assert_cmpuint(cc_read_u16(sequence), ==, i);
    }
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_RTX, RTX, out, &rtp), >, 0);
    g_assert_cmpuint(rtp.payload_type, ==, 121);
    guint16 repaired = rtp.sequence; /* of its own, in the lower half */
    g_assert_cmpuint(repaired, <, 1 << 15);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_RTX, RTX, out, &rtp), >, 0);
    g_assert_cmpuint(rtp.sequence, ==, repaired + 1);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_AUDIO, AUDIO, out, &rtp), >, 0);
    g_assert_cmpuint(rtp.payload_type, ==, 63);
    g_assert_null(cc_rtp_find_extension(&rtp, 5, &length)); /* not negotiated for audio */
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, 0x9999, out, &rtp), ==, 0);
}

/* Redundant audio and retransmissions of the voice, where the relay knows them; its limit. */
static void
test_voice(void)
{
    CcUplinkStreams with_rtx = {AUDIO, {VIDEO}, {RTX}, .audio_rtx_ssrc = AUDIO + 1};
    g_autoptr(CcUplink) uplink = cc_uplink_new(&with_rtx);
    g_autoptr(CcSdp) answer = make_answer();
    guint8 out[CC_RTP_MAX_PACKET], rtcp[100];
    CcUplinkVoiceTypes types;
    CcRtpHeader rtp;
    guint overhead;

    cc_uplink_negotiated(uplink, answer);
    cc_uplink_get_voice_types(uplink, &types);
    g_assert_cmpuint(types.opus, ==, 63);
    g_assert_cmpuint(types.red, ==, 0);
    g_assert_cmpuint(types.rtx, ==, 0);
    g_assert_false(types.numbered);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_AUDIO_RTX, AUDIO + 1, out, &rtp), ==, 0);

    CcSdpMedia *audio = answer->media->pdata[0];
    cc_sdp_media_add_codec(audio, 64, "red", 48000, 2, "63/63");
    cc_sdp_media_add_codec(audio, 65, "rtx", 48000, 2, "apt=63");
    cc_sdp_media_add_extension(audio, 5, CC_SDP_EXT_TRANSPORT_CC);
    cc_uplink_negotiated(uplink, answer);
    cc_uplink_get_voice_types(uplink, &types);
    g_assert_cmpuint(types.red, ==, 64);
    g_assert_cmpuint(types.rtx, ==, 65);
    g_assert_cmphex(types.rtx_ssrc, ==, AUDIO + 1);
    g_assert_true(types.numbered);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_RED, AUDIO, out, &rtp), >, 0);
    g_assert_cmpuint(rtp.payload_type, ==, 64);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_AUDIO, AUDIO, out, &rtp), >, 0);
    g_assert_cmpuint(rtp.payload_type, ==, 63);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_AUDIO_RTX, AUDIO + 1, out, &rtp), >, 0);
    g_assert_cmpuint(rtp.payload_type, ==, 65);

    g_assert_cmpint(cc_uplink_wanted_voice_bps(uplink, &overhead), ==, -1);
    static const CcRtcpTmmbr limits[] = {{AUDIO, 17000, 68}, {AUDIO, 0, 0}};
    static const int wanted[] = {17000, -1}; /* 0 would be silence */
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, rtcp, sizeof rtcp);
        cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
        cc_rtcp_add_tmmbr(&builder, 1, &limits[i], 1);
        cc_uplink_rtcp(uplink, rtcp, builder.length);
        g_assert_cmpint(cc_uplink_wanted_voice_bps(uplink, &overhead), ==, wanted[i]);
        g_assert_cmpuint(overhead, ==, limits[i].overhead);
    }
}

/* A relay that takes the first and the last of three layers. */
static void
test_simulcast(void)
{
    static const CcUplinkStreams three = {
        AUDIO, {VIDEO, VIDEO + 1, VIDEO + 2}, {RTX, RTX + 1, RTX + 2}, {"h", "m", "l"}};
    g_autoptr(CcUplink) uplink = cc_uplink_new(&three);
    g_autoptr(CcSdp) answer = make_answer();
    CcSdpMedia *video = answer->media->pdata[1];
    guint8 out[CC_RTP_MAX_PACKET], length;
    CcRtpHeader rtp;

    cc_uplink_negotiated(uplink, answer); /* no simulcast: one layer as it always was */
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, VIDEO, out, &rtp), >, 0);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, VIDEO + 1, out, &rtp), ==, 0);
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, 0), ==, -1);
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, 1), ==, 0);

    cc_sdp_media_add_extension(video, 7, CC_SDP_EXT_RID);
    cc_sdp_media_add_extension(video, 8, CC_SDP_EXT_REPAIRED_RID);
    cc_sdp_media_add_simulcast(video, CC_SDP_RID_RECV, "h");
    cc_sdp_media_add_simulcast(video, CC_SDP_RID_RECV, "l");
    cc_uplink_negotiated(uplink, answer);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, VIDEO + 1, out, &rtp), ==, 0);
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_VIDEO, VIDEO + 2, out, &rtp), >, 0);
    const guint8 *rid = cc_rtp_find_extension(&rtp, 7, &length);
    g_assert_cmpmem(rid, length, "l", 1);
    g_assert_nonnull(cc_rtp_find_extension(&rtp, 9, &length)); /* mid */
    g_assert_cmpuint(rewrite(uplink, CC_SEND_PT_RTX, RTX, out, &rtp), >, 0);
    rid = cc_rtp_find_extension(&rtp, 8, &length);
    g_assert_cmpmem(rid, length, "h", 1);
    g_assert_null(cc_rtp_find_extension(&rtp, 7, &length));
}

/* What the relay says of each layer, until the next session. */
static void
test_limits(void)
{
    g_autoptr(CcUplink) uplink = cc_uplink_new(&streams);
    g_autoptr(CcSdp) answer = make_answer();
    const CcRtcpTmmbr limits[] = {{VIDEO, 123000, 28}, {0x7777, 5, 28}};
    CcRtcpBuilder builder;
    guint8 rtcp[100];
    cc_uplink_negotiated(uplink, answer);
    cc_rtcp_builder_init(&builder, rtcp, sizeof rtcp);
    cc_rtcp_add_tmmbr(&builder, 1, limits, 2);
    for (gsize cut = 1; cut < builder.length; cut++)
        cc_uplink_rtcp(uplink, rtcp, builder.length - cut);
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, 0), ==, -1);
    cc_uplink_rtcp(uplink, rtcp, builder.length);
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, 0), ==, 123000);
    cc_uplink_negotiated(uplink, answer);
    g_assert_cmpint(cc_uplink_wanted_bps(uplink, 0), ==, -1);
}

static void
test_bad_packets(void)
{
    g_autoptr(CcUplink) uplink = cc_uplink_new(&streams);
    g_autoptr(CcSdp) answer = make_answer();
    guint8 packet[100], out[CC_RTP_MAX_PACKET];
    cc_uplink_negotiated(uplink, answer);
    gsize length = make_packet(packet, CC_SEND_PT_VIDEO, 1, VIDEO);
    g_assert_cmpuint(cc_uplink_rewrite(uplink, packet, 11, out, sizeof out, NULL), ==, 0);
    g_assert_cmpuint(cc_uplink_rewrite(uplink, packet, length, out, 20, NULL), ==, 0); /* no room */
    g_assert_cmpuint(cc_uplink_rewrite(uplink, packet, length, out, sizeof out, NULL), >, 0);
}

static void
test_feedback(void)
{
    g_autoptr(CcUplink) uplink = cc_uplink_new(&streams);
    g_autoptr(CcSdp) answer = make_answer();
    CcTransportCcRecorder recorder;
    CcRtcpBuilder builder;
    CcUplinkStats stats;
    guint8 rtcp[500];
    cc_uplink_negotiated(uplink, answer);
    cc_uplink_take_stats(uplink, 1000000, &stats);
    g_assert_cmpfloat(stats.loss, <, 0);

    cc_transport_cc_recorder_init(&recorder);
    for (guint16 i = 0; i < 20; i++)
        if (i % 4 != 1) /* the last one arrives: a quarter is missing */
            cc_transport_cc_record(&recorder, i, 1000 * (i + 1));
    static const guint16 missing[] = {1, 5};
    cc_rtcp_builder_init(&builder, rtcp, sizeof rtcp);
    g_assert_true(cc_transport_cc_build(&recorder, &builder, 1, VIDEO));
    cc_rtcp_add_nack(&builder, 1, VIDEO, missing, 2);
    cc_rtcp_add_pli(&builder, 1, VIDEO);
    cc_uplink_rtcp(uplink, rtcp, builder.length);
    for (gsize cut = 1; cut < builder.length; cut++) /* nothing truncated harms */
        cc_uplink_rtcp(uplink, rtcp, builder.length - cut);
    cc_uplink_take_stats(uplink, 2000000, &stats);
    g_assert_cmpfloat_with_epsilon(stats.loss, 0.25, 0.02);
    g_assert_cmpuint(stats.nacked, >=, 2);
    g_assert_cmpuint(stats.keyframe_requests, >=, 1);
}

static void
test_encoder_candidates(void)
{
    const CcVideoEncoderChoice *choice;
    guint n = 0;
    for (; (choice = cc_video_encoder_candidate(CC_CODEC_H264, TRUE, n)) != NULL; n++)
        g_assert_cmpint(choice->codec, ==, CC_CODEC_H264);
    g_assert_cmpuint(n, >, 3);
    g_assert_cmpstr(cc_video_encoder_candidate(CC_CODEC_H264, TRUE, n - 1)->element, ==, "x264enc");
    g_assert_true(cc_video_encoder_candidate(CC_CODEC_H264, TRUE, 0)->hardware);
    g_assert_cmpstr(cc_video_encoder_candidate(CC_CODEC_H264, FALSE, 0)->element, ==, "x264enc");
    g_assert_null(cc_video_encoder_candidate(CC_CODEC_H264, FALSE, 1));
    g_assert_cmpstr(cc_video_encoder_candidate(CC_CODEC_VP8, TRUE, 0)->element, ==, "vp8enc");
    g_assert_null(cc_video_encoder_candidate(CC_CODEC_OPUS, TRUE, 0));
}

static void
test_offer(void)
{
    CcSendSettings settings = {.video_codec = CC_CODEC_H264, .channels = 1, .n_layers = 1};
    CcRtpSenderIds ids = {AUDIO, AUDIO + 1, {VIDEO}, {RTX}, "name"};
    g_autoptr(CcSdp) both = cc_send_offer(&settings, &ids);
    g_assert_cmpuint(both->media->len, ==, 2);
    const CcSdpMedia *video = both->media->pdata[1];
    g_assert_cmpint(video->direction, ==, CC_SDP_SENDONLY);
    const CcSdpCodec *codec = video->codecs->pdata[0];
    g_autofree char *mode = cc_sdp_codec_get_parameter(codec, "packetization-mode");
    g_assert_cmpstr(mode, ==, "1");
    g_assert_nonnull(cc_sdp_media_find_rtx(video, codec->payload_type));
    const CcSdpSource *source = video->sources->pdata[0];
    g_assert_cmphex(source->rtx_ssrc, ==, RTX);

    const CcSdpMedia *audio = both->media->pdata[0];
    const CcSdpCodec *opus = audio->codecs->pdata[0];
    g_assert_cmpstr(opus->name, ==, "opus");
    g_assert_true(cc_sdp_codec_has_feedback(opus, "nack"));
    g_assert_true(cc_sdp_codec_has_feedback(opus, "ccm tmmbr"));
    g_assert_nonnull(cc_sdp_media_find_rtx(audio, opus->payload_type));
    g_assert_cmphex(((const CcSdpSource *)audio->sources->pdata[0])->rtx_ssrc, ==, AUDIO + 1);

    g_assert_cmpuint(video->simulcast[CC_SDP_RID_SEND]->len, ==, 0);
    settings.n_layers = 2;
    settings.layers[0].rid = "h";
    settings.layers[1].rid = "m";
    ids.video_ssrc[1] = VIDEO + 1;
    ids.rtx_ssrc[1] = RTX + 1;
    g_autoptr(CcSdp) layered = cc_send_offer(&settings, &ids);
    video = layered->media->pdata[1];
    g_assert_cmpuint(video->simulcast[CC_SDP_RID_SEND]->len, ==, 2);
    g_assert_nonnull(cc_sdp_media_find_rid(video, CC_SDP_RID_SEND, "m"));
    g_assert_cmpuint(cc_sdp_media_find_extension(video, CC_SDP_EXT_RID), !=, 0);
    g_assert_cmphex(((const CcSdpSource *)video->sources->pdata[1])->rtx_ssrc, ==, RTX + 1);

    ids.audio_ssrc = 0; /* a silent film */
    g_autoptr(CcSdp) silent = cc_send_offer(&settings, &ids);
    g_assert_cmpuint(silent->media->len, ==, 1);
    g_assert_cmpint(((const CcSdpMedia *)silent->media->pdata[0])->kind, ==, CC_MEDIA_VIDEO);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uplink/before-negotiation", test_nothing_before_negotiation);
    g_test_add_func("/uplink/rewrite", test_rewrite);
    g_test_add_func("/uplink/voice", test_voice);
    g_test_add_func("/uplink/simulcast", test_simulcast);
    g_test_add_func("/uplink/limits", test_limits);
    g_test_add_func("/uplink/bad-packets", test_bad_packets);
    g_test_add_func("/uplink/feedback", test_feedback);
    g_test_add_func("/send/encoder-candidates", test_encoder_candidates);
    g_test_add_func("/send/offer", test_offer);
    return g_test_run();
}
