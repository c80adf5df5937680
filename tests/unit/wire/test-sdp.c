/* The SDP reader and writer: real offers, and reading back what was written. */
#include <string.h>

#include "sdp-support.h"

static void
test_chromium(void)
{
    g_autoptr(CcSdp) sdp = parse_offer("chromium-whip");
    const CcSdpMedia *audio, *video;
    const CcSdpSource *source;
    g_autofree char *profile = NULL;

    g_assert_cmpuint(sdp->media->len, ==, 2);
    g_assert_true(sdp->trickle);
    g_assert_false(sdp->ice_lite);
    audio = sdp->media->pdata[0];
    video = sdp->media->pdata[1];
    g_assert_cmpint(audio->kind, ==, CC_MEDIA_AUDIO);
    g_assert_cmpstr(audio->mid, ==, "0");
    g_assert_true(audio->bundled);
    g_assert_true(audio->rtcp_mux);
    g_assert_true(audio->rtcp_reduced_size);
    g_assert_cmpint(audio->direction, ==, CC_SDP_SENDONLY);
    g_assert_cmpint(audio->setup, ==, CC_SDP_ACTPASS);
    g_assert_cmpstr(audio->ice_ufrag, ==, "hAxK");
    g_assert_cmpstr(audio->fingerprint_hash, ==, "sha-256");
    g_assert_cmpuint(strlen(audio->fingerprint), ==, 95);
    g_assert_cmpuint(cc_sdp_media_find_codec(audio, 111)->channels, ==, 2);
    g_assert_cmpuint(cc_sdp_media_find_extension(video, CC_SDP_EXT_TRANSPORT_CC), ==, 3);
    g_assert_cmpuint(cc_sdp_media_find_extension(video, CC_SDP_EXT_RID), ==, 10);
    g_assert_cmpuint(cc_sdp_media_find_extension(audio, CC_SDP_EXT_RID), ==, 0);
    g_assert_true(cc_sdp_codec_has_feedback(cc_sdp_media_find_codec(video, 96), "nack pli"));
    g_assert_false(cc_sdp_codec_has_feedback(cc_sdp_media_find_codec(video, 97), "nack"));
    g_assert_cmpuint(cc_sdp_media_find_rtx(video, 108)->payload_type, ==, 109);
    g_assert_null(cc_sdp_media_find_rtx(video, 109));
    profile = cc_sdp_codec_get_parameter(cc_sdp_media_find_codec(video, 108), "profile-level-id");
    g_assert_cmpstr(profile, ==, "42e01f");
    g_assert_cmpuint(video->sources->len, ==, 1);
    source = video->sources->pdata[0];
    g_assert_cmpuint(source->ssrc, ==, 1778888714);
    g_assert_cmpuint(source->rtx_ssrc, ==, 3992906325);
    g_assert_cmpstr(source->cname, ==, "5UavySdzPVKumUis");
}

/* Session-level values, a bundle-only m-line with port 0, a source group after its sources. */
static void
test_firefox(void)
{
    g_autoptr(CcSdp) sdp = parse_offer("firefox-whip");
    const CcSdpMedia *video = sdp->media->pdata[1];
    const CcSdpSource *source = video->sources->pdata[0];

    g_assert_cmpuint(video->port, ==, 0);
    g_assert_true(video->bundle_only);
    g_assert_true(video->bundled);
    g_assert_cmpstr(video->fingerprint_hash, ==, "sha-256");
    g_assert_cmpint(video->direction, ==, CC_SDP_SENDONLY);
    g_assert_cmpuint(cc_sdp_media_find_extension(video, CC_SDP_EXT_MID), ==, 3);
    g_assert_cmpuint(video->sources->len, ==, 1);
    g_assert_cmpuint(source->ssrc, ==, 1410871340);
    g_assert_cmpuint(source->rtx_ssrc, ==, 3303214190);
    g_assert_cmpstr(source->cname, ==, "{735484ea-4f6c-f74a-bd66-7425f8476c2e}");
}

static void
test_obs_and_gstreamer(void)
{
    g_autoptr(CcSdp) obs = parse_offer("obs-whip");
    g_autoptr(CcSdp) gst = parse_offer("gstreamer-whip");
    const CcSdpMedia *media = obs->media->pdata[1];

    g_assert_true(obs->trickle); /* a=ice-options:ice2,trickle */
    g_assert_true(media->bundled);
    g_assert_cmpint(media->setup, ==, CC_SDP_ACTPASS);
    g_assert_cmpstr(media->ice_ufrag, ==, "zPZo");
    media = gst->media->pdata[1];
    g_assert_cmpstr(media->stream_id, ==, "user3812341563@host-5a3f2c1");
    g_assert_cmpstr(media->track_id, ==, "webrtctransceiver1");
    media = gst->media->pdata[2];
    g_assert_cmpint(media->kind, ==, CC_MEDIA_OTHER);
    g_assert_cmpstr(media->formats->pdata[0], ==, "webrtc-datachannel");
}

