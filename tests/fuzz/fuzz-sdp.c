/* SDP as a stranger sends it: offers, fragments and candidates. What parses must survive being
 * negotiated, written and read again. */
#include "common/wire/negotiation.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
write_and_read(const CcSdp *sdp)
{
    g_autofree char *text = cc_sdp_to_string(sdp);
    g_autoptr(CcSdp) again = cc_sdp_parse(text, -1, NULL);
    g_autofree char *twice = NULL;

    g_assert_nonnull(again);
    twice = cc_sdp_to_string(again);
    g_assert_true(g_str_equal(text, twice)); /* not cmpstr: it would print both */
}

static void
negotiate(const CcSdp *offer, CcSessionDirection direction)
{
    static const CcCodec codecs[] = {CC_CODEC_OPUS, CC_CODEC_VP8, CC_CODEC_H264, CC_CODEC_VP9};
    static const char *const addresses[] = {"192.0.2.7", "2001:db8::7", NULL};
    const CcAnswerOptions options = {
        .max_audios = 3,
        .max_videos = 4,
        .direction = direction,
        .codecs = codecs,
        .n_codecs = G_N_ELEMENTS(codecs),
        .ufrag = "relayufr",
        .pwd = "relaypasswordrelaypasswo",
        .fingerprint = "AA:BB",
        .addresses = addresses,
        .udp_port = 8189,
        .tcp_port = 8189,
        .cname = "lesson",
        .first_ssrc = 1000,
    };
    CcNegotiated negotiated;
    g_autoptr(CcSdp) answer = cc_negotiate_answer(offer, &options, &negotiated, NULL);

    if (!answer)
        return;
    g_assert_cmpuint(answer->media->len, ==, offer->media->len);
    g_assert_cmpuint(negotiated.n_slots, >, 0);
    write_and_read(answer);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    const char *text = size ? (const char *)data : "";
    g_autoptr(CcSdp) sdp = cc_sdp_parse(text, (gssize)size, NULL);
    g_autoptr(CcSdp) fragment = cc_sdp_fragment_parse(text, (gssize)size, NULL);

    if (sdp) {
        write_and_read(sdp);
        negotiate(sdp, CC_DIRECTION_PUBLISH);
        negotiate(sdp, CC_DIRECTION_WATCH);
    }
    if (fragment) {
        g_autofree char *written = cc_sdp_fragment_to_string(fragment);
        g_autoptr(CcSdp) again = cc_sdp_fragment_parse(written, -1, NULL);
        g_assert_cmpuint(again ? again->media->len : 0, ==, fragment->media->len);
    }
    return 0;
}
