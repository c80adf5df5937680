#define CC_LOG_AREA "send"
#include "client/send/uplink.h"

#include <string.h>

#include "client/send/encoder.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/slots.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"
#include "common/wire/transport-cc.h"

/* One outgoing SSRC and how this session names it. */
typedef struct {
    guint32 ssrc;
    CcMediaKind kind;
    guint line; /* the m-line, among those of its kind (common/base/slots.h) */
    gboolean rtx;
    guint16 rtx_sequence; /* retransmissions are numbered here: rtprtxsend begins anywhere */
    gboolean first;       /* of the layers, or the voice: negotiated without simulcast too */
    guint8 red_type;      /* the voice's; 0: none */
    const char *rid;
    gboolean negotiated;
    guint8 payload_type;
    guint8 mid_id, transport_cc_id;
    guint8 rid_id; /* or the repaired stream's; 0: no simulcast */
    char mid[17];
    guint64 bytes;
    gint64 wanted_bps; /* by TMMBR; -1: unknown */
    guint overhead;    /* bytes that each packet counts in it */
} Stream;

/* Streams: the voice, then each picture, and behind each of them its retransmissions. */
enum { AUDIO, AUDIO_RTX, VIDEO, N_STREAMS = VIDEO + 2 * CC_SEND_PICTURES };

struct CcUplink {
    GMutex lock;
    Stream streams[N_STREAMS];
    guint16 transport_sequence;
    guint64 reported, lost; /* by transport-wide feedback since the last stats */
    double loss;
    int rtt_ms;
    gint64 stats_us;
    guint64 nacked, keyframe_requests;
};

CcUplink *
cc_uplink_new(const CcUplinkStreams *streams)
{
    CcUplink *uplink = g_new0(CcUplink, 1);
    g_mutex_init(&uplink->lock);
    uplink->streams[AUDIO] =
        (Stream){.ssrc = streams->audio_ssrc, .kind = CC_MEDIA_AUDIO, .first = TRUE};
    uplink->streams[AUDIO_RTX] =
        (Stream){.ssrc = streams->audio_rtx_ssrc,
                 .kind = CC_MEDIA_AUDIO,
                 .first = TRUE,
                 .rtx = TRUE,
                 .rtx_sequence = (guint16)g_random_int_range(0, 1 << 15)}; /* srtp.h */
    for (guint i = 0; i < CC_SEND_PICTURES; i++) {
        Stream *video = &uplink->streams[VIDEO + 2 * i];
        video[0] = (Stream){.ssrc = streams->video_ssrc[i],
                            .kind = CC_MEDIA_VIDEO,
                            .line = i == CC_SEND_SCREEN ? CC_VIDEO_SCREEN : CC_VIDEO_CAMERA,
                            .first = i == 0 || i == CC_SEND_SCREEN,
                            .rid = streams->rid[i]};
        video[1] = video[0];
        video[1].ssrc = streams->rtx_ssrc[i];
        video[1].rtx = TRUE;
        video[1].rtx_sequence = (guint16)g_random_int_range(0, 1 << 15); /* srtp.h */
    }
    for (guint i = 0; i < N_STREAMS; i++)
        uplink->streams[i].wanted_bps = -1;
    uplink->loss = -1;
    uplink->rtt_ms = -1;
    return uplink;
}

void
cc_uplink_free(CcUplink *uplink)
{
    if (uplink == NULL)
        return;
    g_mutex_clear(&uplink->lock);
    g_free(uplink);
}

static const CcSdpCodec *
first_codec(const CcSdpMedia *media)
{
    for (guint i = 0; i < media->codecs->len; i++) {
        const CcSdpCodec *codec = media->codecs->pdata[i];
        if (cc_codec_from_name(codec->name) != CC_CODEC_NONE)
            return codec;
    }
    return NULL;
}

/* RFC 2198, with blocks of @primary. */
static guint8
find_red(const CcSdpMedia *media, const CcSdpCodec *primary)
{
    g_autofree char *number = g_strdup_printf("%u", primary->payload_type);
    for (guint i = 0; i < media->codecs->len; i++) {
        const CcSdpCodec *codec = media->codecs->pdata[i];
        if (g_ascii_strcasecmp(codec->name, "red") == 0 && codec->fmtp != NULL &&
            g_str_has_prefix(codec->fmtp, number))
            return codec->payload_type;
    }
    return 0;
}

