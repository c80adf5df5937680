/* From an offer to the answer and to what the session will carry. */
#include "common/wire/negotiation.h"

#include <string.h>

#include "common/base/error.h"
#include "common/base/slots.h"
#include "common/wire/negotiation-internal.h"

static gboolean
credential_is_good(const char *text, gsize min_length)
{
    gsize length = text ? strlen(text) : 0;

    if (length < min_length || length > 256) /* RFC 8839 section 5.4 */
        return FALSE;
    for (const char *p = text; *p; p++) {
        if (!g_ascii_isgraph(*p) || *p == ':') /* a colon would break STUN's USERNAME */
            return FALSE;
    }
    return TRUE;
}

/* "AB:CD:…" of the hash's length (RFC 8122 section 5). SHA-1 and MD5 prove nothing any more. */
static gboolean
fingerprint_is_good(const CcSdpMedia *media)
{
    static const struct {
        const char *hash;
        gsize n_bytes;
    } hashes[] = {{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}};

    if (!media->fingerprint)
        return FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(hashes); i++) {
        const char *p = media->fingerprint;

        if (strcmp(hashes[i].hash, media->fingerprint_hash) != 0)
            continue;
        if (strlen(p) != hashes[i].n_bytes * 3 - 1)
            return FALSE;
        for (gsize k = 0; p[k]; k++) {
            if (k % 3 == 2 ? p[k] != ':' : !g_ascii_isxdigit(p[k]))
                return FALSE;
        }
        return TRUE;
    }
    return FALSE;
}

/* Bundled m-lines share one transport, which the first that describes it describes for all
 * (RFC 9143 section 7.2.1: the others may leave it out). */
static gboolean
read_transport(const CcSdp *offer, CcNegotiated *negotiated, GError **error)
{
    const CcSdpMedia *ice = NULL, *dtls = NULL;

    for (guint i = 0; i < offer->media->len; i++) {
        const CcSdpMedia *media = offer->media->pdata[i];

        if (!media->bundled)
            continue;
        if (!ice && (media->ice_ufrag || media->ice_pwd))
            ice = media;
        if (!dtls && media->fingerprint)
            dtls = media;
    }
    if (!ice || !credential_is_good(ice->ice_ufrag, 4) || !credential_is_good(ice->ice_pwd, 22)) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_ICE,
                            "the offer has no usable ICE credentials (a=ice-ufrag, a=ice-pwd)");
        return FALSE;
    }
    if (!dtls || !fingerprint_is_good(dtls)) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_FINGERPRINT,
                            "the offer has no usable DTLS fingerprint (a=fingerprint, sha-256 or "
                            "stronger)");
        return FALSE;
    }
    g_strlcpy(negotiated->remote_ufrag, ice->ice_ufrag, sizeof negotiated->remote_ufrag);
    g_strlcpy(negotiated->remote_pwd, ice->ice_pwd, sizeof negotiated->remote_pwd);
    g_strlcpy(negotiated->fingerprint_hash, dtls->fingerprint_hash,
              sizeof negotiated->fingerprint_hash);
    g_strlcpy(negotiated->fingerprint, dtls->fingerprint, sizeof negotiated->fingerprint);
    negotiated->dtls_client = dtls->setup == CC_SDP_PASSIVE;
    return TRUE;
}

guint
cc_negotiated_index(const CcNegotiated *negotiated, const CcSlot *slot)
{
    guint index = 0;
    for (guint i = 0; i < negotiated->n_slots; i++) {
        const CcSlot *other = &negotiated->slots[i];
        index += other->kind == slot->kind && other->m_line < slot->m_line;
    }
    return index;
}

/* 0: the teacher. */
static guint
speaker_of(CcMediaKind kind, guint index)
{
    if (kind == CC_MEDIA_AUDIO)
        return index;
    return index < CC_VIDEO_GUESTS ? 0 : index - CC_VIDEO_GUESTS + 1;
}

void
cc_negotiate_cname(const CcNegotiated *negotiated, const CcSlot *slot, const char *cname,
                   char name[CC_CNAME_SIZE])
{
    guint speaker = speaker_of(slot->kind, cc_negotiated_index(negotiated, slot));
    if (speaker == 0)
        g_strlcpy(name, cname, CC_CNAME_SIZE);
    else
        g_snprintf(name, CC_CNAME_SIZE, "%.24s-g%u", cname, speaker);
}

