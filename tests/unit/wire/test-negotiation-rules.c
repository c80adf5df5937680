/* Offers to answers: bundles, slots and layers by the rules, and what is refused with which code.
 */
#include <string.h>

#include "negotiation-support.h"
#include "sdp-support.h"

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

/* As many as there may be of a kind: a watcher's other m-lines are rejected, a publisher's offer
 * is. */
static void
test_slots(void)
{
    g_autoptr(CcSdp) watcher = many_videos(10, CC_SDP_RECVONLY);
    g_autoptr(CcSdp) publisher = many_videos(3, CC_SDP_SENDRECV);
    g_autoptr(CcSdp) two = many_videos(2, CC_SDP_SENDRECV);
    g_autoptr(GError) error = NULL;
    CcNegotiated n;
    g_autoptr(CcSdp) slots = cc_negotiate_answer(watcher, &watch, &n, NULL);
    g_autoptr(CcSdp) one = NULL;

    g_assert_nonnull(slots);
    g_assert_cmpuint(n.n_slots, ==, 4);
    g_assert_cmpuint(n.slots[0].ssrc, ==, 1000);
    g_assert_cmpuint(n.slots[0].rtx_ssrc, ==, 0);
    g_assert_cmpuint(n.slots[3].ssrc, ==, 1006);
    g_assert_cmpuint(cc_negotiated_index(&n, &n.slots[3]), ==, 3);
    for (guint i = 0; i < 10; i++)
        g_assert_cmpuint(((CcSdpMedia *)slots->media->pdata[i])->port, ==, i < 4 ? 9 : 0);
    g_assert_null(cc_negotiate_answer(publisher, &publish, &n, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_BAD_OFFER);
    one = cc_negotiate_answer(two, &publish, &n, NULL);
    g_assert_nonnull(one);
    g_assert_cmpuint(n.n_slots, ==, 2);
}

/* Lips and voice of one speaker share a name: camera and screen are the teacher's, then come the
 * guests, each with a picture and a voice. */
static void
test_speakers(void)
{
    CcNegotiated n = {.n_slots = 7};
    static const char *const names[] = {"abc", "abc-g1", "abc-g2", "abc",
                                        "abc", "abc-g1", "abc-g2"};
    char name[CC_CNAME_SIZE];

    for (guint i = 0; i < n.n_slots; i++)
        n.slots[i] = (CcSlot){.m_line = i, .kind = i < 3 ? CC_MEDIA_AUDIO : CC_MEDIA_VIDEO};
    for (guint i = 0; i < n.n_slots; i++) {
        cc_negotiate_cname(&n, &n.slots[i], "abc", name);
        g_assert_cmpstr(name, ==, names[i]);
    }
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
    g_test_add_func("/negotiation/partial-offers", test_partial_offers);
    g_test_add_func("/negotiation/rejected-by-the-offer", test_rejected_by_the_offer);
    g_test_add_func("/negotiation/max-bundle", test_max_bundle);
    g_test_add_func("/negotiation/slots", test_slots);
    g_test_add_func("/negotiation/speakers", test_speakers);
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