static gboolean
accepts_layer(const CcSdpMedia *media, const char *rid)
{
    const GPtrArray *streams = media->simulcast[CC_SDP_RID_RECV];
    for (guint i = 0; i < streams->len; i++)
        if (strcmp(streams->pdata[i], rid) == 0)
            return TRUE;
    return FALSE;
}

static void
negotiate_stream(Stream *stream, const CcSdpMedia *media)
{
    const CcSdpCodec *codec = first_codec(media);
    const CcSdpCodec *rtx =
        codec != NULL ? cc_sdp_media_find_rtx(media, codec->payload_type) : NULL;
    const CcSdpCodec *chosen = stream->rtx ? rtx : codec;
    gboolean simulcast = media->simulcast[CC_SDP_RID_RECV]->len > 0 && stream->rid != NULL;
    if (simulcast ? !accepts_layer(media, stream->rid) : !stream->first)
        return;
    if (chosen == NULL || media->mid == NULL || (media->port == 0 && !media->bundle_only))
        return;
    stream->negotiated = TRUE;
    stream->payload_type = chosen->payload_type;
    stream->red_type = stream->rtx ? 0 : find_red(media, chosen);
    stream->mid_id = cc_sdp_media_find_extension(media, CC_SDP_EXT_MID);
    stream->rid_id = 0;
    if (simulcast)
        stream->rid_id = cc_sdp_media_find_extension(media, stream->rtx ? CC_SDP_EXT_REPAIRED_RID
                                                                        : CC_SDP_EXT_RID);
    stream->transport_cc_id = cc_sdp_media_find_extension(media, CC_SDP_EXT_TRANSPORT_CC);
    g_strlcpy(stream->mid, media->mid, sizeof stream->mid);
}

/* NULL: the answer has no such m-line. */
static const CcSdpMedia *
find_line(const CcSdp *answer, CcMediaKind kind, guint line)
{
    guint n = 0;
    for (guint i = 0; i < answer->media->len; i++) {
        const CcSdpMedia *media = answer->media->pdata[i];
        if (media->kind == kind && n++ == line)
            return media;
    }
    return NULL;
}

void
cc_uplink_negotiated(CcUplink *uplink, const CcSdp *answer)
{
    g_mutex_lock(&uplink->lock);
    for (guint i = 0; i < G_N_ELEMENTS(uplink->streams); i++) {
        Stream *stream = &uplink->streams[i];
        stream->negotiated = FALSE;
        stream->wanted_bps = -1;
        const CcSdpMedia *media = find_line(answer, stream->kind, stream->line);
        if (media != NULL && stream->ssrc != 0)
            negotiate_stream(stream, media);
    }
    uplink->reported = uplink->lost = 0;
    uplink->loss = -1;
    uplink->rtt_ms = -1;
    g_mutex_unlock(&uplink->lock);
}

static Stream *
find_stream(CcUplink *uplink, guint32 ssrc)
{
    for (guint i = 0; i < G_N_ELEMENTS(uplink->streams); i++)
        if (uplink->streams[i].ssrc == ssrc && uplink->streams[i].negotiated)
            return &uplink->streams[i];
    return NULL;
}

static gsize
rewrite_locked(CcUplink *uplink, const CcRtpHeader *rtp, guint8 *out, gsize capacity,
               CcUplinkPacket *info)
{
    Stream *stream = find_stream(uplink, rtp->ssrc);
    if (stream == NULL)
        return 0;
    CcRtpWriteHeader header = {
        .marker = rtp->marker,
        .payload_type =
            rtp->payload_type == CC_SEND_PT_RED ? stream->red_type : stream->payload_type,
        .sequence = stream->rtx ? stream->rtx_sequence : rtp->sequence,
        .timestamp = rtp->timestamp,
        .ssrc = rtp->ssrc,
        .mid_id = stream->mid_id,
        .mid_length = (guint8)strlen(stream->mid),
        .mid = stream->mid,
        .rid_id = stream->rid_id,
        .rid_length = (guint8)(stream->rid != NULL ? strlen(stream->rid) : 0),
        .rid = stream->rid,
        .transport_cc_id = stream->transport_cc_id,
        .transport_sequence = uplink->transport_sequence,
    };
    gsize header_length = cc_rtp_write_header(out, capacity, &header);
    if (header_length == 0 || header_length + rtp->payload_length > capacity)
        return 0;
    memcpy(out + header_length, rtp->payload, rtp->payload_length);
    *info = (CcUplinkPacket){
        .kind = stream->kind,
        .numbered = stream->transport_cc_id != 0,
        .transport_sequence = uplink->transport_sequence,
    };
    uplink->transport_sequence++;
    stream->rtx_sequence++;
    stream->bytes += header_length + rtp->payload_length;
    return header_length + rtp->payload_length;
}

