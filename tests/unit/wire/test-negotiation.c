/* Offers to answers: what each real client gets. */
#include <string.h>

#include "negotiation-support.h"

static void
test_chromium_publishes(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("chromium-whip", &publish, NULL, NULL, &n);
    const CcSdpMedia *audio = answer->media->pdata[0], *video = answer->media->pdata[1];
    const CcSdpCodec *vp8;
    g_autofree char *text = cc_sdp_to_string(answer);

    g_assert_cmpuint(n.n_slots, ==, 2);
    g_assert_cmpstr(n.remote_ufrag, ==, "hAxK");
    g_assert_cmpstr(n.remote_pwd, ==, "A/IC2zX5Vdg5BQ8QiYllalFT");
    g_assert_cmpstr(n.fingerprint_hash, ==, "sha-256");
    g_assert_false(n.dtls_client);
    g_assert_cmpuint(n.slots[0].n_codecs, ==, 1);
    g_assert_cmpint(n.slots[0].codecs[0].codec, ==, CC_CODEC_OPUS);
    g_assert_cmpuint(n.slots[0].codecs[0].payload_type, ==, 111);
    g_assert_cmpuint(n.slots[0].ssrc, ==, 1291560126);
    g_assert_true(n.slots[0].transport_cc);
    g_assert_false(n.slots[0].nack);
    g_assert_cmpuint(n.slots[1].n_codecs, ==, 1);
    g_assert_cmpint(n.slots[1].codecs[0].codec, ==, CC_CODEC_VP8);
    g_assert_cmpuint(n.slots[1].codecs[0].rtx_payload_type, ==, 97);
    g_assert_cmpuint(n.slots[1].ssrc, ==, 1778888714);
    g_assert_cmpuint(n.slots[1].rtx_ssrc, ==, 3992906325);
    g_assert_cmpuint(n.slots[1].mid_ext, ==, 4);
    g_assert_cmpuint(n.slots[1].rid_ext, ==, 10);
    g_assert_cmpuint(n.slots[1].repaired_rid_ext, ==, 11);
    g_assert_cmpuint(n.slots[1].transport_cc_ext, ==, 3);
    g_assert_true(n.slots[1].nack && n.slots[1].pli && n.slots[1].fir);

    g_assert_true(answer->ice_lite);
    g_assert_true(answer->trickle);
    g_assert_cmpint(audio->direction, ==, CC_SDP_RECVONLY);
    g_assert_cmpint(audio->setup, ==, CC_SDP_PASSIVE);
    g_assert_true(audio->bundled && video->bundled);
    g_assert_true(video->rtcp_mux && video->rtcp_reduced_size);
    g_assert_cmpuint(video->codecs->len, ==, 2);
    vp8 = video->codecs->pdata[0];
    g_assert_true(cc_sdp_codec_has_feedback(vp8, "transport-cc"));
    g_assert_false(cc_sdp_codec_has_feedback(vp8, "goog-remb"));
    g_assert_cmpstr(cc_sdp_media_find_codec(audio, 111)->fmtp, ==, "minptime=10;useinbandfec=1");
    g_assert_cmpuint(video->sources->len, ==, 0);
    g_assert_null(strstr(text, "a=rid"));
    g_assert_null(strstr(text, "simulcast"));
    g_assert_nonnull(strstr(text, "a=group:BUNDLE 0 1\r\n"));
}

