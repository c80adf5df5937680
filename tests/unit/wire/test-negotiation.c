/* Offers to answers: what each real client gets, and what is refused with which code. */
#include <string.h>

#include "common/base/error.h"
#include "common/wire/negotiation.h"
#include "sdp-support.h"

#define FINGERPRINT                                                                                \
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:"   \
    "EE:FF"

static const CcCodec codecs[] = {CC_CODEC_OPUS, CC_CODEC_VP8, CC_CODEC_H264, CC_CODEC_VP9};
static const char *const addresses[] = {"192.0.2.7", "2001:db8::7", NULL};

static const CcAnswerOptions publish = {
    .direction = CC_DIRECTION_PUBLISH,
    .codecs = codecs,
    .n_codecs = G_N_ELEMENTS(codecs),
    .ufrag = "relayufr",
    .pwd = "relaypasswordrelaypasswo",
    .fingerprint = FINGERPRINT,
    .addresses = addresses,
    .udp_port = 8189,
    .tcp_port = 8189,
};
static const CcAnswerOptions watch = {
    .direction = CC_DIRECTION_WATCH,
    .codecs = codecs,
    .n_codecs = G_N_ELEMENTS(codecs),
    .ufrag = "relayufr",
    .pwd = "relaypasswordrelaypasswo",
    .fingerprint = FINGERPRINT,
    .addresses = addresses,
    .udp_port = 8189,
    .tcp_port = 8189,
    .cname = "lesson",
    .first_ssrc = 1000,
};

/* The answer to a committed offer after replacing @from by @to in it (all of them; NULL: as it is).
 */
static CcSdp *
negotiate(const char *name, const CcAnswerOptions *options, const char *from, const char *to,
          CcNegotiated *negotiated, GError **error)
{
    g_autofree char *text = load_offer(name);
    g_autoptr(GString) edited = g_string_new(text);
    g_autoptr(CcSdp) offer = NULL;

    if (from)
        g_assert_cmpuint(g_string_replace(edited, from, to, 0), >, 0);
    offer = cc_sdp_parse(edited->str, -1, error);
    return offer ? cc_negotiate_answer(offer, options, negotiated, error) : NULL;
}

static CcSdp *
negotiate_ok(const char *name, const CcAnswerOptions *options, const char *from, const char *to,
             CcNegotiated *negotiated)
{
    g_autoptr(GError) error = NULL;
    CcSdp *answer = negotiate(name, options, from, to, negotiated, &error);

    g_assert_no_error(error);
    return answer;
}

static void
assert_refused(const char *name, const CcAnswerOptions *options, const char *from, const char *to,
               CcError code)
{
    g_autoptr(GError) error = NULL;
    CcNegotiated negotiated;

    g_assert_null(negotiate(name, options, from, to, &negotiated, &error));
    g_assert_error(error, CC_ERROR, (int)code);
}

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

/* RFC 9725 section 4.4.3: a publisher gets all or nothing; a watcher what there is. */
static void
test_partial_offers(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) audio_only =
        negotiate_ok("chromium-whep", &watch, "a=rtpmap:111 opus/", "a=rtpmap:111 other/", &n);
    const CcSdpMedia *audio = audio_only->media->pdata[0];
    g_autofree char *text = cc_sdp_to_string(audio_only);

    g_assert_cmpuint(n.n_slots, ==, 1);
    g_assert_cmpint(n.slots[0].kind, ==, CC_MEDIA_VIDEO);
    g_assert_cmpuint(audio->port, ==, 0);
    g_assert_cmpstr(audio->mid, ==, "0");
    g_assert_cmpuint(audio->formats->len, ==, 1);
    g_assert_nonnull(strstr(text, "a=group:BUNDLE 1\r\n"));

    assert_refused("obs-whip", &publish, "H264/", "H265/", CC_ERROR_NO_CODEC);
    assert_refused("obs-whip", &publish, "a=msid:obs-stream obs-video", "a=inactive",
                   CC_ERROR_BAD_OFFER);
    assert_refused("obs-whip", &publish, "m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 RTP/AVP",
                   CC_ERROR_BAD_OFFER);
}