gsize
cc_uplink_rewrite(CcUplink *uplink, const guint8 *packet, gsize length, guint8 *out, gsize capacity,
                  CcUplinkPacket *info)
{
    CcUplinkPacket ignored;
    CcRtpHeader rtp;
    if (cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE)
        return 0;
    g_mutex_lock(&uplink->lock);
    gsize written = rewrite_locked(uplink, &rtp, out, capacity, info != NULL ? info : &ignored);
    g_mutex_unlock(&uplink->lock);
    return written;
}

gboolean
cc_uplink_has_feedback(CcUplink *uplink)
{
    g_mutex_lock(&uplink->lock);
    const Stream *first = &uplink->streams[VIDEO];
    gboolean has_feedback = first->negotiated && first->transport_cc_id != 0;
    g_mutex_unlock(&uplink->lock);
    return has_feedback;
}

guint32
cc_uplink_rtx_ssrc(CcUplink *uplink, guint32 ssrc)
{
    for (guint i = VIDEO; i < N_STREAMS; i += 2)
        if (uplink->streams[i].ssrc == ssrc) /* never changes */
            return uplink->streams[i + 1].ssrc;
    return 0;
}

void
cc_uplink_get_voice_types(CcUplink *uplink, CcUplinkVoiceTypes *types)
{
    g_mutex_lock(&uplink->lock);
    const Stream *voice = &uplink->streams[AUDIO], *rtx = &uplink->streams[AUDIO_RTX];
    *types = (CcUplinkVoiceTypes){0};
    if (voice->negotiated)
        *types = (CcUplinkVoiceTypes){
            .opus = voice->payload_type,
            .red = voice->red_type,
            .rtx = rtx->negotiated ? rtx->payload_type : 0,
            .rtx_ssrc = rtx->ssrc,
            .numbered = voice->transport_cc_id != 0,
        };
    g_mutex_unlock(&uplink->lock);
}

static void
on_reported(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
    CcUplink *uplink = user_data;
    uplink->reported++;
    if (arrival_us < 0)
        uplink->lost++;
}

/* RFC 3550 section 6.4.1: round trip = now − LSR − DLSR, in 1/65536 s. */
static void
read_report(CcUplink *uplink, const CcRtcpPacket *packet)
{
    CcRtcpReportBlock block;
    for (guint i = 0; cc_rtcp_read_report_block(packet, i, &block); i++) {
        if (block.last_sr == 0 || find_stream(uplink, block.ssrc) == NULL)
            continue;
        guint32 now = (guint32)(cc_clock_now_ntp() >> 16);
        guint32 trip = now - block.last_sr - block.delay_since_last_sr;
        if (trip < 30u << 16)
            uplink->rtt_ms = (int)((guint64)trip * 1000 >> 16);
    }
}

static const char *
name_of(const Stream *stream)
{
    if (stream->kind == CC_MEDIA_AUDIO)
        return "voice";
    return stream->line == CC_VIDEO_SCREEN ? "screen" : stream->rid;
}

static void
read_limits(CcUplink *uplink, const CcRtcpPacket *packet)
{
    CcRtcpTmmbr limit;
    for (guint i = 0; cc_rtcp_read_tmmbr(packet, i, &limit); i++) {
        Stream *stream = find_stream(uplink, limit.ssrc);
        gint64 bps = (gint64)MIN(limit.bitrate_bps, G_MAXINT32);
        if (stream == NULL || (stream->wanted_bps == bps && stream->overhead == limit.overhead))
            continue;
        cc_debug("%s: the relay wants %" G_GINT64_FORMAT " bit/s", name_of(stream), bps);
        stream->wanted_bps = bps;
        stream->overhead = limit.overhead;
    }
}