static void
test_chromium_watches(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("chromium-whep", &watch, NULL, NULL, &n);
    const CcSdpMedia *audio = answer->media->pdata[0], *video = answer->media->pdata[1];
    const CcSdpSource *source = video->sources->pdata[0];
    guint n_h264 = 0;

    g_assert_cmpuint(n.n_slots, ==, 2);
    g_assert_cmpuint(n.slots[0].ssrc, ==, 1000);
    g_assert_cmpuint(n.slots[0].rtx_ssrc, ==, 0);
    g_assert_cmpuint(n.slots[1].ssrc, ==, 1002);
    g_assert_cmpuint(n.slots[1].rtx_ssrc, ==, 1003);
    g_assert_true(n.slots[0].transport_cc && n.slots[1].transport_cc);
    g_assert_cmpuint(n.slots[0].transport_cc_ext, ==, 3);
    g_assert_cmpuint(n.slots[1].transport_cc_ext, ==, 3);
    g_assert_true(n.slots[1].nack);
    g_assert_false(n.slots[1].remb);
    g_assert_cmpuint(n.slots[1].rid_ext, ==, 0);
    g_assert_cmpuint(n.slots[1].mid_ext, ==, 4);
    for (guint i = 0; i < n.slots[1].n_codecs; i++) {
        const CcSlotCodec *codec = &n.slots[1].codecs[i];
        g_assert_cmpuint(codec->rtx_payload_type, !=, 0);
        n_h264 += codec->codec == CC_CODEC_H264;
    }
    g_assert_cmpuint(n_h264, >=, 3);
    g_assert_cmpuint(video->codecs->len, ==, 2 * n.slots[1].n_codecs);
    g_assert_cmpint(video->direction, ==, CC_SDP_SENDONLY);
    g_assert_cmpuint(source->ssrc, ==, 1002);
    g_assert_cmpuint(source->rtx_ssrc, ==, 1003);
    g_assert_cmpstr(source->cname, ==, "lesson");
    g_assert_cmpstr(audio->stream_id, ==, video->stream_id);
    g_assert_cmpstr(audio->track_id, !=, video->track_id);
    g_assert_cmpuint(cc_sdp_media_find_extension(video, CC_SDP_EXT_TRANSPORT_CC), ==, 3);
    g_assert_true(cc_sdp_codec_has_feedback(cc_sdp_media_find_codec(video, 96), "transport-cc"));
    g_assert_false(cc_sdp_codec_has_feedback(cc_sdp_media_find_codec(video, 96), "goog-remb"));
}

/* Who can say only in one number what it takes. */
static void
test_remb(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer =
        negotiate_ok("chromium-whep", &watch, " transport-cc", " transport-xx", &n);
    const CcSdpMedia *audio = answer->media->pdata[0], *video = answer->media->pdata[1];

    g_assert_false(n.slots[0].transport_cc || n.slots[1].transport_cc);
    g_assert_cmpuint(n.slots[1].transport_cc_ext, ==, 0);
    g_assert_true(n.slots[1].remb);
    g_assert_false(n.slots[0].remb);
    g_assert_true(cc_sdp_codec_has_feedback(cc_sdp_media_find_codec(video, 96), "goog-remb"));
    g_assert_cmpuint(cc_sdp_media_find_extension(audio, CC_SDP_EXT_TRANSPORT_CC), ==, 0);
}

/* A numbered packet cannot be sent again as it was: pictures without RTX are not numbered, so that
 * they can be repaired; voice without RTX is numbered, and nobody promises to repair it. */
static void
test_numbers_or_repair(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) video =
        negotiate_ok("chromium-whep", &watch, "rtpmap:97 rtx", "rtpmap:97 xtx", &n);
    g_autoptr(CcSdp) audio = NULL;
    const CcSdpCodec *opus;

    g_assert_nonnull(video);
    g_assert_cmpuint(n.slots[1].transport_cc_ext, ==, 0);
    g_assert_true(n.slots[1].nack && n.slots[1].remb);
    audio = negotiate_ok("chromium-whep", &watch, "a=rtcp-fb:111 transport-cc",
                         "a=rtcp-fb:111 nack\r\na=rtcp-fb:111 transport-cc", &n);
    opus = cc_sdp_media_find_codec(audio->media->pdata[0], 111);
    g_assert_cmpuint(n.slots[0].transport_cc_ext, ==, 3);
    g_assert_false(n.slots[0].nack);
    g_assert_false(cc_sdp_codec_has_feedback(opus, "nack"));
}

/* Chromium offers "63 red/48000/2" with "111/111" to watch with; it gets that behind Opus itself.
 */
