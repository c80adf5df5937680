#define CC_LOG_AREA "recv"
#include "client/recv/rtp-receiver.h"

#include "client/recv/picture.h"
#include "client/recv/reporter.h"
#include "client/recv/voice-mix.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define GONE_US (15 * G_USEC_PER_SEC) /* a slot without packets carries nothing */
#define SCREEN_GONE_US (40 * G_USEC_PER_SEC) /* likewise; nothing may move there */
#define AGAIN_US G_USEC_PER_SEC       /* after what could not be made, or failed */

/* The first voice and the first picture are there from the beginning; the others come with their
 * packets. */
typedef struct {
    CcRtpReceiver *receiver;
    guint number;
    CcVoice *voice; /* under the lock; never changes once it is there */
} VoiceSlot;

typedef struct {
    CcRtpReceiver *receiver;
    guint number;
    CcPicture *picture; /* main thread; or NULL */
    guint64 packets;
    gint64 arrived_us; /* the newest packet */
    gint64 failed_us;  /* when it could not be made, or failed; 0: all is well */
} PictureSlot;

struct CcRtpReceiver {
    GMutex lock; /* guards the voices' pointers */
    VoiceSlot voices[CC_WATCHED_AUDIOS];
    PictureSlot pictures[CC_TEACHER_WATCHED_VIDEOS];
    CcVoiceMix *mix;
    GstCaps *sound_caps;
    CcReporter *reporter;
    CcRtpRoute route;
    CcRtpReceiverOptions options;
    CcRtpReceiverCallbacks callbacks;
    gpointer user_data;
    guint64 packets, bytes;
};

static void
on_rtcp_out(const guint8 *packet, gsize length, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.rtcp(packet, length, receiver->user_data);
}

/* --- voices --- */

static void
on_mixed(const gint16 *samples, guint n, gint64 begins_us, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    g_autoptr(GstSample) sample =
        cc_voice_make_sample(samples, n * CC_VOICE_CHANNELS * sizeof(gint16), begins_us, n,
                             receiver->sound_caps, receiver->options.base_time);
    receiver->callbacks.sound(sample, receiver->user_data);
}

static void
on_sound(const gint16 *samples, guint n, gint64 begins_us, gint64 delay_us, gpointer user_data)
{
    VoiceSlot *slot = user_data;
    CcRtpReceiver *receiver = slot->receiver;
    receiver->callbacks.voice_delay(slot->number, delay_us, receiver->user_data);
    cc_voice_mix_add(receiver->mix, slot->number, samples, n, begins_us, cc_clock_now_us());
}

static void
on_coded_sound(GstSample *sample, gpointer user_data)
{
    CcRtpReceiver *receiver = ((VoiceSlot *)user_data)->receiver;
    receiver->callbacks.encoded(CC_MEDIA_AUDIO, sample, receiver->user_data);
}

static void
on_voice_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    on_rtcp_out(packet, length, ((VoiceSlot *)user_data)->receiver);
}

static gboolean
add_voice(CcRtpReceiver *receiver, VoiceSlot *slot, GError **error)
{
    gboolean first = slot->number == 0;
    CcVoiceCallbacks callbacks = {
        .sound = on_sound,
        .encoded = first && receiver->callbacks.encoded != NULL ? on_coded_sound : NULL,
        .rtcp = on_voice_rtcp,
    };
    CcVoice *voice = cc_voice_new(&receiver->route, receiver->options.base_time, !first, &callbacks,
                                  slot, error);
    if (voice == NULL)
        return FALSE;
    cc_voice_set_least_delay(voice, receiver->options.latency_ms * 1000);
    g_mutex_lock(&receiver->lock);
    slot->voice = voice;
    g_mutex_unlock(&receiver->lock);
    return TRUE;
}

static CcVoice *
get_voice(CcRtpReceiver *receiver, guint number)
{
    g_mutex_lock(&receiver->lock);
    CcVoice *voice = receiver->voices[number].voice;
    g_mutex_unlock(&receiver->lock);
    return voice;
}

