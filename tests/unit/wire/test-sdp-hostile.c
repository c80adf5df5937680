/* The SDP reader on what it must refuse, what it must bear, and what nobody meant to send. */
#include <string.h>

#include "common/base/error.h"
#include "sdp-support.h"

#define HEAD "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"

static void
test_refused(void)
{
    static const struct {
        const char *text;
        guint line;
    } cases[] = {
        {"", 0},
        {"hello", 1},
        {"{\"sdp\":\"v=0\"}", 1},
        {"v=1\r\n", 1},
        {"o=- 1 1 IN IP4 0.0.0.0\r\n", 1},
        {"v=0\r\no=- x 1 IN IP4 0.0.0.0\r\n", 2},
        {"v=0\r\no=- 1 1 IN IP4\r\n", 2},
        {HEAD "\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", 5},
        {HEAD "m=audio\r\n", 5},
        {HEAD "m=audio 9 UDP/TLS/RTP/SAVPF\r\n", 5},
        {HEAD "m=audio 65536 UDP/TLS/RTP/SAVPF 111\r\n", 5},
        {HEAD "m=audio -1 UDP/TLS/RTP/SAVPF 111\r\n", 5},
        {HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 128\r\n", 5},
        {HEAD "m=audio 9 UDP/TLS/RTP/SAVPF opus\r\n", 5},
        {HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111 111\r\n", 5},
        {HEAD "m=application 9 UDP/DTLS/SCTP a  b\r\n", 5},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:200 opus/48000\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus/0\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=rtpmap:96 opus/48000/0\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=fmtp:x y=1\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=rtcp-fb:96\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=extmap:0 urn:x\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=extmap:1\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=mid:\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=mid:a b\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=setup:both\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=fingerprint:sha-256\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=msid:\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=rid:h\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=simulcast:h;l\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=simulcast:send\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=simulcast:send h;;l\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=simulcast:send h;~\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=simulcast:send h send l\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=simulcast:send 1;2;3;4;5;6;7;8;9;0;a;b;c;d;e;f;g\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=ssrc:4294967296 cname:x\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=ssrc-group:FID 1 1\r\n", 6},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=ssrc-group:FID 1 2\r\na=ssrc-group:FID 1 3\r\n", 7},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=ssrc-group:FID 1 2\r\na=ssrc-group:FID 2 3\r\n", 7},
        {HEAD "m=audio 9 RTP/AVP 96\r\na=ssrc-group:FID 1 2\r\na=ssrc-group:FID 3 1\r\n", 7},
        {HEAD "A=x\r\n", 5},
        {HEAD "a:x\r\n", 5},
        {HEAD "a=mid:\x01\r\n", 5},
        {HEAD "a=x\ra=y\r\n", 5},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *prefix = g_strdup_printf("line %u: ", cases[i].line);

        g_assert_null(cc_sdp_parse(cases[i].text, -1, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_NOT_SDP);
        if (!g_str_has_prefix(error->message, prefix))
            g_error("%s: %s", cases[i].text, error->message);
    }
    g_assert_null(cc_sdp_parse(HEAD "s=\xff\r\n", -1, NULL));
    g_assert_null(cc_sdp_parse(HEAD "s=\0\r\n", sizeof HEAD + 4, NULL));
}

/* Things that look odd and are fine. */
static void
test_tolerated(void)
{
    static const char text[] =
        "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=inactive\na=rtcp-mux\na=group:BUNDLE a b\n"
        "a=fingerprint:sha-1 00:11\na=fingerprint:SHA-256 ab:cd\na=ice-ufrag:abcd\n"
        "a=ice-pwd:secret\n"
        "m=audio 5004/2 UDP/TLS/RTP/SAVPF 0 96 97 \na=mid:a\na=rtpmap:97 opus/48000/2\n"
        "a=rtcp-fb:* nack\na=rtcp-fb:99 nack\na=rtpmap:98 x/1\na=fmtp:97 a=1; B=2 ;c\n"
        "a=extmap:4096 urn:far\na=extmap:2/sendonly urn:near attributes\na=candidate:nonsense\n"
        "a=unknown\na=rid:q recv\na=ssrc-group:SIM 1 2\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:c\na=ice-ufrag:only\na=sendrecv\n\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) sdp = cc_sdp_parse(text, -1, &error);
    const CcSdpMedia *audio, *video;
    const CcSdpCodec *codec;
    g_autofree char *a = NULL, *b = NULL, *c = NULL;

    g_assert_no_error(error);
    audio = sdp->media->pdata[0];
    video = sdp->media->pdata[1];
    g_assert_cmpuint(audio->port, ==, 5004);
    g_assert_cmpint(audio->direction, ==, CC_SDP_INACTIVE);
    g_assert_true(audio->rtcp_mux);
    g_assert_true(audio->bundled);
    g_assert_cmpstr(audio->fingerprint_hash, ==, "sha-256");
    g_assert_cmpstr(audio->fingerprint, ==, "AB:CD");
    g_assert_cmpstr(audio->ice_pwd, ==, "secret");
    g_assert_cmpuint(audio->codecs->len, ==, 2); /* 96 has no name */
    g_assert_cmpuint(audio->formats->len, ==, 3);
    codec = audio->codecs->pdata[0];
    g_assert_cmpstr(codec->name, ==, "PCMU");
    codec = audio->codecs->pdata[1];
    g_assert_true(cc_sdp_codec_has_feedback(codec, "NACK"));
    a = cc_sdp_codec_get_parameter(codec, "A");
    b = cc_sdp_codec_get_parameter(codec, "b");
    c = cc_sdp_codec_get_parameter(codec, "c");
    g_assert_cmpstr(a, ==, "1");
    g_assert_cmpstr(b, ==, "2");
    g_assert_null(c);
    g_assert_cmpuint(audio->extensions->len, ==, 1);
    g_assert_cmpuint(cc_sdp_media_find_extension(audio, "urn:near"), ==, 2);
    g_assert_cmpuint(audio->candidates->len, ==, 0);
    g_assert_null(cc_sdp_media_find_rid(audio, CC_SDP_RID_SEND, "q"));
    g_assert_nonnull(cc_sdp_media_find_rid(audio, CC_SDP_RID_RECV, "q"));
    g_assert_false(video->bundled);
    g_assert_null(video->ice_pwd); /* half a pair is not completed from the session's */
    g_assert_cmpuint(video->codecs->len, ==, 0);
    g_assert_null(cc_sdp_media_find_codec(video, 96));
}

static CcSdp *
parse_repeated(guint n_media, guint n_attributes, const char *before, const char *behind)
{
    g_autoptr(GString) text = g_string_new(HEAD);

    for (guint i = 0; i < n_media; i++)
        g_string_append(text, "m=audio 9 RTP/AVP 0\r\n");
    for (guint i = 0; i < n_attributes; i++)
        g_string_append_printf(text, "%s%u%s\r\n", before, i, behind);
    return cc_sdp_parse(text->str, (gssize)text->len, NULL);
}

static void
test_limits(void)
{
    g_autoptr(CcSdp) media = parse_repeated(16, 0, "", "");
    g_autoptr(CcSdp) sources = parse_repeated(1, 128, "a=ssrc:", " cname:x");
    g_autoptr(CcSdp) unknown = parse_repeated(1, 5000, "a=unknown", "");
    g_autofree char *spaces = g_strnfill(300 * 1024, ' ');

    g_assert_nonnull(media);
    g_assert_nonnull(unknown);
    g_assert_cmpuint(((CcSdpMedia *)sources->media->pdata[0])->sources->len, ==, 128);
    g_assert_null(parse_repeated(17, 0, "", ""));
    g_assert_null(parse_repeated(1, 129, "a=ssrc:", " cname:x"));
    g_assert_null(parse_repeated(1, 257, "a=candidate:", ""));
    g_assert_null(parse_repeated(1, 257, "a=rtcp-fb:* kind", ""));
    g_assert_null(parse_repeated(1, 129, "a=ssrc-group:FID 1000 ", ""));
    g_assert_null(parse_repeated(0, 257, "a=extmap:1 urn:", ""));
    g_assert_null(cc_sdp_parse(spaces, -1, NULL));
}

static void
test_truncated(void)
{
    for (guint i = 0; offer_names[i]; i++) {
        g_autofree char *text = load_offer(offer_names[i]);

        for (gsize length = 0; length < strlen(text); length += 1 + length % 5) {
            g_autofree char *part = g_memdup2(text, length); /* no byte behind it */
            g_autoptr(GError) error = NULL;
            g_autoptr(CcSdp) sdp = cc_sdp_parse(part ? part : "", (gssize)length, &error);
            g_assert_true((sdp != NULL) != (error != NULL));
        }
    }
}

/* Whatever comes out of a mutated offer can be written and read again. */
static void
test_mutated(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(21);
    guint n_parsed = 0;

    for (int round = 0; round < 4000; round++) {
        g_autofree char *text = load_offer(offer_names[round % 6]);
        gsize length = strlen(text);
        g_autoptr(CcSdp) sdp = NULL;

        for (int i = 0, n = g_rand_int_range(random, 1, 5); i < n; i++)
            text[g_rand_int_range(random, 0, (gint32)length)] =
                (char)g_rand_int_range(random, 0, 256);
        sdp = cc_sdp_parse(text, (gssize)length, NULL);
        if (sdp) {
            g_autofree char *written = cc_sdp_to_string(sdp);
            g_autoptr(CcSdp) again = cc_sdp_parse(written, -1, NULL);
            g_assert_nonnull(again);
            assert_sdp_equal(sdp, again);
            n_parsed++;
        }
    }
    g_assert_cmpuint(n_parsed, >, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sdp-hostile/refused", test_refused);
    g_test_add_func("/sdp-hostile/tolerated", test_tolerated);
    g_test_add_func("/sdp-hostile/limits", test_limits);
    g_test_add_func("/sdp-hostile/truncated", test_truncated);
    g_test_add_func("/sdp-hostile/mutated", test_mutated);
    return g_test_run();
}
