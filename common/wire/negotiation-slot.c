/* What one offered m-line can carry. */
#include <string.h>

#include "common/wire/negotiation-internal.h"

#define H264_DEFAULT_PROFILE 0x42000a /* RFC 6184 section 8.1: Baseline, level 1 */
#define MAX_ONE_BYTE_ID 14            /* RFC 8285 section 4.2; we write this form */

/* @name of fmtp as a number in @base; @fallback if it is absent, -1 if it is nonsense. */
static gint64
read_parameter(const CcSdpCodec *codec, const char *name, guint base, gint64 fallback)
{
    g_autofree char *text = cc_sdp_codec_get_parameter(codec, name);
    guint64 value;

    if (!text)
        return fallback;
    return g_ascii_string_to_unsigned(text, base, 0, G_MAXUINT32, &value, NULL) ? (gint64)value
                                                                                : -1;
}

static gboolean
read_codec(const CcSdpCodec *offered, CcMediaKind kind, CcSlotCodec *codec)
{
    gint64 profile = 0;

    codec->codec = cc_codec_from_name(offered->name);
    if (codec->codec == CC_CODEC_NONE || cc_codec_kind(codec->codec) != kind ||
        offered->clock_rate != cc_codec_clock_rate(codec->codec))
        return FALSE;
    if (codec->codec == CC_CODEC_OPUS && offered->channels != 2) /* RFC 7587 section 7 */
        return FALSE;
    if (codec->codec == CC_CODEC_VP9 && read_parameter(offered, "profile-id", 10, 0) != 0)
        return FALSE;
    if (codec->codec == CC_CODEC_H264) {
        profile = read_parameter(offered, "profile-level-id", 16, H264_DEFAULT_PROFILE);
        if (read_parameter(offered, "packetization-mode", 10, 0) != 1 || profile <= 0 ||
            profile > 0xffffff)
            return FALSE;
    }
    codec->payload_type = offered->payload_type;
    codec->h264_profile = (guint32)profile;
    return TRUE;
}

/* RFC 2198 section 5: all of red's blocks are @primary. 0 if that is not offered. */
static guint8
find_red(const CcSdpMedia *offer, const CcSdpCodec *primary)
{
    g_autofree char *number = g_strdup_printf("%u", primary->payload_type);
    for (guint i = 0; i < offer->codecs->len; i++) {
        const CcSdpCodec *codec = offer->codecs->pdata[i];
        if (g_ascii_strcasecmp(codec->name, "red") != 0 || !codec->fmtp ||
            codec->clock_rate != primary->clock_rate || codec->channels != primary->channels)
            continue;
        g_auto(GStrv) blocks = g_strsplit(codec->fmtp, "/", -1);
        guint n = 0;
        while (blocks[n] && strcmp(g_strstrip(blocks[n]), number) == 0)
            n++;
        if (n > 0 && !blocks[n])
            return codec->payload_type;
    }
    return 0;
}

static gboolean
is_accepted(CcCodec codec, const CcAnswerOptions *options)
{
    for (guint i = 0; i < options->n_codecs; i++) {
        if (options->codecs[i] == codec)
            return TRUE;
    }
    return FALSE;
}

static void
choose_codecs(const CcSdpMedia *offer, const CcAnswerOptions *options, CcSlot *slot)
{
    guint max = options->direction == CC_DIRECTION_PUBLISH ? 1 : CC_MAX_SLOT_CODECS;

    for (guint i = 0; i < offer->codecs->len && slot->n_codecs < max; i++) {
        const CcSdpCodec *offered = offer->codecs->pdata[i];
        CcSlotCodec codec = {0};
        CcSdpCodec *rtx;

        if (!read_codec(offered, offer->kind, &codec) || !is_accepted(codec.codec, options))
            continue;
        rtx = cc_sdp_media_find_rtx(offer, offered->payload_type);
        if (rtx && rtx->clock_rate == offered->clock_rate)
            codec.rtx_payload_type = rtx->payload_type;
        if (codec.codec == CC_CODEC_OPUS)
            codec.red_payload_type = find_red(offer, offered);
        slot->codecs[slot->n_codecs++] = codec;
    }
}

/* The offer's id for @uri if we can write it, else 0. An id that is used twice is nobody's. */
static guint8
choose_extension(const CcSdpMedia *offer, const char *uri)
{
    guint8 id = cc_sdp_media_find_extension(offer, uri);
    guint n = 0;

    for (guint i = 0; i < offer->extensions->len; i++)
        n += ((const CcSdpExtension *)offer->extensions->pdata[i])->id == id;
    return n == 1 && id <= MAX_ONE_BYTE_ID ? id : 0;
}

/* TRUE if whatever is lost can be sent again as another packet (RFC 4588). */
static gboolean
can_repair(const CcSlot *slot)
{
    for (guint i = 0; i < slot->n_codecs; i++) {
        if (slot->codecs[i].rtx_payload_type == 0)
            return FALSE;
    }
    return TRUE;
}

/* The relay numbers each packet anew, so it cannot send one a second time as it was: SRTP must not
 * encrypt two things under one number. Where pictures could not be repaired, that is worth more. */