static gboolean
has_room_for(const CcNegotiated *negotiated, CcMediaKind kind, const CcAnswerOptions *options)
{
    guint n = cc_negotiated_index(negotiated, &(CcSlot){.kind = kind, .m_line = G_MAXUINT});

    return n < (kind == CC_MEDIA_AUDIO ? options->max_audios : options->max_videos) &&
           negotiated->n_slots < CC_MAX_SLOTS;
}

/* What the first m-line of the bundle says also stands for bundle-only ones, which leave it out
 * (RFC 9143 section 7.1.3). */
static gboolean
bundle_has_mux(const CcSdp *offer)
{
    for (guint i = 0; i < offer->media->len; i++) {
        const CcSdpMedia *media = offer->media->pdata[i];
        if (media->bundled && !media->bundle_only)
            return media->rtcp_mux;
    }
    return FALSE;
}

static gboolean
refuse(GError **error, const guint *verdicts)
{
    if (verdicts[CC_SLOT_NOT_BUNDLED])
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_BUNDLE,
                            "the offer does not bundle its m-lines (a=group:BUNDLE)");
    else if (verdicts[CC_SLOT_BAD_MID])
        g_set_error_literal(error, CC_ERROR, CC_ERROR_BAD_OFFER, "a mid is longer than 16 bytes");
    else if (verdicts[CC_SLOT_NO_MUX])
        g_set_error_literal(error, CC_ERROR, CC_ERROR_BAD_OFFER, "an m-line has no a=rtcp-mux");
    else if (verdicts[CC_SLOT_TOO_MANY])
        g_set_error_literal(error, CC_ERROR, CC_ERROR_BAD_OFFER,
                            "the offer has more audio or video tracks than may be sent here");
    else if (verdicts[CC_SLOT_NO_CODEC])
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_CODEC,
                            "an m-line has no codec in common with this relay");
    else if (verdicts[CC_SLOT_BAD_DIRECTION])
        g_set_error_literal(error, CC_ERROR, CC_ERROR_BAD_OFFER,
                            "the m-lines' direction is wrong: to publish wants sendonly, to watch "
                            "wants recvonly");
    else
        g_set_error_literal(error, CC_ERROR, CC_ERROR_BAD_OFFER,
                            "the offer has no audio or video over DTLS-SRTP");
    return FALSE;
}

/* Does one m-line spoil the whole offer? Bundling does; and a publisher must not believe that what
 * nobody gets is sent (RFC 9725 section 4.4.3: no partially successful answers). A watcher gets
 * what there is. */
static gboolean
is_spoilt(const guint *verdicts, const CcAnswerOptions *options)
{
    if (verdicts[CC_SLOT_NOT_BUNDLED] || verdicts[CC_SLOT_BAD_MID] || verdicts[CC_SLOT_NO_MUX])
        return TRUE;
    return options->direction == CC_DIRECTION_PUBLISH &&
           (verdicts[CC_SLOT_TOO_MANY] || verdicts[CC_SLOT_NO_CODEC] ||
            verdicts[CC_SLOT_BAD_DIRECTION] || verdicts[CC_SLOT_NOT_SECURE]);
}

static gboolean
choose_slots(const CcSdp *offer, const CcAnswerOptions *options, CcNegotiated *negotiated,
             GError **error)
{
    guint verdicts[CC_N_SLOT_VERDICTS] = {0};
    gboolean mux = bundle_has_mux(offer);

    for (guint i = 0; i < offer->media->len; i++) {
        const CcSdpMedia *media = offer->media->pdata[i];
        CcSlot slot;
        CcSlotVerdict verdict = cc_negotiate_slot(media, mux, options, &slot);

        if (verdict == CC_SLOT_ACCEPTED && !has_room_for(negotiated, media->kind, options))
            verdict = CC_SLOT_TOO_MANY;
        verdicts[verdict]++;
        if (verdict != CC_SLOT_ACCEPTED)
            continue;
        slot.m_line = i;
        if (options->direction == CC_DIRECTION_WATCH) {
            slot.ssrc = options->first_ssrc + 2 * negotiated->n_slots;
            for (guint k = 0; k < slot.n_codecs; k++) {
                if (slot.codecs[k].rtx_payload_type)
                    slot.rtx_ssrc = slot.ssrc + 1;
            }
        }
        negotiated->slots[negotiated->n_slots++] = slot;
    }
    if (negotiated->n_slots == 0 || is_spoilt(verdicts, options))
        return refuse(error, verdicts);
    return TRUE;
}

