#include "tests/bench/load/sdp.h"

#include <arpa/inet.h>
#include <gio/gio.h>

#include "tests/bench/load/feedback.h"

#define MID_EXT 1
#define TRANSPORT_CC_EXT 2

static const struct {
    const char *mid, *name, *fmtp;
    CcMediaKind kind;
    guint clock_rate, channels;
} kinds[LOAD_N_KINDS] = {
    [LOAD_AUDIO] = {"0", "opus", "minptime=10;useinbandfec=1", CC_MEDIA_AUDIO, 48000, 2},
    [LOAD_VIDEO] = {"1", "VP8", NULL, CC_MEDIA_VIDEO, 90000, 1},
};

static void
describe_transport(CcSdpMedia *media, const LoadSession *session)
{
    media->ice_ufrag = g_strdup(session->ice.ufrag);
    media->ice_pwd = g_strdup(session->ice.pwd);
    media->fingerprint_hash = g_strdup("sha-256");
    media->fingerprint = g_strdup(cc_dtls_identity_fingerprint(session->identity));
    media->setup = CC_SDP_ACTIVE; /* spares the relay a choice; both kinds of peer take it */
    char address[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &session->options->local, address, sizeof address);
    cc_sdp_media_add_candidate(media, "udp", 126u << 24 | 65535u << 8 | 255, address, session->port,
                               "host", NULL);
    media->end_of_candidates = TRUE;
}

static CcSdpMedia *
add_media(CcSdp *sdp, LoadKind kind, const char *mid, guint8 payload_type,
          const LoadSession *session)
{
    CcSdpMedia *media = cc_sdp_add_media(sdp, kinds[kind].kind, mid);
    CcSdpCodec *codec =
        cc_sdp_media_add_codec(media, payload_type, kinds[kind].name, kinds[kind].clock_rate,
                               kinds[kind].channels, kinds[kind].fmtp);
    if (kind == LOAD_VIDEO) {
        cc_sdp_codec_add_feedback(codec, "nack");
        cc_sdp_codec_add_feedback(codec, "nack pli");
        cc_sdp_codec_add_feedback(codec, "ccm fir");
    }
    describe_transport(media, session);
    return media;
}

char *
load_sdp_offer_publisher(const LoadPublisher *publisher)
{
    g_autoptr(CcSdp) sdp = cc_sdp_new();
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        if (publisher->period_ns[kind] == 0)
            continue;
        const LoadSlot *slot = &publisher->slots[kind];
        CcSdpMedia *media = add_media(sdp, (LoadKind)kind, kinds[kind].mid, slot->payload_type,
                                      &publisher->session);
        media->direction = CC_SDP_SENDONLY;
        media->stream_id = g_strdup("lesson");
        media->track_id = g_strdup(kinds[kind].name);
        cc_sdp_codec_add_feedback(media->codecs->pdata[0], "transport-cc");
        cc_sdp_media_add_extension(media, MID_EXT, CC_SDP_EXT_MID);
        cc_sdp_media_add_extension(media, TRANSPORT_CC_EXT, CC_SDP_EXT_TRANSPORT_CC);
        cc_sdp_media_add_source(media, slot->ssrc, 0, "lesson-load");
    }
    return cc_sdp_to_string(sdp);
}

void
load_sdp_add_watched(CcSdp *sdp, const LoadReceiver *receiver, LoadKind kind, const char *mid)
{
    g_autofree char *rtx_fmtp = g_strdup_printf("apt=%u", receiver->payload_types[LOAD_VIDEO]);
    CcSdpMedia *media =
        add_media(sdp, kind, mid, receiver->payload_types[kind], &receiver->session);
    media->direction = CC_SDP_RECVONLY;
    cc_sdp_media_add_extension(media, MID_EXT, CC_SDP_EXT_MID);
    if (receiver->session.options->no_feedback)
        return;
    cc_sdp_codec_add_feedback(media->codecs->pdata[0], "transport-cc");
    cc_sdp_media_add_extension(media, TRANSPORT_CC_EXT, CC_SDP_EXT_TRANSPORT_CC);
    if (kind == LOAD_VIDEO) /* the relay tests the link with it */
        cc_sdp_media_add_codec(media, receiver->rtx_payload_type, "rtx", 90000, 1, rtx_fmtp);
}

