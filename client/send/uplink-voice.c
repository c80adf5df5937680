#include "client/send/uplink-voice.h"

#include <string.h>

#include "client/send/encoder.h"
#include "common/rate/loss-pattern.h"
#include "common/wire/bytes.h"
#include "common/wire/voice-payload.h"

#define MAX_PAYLOAD 1148 /* of 1200 bytes: RTP with its extensions 36, SRTP 16 */
#define CONSIDER_US 200000
#define MIN_PACKETS 20 /* whose fate is known, before it says anything */
#define LONG_MS 60

void
cc_uplink_voice_init(CcUplinkVoice *voice)
{
    memset(voice, 0, sizeof *voice);
    voice->planner.plan.spacing = 1;
}

void
cc_uplink_voice_begin_session(CcUplinkVoice *voice, const CcUplinkVoiceTypes *types)
{
    voice->types = *types;
    voice->planner = (CcVoicePlanner){.plan = {.spacing = 1}};
    voice->longer = FALSE;
    voice->line.plan = voice->planner.plan;
}

static gboolean
fetch(gint64 sequence, CcOpusPiece *piece, gpointer user_data)
{
    const CcUplinkVoice *voice = user_data;
    guint at = (guint)(sequence % CC_UPLINK_VOICE_KEPT);
    if (voice->kept[at].sequence != sequence || voice->kept[at].length == 0)
        return FALSE;
    *piece = (CcOpusPiece){voice->kept[at].data, voice->kept[at].length};
    return TRUE;
}

static void
keep(CcUplinkVoice *voice, gint64 sequence, const CcRtpHeader *rtp)
{
    guint at = (guint)(sequence % CC_UPLINK_VOICE_KEPT);
    gboolean fits = rtp->payload_length <= CC_UPLINK_VOICE_MAX;
    voice->kept[at].sequence = sequence;
    voice->kept[at].length = fits ? rtp->payload_length : 0;
    if (fits)
        memcpy(voice->kept[at].data, rtp->payload, rtp->payload_length);
}

static void
send_shape(CcUplinkVoice *voice, const CcVoiceShape *shape, CcUplinkVoiceSend send,
           gpointer user_data)
{
    guint8 packet[CC_RTP_MAX_PACKET];
    CcRtpWriteHeader header = {
        .marker = shape->marker,
        .payload_type = CC_SEND_PT_AUDIO,
        .sequence = (guint16)shape->number,
        .timestamp = shape->primary.timestamp,
        .ssrc = voice->ssrc,
    };
    gsize start = cc_rtp_write_header(packet, sizeof packet, &header);
    gboolean red;
    gsize length = cc_voice_write_payload(shape, fetch, voice, voice->types.opus, packet + start,
                                          MAX_PAYLOAD, &red);
    if (length == 0) /* alone it may be longer, as it was when it came */
        length = cc_voice_write_span(&shape->primary, fetch, voice, packet + start,
                                     sizeof packet - start);
    if (length == 0)
        return;
    if (red)
        packet[1] = (guint8)((packet[1] & 0x80) | CC_SEND_PT_RED);
    send(packet, start + length, user_data);
}

void
cc_uplink_voice_push(CcUplinkVoice *voice, const CcRtpHeader *rtp, CcUplinkVoiceSend send,
                     gpointer user_data)
{
    CcVoiceShape shapes[2];
    gint64 sequence = cc_sequence_unwrap(&voice->unwrapper, rtp->sequence);
    if (!voice->started) {
        CcVoicePlan plan = voice->line.plan.spacing > 0 ? voice->line.plan : voice->planner.plan;
        cc_voice_line_init(&voice->line, &plan, sequence);
        voice->started = TRUE;
    }
    voice->ssrc = rtp->ssrc;
    keep(voice, sequence, rtp);
    CcVoiceSource source = {
        .sequence = sequence,
        .timestamp = rtp->timestamp,
        .marker = rtp->marker,
        .length = rtp->payload_length,
        .samples = cc_opus_duration(rtp->payload, rtp->payload_length),
        .toc = rtp->payload_length > 0 ? rtp->payload[0] : 0,
        .last = cc_opus_is_dtx(rtp->payload, rtp->payload_length),
    };
    voice->packets++;
    voice->octets += rtp->payload_length;
    voice->samples = source.samples;
    guint n = cc_voice_line_add(&voice->line, &source, shapes);
    for (guint i = 0; i < n; i++)
        send_shape(voice, &shapes[i], send, user_data);
}