static gboolean
check_mids(const CcSdp *offer, GError **error)
{
    g_autoptr(GHashTable) mids = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < offer->media->len; i++) {
        CcSdpMedia *media = offer->media->pdata[i];

        if (media->mid && !g_hash_table_add(mids, media->mid)) {
            g_set_error_literal(error, CC_ERROR, CC_ERROR_BAD_OFFER, "a mid appears twice");
            return FALSE;
        }
    }
    return TRUE;
}

/* "host" candidates (RFC 8445 section 5.1.2.1): all UDP ones before all TCP ones (RFC 6544 section
 * 4.2: type preference 99 and direction preference 4 for passive), each in the order of preference.
 */
static void
add_candidates(CcSdpMedia *media, const CcAnswerOptions *options)
{
    for (guint i = 0; options->udp_port && options->addresses && options->addresses[i]; i++) {
        guint32 priority = 126u << 24 | (65535 - MIN(i, 65535)) << 8 | 255;
        cc_sdp_media_add_candidate(media, "udp", priority, options->addresses[i], options->udp_port,
                                   "host", NULL);
    }
    for (guint i = 0; options->tcp_port && options->addresses && options->addresses[i]; i++) {
        guint32 priority = 99u << 24 | (4u << 13 | (8191 - MIN(i, 8191))) << 8 | 255;
        cc_sdp_media_add_candidate(media, "tcp", priority, options->addresses[i], options->tcp_port,
                                   "host", "passive");
    }
    media->end_of_candidates = TRUE;
}

static char *
answer_fmtp(const CcSdpCodec *offered, const CcSlotCodec *codec)
{
    g_autofree char *stereo = NULL;

    switch (codec->codec) {
    case CC_CODEC_OPUS:
        stereo = cc_sdp_codec_get_parameter(offered, "stereo");
        return g_strdup_printf("minptime=10;useinbandfec=1%s",
                               g_strcmp0(stereo, "1") == 0 ? ";stereo=1" : "");
    case CC_CODEC_H264:
        return g_strdup_printf("level-asymmetry-allowed=1;packetization-mode=1;"
                               "profile-level-id=%06x",
                               codec->h264_profile);
    case CC_CODEC_VP9:
        return g_strdup("profile-id=0");
    default:
        return NULL;
    }
}

static void
answer_codecs(CcSdpMedia *answer, const CcSdpMedia *offer, const CcSlot *slot,
              const CcAnswerOptions *options)
{
    static const char *const kinds[] = {"transport-cc", "goog-remb", "ccm fir",
                                        "ccm tmmbr",    "nack",      "nack pli"};

    for (guint i = 0; i < slot->n_codecs; i++) {
        const CcSlotCodec *codec = &slot->codecs[i];
        const CcSdpCodec *offered = cc_sdp_media_find_codec(offer, codec->payload_type);
        g_autofree char *fmtp = answer_fmtp(offered, codec);
        CcSdpCodec *answered = cc_sdp_media_add_codec(answer, codec->payload_type, offered->name,
                                                      offered->clock_rate, offered->channels, fmtp);

        for (guint k = 0; k < G_N_ELEMENTS(kinds); k++) {
            if (cc_negotiate_feedback_allowed(options, slot, kinds[k]) &&
                cc_sdp_codec_has_feedback(offered, kinds[k]))
                cc_sdp_codec_add_feedback(answered, kinds[k]);
        }
        if (codec->rtx_payload_type) {
            g_autofree char *apt = g_strdup_printf("apt=%u", codec->payload_type);
            cc_sdp_media_add_codec(answer, codec->rtx_payload_type, "rtx", offered->clock_rate,
                                   offered->channels, apt);
        }
        if (codec->red_payload_type) {
            g_autofree char *blocks =
                g_strdup_printf("%u/%u", codec->payload_type, codec->payload_type);
            cc_sdp_media_add_codec(answer, codec->red_payload_type, "red", offered->clock_rate,
                                   offered->channels, blocks);
        }
    }
}