/* The first m-line of the offer is its rejected one: candidates stand at the next. */
static void
test_rejected_by_the_offer(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_ok("obs-whip", &publish, "m=audio 9", "m=audio 0", &n);

    g_assert_cmpuint(n.n_slots, ==, 1);
    g_assert_cmpuint(n.slots[0].m_line, ==, 1);
    g_assert_cmpuint(((CcSdpMedia *)answer->media->pdata[0])->candidates->len, ==, 0);
    g_assert_cmpuint(((CcSdpMedia *)answer->media->pdata[1])->candidates->len, ==, 4);
}

/* As in RFC 9725 section 4.2: what the bundle's first m-line says is left out of the second. */
static const char max_bundle[] =
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    "a=extmap-allow-mixed\r\na=ice-options:trickle ice2\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
    "a=fingerprint:sha-256 " FINGERPRINT "\r\na=setup:actpass\r\na=mid:0\r\na=sendonly\r\n"
    "a=msid:s a\r\na=rtcp-mux\r\na=rtcp-mux-only\r\na=rtpmap:111 opus/48000/2\r\n"
    "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=bundle-only\r\na=sendonly\r\n"
    "a=msid:s v\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\n";

static void
test_max_bundle(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) offer = cc_sdp_parse(max_bundle, -1, &error);
    g_autoptr(GString) unmuxed = g_string_new(max_bundle);
    g_autoptr(CcSdp) bad = NULL;
    g_autoptr(CcSdp) answer = NULL;
    g_autofree char *text = NULL;
    CcNegotiated n;

    g_assert_no_error(error);
    answer = cc_negotiate_answer(offer, &publish, &n, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(n.n_slots, ==, 2);
    g_assert_true(((CcSdpMedia *)answer->media->pdata[1])->rtcp_mux);
    g_assert_cmpint(((CcSdpMedia *)answer->media->pdata[1])->setup, ==, CC_SDP_PASSIVE);
    text = cc_sdp_to_string(answer);
    /* Each bundled m-line says that RTCP has no port of its own. */
    g_assert_nonnull(strstr(text, "a=rtcp-mux\r\na=rtcp-mux-only\r\n"));
    g_assert_nonnull(strstr(strstr(text, "m=video"), "a=rtcp-mux\r\na=rtcp-mux-only\r\n"));

    /* The second m-line cannot multiplex what the first does not. */
    g_string_replace(unmuxed, "a=rtcp-mux\r\n", "", 0);
    bad = cc_sdp_parse(unmuxed->str, -1, NULL);
    g_assert_null(cc_negotiate_answer(bad, &publish, &n, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_BAD_OFFER);
}

/* @n video m-lines. */
static CcSdp *
many_videos(guint n, CcSdpDirection direction)
{
    CcSdp *offer = cc_sdp_new();

    for (guint i = 0; i < n; i++) {
        g_autofree char *mid = g_strdup_printf("v%u", i);
        CcSdpMedia *media = cc_sdp_add_media(offer, CC_MEDIA_VIDEO, mid);
        media->direction = direction;
        cc_sdp_media_add_codec(media, 96, "VP8", 90000, 1, NULL);
        if (i == 0) { /* RFC 9143: the tagged m-line speaks for the bundle */
            media->ice_ufrag = g_strdup("abcd");
            media->ice_pwd = g_strdup("abcdefghijklmnopqrstuv");
            media->fingerprint_hash = g_strdup("sha-256");
            media->fingerprint = g_strdup(FINGERPRINT);
            media->setup = CC_SDP_ACTPASS;
        }
    }
    return offer;
}

/* One MediaStream with at most one track of each kind. */
static void
test_slots(void)
{
    g_autoptr(CcSdp) watcher = many_videos(10, CC_SDP_RECVONLY);
    g_autoptr(CcSdp) publisher = many_videos(2, CC_SDP_SENDRECV);
    g_autoptr(CcSdp) single = many_videos(1, CC_SDP_SENDRECV);
    g_autoptr(GError) error = NULL;
    CcNegotiated n;
    g_autoptr(CcSdp) slots = cc_negotiate_answer(watcher, &watch, &n, NULL);
    g_autoptr(CcSdp) one = NULL;

    g_assert_nonnull(slots);
    g_assert_cmpuint(n.n_slots, ==, 1);
    g_assert_cmpuint(n.slots[0].ssrc, ==, 1000);
    g_assert_cmpuint(n.slots[0].rtx_ssrc, ==, 0);
    g_assert_cmpuint(((CcSdpMedia *)slots->media->pdata[0])->port, ==, 9);
    g_assert_cmpuint(((CcSdpMedia *)slots->media->pdata[1])->port, ==, 0);
    g_assert_null(cc_negotiate_answer(publisher, &publish, &n, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_BAD_OFFER);
    one = cc_negotiate_answer(single, &publish, &n, NULL);
    g_assert_nonnull(one);
    g_assert_cmpuint(n.n_slots, ==, 1);
}

static void
test_extension_ids(void)
{
    CcNegotiated n;
    /* 15 and up do not fit one-byte extensions; an id for two URIs is nobody's. */
    G_GNUC_UNUSED g_autoptr(CcSdp) high =
        negotiate_ok("chromium-whip", &publish, "a=extmap:4 urn", "a=extmap:15 urn", &n);
    g_autoptr(CcSdp) twice = NULL;

    g_assert_cmpuint(n.slots[0].mid_ext, ==, 0);
    g_assert_cmpuint(n.slots[0].transport_cc_ext, ==, 3);
    twice = negotiate_ok("chromium-whip", &publish, "a=extmap:2 http", "a=extmap:3 http", &n);
    g_assert_cmpuint(n.slots[0].mid_ext, ==, 4);
    g_assert_cmpuint(n.slots[0].transport_cc_ext, ==, 0);
    g_assert_false(n.slots[0].transport_cc);
}

#define LAST_LINE "a=rtpmap:120 ulpfec/90000"

static CcSdp *
negotiate_simulcast(const CcAnswerOptions *options, const char *lines, CcNegotiated *negotiated)
{
    g_autofree char *to = g_strconcat(LAST_LINE "\r\n", lines, NULL);
    return negotiate_ok("chromium-whip", options, LAST_LINE, to, negotiated);
}

/* Layers are told by RID; the answer takes them in the offer's order, with their restrictions. */
static void
test_simulcast(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_simulcast(
        &publish,
        "a=rid:l send max-width=320;max-height=180\r\na=rid:m send pt=96,98\r\na=rid:h send\r\n"
        "a=rtcp-fb:96 ccm tmmbr\r\na=simulcast:send h,m;~m;l",
        &n);
    g_autofree char *text = cc_sdp_to_string(answer);
    const CcSlot *slot = &n.slots[1];

    g_assert_cmpuint(n.slots[0].n_layers, ==, 0);
    g_assert_cmpuint(slot->n_layers, ==, 3);
    g_assert_cmpstr(slot->layers[0].rid, ==, "h");
    g_assert_cmpstr(slot->layers[1].rid, ==, "m");
    g_assert_cmpstr(slot->layers[2].rid, ==, "l");
    g_assert_cmpuint(slot->layers[0].ssrc, ==, 0);
    g_assert_true(slot->tmmbr);
    g_assert_nonnull(strstr(text, "a=rid:h recv\r\n"));
    g_assert_nonnull(strstr(text, "a=rid:m recv pt=96,98\r\n"));
    g_assert_nonnull(strstr(text, "a=rid:l recv max-width=320;max-height=180\r\n"));
    g_assert_nonnull(strstr(text, "a=simulcast:recv h;m;l\r\n"));
    g_assert_nonnull(strstr(text, "a=rtcp-fb:96 ccm tmmbr\r\n"));
}

/* Streams that are announced by SSRC too: in the same order. */
static void
test_simulcast_with_ssrcs(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) answer = negotiate_simulcast(
        &publish,
        "a=rid:h send\r\na=rid:l send\r\na=simulcast:send h;l\r\na=ssrc-group:FID 71 72\r\n"
        "a=ssrc:71 cname:x\r\na=ssrc:72 cname:x",
        &n);
    const CcSlot *slot = &n.slots[1];

    g_assert_nonnull(answer);
    g_assert_cmpuint(slot->n_layers, ==, 2);
    g_assert_cmpuint(slot->layers[0].ssrc, ==, 71);
    g_assert_cmpuint(slot->layers[0].rtx_ssrc, ==, 72);
    g_assert_cmpuint(slot->layers[1].ssrc, ==, 1778888714);
    g_assert_cmpuint(slot->layers[1].rtx_ssrc, ==, 3992906325);
}

/* What is left out of the answer is not sent: a fourth stream, one of another format, one without
 * a=rid, one twice, one that no header extension can carry. */
static void
test_simulcast_declined(void)
{
    static const struct {
        const char *lines, *answered;
    } cases[] = {
        {"a=rid:1 send\r\na=rid:2 send\r\na=rid:3 send\r\na=rid:4 send\r\n"
         "a=simulcast:send 4;3;2;1",
         "a=simulcast:recv 4;3;2\r\n"},
        {"a=rid:1 send pt=98\r\na=rid:2 send\r\na=simulcast:send 1;2", "a=simulcast:recv 2\r\n"},
        {"a=rid:1 send\r\na=rid:3 recv\r\na=simulcast:send 1;2;3;1", "a=simulcast:recv 1\r\n"},
        {"a=rid:12345678901234567 send\r\na=rid:1234567890123456 send\r\na=rid:a+b send\r\n"
         "a=simulcast:send 12345678901234567;1234567890123456;a+b",
         "a=simulcast:recv 1234567890123456\r\n"},
        {"a=rid:1 send\r\na=rid:2 send", NULL},
        {"a=rid:1 recv\r\na=simulcast:recv 1", NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcNegotiated n;
        g_autoptr(CcSdp) answer = negotiate_simulcast(&publish, cases[i].lines, &n);
        g_autofree char *text = cc_sdp_to_string(answer);
        if (cases[i].answered)
            g_assert_nonnull(strstr(text, cases[i].answered));
        else
            g_assert_null(strstr(text, "simulcast"));
        g_assert_cmpuint(n.slots[1].n_layers > 0, ==, cases[i].answered != NULL);
    }
}

static void
test_refused(void)
{
    static const struct {
        const char *from, *to;
        CcError code;
    } cases[] = {
        {"a=group:BUNDLE", "a=group:LS", CC_ERROR_NO_BUNDLE},
        {"a=group:BUNDLE 0 1", "a=group:BUNDLE 0", CC_ERROR_NO_BUNDLE},
        {"a=mid:", "a=label:", CC_ERROR_NO_BUNDLE},
        {"a=fingerprint:", "a=fingers:", CC_ERROR_NO_FINGERPRINT},
        {"a=fingerprint:sha-256", "a=fingerprint:sha-1", CC_ERROR_NO_FINGERPRINT},
        {"a=fingerprint:sha-256", "a=fingerprint:sha-512", CC_ERROR_NO_FINGERPRINT},
        {"a=fingerprint:sha-256 D7:", "a=fingerprint:sha-256 D7-", CC_ERROR_NO_FINGERPRINT},
        {"a=fingerprint:sha-256 D7:", "a=fingerprint:sha-256 XY:", CC_ERROR_NO_FINGERPRINT},
        {"a=ice-ufrag:", "a=nice-ufrag:", CC_ERROR_NO_ICE},
        {"a=ice-pwd:", "a=nice-pwd:", CC_ERROR_NO_ICE},
        {"a=ice-ufrag:hAxK", "a=ice-ufrag:hAx", CC_ERROR_NO_ICE},
        {"a=ice-ufrag:hAxK", "a=ice-ufrag:hA:K", CC_ERROR_NO_ICE},
        {"a=ice-pwd:A/IC2zX5Vdg5BQ8QiYllalFT", "a=ice-pwd:short", CC_ERROR_NO_ICE},
        {"UDP/TLS/RTP/SAVPF", "RTP/AVP", CC_ERROR_BAD_OFFER},
        {"a=sendonly", "a=recvonly", CC_ERROR_BAD_OFFER},
        {"a=sendonly", "a=inactive", CC_ERROR_BAD_OFFER},
        {"a=rtcp-mux", "a=rtcp-mix", CC_ERROR_BAD_OFFER},
        {"a=mid:1", "a=mid:0", CC_ERROR_BAD_OFFER},
    };
    static const CcCodec none[] = {CC_CODEC_NONE};
    CcAnswerOptions options = publish;
    g_autoptr(CcSdp) empty = cc_sdp_new();
    g_autoptr(GError) error = NULL;
    CcNegotiated n;

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_refused("chromium-whip", &publish, cases[i].from, cases[i].to, cases[i].code);
    assert_refused("chromium-whip", &watch, NULL, NULL, CC_ERROR_BAD_OFFER);
    assert_refused("chromium-whep", &publish, NULL, NULL, CC_ERROR_BAD_OFFER);
    options.codecs = none;
    options.n_codecs = 1;
    assert_refused("chromium-whip", &options, NULL, NULL, CC_ERROR_NO_CODEC);
    g_assert_null(cc_negotiate_answer(empty, &publish, &n, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_BAD_OFFER);
}

static void
test_long_mid(void)
{
    CcNegotiated n;
    g_autoptr(CcSdp) fits = cc_sdp_new();

    assert_refused("obs-whip", &publish, "a=mid:0\n", "a=mid:a-mid-of-17-bytes\n",
                   CC_ERROR_NO_BUNDLE);
    assert_refused("gstreamer-whip", &publish, "video0", "a-mid-of-17-bytes", CC_ERROR_BAD_OFFER);
    cc_sdp_free(g_steal_pointer(&fits));
    fits = negotiate_ok("gstreamer-whip", &publish, "video0", "mid-of-16-bytes-", &n);
    g_assert_cmpstr(n.slots[0].mid, ==, "mid-of-16-bytes-");
}

/* For every real offer the answer can be read back, with the same m-lines in the same order. */
static void
test_answers_are_sdp(void)
{
    for (guint i = 0; offer_names[i]; i++) {
        const CcAnswerOptions *options =
            g_str_has_suffix(offer_names[i], "whep") ? &watch : &publish;
        g_autoptr(CcSdp) offer = parse_offer(offer_names[i]);
        CcNegotiated n;
        g_autoptr(CcSdp) answer = cc_negotiate_answer(offer, options, &n, NULL);
        g_autofree char *text = cc_sdp_to_string(answer);
        g_autoptr(CcSdp) again = cc_sdp_parse(text, -1, NULL);

        g_assert_nonnull(again);
        assert_sdp_equal(answer, again);
        g_assert_cmpuint(offer->media->len, ==, answer->media->len);
        for (guint k = 0; k < offer->media->len; k++) {
            const CcSdpMedia *a = offer->media->pdata[k], *b = answer->media->pdata[k];
            g_assert_cmpstr(a->mid, ==, b->mid);
            g_assert_cmpstr(a->media, ==, b->media);
            g_assert_cmpstr(a->protocol, ==, b->protocol);
        }
    }
}

/* Mutated offers: an answer or an error, never both, and an answer is always readable. */
static void
test_mutated(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(22);
    guint n_answers = 0;

    for (int round = 0; round < 4000; round++) {
        const char *name = offer_names[round % 6];
        g_autofree char *text = load_offer(name);
        gsize length = strlen(text);
        g_autoptr(CcSdp) offer = NULL, answer = NULL, again = NULL;
        g_autofree char *written = NULL;
        g_autoptr(GError) error = NULL;
        CcNegotiated n;

        for (int i = 0, count = g_rand_int_range(random, 1, 4); i < count; i++)
            text[g_rand_int_range(random, 0, (gint32)length)] =
                (char)g_rand_int_range(random, 10, 127);
        offer = cc_sdp_parse(text, -1, NULL);
        if (!offer)
            continue;
        answer = cc_negotiate_answer(offer, g_str_has_suffix(name, "whep") ? &watch : &publish, &n,
                                     &error);
        g_assert_true((answer != NULL) != (error != NULL));
        if (!answer)
            continue;
        g_assert_cmpuint(n.n_slots, >, 0);
        written = cc_sdp_to_string(answer);
        again = cc_sdp_parse(written, -1, NULL);
        g_assert_nonnull(again);
        assert_sdp_equal(answer, again);
        n_answers++;
    }
    g_assert_cmpuint(n_answers, >, 100);
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
    g_test_add_func("/negotiation/partial-offers", test_partial_offers);
    g_test_add_func("/negotiation/rejected-by-the-offer", test_rejected_by_the_offer);
    g_test_add_func("/negotiation/max-bundle", test_max_bundle);
    g_test_add_func("/negotiation/slots", test_slots);
    g_test_add_func("/negotiation/extension-ids", test_extension_ids);
    g_test_add_func("/negotiation/simulcast", test_simulcast);
    g_test_add_func("/negotiation/simulcast-with-ssrcs", test_simulcast_with_ssrcs);
    g_test_add_func("/negotiation/simulcast-declined", test_simulcast_declined);
    g_test_add_func("/negotiation/refused", test_refused);
    g_test_add_func("/negotiation/long-mid", test_long_mid);
    g_test_add_func("/negotiation/answers-are-sdp", test_answers_are_sdp);
    g_test_add_func("/negotiation/mutated", test_mutated);
    return g_test_run();
}
