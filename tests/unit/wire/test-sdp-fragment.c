/* Candidates and trickle fragments. */
#include <string.h>

#include "common/base/error.h"
#include "sdp-support.h"

static void
test_candidates(void)
{
    static const char *const good[] = {
        "candidate:1 1 udp 2130706431 192.0.2.7 8189 typ host",
        "candidate:2 1 tcp 1671430143 2001:db8::7 8189 typ host tcptype passive",
        "candidate:a+/ 256 udp 4294967295 4dd1a2c4-51a3-4a7a-8c5e-a1a6a5d6a6f5.local 0 typ srflx",
    };

    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        CcSdpCandidate *candidate = cc_sdp_candidate_parse(good[i]);
        g_autoptr(CcSdp) sdp = cc_sdp_new();
        g_autofree char *text = NULL;

        g_assert_nonnull(candidate);
        g_ptr_array_add(cc_sdp_add_media(sdp, CC_MEDIA_AUDIO, "0")->candidates, candidate);
        text = cc_sdp_candidate_to_string(candidate);
        g_assert_cmpstr(text, ==, good[i]);
    }
}

static void
test_candidate_fields(void)
{
    g_autoptr(CcSdp) sdp = cc_sdp_new();
    CcSdpCandidate *candidate =
        cc_sdp_candidate_parse("candidate:842163049 1 UDP 1677729535 203.0.113.9 46154 typ srflx "
                               "raddr 10.0.0.1 rport 46154 generation 0 ufrag EEtu network-id 3");

    g_assert_nonnull(candidate);
    g_ptr_array_add(cc_sdp_add_media(sdp, CC_MEDIA_AUDIO, "0")->candidates, candidate);
    g_assert_cmpstr(candidate->foundation, ==, "842163049");
    g_assert_cmpuint(candidate->component, ==, 1);
    g_assert_cmpstr(candidate->transport, ==, "udp");
    g_assert_cmpuint(candidate->priority, ==, 1677729535);
    g_assert_cmpstr(candidate->address, ==, "203.0.113.9");
    g_assert_cmpuint(candidate->port, ==, 46154);
    g_assert_cmpstr(candidate->type, ==, "srflx");
    g_assert_null(candidate->tcp_type);
}

static void
test_bad_candidates(void)
{
    static const char *const bad[] = {
        "",
        "candidate:",
        "1 1 udp 1 192.0.2.7 8189 typ host",
        "candidate:1 1 udp 1 192.0.2.7 8189 typ",
        "candidate:1 1 udp 1 192.0.2.7 8189 host host",
        "candidate:1 0 udp 1 192.0.2.7 8189 typ host",
        "candidate:1 257 udp 1 192.0.2.7 8189 typ host",
        "candidate:1 1 udp 4294967296 192.0.2.7 8189 typ host",
        "candidate:1 1 udp -1 192.0.2.7 8189 typ host",
        "candidate:1 1 udp 1 192.0.2.7 65536 typ host",
        "candidate:1 1 udp 1 192.0.2.7;rm 8189 typ host",
        "candidate: 1 udp 1 192.0.2.7 8189 typ host",
        "candidate:123456789012345678901234567890123 1 udp 1 192.0.2.7 8189 typ host",
        "candidate:1 1 u\ndp 1 192.0.2.7 8189 typ host",
        "candidate:1 1 tcp 1 192.0.2.7 8189 typ host tcptype a\nb",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        if (cc_sdp_candidate_parse(bad[i]))
            g_error("accepted: %s", bad[i]);
    }
}

/* The example of RFC 8840 section 9.2, with the two m-lines of RFC 9725. */
static void
test_fragment(void)
{
    static const char text[] =
        "a=ice-options:trickle\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
        "a=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
        "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw "
        "network-id 1\r\na=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host\r\n"
        "a=end-of-candidates\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n"
        "a=rtpmap:96 VP8/90000\r\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) fragment = cc_sdp_fragment_parse(text, -1, &error);
    g_autoptr(CcSdp) again = NULL;
    g_autofree char *written = NULL;
    const CcSdpMedia *media;

    g_assert_no_error(error);
    g_assert_true(fragment->trickle);
    g_assert_cmpuint(fragment->media->len, ==, 2);
    media = fragment->media->pdata[0];
    g_assert_cmpstr(media->mid, ==, "0");
    g_assert_cmpstr(media->ice_ufrag, ==, "EsAw");
    g_assert_cmpstr(media->ice_pwd, ==, "P2uYro0UCOQ4zxjKXaWCBui1");
    g_assert_cmpuint(media->candidates->len, ==, 2);
    g_assert_true(media->end_of_candidates);
    media = fragment->media->pdata[1];
    g_assert_cmpuint(media->codecs->len, ==, 0);

    written = cc_sdp_fragment_to_string(fragment);
    again = cc_sdp_fragment_parse(written, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(again->media->len, ==, 2);
    media = again->media->pdata[0];
    g_assert_cmpstr(media->ice_pwd, ==, "P2uYro0UCOQ4zxjKXaWCBui1");
    g_assert_cmpuint(media->candidates->len, ==, 2);
    g_assert_true(media->bundled);
    g_assert_null(strstr(written, "rtpmap"));
}

/* Credentials for all m-lines at session level. */
static void
test_session_level(void)
{
    static const char text[] = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
                               "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host\r\n";
    g_autoptr(CcSdp) fragment = cc_sdp_fragment_parse(text, sizeof text - 1, NULL);
    g_autofree char *written = NULL;
    const CcSdpMedia *media;

    g_assert_nonnull(fragment);
    g_assert_cmpuint(fragment->media->len, ==, 1);
    media = fragment->media->pdata[0];
    g_assert_null(media->mid);
    g_assert_cmpstr(media->ice_ufrag, ==, "EsAw");
    g_assert_cmpuint(media->candidates->len, ==, 1);
    written = cc_sdp_fragment_to_string(fragment);
    g_assert_cmpstr(written, ==, text);
}

static void
test_bad_fragments(void)
{
    static const char *const bad[] = {
        "",
        "hello\r\n",
        "a=ice-options:trickle\r\n",
        "m=audio 9 RTP/AVP 0\r\na=ice-ufrag:abcd\r\n", /* no mid */
        "m=audio\r\na=mid:0\r\n",
        "{}",
    };

    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(cc_sdp_fragment_parse(bad[i], -1, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_NOT_SDP);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sdp-fragment/candidates", test_candidates);
    g_test_add_func("/sdp-fragment/candidate-fields", test_candidate_fields);
    g_test_add_func("/sdp-fragment/bad-candidates", test_bad_candidates);
    g_test_add_func("/sdp-fragment/fragment", test_fragment);
    g_test_add_func("/sdp-fragment/session-level", test_session_level);
    g_test_add_func("/sdp-fragment/bad-fragments", test_bad_fragments);
    return g_test_run();
}