static void
read_packet(CcUplink *uplink, const CcRtcpPacket *packet)
{
    guint16 sequences[256];
    if (packet->type == CC_RTCP_SR || packet->type == CC_RTCP_RR) {
        read_report(uplink, packet);
    } else if (packet->type == CC_RTCP_RTPFB && packet->count == CC_RTPFB_TRANSPORT_CC) {
        cc_transport_cc_read(packet, on_reported, uplink);
    } else if (packet->type == CC_RTCP_RTPFB && packet->count == CC_RTPFB_NACK) {
        uplink->nacked += cc_rtcp_read_nack(packet, sequences, G_N_ELEMENTS(sequences));
    } else if (packet->type == CC_RTCP_RTPFB && packet->count == CC_RTPFB_TMMBR) {
        read_limits(uplink, packet);
    } else if (packet->type == CC_RTCP_PSFB &&
               (packet->count == CC_PSFB_PLI || packet->count == CC_PSFB_FIR)) {
        uplink->keyframe_requests++;
    }
}

void
cc_uplink_rtcp(CcUplink *uplink, const guint8 *rtcp, gsize length)
{
    if (cc_rtcp_validate(rtcp, length) != CC_DROP_NONE)
        return;
    g_mutex_lock(&uplink->lock);
    CcRtcpPacket packet;
    CC_RTCP_FOREACH(rtcp, length, &packet)
        read_packet(uplink, &packet);
    g_mutex_unlock(&uplink->lock);
}

gint64
cc_uplink_wanted_bps(CcUplink *uplink, guint picture)
{
    g_return_val_if_fail(picture < CC_SEND_PICTURES, -1);
    g_mutex_lock(&uplink->lock);
    const Stream *stream = &uplink->streams[VIDEO + 2 * picture];
    gint64 bps = stream->negotiated ? stream->wanted_bps : 0;
    g_mutex_unlock(&uplink->lock);
    return bps;
}

gboolean
cc_uplink_takes(CcUplink *uplink, guint picture)
{
    g_return_val_if_fail(picture < CC_SEND_PICTURES, FALSE);
    g_mutex_lock(&uplink->lock);
    gboolean takes = uplink->streams[VIDEO + 2 * picture].negotiated;
    g_mutex_unlock(&uplink->lock);
    return takes;
}

gint64
cc_uplink_wanted_voice_bps(CcUplink *uplink, guint *overhead)
{
    g_mutex_lock(&uplink->lock);
    const Stream *voice = &uplink->streams[AUDIO];
    gint64 bps = voice->negotiated && voice->wanted_bps > 0 ? voice->wanted_bps : -1;
    *overhead = voice->overhead;
    g_mutex_unlock(&uplink->lock);
    return bps;
}

static guint
take_bps(Stream *stream, gint64 elapsed_us)
{
    guint bps =
        elapsed_us > 0 ? (guint)(stream->bytes * 8 * G_USEC_PER_SEC / (guint64)elapsed_us) : 0;
    stream->bytes = 0;
    return bps;
}

void
cc_uplink_take_stats(CcUplink *uplink, gint64 now_us, CcUplinkStats *stats)
{
    g_mutex_lock(&uplink->lock);
    gint64 elapsed_us = uplink->stats_us != 0 ? now_us - uplink->stats_us : 0;
    uplink->stats_us = now_us;
    stats->audio_bps = take_bps(&uplink->streams[AUDIO], elapsed_us) +
                       take_bps(&uplink->streams[AUDIO_RTX], elapsed_us);
    stats->video_bps = 0;
    for (guint i = VIDEO; i < N_STREAMS; i++)
        stats->video_bps += take_bps(&uplink->streams[i], elapsed_us);
    if (uplink->reported > 0) {
        double latest = (double)uplink->lost / (double)uplink->reported;
        /* A few seconds' memory keeps the figure readable. */
        uplink->loss = uplink->loss < 0 ? latest : 0.6 * uplink->loss + 0.4 * latest;
        uplink->reported = uplink->lost = 0;
    }
    stats->loss = uplink->loss;
    stats->rtt_ms = uplink->rtt_ms;
    stats->nacked = uplink->nacked;
    stats->keyframe_requests = uplink->keyframe_requests;
    g_mutex_unlock(&uplink->lock);
}
