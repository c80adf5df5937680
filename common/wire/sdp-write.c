/* The SDP writer. Everything but the group, ice-lite and trickle stands at the m-lines. */
#include "common/wire/sdp-internal.h"

static const char *
direction_name(CcSdpDirection direction)
{
    switch (direction) {
    case CC_SDP_SENDONLY:
        return "sendonly";
    case CC_SDP_RECVONLY:
        return "recvonly";
    case CC_SDP_INACTIVE:
        return "inactive";
    case CC_SDP_SENDRECV:
        break;
    }
    return "sendrecv";
}

static const char *
setup_name(CcSdpSetup setup)
{
    switch (setup) {
    case CC_SDP_ACTPASS:
        return "actpass";
    case CC_SDP_ACTIVE:
        return "active";
    case CC_SDP_PASSIVE:
        return "passive";
    case CC_SDP_SETUP_NONE:
        break;
    }
    return NULL;
}

void
cc_sdp_write_bundle(GString *out, const CcSdp *sdp)
{
    gsize start = out->len;

    for (guint i = 0; i < sdp->media->len; i++) {
        const CcSdpMedia *media = sdp->media->pdata[i];
        if (media->bundled && media->mid)
            g_string_append_printf(out, " %s", media->mid);
    }
    if (out->len > start) {
        g_string_insert(out, (gssize)start, "a=group:BUNDLE");
        g_string_append(out, "\r\n");
    }
}

void
cc_sdp_write_ice(GString *out, const CcSdpMedia *media)
{
    if (media->ice_ufrag)
        g_string_append_printf(out, "a=ice-ufrag:%s\r\n", media->ice_ufrag);
    if (media->ice_pwd)
        g_string_append_printf(out, "a=ice-pwd:%s\r\n", media->ice_pwd);
}

void
cc_sdp_write_candidates(GString *out, const CcSdpMedia *media)
{
    for (guint i = 0; i < media->candidates->len; i++) {
        g_autofree char *text = cc_sdp_candidate_to_string(media->candidates->pdata[i]);
        g_string_append_printf(out, "a=%s\r\n", text);
    }
    if (media->end_of_candidates)
        g_string_append(out, "a=end-of-candidates\r\n");
}

static void
write_codecs(GString *out, const CcSdpMedia *media)
{
    for (guint i = 0; i < media->codecs->len; i++) {
        const CcSdpCodec *codec = media->codecs->pdata[i];

        g_string_append_printf(out, "a=rtpmap:%u %s/%u", codec->payload_type, codec->name,
                               codec->clock_rate);
        if (codec->channels > 1)
            g_string_append_printf(out, "/%u", codec->channels);
        g_string_append(out, "\r\n");
        for (guint k = 0; k < codec->feedback->len; k++)
            g_string_append_printf(out, "a=rtcp-fb:%u %s\r\n", codec->payload_type,
                                   (const char *)codec->feedback->pdata[k]);
        if (codec->fmtp)
            g_string_append_printf(out, "a=fmtp:%u %s\r\n", codec->payload_type, codec->fmtp);
    }
}

/* RFC 5576 wants an attribute behind each a=ssrc: a label where there is no cname. */
static void
write_source(GString *out, guint32 ssrc, const char *cname)
{
    g_string_append_printf(out, "a=ssrc:%u %s%s\r\n", ssrc, cname ? "cname:" : "label:-",
                           cname ? cname : "");
}

static void
write_sources(GString *out, const CcSdpMedia *media)
{
    for (guint i = 0; i < media->sources->len; i++) {
        const CcSdpSource *source = media->sources->pdata[i];

        if (source->rtx_ssrc)
            g_string_append_printf(out, "a=ssrc-group:FID %u %u\r\n", source->ssrc,
                                   source->rtx_ssrc);
        write_source(out, source->ssrc, source->cname);
        if (source->rtx_ssrc)
            write_source(out, source->rtx_ssrc, source->cname);
    }
}

static void
write_media_line(GString *out, const CcSdpMedia *media)
{
    g_string_append_printf(out, "m=%s %u %s", media->media, media->port, media->protocol);
    for (guint i = 0; i < media->formats->len; i++)
        g_string_append_printf(out, " %s", (const char *)media->formats->pdata[i]);
    g_string_append(out, "\r\nc=IN IP4 0.0.0.0\r\n");
}

static void
write_media(GString *out, const CcSdpMedia *media)
{
    write_media_line(out, media);
    if (media->mid)
        g_string_append_printf(out, "a=mid:%s\r\n", media->mid);
    if (media->bundle_only)
        g_string_append(out, "a=bundle-only\r\n");
    cc_sdp_write_ice(out, media);
    if (media->fingerprint && media->fingerprint_hash)
        g_string_append_printf(out, "a=fingerprint:%s %s\r\n", media->fingerprint_hash,
                               media->fingerprint);
    if (setup_name(media->setup))
        g_string_append_printf(out, "a=setup:%s\r\n", setup_name(media->setup));
    if (media->rtcp_mux)
        g_string_append(out, "a=rtcp-mux\r\n");
    if (media->rtcp_mux && media->bundled) /* RFC 9725 section 4.4.1: in offers and answers */
        g_string_append(out, "a=rtcp-mux-only\r\n");
    if (media->rtcp_reduced_size)
        g_string_append(out, "a=rtcp-rsize\r\n");
    g_string_append_printf(out, "a=%s\r\n", direction_name(media->direction));
    if (media->stream_id)
        g_string_append_printf(out, "a=msid:%s%s%s\r\n", media->stream_id,
                               media->track_id ? " " : "", media->track_id ? media->track_id : "");
    write_codecs(out, media);
    for (guint i = 0; i < media->extensions->len; i++) {
        const CcSdpExtension *extension = media->extensions->pdata[i];
        g_string_append_printf(out, "a=extmap:%u %s\r\n", extension->id, extension->uri);
    }
    cc_sdp_write_simulcast(out, media);
    write_sources(out, media);
    cc_sdp_write_candidates(out, media);
}

char *
cc_sdp_to_string(const CcSdp *sdp)
{
    GString *out = g_string_new("v=0\r\n");

    g_string_append_printf(
        out, "o=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
        sdp->session_id, sdp->session_version);
    cc_sdp_write_bundle(out, sdp);
    if (sdp->ice_lite)
        g_string_append(out, "a=ice-lite\r\n");
    if (sdp->trickle)
        g_string_append(out, "a=ice-options:trickle\r\n");
    for (guint i = 0; i < sdp->media->len; i++)
        write_media(out, sdp->media->pdata[i]);
    return g_string_free(out, FALSE);
}
