#include "client/recv/rtp-route.h"

#include <stdlib.h>
#include <string.h>

#include "common/wire/bytes.h"
#include "common/wire/rtp.h"

static void
add_formats(CcRtpRoute *route, CcRouteStream *stream, const CcSdpMedia *media)
{
    for (guint i = 0; i < media->codecs->len && route->n_formats < G_N_ELEMENTS(route->formats);
         i++) {
        const CcSdpCodec *codec = media->codecs->pdata[i];
        CcCodec known = cc_codec_from_name(codec->name);
        gboolean rtx = g_ascii_strcasecmp(codec->name, "rtx") == 0;
        gboolean red = g_ascii_strcasecmp(codec->name, "red") == 0 && media->kind == CC_MEDIA_AUDIO;
        if (known == CC_CODEC_NONE && !rtx && !red)
            continue;
        stream->nack |= cc_sdp_codec_has_feedback(codec, "nack");
        if (cc_rtp_route_format(route, codec->payload_type) != NULL)
            continue; /* the same in each m-line of a bundle (RFC 9143 section 9.1) */
        g_autofree char *apt = rtx ? cc_sdp_codec_get_parameter(codec, "apt") : NULL;
        route->formats[route->n_formats++] = (CcRouteFormat){
            .codec = known,
            .payload_type = codec->payload_type,
            .apt = apt != NULL ? (guint8)atoi(apt) : 0,
            .clock_rate = codec->clock_rate,
            .kind = media->kind,
            .red = red,
        };
    }
}

void
cc_rtp_route_init(CcRtpRoute *route, const CcSdp *answer)
{
    guint slots[] = {[CC_MEDIA_AUDIO] = 0, [CC_MEDIA_VIDEO] = 0};
    *route = (CcRtpRoute){0};
    for (guint i = 0; i < answer->media->len; i++) {
        const CcSdpMedia *media = answer->media->pdata[i];
        guint slot = media->kind < G_N_ELEMENTS(slots) ? slots[media->kind]++ : 0;
        if (media->kind == CC_MEDIA_OTHER || (media->port == 0 && !media->bundle_only) ||
            route->n_streams == G_N_ELEMENTS(route->streams))
            continue;
        CcRouteStream *stream = &route->streams[route->n_streams++];
        stream->kind = media->kind;
        stream->slot = slot;
        stream->mid_extension = cc_sdp_media_find_extension(media, CC_SDP_EXT_MID);
        stream->transport_cc_extension =
            cc_sdp_media_find_extension(media, CC_SDP_EXT_TRANSPORT_CC);
        if (media->mid != NULL)
            g_strlcpy(stream->mid, media->mid, sizeof stream->mid);
        if (media->sources->len > 0) {
            const CcSdpSource *source = media->sources->pdata[0];
            stream->ssrc = source->ssrc;
            stream->rtx_ssrc = source->rtx_ssrc;
        }
        add_formats(route, stream, media);
    }
}

const CcRouteStream *
cc_rtp_route_ssrc(const CcRtpRoute *route, guint32 ssrc)
{
    for (guint i = 0; i < route->n_streams; i++)
        if (ssrc != 0 && (route->streams[i].ssrc == ssrc || route->streams[i].rtx_ssrc == ssrc))
            return &route->streams[i];
    return NULL;
}

const CcRouteFormat *
cc_rtp_route_format(const CcRtpRoute *route, guint payload_type)
{
    for (guint i = 0; i < route->n_formats; i++)
        if (route->formats[i].payload_type == payload_type)
            return &route->formats[i];
    return NULL;
}

guint8
cc_rtp_route_opus_type(const CcRtpRoute *route)
{
    for (guint i = 0; i < route->n_formats; i++)
        if (route->formats[i].codec == CC_CODEC_OPUS)
            return route->formats[i].payload_type;
    return 0;
}

static const CcRouteStream *
route_mid(const CcRtpRoute *route, const CcRtpHeader *rtp)
{
    for (guint i = 0; i < route->n_streams; i++) {
        const CcRouteStream *stream = &route->streams[i];
        guint8 length = 0;
        const guint8 *mid = stream->mid_extension != 0
                                ? cc_rtp_find_extension(rtp, stream->mid_extension, &length)
                                : NULL;
        if (mid != NULL && length == strlen(stream->mid) && memcmp(mid, stream->mid, length) == 0)
            return stream;
    }
    return NULL;
}

static const CcRouteStream *
first_of(const CcRtpRoute *route, CcMediaKind kind)
{
    for (guint i = 0; i < route->n_streams; i++)
        if (route->streams[i].kind == kind)
            return &route->streams[i];
    return NULL;
}

const CcRouteStream *
cc_rtp_route_packet(const CcRtpRoute *route, const guint8 *packet, gsize length)
{
    CcRtpHeader rtp;
    if (cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE)
        return NULL;
    const CcRouteFormat *format = cc_rtp_route_format(route, rtp.payload_type);
    if (format == NULL)
        return NULL;
    const CcRouteStream *stream = cc_rtp_route_ssrc(route, rtp.ssrc);
    if (stream == NULL)
        stream = route_mid(route, &rtp);
    if (stream == NULL)
        stream = first_of(route, format->kind);
    /* A payload type of another kind would reach the wrong decoder. */
    return stream != NULL && stream->kind == format->kind ? stream : NULL;
}

gboolean
cc_rtp_route_transport_sequence(const CcRouteStream *stream, const guint8 *packet, gsize length,
                                guint16 *sequence)
{
    CcRtpHeader rtp;
    guint8 size = 0;
    if (stream->transport_cc_extension == 0 || cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE)
        return FALSE;
    const guint8 *value = cc_rtp_find_extension(&rtp, stream->transport_cc_extension, &size);
    if (value == NULL || size != 2)
        return FALSE;
    *sequence = cc_read_u16(value);
    return TRUE;
}

gboolean
cc_rtp_route_repairs(const CcRtpRoute *route, CcMediaKind kind)
{
    for (guint i = 0; i < route->n_streams; i++)
        if (route->streams[i].kind == kind && route->streams[i].nack)
            return TRUE;
    return FALSE;
}