/* (transfer none) or NULL: whose lips are in the picture of @slot. Any thread. */
static CcVoice *
voice_of_picture(const PictureSlot *slot)
{
    if (slot->number < CC_VIDEO_GUESTS)
        return get_voice(slot->receiver, CC_AUDIO_TEACHER);
    if (slot->number < CC_VIDEO_GRID)
        return get_voice(slot->receiver, CC_AUDIO_GUESTS + slot->number - CC_VIDEO_GUESTS);
    return NULL;
}

/* --- pictures --- */

static void
on_picture(GstSample *sample, gpointer user_data)
{
    PictureSlot *slot = user_data;
    CcRtpReceiver *receiver = slot->receiver;
    gint64 delay_us = receiver->callbacks.picture(slot->number, sample, receiver->user_data);
    CcVoice *voice = voice_of_picture(slot);
    if (voice != NULL && slot->number != CC_VIDEO_SCREEN) /* a screen has no lips */
        cc_voice_set_least_delay(voice, delay_us);
}

static void
on_coded_picture(GstSample *sample, gpointer user_data)
{
    CcRtpReceiver *receiver = ((PictureSlot *)user_data)->receiver;
    receiver->callbacks.encoded(CC_MEDIA_VIDEO, sample, receiver->user_data);
}

static void
on_picture_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    on_rtcp_out(packet, length, ((PictureSlot *)user_data)->receiver);
}

static gboolean
on_voice_offset(gint64 *offset_us, gpointer user_data)
{
    CcVoice *voice = voice_of_picture(user_data);
    return voice != NULL && cc_voice_get_offset(voice, offset_us);
}

static gboolean
add_picture(CcRtpReceiver *receiver, PictureSlot *slot, GError **error)
{
    gboolean recorded = slot->number == 0 && receiver->callbacks.encoded != NULL;
    CcPictureCallbacks callbacks = {
        .decoded = on_picture,
        .encoded = recorded ? on_coded_picture : NULL,
        .rtcp = on_picture_rtcp,
        .voice_offset = on_voice_offset,
    };
    CcPictureOptions options = {
        .clock = receiver->options.clock,
        .base_time = receiver->options.base_time,
        .hardware = receiver->options.hardware,
    };
    g_clear_pointer(&slot->picture, cc_picture_free);
    slot->picture = cc_picture_new(&receiver->route, &options, &callbacks, slot, error);
    slot->failed_us = slot->picture == NULL ? cc_clock_now_us() : 0;
    return slot->picture != NULL;
}

gboolean
cc_rtp_receiver_renew_picture(CcRtpReceiver *receiver, GError **error)
{
    return add_picture(receiver, &receiver->pictures[0], error);
}

/* --- lifetime --- */

CcRtpReceiver *
cc_rtp_receiver_new(const CcSdp *answer, const CcRtpReceiverOptions *options,
                    const CcRtpReceiverCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcRtpReceiver) receiver = g_new0(CcRtpReceiver, 1);
    g_mutex_init(&receiver->lock);
    receiver->options = *options;
    receiver->callbacks = *callbacks;
    receiver->user_data = user_data;
    cc_rtp_route_init(&receiver->route, answer);
    receiver->reporter = cc_reporter_new(callbacks->rtcp, user_data);
    receiver->sound_caps = cc_voice_sound_caps();
    receiver->mix = cc_voice_mix_new(on_mixed, receiver);
    for (guint i = 0; i < G_N_ELEMENTS(receiver->voices); i++)
        receiver->voices[i] = (VoiceSlot){.receiver = receiver, .number = i};
    for (guint i = 0; i < G_N_ELEMENTS(receiver->pictures); i++)
        receiver->pictures[i] = (PictureSlot){.receiver = receiver, .number = i};
    if (!add_voice(receiver, &receiver->voices[0], error) ||
        !cc_rtp_receiver_renew_picture(receiver, error))
        return NULL;
    return g_steal_pointer(&receiver);
}