static void
test_write_read(void)
{
    for (guint i = 0; offer_names[i]; i++) {
        g_autoptr(CcSdp) sdp = parse_offer(offer_names[i]);
        g_autofree char *text = cc_sdp_to_string(sdp);
        g_autoptr(CcSdp) again = cc_sdp_parse(text, -1, NULL);
        g_autofree char *twice = NULL;

        g_assert_nonnull(again);
        assert_sdp_equal(sdp, again);
        twice = cc_sdp_to_string(again);
        g_assert_cmpstr(text, ==, twice);
    }
}

static char *
random_word(GRand *random)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-+/";
    char word[13];
    int length = g_rand_int_range(random, 1, 12);

    for (int i = 0; i < length; i++)
        word[i] = letters[g_rand_int_range(random, 0, sizeof letters - 1)];
    word[length] = '\0';
    return g_strdup(word);
}

static char *
maybe_word(GRand *random)
{
    return g_rand_boolean(random) ? random_word(random) : NULL;
}

static void
fill_codecs(CcSdpMedia *media, GRand *random)
{
    static const char *const kinds[] = {"nack", "nack pli", "ccm fir", "transport-cc"};

    for (int i = 0, n = g_rand_int_range(random, 1, 12); i < n; i++) {
        g_autofree char *name = random_word(random);
        g_autofree char *fmtp = maybe_word(random);
        CcSdpCodec *codec;

        g_strdelimit(name, "/", 'x');
        codec = cc_sdp_media_add_codec(media, (guint8)(20 + i), name, g_rand_int(random) >> 1 | 1,
                                       (guint)g_rand_int_range(random, 1, 4), fmtp);
        for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
            if (g_rand_boolean(random))
                cc_sdp_codec_add_feedback(codec, kinds[k]);
        }
    }
}

static void
fill_media(CcSdpMedia *media, GRand *random)
{
    fill_codecs(media, random);
    media->bundled = g_rand_boolean(random);
    media->bundle_only = g_rand_boolean(random);
    media->rtcp_mux = g_rand_boolean(random);
    media->rtcp_reduced_size = g_rand_boolean(random);
    media->direction = (CcSdpDirection)g_rand_int_range(random, 0, 4);
    media->setup = (CcSdpSetup)g_rand_int_range(random, 0, 4);
    media->end_of_candidates = g_rand_boolean(random);
    media->port = (guint16)g_rand_int(random);
    media->ice_ufrag = maybe_word(random);
    media->ice_pwd = maybe_word(random);
    if ((media->stream_id = maybe_word(random)))
        media->track_id = maybe_word(random);
    if (g_rand_boolean(random)) {
        media->fingerprint_hash = g_strdup("sha-256");
        media->fingerprint = g_strdup("AB:CD");
    }
    for (int i = 0, n = g_rand_int_range(random, 0, 5); i < n; i++) {
        g_autofree char *word = random_word(random);
        cc_sdp_media_add_extension(media, (guint8)(i + 1), word);
        cc_sdp_media_add_rid(media, (CcSdpRidDirection)(i % 2), word,
                             g_rand_boolean(random) ? "pt=96;max-fps=5" : NULL);
        cc_sdp_media_add_simulcast(media, (CcSdpRidDirection)(i % 2), word);
        cc_sdp_media_add_source(media, 100 + (guint)i, g_rand_boolean(random) ? 200 + (guint)i : 0,
                                g_rand_boolean(random) ? word : NULL);
        cc_sdp_media_add_candidate(media, i % 2 ? "tcp" : "udp", g_rand_int(random),
                                   i % 3 ? "2001:db8::7" : "192.0.2.7", (guint16)i, "host",
                                   i % 2 ? "passive" : NULL);
    }
}

/* Whatever model one can build: reading what was written gives the same model. */
static void
test_random_models(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20);

    for (int round = 0; round < 300; round++) {
        g_autoptr(CcSdp) sdp = cc_sdp_new();
        g_autoptr(CcSdp) again = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        sdp->session_id = (guint64)g_rand_int(random) << 32 | g_rand_int(random);
        sdp->session_version = g_rand_int(random);
        sdp->ice_lite = g_rand_boolean(random);
        sdp->trickle = g_rand_boolean(random);
        for (int i = 0, n = g_rand_int_range(random, 0, 6); i < n; i++) {
            g_autofree char *mid = g_strdup_printf("m%d", i);
            CcMediaKind kind = (CcMediaKind)g_rand_int_range(random, 0, 3);
            CcSdpMedia *media = cc_sdp_add_media(sdp, kind, mid);
            if (kind != CC_MEDIA_OTHER)
                fill_media(media, random);
        }
        text = cc_sdp_to_string(sdp);
        again = cc_sdp_parse(text, -1, &error);
        g_assert_no_error(error);
        assert_sdp_equal(sdp, again);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sdp/chromium", test_chromium);
    g_test_add_func("/sdp/firefox", test_firefox);
    g_test_add_func("/sdp/obs-and-gstreamer", test_obs_and_gstreamer);
    g_test_add_func("/sdp/write-read", test_write_read);
    g_test_add_func("/sdp/random-models", test_random_models);
    return g_test_run();
}
