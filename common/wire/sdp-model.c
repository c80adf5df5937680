/* The SDP model: making, freeing and asking. */
#include <string.h>

#include "common/wire/sdp-internal.h"

static void
codec_free(gpointer data)
{
    CcSdpCodec *codec = data;
    g_free(codec->name);
    g_free(codec->fmtp);
    g_ptr_array_unref(codec->feedback);
    g_free(codec);
}

static void
extension_free(gpointer data)
{
    CcSdpExtension *extension = data;
    g_free(extension->uri);
    g_free(extension);
}

static void
source_free(gpointer data)
{
    CcSdpSource *source = data;
    g_free(source->cname);
    g_free(source);
}

CcSdpMedia *
cc_sdp_media_new(void)
{
    CcSdpMedia *media = g_new0(CcSdpMedia, 1);

    media->kind = CC_MEDIA_OTHER;
    media->formats = g_ptr_array_new_with_free_func(g_free);
    media->codecs = g_ptr_array_new_with_free_func(codec_free);
    media->extensions = g_ptr_array_new_with_free_func(extension_free);
    media->sources = g_ptr_array_new_with_free_func(source_free);
    media->rids = g_ptr_array_new_with_free_func(cc_sdp_rid_free);
    for (guint i = 0; i < CC_SDP_N_RID_DIRECTIONS; i++)
        media->simulcast[i] = g_ptr_array_new_with_free_func(g_free);
    media->candidates = g_ptr_array_new_with_free_func((GDestroyNotify)cc_sdp_candidate_free);
    return media;
}

void
cc_sdp_media_free(CcSdpMedia *media)
{
    if (!media)
        return;
    g_free(media->media);
    g_free(media->protocol);
    g_free(media->mid);
    g_free(media->ice_ufrag);
    g_free(media->ice_pwd);
    g_free(media->fingerprint_hash);
    g_free(media->fingerprint);
    g_free(media->stream_id);
    g_free(media->track_id);
    g_ptr_array_unref(media->formats);
    g_ptr_array_unref(media->codecs);
    g_ptr_array_unref(media->extensions);
    g_ptr_array_unref(media->sources);
    g_ptr_array_unref(media->rids);
    for (guint i = 0; i < CC_SDP_N_RID_DIRECTIONS; i++)
        g_ptr_array_unref(media->simulcast[i]);
    g_ptr_array_unref(media->candidates);
    g_free(media);
}

CcSdp *
cc_sdp_new(void)
{
    CcSdp *sdp = g_new0(CcSdp, 1);

    sdp->session_id = 1;
    sdp->session_version = 1;
    sdp->media = g_ptr_array_new_with_free_func((GDestroyNotify)cc_sdp_media_free);
    return sdp;
}

void
cc_sdp_free(CcSdp *sdp)
{
    if (!sdp)
        return;
    g_ptr_array_unref(sdp->media);
    g_free(sdp);
}

CcSdpMedia *
cc_sdp_add_media(CcSdp *sdp, CcMediaKind kind, const char *mid)
{
    CcSdpMedia *media = cc_sdp_media_new();
    gboolean rtp = kind != CC_MEDIA_OTHER;

    media->kind = kind;
    media->media = g_strdup(kind == CC_MEDIA_AUDIO   ? "audio"
                            : kind == CC_MEDIA_VIDEO ? "video"
                                                     : "application");
    media->protocol = g_strdup(rtp ? "UDP/TLS/RTP/SAVPF" : "UDP/DTLS/SCTP");
    media->port = 9;
    media->mid = g_strdup(mid);
    media->rtcp_mux = rtp;
    media->rtcp_reduced_size = rtp;
    media->bundled = mid != NULL;
    if (!rtp)
        g_ptr_array_add(media->formats, g_strdup("webrtc-datachannel"));
    g_ptr_array_add(sdp->media, media);
    return media;
}

CcSdpCodec *
cc_sdp_media_add_codec(CcSdpMedia *media, guint8 payload_type, const char *name, guint clock_rate,
                       guint channels, const char *fmtp)
{
    CcSdpCodec *codec = g_new0(CcSdpCodec, 1);

    codec->payload_type = payload_type;
    codec->name = g_strdup(name);
    codec->clock_rate = clock_rate;
    codec->channels = MAX(channels, 1);
    codec->fmtp = g_strdup(fmtp);
    codec->feedback = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(media->codecs, codec);
    g_ptr_array_add(media->formats, g_strdup_printf("%u", payload_type));
    return codec;
}

void
cc_sdp_codec_add_feedback(CcSdpCodec *codec, const char *feedback)
{
    if (!cc_sdp_codec_has_feedback(codec, feedback))
        g_ptr_array_add(codec->feedback, g_strdup(feedback));
}

void
cc_sdp_media_add_extension(CcSdpMedia *media, guint8 id, const char *uri)
{
    CcSdpExtension *extension = g_new0(CcSdpExtension, 1);

    extension->id = id;
    extension->uri = g_strdup(uri);
    g_ptr_array_add(media->extensions, extension);
}

CcSdpSource *
cc_sdp_media_add_source(CcSdpMedia *media, guint32 ssrc, guint32 rtx_ssrc, const char *cname)
{
    CcSdpSource *source = g_new0(CcSdpSource, 1);

    source->ssrc = ssrc;
    source->rtx_ssrc = rtx_ssrc;
    source->cname = g_strdup(cname);
    g_ptr_array_add(media->sources, source);
    return source;
}

CcSdpCodec *
cc_sdp_media_find_codec(const CcSdpMedia *media, guint8 payload_type)
{
    for (guint i = 0; i < media->codecs->len; i++) {
        CcSdpCodec *codec = media->codecs->pdata[i];
        if (codec->payload_type == payload_type)
            return codec;
    }
    return NULL;
}

CcSdpCodec *
cc_sdp_media_find_rtx(const CcSdpMedia *media, guint8 payload_type)
{
    for (guint i = 0; i < media->codecs->len; i++) {
        CcSdpCodec *codec = media->codecs->pdata[i];
        g_autofree char *apt = NULL;
        guint64 value;

        if (g_ascii_strcasecmp(codec->name, "rtx") != 0)
            continue;
        apt = cc_sdp_codec_get_parameter(codec, "apt");
        if (apt && g_ascii_string_to_unsigned(apt, 10, 0, 127, &value, NULL) &&
            value == payload_type)
            return codec;
    }
    return NULL;
}

guint8
cc_sdp_media_find_extension(const CcSdpMedia *media, const char *uri)
{
    for (guint i = 0; i < media->extensions->len; i++) {
        const CcSdpExtension *extension = media->extensions->pdata[i];
        if (g_strcmp0(extension->uri, uri) == 0)
            return extension->id;
    }
    return 0;
}

gboolean
cc_sdp_codec_has_feedback(const CcSdpCodec *codec, const char *feedback)
{
    for (guint i = 0; i < codec->feedback->len; i++) {
        if (g_ascii_strcasecmp(codec->feedback->pdata[i], feedback) == 0)
            return TRUE;
    }
    return FALSE;
}

char *
cc_sdp_codec_get_parameter(const CcSdpCodec *codec, const char *name)
{
    gsize name_length = strlen(name);
    const char *p = codec->fmtp;

    while (p && *p) {
        const char *end;

        while (*p == ' ' || *p == ';')
            p++;
        end = strchrnul(p, ';');
        if (g_ascii_strncasecmp(p, name, name_length) == 0 && p[name_length] == '=')
            return g_strstrip(g_strndup(p + name_length + 1, (gsize)(end - p) - name_length - 1));
        p = end;
    }
    return NULL;
}
