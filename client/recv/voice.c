#define CC_LOG_AREA "recv"
#include "client/recv/voice.h"

#include <string.h>

#include "client/recv/rtx.h"
#include "client/recv/sender-clock.h"
#include "client/recv/stream-report.h"
#include "client/recv/voice-repair.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define REPORT_US G_USEC_PER_SEC
#define MAX_COMPOUND 600 /* bytes */
#define MAX_NACKS 64
#define REST_US (3 * G_USEC_PER_SEC) /* without a packet */

struct CcVoice {
    const CcRtpRoute *route;
    GstClockTime base_time;
    CcVoiceCallbacks callbacks;
    gpointer user_data;
    guint32 our_ssrc;
    char cname[17];
    GstCaps *coded_caps;
    gboolean comes_and_goes;
    GThread *thread;
    CcVoicePiece piece; /* the thread's */

    GMutex lock; /* guards what follows */
    GCond wake;
    gboolean stopping;
    CcVoicePlayer *player;
    CcVoiceRepair repair;
    CcStreamReport report;
    CcSenderClock clock;
    guint32 ssrc;      /* of the stream; 0: nothing has come */
    gint64 report_us;  /* when the next report is due */
    gint64 arrived_us; /* the newest packet; 0: it rests */
};

/* --- what is sent, from the thread --- */

/* Under the lock. The length of the compound to send; 0: nothing is due. */
static gsize
write_rtcp(CcVoice *voice, gint64 now_us, guint8 data[MAX_COMPOUND])
{
    CcRtcpBuilder builder;
    CcRtcpReportBlock block;
    guint16 lost[MAX_NACKS];
    cc_rtcp_builder_init(&builder, data, MAX_COMPOUND);
    if (now_us >= voice->report_us) {
        gboolean started = cc_stream_report_take(&voice->report, voice->ssrc, now_us, &block);
        cc_rtcp_add_receiver_report(&builder, voice->our_ssrc, &block, started ? 1 : 0);
        cc_rtcp_add_sdes_cname(&builder, voice->our_ssrc, voice->cname);
        /* Reports of many receivers do not keep step (RFC 3550 section 6.3.1). */
        voice->report_us = now_us + g_random_int_range(REPORT_US / 2, REPORT_US * 3 / 2);
    }
    guint n = cc_rtp_route_repairs(voice->route, CC_MEDIA_AUDIO)
                  ? cc_voice_repair_due(&voice->repair, voice->player, now_us, lost, MAX_NACKS)
                  : 0;
    if (n > 0)
        cc_rtcp_add_nack(&builder, voice->our_ssrc, voice->ssrc, lost, n);
    return builder.overflow ? 0 : builder.length;
}

/* --- what is heard --- */

GstSample *
cc_voice_make_sample(const void *data, gsize size, gint64 time_us, guint samples, GstCaps *caps,
                     GstClockTime base_time)
{
    GstBuffer *buffer = gst_buffer_new_memdup(data, size);
    GstClockTime time = (GstClockTime)MAX(time_us, 0) * GST_USECOND;
    GST_BUFFER_PTS(buffer) = time > base_time ? time - base_time : 0;
    GST_BUFFER_DURATION(buffer) = gst_util_uint64_scale_int(samples, GST_SECOND, CC_VOICE_RATE);
    GstSample *sample = gst_sample_new(buffer, caps, NULL, NULL);
    gst_buffer_unref(buffer);
    return sample;
}

/* Not under the lock. @base_us: CcVoiceClock's, for RTP time 0. */
static void
deliver(CcVoice *voice, gint64 base_us, gint64 delay_us)
{
    const CcVoicePiece *piece = &voice->piece;
    for (guint i = 0; i < piece->n_coded && voice->callbacks.encoded != NULL; i++) {
        const CcVoiceFrame *frame = &piece->coded[i];
        gint64 time_us = base_us + frame->time * 1000 / (CC_VOICE_RATE / 1000);
        g_autoptr(GstSample) coded =
            cc_voice_make_sample(frame->data, frame->length, time_us, frame->samples,
                                 voice->coded_caps, voice->base_time);
        voice->callbacks.encoded(coded, voice->user_data);
    }
    voice->callbacks.sound(piece->samples, piece->n, piece->begins_us, delay_us, voice->user_data);
}

GstCaps *
cc_voice_sound_caps(void)
{
    return gst_caps_new_simple("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
                               G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, CC_VOICE_RATE,
                               "channels", G_TYPE_INT, CC_VOICE_CHANNELS, NULL);
}

static gint64
next_us(const CcVoice *voice)
{
    gint64 next = MIN(cc_voice_player_next_us(voice->player), voice->report_us);
    return MIN(next, cc_voice_repair_next_us(&voice->repair));
}