void
cc_uplink_voice_repeat(CcUplinkVoice *voice, guint16 sequence, CcUplinkVoiceSend send,
                       gpointer user_data)
{
    guint8 packet[CC_RTP_MAX_PACKET];
    gint64 newest = voice->line.next_number - 1;
    gint64 number = newest + cc_sequence_distance(sequence, (guint16)newest);
    const CcVoiceSpan *span = voice->started ? cc_voice_line_find(&voice->line, number) : NULL;
    if (span == NULL || voice->types.rtx == 0 || voice->types.rtx_ssrc == 0)
        return;
    CcRtpWriteHeader header = {
        .payload_type = CC_SEND_PT_AUDIO_RTX,
        .timestamp = span->timestamp,
        .ssrc = voice->types.rtx_ssrc,
    };
    gsize start = cc_rtp_write_header(packet, sizeof packet, &header);
    cc_write_u16(packet + start, sequence);
    gsize length = cc_voice_write_span(span, fetch, voice, packet + start + 2, MAX_PAYLOAD);
    if (length > 0)
        send(packet, start + 2 + length, user_data);
}

/* The plan for the uplink, and longer packets if the relay wants them. */
static void
adopt(CcUplinkVoice *voice)
{
    CcVoicePlan plan = voice->planner.plan;
    if (voice->longer && plan.samples < CC_VOICE_LONG_SAMPLES) {
        plan.samples = CC_VOICE_LONG_SAMPLES;
        plan.n_earlier = (guint8)(plan.n_earlier > 0 ? (plan.n_earlier + 2) / 3 : 0);
    }
    voice->line.plan = plan;
}

void
cc_uplink_voice_consider(CcUplinkVoice *voice, CcEstimator *estimator, gint64 now_us)
{
    CcLossPattern pattern;
    if (!voice->started || !voice->types.numbered ||
        now_us - voice->planner.seen_us < CONSIDER_US) {
        adopt(voice);
        return;
    }
    cc_loss_pattern_read(&estimator->record, estimator->forgive_us, now_us, &pattern);
    if (pattern.n >= MIN_PACKETS)
        cc_voice_planner_see(&voice->planner, &pattern, estimator->result.queue_us, now_us);
    CcVoiceLink link = {
        .rtt_us = estimator->result.rtt_us,
        .payload = (guint)(voice->octets / MAX(voice->packets, 1)),
        .samples = voice->samples > 0 ? voice->samples : CC_VOICE_FRAME_SAMPLES,
        .red = voice->types.red != 0,
        .repeats = voice->types.rtx != 0,
    };
    if (estimator->result.state != CC_LINK_STARTING)
        link.link_bps = estimator->result.estimate_bps;
    link.empty = estimator->result.queue_us < CC_VOICE_EMPTY_US;
    cc_voice_planner_consider(&voice->planner, &link, now_us);
    adopt(voice);
}

guint
cc_uplink_voice_codec_bps(gint64 limit_bps, guint overhead, guint frame_ms, guint configured_bps,
                          gboolean *longer)
{
    guint headers_bps = overhead * 8 * 1000;
    *longer = FALSE;
    if (limit_bps < 0)
        return configured_bps;
    gint64 bps = limit_bps - headers_bps / MAX(frame_ms, 1);
    if (overhead > 0 && bps < configured_bps && frame_ms < LONG_MS) {
        *longer = TRUE;
        bps = limit_bps - headers_bps / LONG_MS;
    }
    return (guint)CLAMP(bps, MIN(CC_VOICE_LEAST_BPS, configured_bps), configured_bps);
}