char *
load_sdp_offer_receiver(const LoadReceiver *receiver)
{
    g_autoptr(CcSdp) sdp = cc_sdp_new();
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        if (receiver->expected_kinds & 1u << kind)
            load_sdp_add_watched(sdp, receiver, (LoadKind)kind, kinds[kind].mid);
    }
    return cc_sdp_to_string(sdp);
}

char *
load_sdp_answer_receiver(const LoadReceiver *receiver, const CcSdp *offer)
{
    g_autoptr(CcSdp) sdp = cc_sdp_new();
    for (guint i = 0; i < offer->media->len; i++) {
        const CcSdpMedia *offered = offer->media->pdata[i];
        if (offered->kind == CC_MEDIA_OTHER)
            continue;
        LoadKind kind = offered->kind == CC_MEDIA_AUDIO ? LOAD_AUDIO : LOAD_VIDEO;
        CcSdpMedia *media =
            add_media(sdp, kind, offered->mid, receiver->payload_types[kind], &receiver->session);
        media->direction = CC_SDP_RECVONLY;
        guint8 mid_ext = cc_sdp_media_find_extension(offered, CC_SDP_EXT_MID);
        if (mid_ext != 0)
            cc_sdp_media_add_extension(media, mid_ext, CC_SDP_EXT_MID);
    }
    return cc_sdp_to_string(sdp);
}

/* The m-line of @kind that is not rejected, or NULL. */
static const CcSdpMedia *
find_media(const CcSdp *sdp, LoadKind kind)
{
    for (guint i = 0; i < sdp->media->len; i++) {
        const CcSdpMedia *media = sdp->media->pdata[i];
        if (media->kind == kinds[kind].kind && media->port != 0)
            return media;
    }
    return NULL;
}

static gboolean
find_payload_type(const CcSdpMedia *media, LoadKind kind, guint8 *payload_type)
{
    for (guint i = 0; i < media->codecs->len; i++) {
        const CcSdpCodec *codec = media->codecs->pdata[i];
        if (g_ascii_strcasecmp(codec->name, kinds[kind].name) == 0) {
            *payload_type = codec->payload_type;
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean
refuse(GError **error, LoadKind kind)
{
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "the other side has no %s",
                kinds[kind].name);
    return FALSE;
}

gboolean
load_sdp_accept_publisher(LoadPublisher *publisher, const char *text, GError **error)
{
    g_autoptr(CcSdp) sdp = cc_sdp_parse(text, -1, error);
    if (!sdp)
        return FALSE;
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        LoadSlot *slot = &publisher->slots[kind];
        if (publisher->period_ns[kind] == 0)
            continue;
        const CcSdpMedia *media = find_media(sdp, (LoadKind)kind);
        if (!media || !find_payload_type(media, (LoadKind)kind, &slot->payload_type))
            return refuse(error, (LoadKind)kind);
        g_strlcpy(slot->mid, media->mid ? media->mid : "", sizeof slot->mid);
        slot->mid_ext = cc_sdp_media_find_extension(media, CC_SDP_EXT_MID);
        slot->transport_cc_ext = cc_sdp_media_find_extension(media, CC_SDP_EXT_TRANSPORT_CC);
    }
    return load_session_set_remote(&publisher->session, sdp, TRUE, error);
}

gboolean
load_sdp_accept_receiver(LoadReceiver *receiver, const CcSdp *sdp, gboolean we_offered,
                         GError **error)
{
    for (guint kind = 0; kind < LOAD_N_KINDS; kind++) {
        if (!(receiver->expected_kinds & 1u << kind))
            continue;
        const CcSdpMedia *media = find_media(sdp, (LoadKind)kind);
        if (!media || !find_payload_type(media, (LoadKind)kind, &receiver->payload_types[kind]))
            return refuse(error, (LoadKind)kind);
        if (kind == LOAD_VIDEO && media->sources->len > 0)
            receiver->video_ssrc = ((const CcSdpSource *)media->sources->pdata[0])->ssrc;
        load_feedback_negotiated(receiver, (LoadKind)kind,
                                 cc_sdp_media_find_extension(media, CC_SDP_EXT_TRANSPORT_CC));
    }
    return load_session_set_remote(&receiver->session, sdp, we_offered, error);
}