void
cc_rtp_receiver_free(CcRtpReceiver *receiver)
{
    if (receiver == NULL)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(receiver->pictures); i++)
        cc_picture_free(receiver->pictures[i].picture);
    for (guint i = 0; i < G_N_ELEMENTS(receiver->voices); i++)
        cc_voice_free(receiver->voices[i].voice);
    cc_voice_mix_free(receiver->mix);
    gst_clear_caps(&receiver->sound_caps);
    cc_reporter_free(receiver->reporter);
    g_mutex_clear(&receiver->lock);
    g_free(receiver);
}

/* --- what arrives --- */

static void
take_voice(CcRtpReceiver *receiver, VoiceSlot *slot, const guint8 *packet, gsize length,
           gint64 arrival_us)
{
    g_autoptr(GError) error = NULL;
    if (slot->voice == NULL && !add_voice(receiver, slot, &error)) {
        cc_warning_limited("%s", error->message);
        return;
    }
    cc_voice_rtp(slot->voice, packet, length, arrival_us);
}

static void
take_picture(CcRtpReceiver *receiver, PictureSlot *slot, const guint8 *packet, gsize length,
             gint64 arrival_us)
{
    g_autoptr(GError) error = NULL;
    slot->packets++;
    slot->arrived_us = arrival_us;
    gboolean again = slot->number != 0 && arrival_us - slot->failed_us > AGAIN_US;
    if (slot->picture == NULL && again && !add_picture(receiver, slot, &error))
        cc_warning_limited("%s", error->message);
    if (slot->picture != NULL)
        cc_picture_rtp(slot->picture, packet, length, arrival_us);
}

void
cc_rtp_receiver_rtp(CcRtpReceiver *receiver, const guint8 *packet, gsize length, gint64 arrival_us)
{
    const CcRouteStream *stream = cc_rtp_route_packet(&receiver->route, packet, length);
    guint16 sequence;
    if (stream == NULL)
        return;
    if (cc_rtp_route_transport_sequence(stream, packet, length, &sequence))
        cc_reporter_arrived(receiver->reporter, sequence, GST_READ_UINT32_BE(packet + 8), length,
                            arrival_us);
    receiver->packets++;
    receiver->bytes += length;
    if (stream->kind == CC_MEDIA_AUDIO && stream->slot < G_N_ELEMENTS(receiver->voices))
        take_voice(receiver, &receiver->voices[stream->slot], packet, length, arrival_us);
    else if (stream->kind == CC_MEDIA_VIDEO && stream->slot < G_N_ELEMENTS(receiver->pictures))
        take_picture(receiver, &receiver->pictures[stream->slot], packet, length, arrival_us);
}

static void
read_sender_report(CcRtpReceiver *receiver, const CcRtcpSenderInfo *info, gint64 arrival_us)
{
    const CcRouteStream *stream = cc_rtp_route_ssrc(&receiver->route, info->ssrc);
    if (stream == NULL)
        return;
    if (stream->kind == CC_MEDIA_AUDIO && stream->slot < G_N_ELEMENTS(receiver->voices)) {
        CcVoice *voice = receiver->voices[stream->slot].voice;
        if (voice != NULL)
            cc_voice_sender_report(voice, info, arrival_us);
    } else if (stream->kind == CC_MEDIA_VIDEO && stream->slot < G_N_ELEMENTS(receiver->pictures)) {
        CcPicture *picture = receiver->pictures[stream->slot].picture;
        if (picture != NULL)
            cc_picture_sender_report(picture, info, arrival_us);
    }
}

void
cc_rtp_receiver_rtcp(CcRtpReceiver *receiver, const guint8 *packet, gsize length, gint64 arrival_us)
{
    CcRtcpPacket rtcp;
    CcRtcpSenderInfo info;
    if (cc_rtcp_validate(packet, length) != CC_DROP_NONE)
        return;
    CC_RTCP_FOREACH(packet, length, &rtcp)
        if (rtcp.type == CC_RTCP_SR && cc_rtcp_read_sender_info(&rtcp, &info))
            read_sender_report(receiver, &info, arrival_us);
}

/* --- once a second --- */