static void
test_red(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("chromium-whep", &watch, NULL, NULL, &n);
    const CcSdpMedia *audio = answer->media->pdata[0];
    g_assert_cmpuint(n.slots[0].codecs[0].payload_type, ==, 111);
    g_assert_cmpuint(n.slots[0].codecs[0].red_payload_type, ==, 63);
    g_assert_cmpuint(audio->codecs->len, ==, 2);
    const CcSdpCodec *opus = audio->codecs->pdata[0], *red = audio->codecs->pdata[1];
    g_assert_cmpstr(opus->name, ==, "opus");
    g_assert_cmpstr(red->name, ==, "red");
    g_assert_cmpuint(red->payload_type, ==, 63);
    g_assert_cmpuint(red->channels, ==, 2);
    g_assert_cmpstr(red->fmtp, ==, "111/111");

    g_autoptr(CcSdp) taught = negotiate_ok("chromium-whip", &publish, NULL, NULL, &n);
    g_assert_cmpuint(n.slots[0].codecs[0].red_payload_type, ==, 63);
    const CcSdpMedia *voice = taught->media->pdata[0];
    g_assert_cmpstr(((const CcSdpCodec *)voice->codecs->pdata[0])->name, ==, "opus");

    static const char *const useless[] = {"a=fmtp:63 111/110", "a=fmtp:63 9", "a=fmtp:9 111/111",
                                          "a=fmtp:63 /"};
    for (guint i = 0; i < G_N_ELEMENTS(useless); i++) {
        g_autoptr(CcSdp) plain =
            negotiate_ok("chromium-whep", &watch, "a=fmtp:63 111/111", useless[i], &n);
        g_assert_cmpuint(n.slots[0].codecs[0].red_payload_type, ==, 0);
        g_assert_cmpuint(((const CcSdpMedia *)plain->media->pdata[0])->codecs->len, ==, 1);
    }
}