static void
answer_extensions(CcSdpMedia *answer, const CcSlot *slot)
{
    if (slot->mid_ext)
        cc_sdp_media_add_extension(answer, slot->mid_ext, CC_SDP_EXT_MID);
    if (slot->rid_ext)
        cc_sdp_media_add_extension(answer, slot->rid_ext, CC_SDP_EXT_RID);
    if (slot->repaired_rid_ext)
        cc_sdp_media_add_extension(answer, slot->repaired_rid_ext, CC_SDP_EXT_REPAIRED_RID);
    if (slot->transport_cc_ext)
        cc_sdp_media_add_extension(answer, slot->transport_cc_ext, CC_SDP_EXT_TRANSPORT_CC);
}

static void
answer_accepted(CcSdpMedia *answer, const CcSdpMedia *offer, const CcNegotiated *negotiated,
                const CcSlot *slot, const CcAnswerOptions *options)
{
    char cname[CC_CNAME_SIZE];

    answer->bundled = TRUE;
    answer->rtcp_mux = TRUE;
    answer->rtcp_reduced_size = offer->rtcp_reduced_size;
    answer_codecs(answer, offer, slot, options);
    answer_extensions(answer, slot);
    cc_negotiate_answer_layers(answer, offer, slot);
    if (options->direction == CC_DIRECTION_PUBLISH) {
        answer->direction = CC_SDP_RECVONLY;
        return;
    }
    answer->direction = CC_SDP_SENDONLY;
    cc_negotiate_cname(negotiated, slot, options->cname, cname);
    answer->stream_id = g_strdup(cname);
    answer->track_id = g_strdup_printf("%s%u", answer->media, slot->m_line);
    cc_sdp_media_add_source(answer, slot->ssrc, slot->rtx_ssrc, cname);
}

/* Port 0, but with one format of the offer, as RFC 3264 section 6 wants. */
static void
answer_rejected(CcSdpMedia *answer, const CcSdpMedia *offer)
{
    const CcSdpCodec *codec = offer->codecs->len ? offer->codecs->pdata[0] : NULL;

    answer->port = 0;
    answer->bundled = FALSE;
    answer->direction = CC_SDP_INACTIVE;
    answer->rtcp_mux = answer->rtcp_reduced_size = FALSE;
    g_ptr_array_set_size(answer->formats, 0);
    if (codec)
        cc_sdp_media_add_codec(answer, codec->payload_type, codec->name, codec->clock_rate,
                               codec->channels, NULL);
    else
        g_ptr_array_add(answer->formats, g_strdup(offer->formats->pdata[0]));
}

static const CcSlot *
find_slot(const CcNegotiated *negotiated, guint m_line)
{
    for (guint i = 0; i < negotiated->n_slots; i++) {
        if (negotiated->slots[i].m_line == m_line)
            return &negotiated->slots[i];
    }
    return NULL;
}

static CcSdp *
make_answer(const CcSdp *offer, const CcAnswerOptions *options, const CcNegotiated *negotiated)
{
    CcSdp *answer = cc_sdp_new();

    /* Only has to be a number of its own for each session; the ufrag is random already. */
    answer->session_id = (guint64)g_str_hash(options->ufrag) << 16 | 1;
    answer->session_version = 1;
    answer->ice_lite = TRUE;
    answer->trickle = offer->trickle;
    for (guint i = 0; i < offer->media->len; i++) {
        const CcSdpMedia *offered = offer->media->pdata[i];
        const CcSlot *slot = find_slot(negotiated, i);
        CcSdpMedia *media = cc_sdp_add_media(answer, offered->kind, offered->mid);

        g_free(media->media);
        media->media = g_strdup(offered->media);
        g_free(media->protocol);
        media->protocol = g_strdup(offered->protocol);
        media->setup = negotiated->dtls_client ? CC_SDP_ACTIVE : CC_SDP_PASSIVE;
        media->ice_ufrag = g_strdup(options->ufrag);
        media->ice_pwd = g_strdup(options->pwd);
        media->fingerprint_hash = g_strdup("sha-256");
        media->fingerprint = g_strdup(options->fingerprint);
        if (slot)
            answer_accepted(media, offered, negotiated, slot, options);
        else
            answer_rejected(media, offered);
        if (slot == &negotiated->slots[0])
            add_candidates(media, options);
    }
    return answer;
}

CcSdp *
cc_negotiate_answer(const CcSdp *offer, const CcAnswerOptions *options, CcNegotiated *negotiated,
                    GError **error)
{
    memset(negotiated, 0, sizeof *negotiated);
    if (!check_mids(offer, error) || !choose_slots(offer, options, negotiated, error) ||
        !read_transport(offer, negotiated, error))
        return NULL;
    return make_answer(offer, options, negotiated);
}