static void
adapt_picture(CcRtpReceiver *receiver, PictureSlot *slot)
{
    CcVoice *lips = voice_of_picture(slot), *first = receiver->voices[0].voice;
    CcVoiceFigures voice;
    CcPictureRtcpFigures picture;
    cc_voice_get_figures(lips != NULL ? lips : first, &voice);
    gint64 delay_us = lips != NULL ? (gint64)cc_voice_stats_chosen_ms(&voice.played) * 1000 : 0;
    cc_picture_adapt(slot->picture, delay_us, voice.rtt_fresh ? voice.rtt_us : 0);
    cc_picture_get_figures(slot->picture, &picture);
    if (picture.rtt_fresh && lips != NULL)
        cc_voice_hint_rtt(lips, picture.rtt_us);
}

/* What other slots than the first had of pipelines goes when it is of no use; their next packet
 * makes a new one. */
static void
drop_idle(PictureSlot *slot, gint64 now_us)
{
    gboolean failed = cc_picture_take_failure(slot->picture);
    gint64 gone_us = slot->number == CC_VIDEO_SCREEN ? SCREEN_GONE_US : GONE_US;
    if (!failed && now_us - slot->arrived_us < gone_us)
        return;
    slot->failed_us = failed ? now_us : 0;
    g_clear_pointer(&slot->picture, cc_picture_free);
    cc_info("slot video=%u %s", slot->number, failed ? "failed" : "carries nothing any more");
}

void
cc_rtp_receiver_adapt(CcRtpReceiver *receiver)
{
    gint64 now_us = cc_clock_now_us();
    for (guint i = 0; i < G_N_ELEMENTS(receiver->pictures); i++) {
        PictureSlot *slot = &receiver->pictures[i];
        if (slot->picture != NULL && i > 0)
            drop_idle(slot, now_us);
        if (slot->picture != NULL)
            adapt_picture(receiver, slot);
    }
}

void
cc_rtp_receiver_ask_for_keyframe(CcRtpReceiver *receiver)
{
    if (receiver->pictures[0].picture != NULL)
        cc_picture_ask_for_keyframe(receiver->pictures[0].picture);
}

gboolean
cc_rtp_receiver_take_failure(CcRtpReceiver *receiver)
{
    CcPicture *picture = receiver->pictures[0].picture;
    return picture == NULL || cc_picture_take_failure(picture);
}

static void
add_voice_stats(CcRtpReceiverStats *stats, const CcVoiceFigures *voice)
{
    stats->lost += voice->lost - MIN(voice->answered, voice->lost);
    stats->retransmissions_asked += voice->asked;
    stats->retransmissions_used += voice->answered;
    stats->jitter_ms = MAX(stats->jitter_ms, voice->jitter_ms);
}

static void
add_picture_stats(CcRtpReceiverStats *stats, CcPicture *picture)
{
    CcPictureRtcpFigures figures;
    cc_picture_get_figures(picture, &figures);
    stats->lost += figures.lost;
    stats->retransmissions_asked += figures.asked;
    stats->retransmissions_used += figures.answered;
    stats->jitter_ms = MAX(stats->jitter_ms, figures.jitter_ms);
}

void
cc_rtp_receiver_get_stats(CcRtpReceiver *receiver, CcRtpReceiverStats *stats)
{
    *stats = (CcRtpReceiverStats){
        .packets = receiver->packets,
        .bytes = receiver->bytes,
        .video_packets = receiver->pictures[0].packets,
    };
    for (guint i = 0; i < G_N_ELEMENTS(receiver->pictures); i++)
        if (receiver->pictures[i].picture != NULL)
            add_picture_stats(stats, receiver->pictures[i].picture);
    for (guint i = 0; i < G_N_ELEMENTS(receiver->voices); i++) {
        CcVoiceFigures voice;
        if (receiver->voices[i].voice == NULL)
            continue;
        cc_voice_get_figures(receiver->voices[i].voice, &voice);
        add_voice_stats(stats, &voice);
        if (i == CC_AUDIO_TEACHER)
            stats->voice = voice;
        else
            stats->guests[i - CC_AUDIO_GUESTS] = voice;
    }
}