/* Under the lock. What is due now may be on its way. */
static void
hope(CcVoice *voice)
{
    gboolean asks = cc_rtp_route_repairs(voice->route, CC_MEDIA_AUDIO) &&
                    cc_voice_player_lacks_next(voice->player);
    cc_voice_player_hope(voice->player,
                         asks ? cc_voice_repair_answer_us(&voice->repair, voice->player) : 0);
}

/* Under the lock. Nobody speaks any more: no silence is made, and who begins again does so without
 * the delay of before. */
static void
rest(CcVoice *voice)
{
    CcVoicePlayer *fresh = cc_voice_player_new();
    if (fresh == NULL)
        return;
    cc_voice_player_free(voice->player);
    voice->player = fresh;
    voice->arrived_us = 0;
    voice->ssrc = 0;
    voice->report_us = G_MAXINT64;
}

/* Under the lock, which it gives up meanwhile. FALSE if nothing was to do. */
static gboolean
work(CcVoice *voice)
{
    gint64 now_us = cc_clock_now_us();
    if (voice->comes_and_goes && voice->arrived_us != 0 && now_us - voice->arrived_us > REST_US)
        rest(voice);
    hope(voice);
    if (cc_voice_player_take(voice->player, now_us, &voice->piece)) {
        CcVoiceClock clock;
        cc_voice_player_get_clock(voice->player, &clock);
        gint64 base_us = clock.base_us - clock.rtp_time * 1000 / (CC_VOICE_RATE / 1000);
        g_mutex_unlock(&voice->lock);
        deliver(voice, base_us, clock.delay_us);
        g_mutex_lock(&voice->lock);
        return TRUE;
    }
    guint8 data[MAX_COMPOUND];
    gsize length = write_rtcp(voice, now_us, data);
    if (length == 0)
        return FALSE;
    g_mutex_unlock(&voice->lock);
    voice->callbacks.rtcp(data, length, voice->user_data);
    g_mutex_lock(&voice->lock);
    return TRUE;
}

static gpointer
run(gpointer user_data)
{
    CcVoice *voice = user_data;
    g_mutex_lock(&voice->lock);
    while (!voice->stopping)
        if (!work(voice))
            g_cond_wait_until(&voice->wake, &voice->lock, next_us(voice));
    g_mutex_unlock(&voice->lock);
    return NULL;
}

/* --- what arrives --- */

/* The format of what is in @rtp, and its payload; of repetitions, of what is repeated. */
static const CcRouteFormat *
unwrap(const CcVoice *voice, const CcRtpHeader *rtp, CcVoicePacket *packet, guint16 *sequence)
{
    const CcRouteFormat *format = cc_rtp_route_format(voice->route, rtp->payload_type);
    packet->timestamp = rtp->timestamp;
    packet->payload = rtp->payload;
    packet->length = rtp->payload_length;
    *sequence = rtp->sequence;
    packet->retransmitted = format != NULL && format->apt != 0;
    if (!packet->retransmitted)
        return format;
    if (!cc_rtx_read(rtp, sequence))
        return NULL;
    packet->payload += CC_RTX_HEADER;
    packet->length -= CC_RTX_HEADER;
    return cc_rtp_route_format(voice->route, format->apt);
}

/* Under the lock. A new stream of the relay's; it keeps one for the whole session. */
static void
begin_stream(CcVoice *voice, guint32 ssrc)
{
    cc_info("stream kind=audio codec=opus ssrc=%u", ssrc);
    voice->ssrc = ssrc;
    cc_voice_repair_init(&voice->repair);
    cc_stream_report_init(&voice->report);
}

static void
take(CcVoice *voice, const CcRtpHeader *rtp, const CcVoicePacket *packet, guint16 sequence,
     gint64 arrival_us)
{
    if (!packet->retransmitted && rtp->ssrc != voice->ssrc)
        begin_stream(voice, rtp->ssrc);
    if (voice->ssrc == 0) /* repetitions of nothing */
        return;
    if (voice->arrived_us == 0)
        voice->report_us = MIN(voice->report_us, arrival_us + REPORT_US / 2);
    voice->arrived_us = arrival_us;
    gint64 time = cc_voice_player_unwrap(voice->player, packet->timestamp);
    gboolean needed = cc_voice_player_wants(voice->player, time);
    guint samples = cc_voice_player_add(voice->player, packet, arrival_us);
    cc_voice_repair_arrived(&voice->repair, sequence, packet->timestamp, samples,
                            packet->retransmitted, needed, arrival_us);
    cc_voice_player_expect(voice->player, cc_voice_repair_expected_us(&voice->repair));
    if (!packet->retransmitted)
        cc_stream_report_arrived(&voice->report, sequence, packet->timestamp, CC_VOICE_RATE,
                                 arrival_us);
}

