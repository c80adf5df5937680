#include "negotiation-support.h"

#include "sdp-support.h"

static const CcCodec codecs[] = {CC_CODEC_OPUS, CC_CODEC_VP8, CC_CODEC_H264, CC_CODEC_VP9};
static const char *const addresses[] = {"192.0.2.7", "2001:db8::7", NULL};

const CcAnswerOptions publish = {
    .direction = CC_DIRECTION_PUBLISH,
    .max_audios = 1,
    .max_videos = 2,
    .codecs = codecs,
    .n_codecs = G_N_ELEMENTS(codecs),
    .ufrag = "relayufr",
    .pwd = "relaypasswordrelaypasswo",
    .fingerprint = FINGERPRINT,
    .addresses = addresses,
    .udp_port = 8189,
    .tcp_port = 8189,
};
const CcAnswerOptions watch = {
    .direction = CC_DIRECTION_WATCH,
    .max_audios = 3,
    .max_videos = 4,
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

CcSdp *
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

CcSdp *
negotiate_ok(const char *name, const CcAnswerOptions *options, const char *from, const char *to,
             CcNegotiated *negotiated)
{
    g_autoptr(GError) error = NULL;
    CcSdp *answer = negotiate(name, options, from, to, negotiated, &error);

    g_assert_no_error(error);
    return answer;
}

void
assert_refused(const char *name, const CcAnswerOptions *options, const char *from, const char *to,
               CcError code)
{
    g_autoptr(GError) error = NULL;
    CcNegotiated negotiated;

    g_assert_null(negotiate(name, options, from, to, &negotiated, &error));
    g_assert_error(error, CC_ERROR, (int)code);
}