static gboolean
may_number(const CcAnswerOptions *options, const CcSlot *slot)
{
    return options->direction == CC_DIRECTION_PUBLISH || slot->kind == CC_MEDIA_AUDIO ||
           can_repair(slot);
}

gboolean
cc_negotiate_feedback_allowed(const CcAnswerOptions *options, const CcSlot *slot,
                              const char *feedback)
{
    if (strcmp(feedback, "nack") == 0)
        return options->direction == CC_DIRECTION_PUBLISH || slot->transport_cc_ext == 0 ||
               can_repair(slot);
    if (strcmp(feedback, "transport-cc") == 0)
        return slot->transport_cc_ext != 0;
    if (strcmp(feedback, "goog-remb") == 0) /* for want of something better */
        return options->direction == CC_DIRECTION_WATCH && slot->kind == CC_MEDIA_VIDEO &&
               slot->transport_cc_ext == 0;
    if (strcmp(feedback, "ccm tmmbr") == 0) /* the relay tells its publishers, not the other way */
        return options->direction == CC_DIRECTION_PUBLISH;
    return slot->kind == CC_MEDIA_VIDEO &&
           (strcmp(feedback, "nack pli") == 0 || strcmp(feedback, "ccm fir") == 0);
}

static gboolean
has_feedback(const CcSdpMedia *offer, const CcAnswerOptions *options, const CcSlot *slot,
             const char *feedback)
{
    if (!cc_negotiate_feedback_allowed(options, slot, feedback))
        return FALSE;
    for (guint i = 0; i < slot->n_codecs; i++) {
        const CcSdpCodec *codec = cc_sdp_media_find_codec(offer, slot->codecs[i].payload_type);
        if (cc_sdp_codec_has_feedback(codec, feedback))
            return TRUE;
    }
    return FALSE;
}

static void
choose_features(const CcSdpMedia *offer, const CcAnswerOptions *options, CcSlot *slot)
{
    slot->mid_ext = choose_extension(offer, CC_SDP_EXT_MID);
    if (may_number(options, slot))
        slot->transport_cc_ext = choose_extension(offer, CC_SDP_EXT_TRANSPORT_CC);
    if (options->direction == CC_DIRECTION_PUBLISH && offer->kind == CC_MEDIA_VIDEO) {
        slot->rid_ext = choose_extension(offer, CC_SDP_EXT_RID);
        slot->repaired_rid_ext = choose_extension(offer, CC_SDP_EXT_REPAIRED_RID);
    }
    slot->transport_cc = has_feedback(offer, options, slot, "transport-cc");
    if (!slot->transport_cc)
        slot->transport_cc_ext = 0; /* numbers without feedback would be waste */
    slot->nack = has_feedback(offer, options, slot, "nack");
    slot->pli = has_feedback(offer, options, slot, "nack pli");
    slot->fir = has_feedback(offer, options, slot, "ccm fir");
    slot->tmmbr = has_feedback(offer, options, slot, "ccm tmmbr");
    slot->remb = has_feedback(offer, options, slot, "goog-remb");
}

static gboolean
direction_fits(const CcSdpMedia *offer, const CcAnswerOptions *options)
{
    return offer->direction == CC_SDP_SENDRECV ||
           offer->direction ==
               (options->direction == CC_DIRECTION_PUBLISH ? CC_SDP_SENDONLY : CC_SDP_RECVONLY);
}

CcSlotVerdict
cc_negotiate_slot(const CcSdpMedia *offer, gboolean bundle_mux, const CcAnswerOptions *options,
                  CcSlot *slot)
{
    gboolean rejected = offer->port == 0 && !offer->bundle_only;
    gboolean secure = g_str_has_suffix(offer->protocol, "/TLS/RTP/SAVPF") ||
                      g_str_has_suffix(offer->protocol, "/TLS/RTP/SAVP");

    memset(slot, 0, sizeof *slot);
    slot->kind = offer->kind;
    if (offer->kind == CC_MEDIA_OTHER || rejected)
        return CC_SLOT_UNUSABLE;
    if (!secure)
        return CC_SLOT_NOT_SECURE;
    if (!offer->bundled)
        return CC_SLOT_NOT_BUNDLED;
    if (strlen(offer->mid) >= sizeof slot->mid)
        return CC_SLOT_BAD_MID;
    if (!direction_fits(offer, options))
        return CC_SLOT_BAD_DIRECTION;
    if (!offer->rtcp_mux && !(offer->bundle_only && bundle_mux))
        return CC_SLOT_NO_MUX;
    choose_codecs(offer, options, slot);
    if (slot->n_codecs == 0)
        return CC_SLOT_NO_CODEC;
    g_strlcpy(slot->mid, offer->mid, sizeof slot->mid);
    choose_features(offer, options, slot);
    if (options->direction == CC_DIRECTION_PUBLISH && offer->sources->len > 0) {
        const CcSdpSource *source = offer->sources->pdata[0];
        slot->ssrc = source->ssrc;
        slot->rtx_ssrc = source->rtx_ssrc;
    }
    if (options->direction == CC_DIRECTION_PUBLISH)
        cc_negotiate_layers(offer, slot);
    return CC_SLOT_ACCEPTED;
}