static void
test_h264(void)
{
    CcNegotiated n;
    static const CcCodec only[] = {CC_CODEC_H264};
    CcAnswerOptions options = watch;
    g_autoptr(CcSdp) answer = NULL;

    options.codecs = only;
    options.n_codecs = 1;
    answer = negotiate_ok("firefox-whep", &options, NULL, NULL, &n);
    g_assert_cmpuint(n.n_slots, ==, 1);
    g_assert_cmpuint(n.slots[0].m_line, ==, 0);
    g_assert_cmpuint(n.slots[0].n_codecs, ==, 1); /* 97 has packetization-mode 0 */
    g_assert_cmpuint(n.slots[0].codecs[0].payload_type, ==, 126);
    g_assert_cmpuint(n.slots[0].codecs[0].rtx_payload_type, ==, 127);
    g_assert_cmpuint(n.slots[0].codecs[0].h264_profile, ==, 0x42e01f);
    g_assert_cmpstr(((CcSdpCodec *)((CcSdpMedia *)answer->media->pdata[0])->codecs->pdata[0])->fmtp,
                    ==, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
}

static void
test_vp9_profile(void)
{
    static const CcCodec only[] = {CC_CODEC_VP9};
    CcAnswerOptions options = watch;
    CcNegotiated n;
    g_autoptr(CcSdp) answer = NULL;

    options.codecs = only;
    options.n_codecs = 1;
    answer = negotiate_ok("chromium-whep", &options, NULL, NULL, &n);
    g_assert_cmpuint(n.slots[0].n_codecs, ==, 1); /* profiles 1, 2 and 3 are offered too */
    g_assert_cmpuint(n.slots[0].codecs[0].payload_type, ==, 98);
}

/* port 0 with bundle-only is an offer, not a rejection; stereo is answered as offered. */
static void
test_firefox(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("firefox-whip", &publish, NULL, NULL, &n);
    const CcSdpMedia *audio = answer->media->pdata[0], *video = answer->media->pdata[1];

    g_assert_cmpuint(n.n_slots, ==, 2);
    g_assert_cmpuint(video->port, ==, 9);
    g_assert_false(video->bundle_only);
    g_assert_cmpstr(cc_sdp_media_find_codec(audio, 109)->fmtp, ==,
                    "minptime=10;useinbandfec=1;stereo=1");
    g_assert_false(audio->rtcp_reduced_size);
    g_assert_true(video->rtcp_reduced_size);
    g_assert_cmpuint(n.slots[0].transport_cc_ext, ==, 0);
    g_assert_cmpuint(n.slots[1].transport_cc_ext, ==, 7);
}

static void
test_obs(void)
{
    CcNegotiated n;
    G_GNUC_UNUSED g_autoptr(CcSdp) answer = negotiate_ok("obs-whip", &publish, NULL, NULL, &n);

    g_assert_cmpuint(n.n_slots, ==, 2);
    g_assert_cmpint(n.slots[1].codecs[0].codec, ==, CC_CODEC_H264);
    g_assert_cmpuint(n.slots[1].codecs[0].rtx_payload_type, ==, 0);
    g_assert_true(n.slots[1].nack && n.slots[1].pli);
    g_assert_false(n.slots[1].fir);
    g_assert_cmpuint(n.slots[1].mid_ext, ==, 0);
    g_assert_cmpuint(n.slots[1].ssrc, ==, 2084291754);
}

/* The data channel is rejected, but still carries what GStreamer wants on every m-line. */
static void
test_gstreamer(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("gstreamer-whip", &publish, NULL, NULL, &n);
    const CcSdpMedia *data = answer->media->pdata[2];
    g_autofree char *text = cc_sdp_to_string(answer);

    g_assert_cmpuint(n.n_slots, ==, 2);
    g_assert_cmpint(n.slots[0].kind, ==, CC_MEDIA_VIDEO);
    g_assert_cmpint(n.slots[0].codecs[0].codec, ==, CC_CODEC_VP8);
    g_assert_cmpuint(n.slots[0].codecs[0].rtx_payload_type, ==, 98);
    g_assert_true(n.slots[1].nack);
    g_assert_nonnull(strstr(text, "a=group:BUNDLE video0 audio1\r\n"));
    g_assert_nonnull(strstr(text, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
    g_assert_cmpstr(data->mid, ==, "application2");
    g_assert_cmpuint(data->port, ==, 0);
    g_assert_cmpstr(data->ice_ufrag, ==, "relayufr");
    g_assert_cmpstr(data->ice_pwd, ==, "relaypasswordrelaypasswo");
    g_assert_cmpstr(data->fingerprint, ==, FINGERPRINT);
    g_assert_cmpint(data->setup, ==, CC_SDP_PASSIVE);
}

static void
test_candidates(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("chromium-whip", &publish, NULL, NULL, &n);
    const CcSdpMedia *audio = answer->media->pdata[0], *video = answer->media->pdata[1];
    static const char *const expected[] = {
        "candidate:1 1 udp 2130706431 192.0.2.7 8189 typ host",
        "candidate:2 1 udp 2130706175 2001:db8::7 8189 typ host",
        "candidate:3 1 tcp 1671430143 192.0.2.7 8189 typ host tcptype passive",
        "candidate:4 1 tcp 1671429887 2001:db8::7 8189 typ host tcptype passive",
    };

    g_assert_cmpuint(audio->candidates->len, ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *text = cc_sdp_candidate_to_string(audio->candidates->pdata[i]);
        g_assert_cmpstr(text, ==, expected[i]);
    }
    g_assert_true(audio->end_of_candidates);
    g_assert_cmpuint(video->candidates->len, ==, 0);
}

static void
test_dtls_roles(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) active =
        negotiate_ok("obs-whip", &publish, "a=setup:actpass", "a=setup:active", &n);
    g_autoptr(CcSdp) passive = NULL;

    g_assert_false(n.dtls_client);
    g_assert_cmpint(((CcSdpMedia *)active->media->pdata[0])->setup, ==, CC_SDP_PASSIVE);
    passive = negotiate_ok("obs-whip", &publish, "a=setup:actpass", "a=setup:passive", &n);
    g_assert_true(n.dtls_client);
    g_assert_cmpint(((CcSdpMedia *)passive->media->pdata[0])->setup, ==, CC_SDP_ACTIVE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/negotiation/chromium-publishes", test_chromium_publishes);
    g_test_add_func("/negotiation/chromium-watches", test_chromium_watches);
    g_test_add_func("/negotiation/remb", test_remb);
    g_test_add_func("/negotiation/numbers-or-repair", test_numbers_or_repair);
    g_test_add_func("/negotiation/red", test_red);
    g_test_add_func("/negotiation/h264", test_h264);
    g_test_add_func("/negotiation/vp9-profile", test_vp9_profile);
    g_test_add_func("/negotiation/firefox", test_firefox);
    g_test_add_func("/negotiation/obs", test_obs);
    g_test_add_func("/negotiation/gstreamer", test_gstreamer);
    g_test_add_func("/negotiation/candidates", test_candidates);
    g_test_add_func("/negotiation/dtls-roles", test_dtls_roles);
    return g_test_run();
}