void
cc_voice_rtp(CcVoice *voice, const guint8 *packet, gsize length, gint64 arrival_us)
{
    CcRtpHeader rtp;
    CcVoicePacket voice_packet = {0};
    guint16 sequence;
    if (cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE)
        return;
    const CcRouteFormat *format = unwrap(voice, &rtp, &voice_packet, &sequence);
    if (format == NULL || (format->codec != CC_CODEC_OPUS && !format->red) ||
        voice_packet.length == 0)
        return;
    voice_packet.red = format->red;
    voice_packet.opus_type = cc_rtp_route_opus_type(voice->route);
    g_mutex_lock(&voice->lock);
    gint64 before_us = next_us(voice);
    take(voice, &rtp, &voice_packet, sequence, arrival_us);
    if (next_us(voice) < before_us)
        g_cond_signal(&voice->wake);
    g_mutex_unlock(&voice->lock);
}

void
cc_voice_sender_report(CcVoice *voice, const CcRtcpSenderInfo *info, gint64 arrival_us)
{
    g_mutex_lock(&voice->lock);
    cc_sender_clock_set(&voice->clock, info);
    cc_stream_report_sender(&voice->report, info->ntp, arrival_us);
    g_mutex_unlock(&voice->lock);
}

void
cc_voice_set_least_delay(CcVoice *voice, gint64 delay_us)
{
    g_mutex_lock(&voice->lock);
    cc_voice_player_set_least(voice->player, delay_us);
    g_mutex_unlock(&voice->lock);
}

void
cc_voice_hint_rtt(CcVoice *voice, gint64 rtt_us)
{
    g_mutex_lock(&voice->lock);
    cc_answer_time_hint(&voice->repair.answers, rtt_us, cc_clock_now_us());
    g_mutex_unlock(&voice->lock);
}

gboolean
cc_voice_get_offset(CcVoice *voice, gint64 *offset_us)
{
    CcVoiceClock clock;
    g_mutex_lock(&voice->lock);
    gboolean known = voice->clock.known && cc_voice_player_get_clock(voice->player, &clock);
    if (known)
        *offset_us = clock.base_us - cc_sender_clock_us(&voice->clock,
                                                        (guint32)(clock.rtp_time & G_MAXUINT32),
                                                        CC_VOICE_RATE);
    g_mutex_unlock(&voice->lock);
    return known;
}

void
cc_voice_get_figures(CcVoice *voice, CcVoiceFigures *figures)
{
    g_mutex_lock(&voice->lock);
    cc_voice_player_get_stats(voice->player, &figures->played);
    figures->lost = cc_stream_report_lost(&voice->report);
    figures->asked = voice->repair.answers.questions;
    figures->answered = voice->repair.answers.answers;
    figures->rtt_us = voice->repair.answers.rtt_us;
    figures->rtt_fresh = cc_answer_time_is_fresh(&voice->repair.answers, cc_clock_now_us());
    figures->jitter_ms = voice->report.jitter * 1000 / CC_VOICE_RATE;
    g_mutex_unlock(&voice->lock);
}

/* --- lifetime --- */

CcVoice *
cc_voice_new(const CcRtpRoute *route, GstClockTime base_time, gboolean comes_and_goes,
             const CcVoiceCallbacks *callbacks, gpointer user_data, GError **error)
{
    CcVoicePlayer *player = cc_voice_player_new();
    if (player == NULL) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA, "libopus gives no decoder");
        return NULL;
    }
    CcVoice *voice = g_new0(CcVoice, 1);
    g_mutex_init(&voice->lock);
    g_cond_init(&voice->wake);
    voice->route = route;
    voice->comes_and_goes = comes_and_goes;
    voice->base_time = base_time;
    voice->callbacks = *callbacks;
    voice->user_data = user_data;
    voice->player = player;
    voice->our_ssrc = g_random_int();
    g_snprintf(voice->cname, sizeof voice->cname, "%08x%08x", g_random_int(), g_random_int());
    voice->coded_caps = gst_caps_new_simple("audio/x-opus", "channel-mapping-family", G_TYPE_INT, 0,
                                            "rate", G_TYPE_INT, CC_VOICE_RATE, "channels",
                                            G_TYPE_INT, CC_VOICE_CHANNELS, NULL);
    cc_voice_repair_init(&voice->repair);
    voice->report_us = cc_clock_now_us() + REPORT_US / 2;
    voice->thread = g_thread_new("voice", run, voice);
    return voice;
}

void
cc_voice_free(CcVoice *voice)
{
    if (voice == NULL)
        return;
    g_mutex_lock(&voice->lock);
    voice->stopping = TRUE;
    g_cond_signal(&voice->wake);
    g_mutex_unlock(&voice->lock);
    g_thread_join(voice->thread);
    cc_voice_player_free(voice->player);
    gst_clear_caps(&voice->coded_caps);
    g_mutex_clear(&voice->lock);
    g_cond_clear(&voice->wake);
    g_free(voice);
}
