/*   source(audio) → sound ──────────→ rtpbin 0 ─┬→ appsink RTP        appsrc RTCP → rtpbin 0
 *                                               └→ appsink RTCP
 *   source(video) → tee ─→ picture-h → rtpbin 1 ─┬→ appsink RTP        appsrc RTCP → rtpbin 1
 *                    │    (rtprtxsend inside)    └→ appsink RTCP
 *                    └──→ picture-m → rtpbin 2 …          a session for each layer (layer.c)
 *   screen (screen-track.c) ──────→ rtpbin 4 …
 *
 * PLI and FIR travel from rtpbin upstream to the encoder as force-key-unit events. */
#define CC_LOG_AREA "send"
#include "client/send/rtp-sender.h"

#include <gst/app/app.h>

#include "client/send/encoder.h"
#include "client/send/layer.h"
#include "client/send/preview.h"
#include "client/send/screen-track.h"
#include "client/send/sound-meter.h"
#include "common/base/error.h"
#include "common/base/log.h"

enum { AUDIO, VIDEO, N_SESSIONS = VIDEO + CC_SEND_PICTURES }; /* VIDEO + a picture's number */

#define RTX_HISTORY_MS 1500
/* Sender reports come quickly while receivers begin to synchronise, then calmly. */
#define HURRIED_REPORTS (150 * GST_MSECOND)
#define CALM_REPORTS (500 * GST_MSECOND)
#define HURRY_S 3

struct CcRtpSender {
    GstElement *pipeline, *rtpbin;
    CcSource *source;
    GstElement *rtcp_in[N_SESSIONS]; /* not owned; NULL without such a stream */
    GstElement *sound;               /* in the pipeline; NULL without */
    guint voice_bps;
    CcLayer *layers[CC_SEND_MAX_LAYERS];
    guint n_layers;
    CcScreenTrack *screen; /* or NULL */
    gboolean preview, silent, paused;
    CcRtpSenderIds ids;
    CcRtpSenderCallbacks callbacks;
    gpointer user_data;
    guint bus_watch, ended_idle, calm_timer;
    gint streams_playing; /* atomic: RTP sinks that have not seen the end */
};

static GstFlowReturn
pull(GstAppSink *sink, void (*deliver)(const guint8 *, gsize, gpointer), gpointer user_data)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return GST_FLOW_EOS;
    GstMapInfo map;
    if (gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) {
        deliver(map.data, map.size, user_data);
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    }
    return GST_FLOW_OK;
}

static GstFlowReturn
on_rtp(GstAppSink *sink, gpointer user_data)
{
    CcRtpSender *sender = user_data;
    return pull(sink, sender->callbacks.rtp, sender->user_data);
}

static GstFlowReturn
on_rtcp(GstAppSink *sink, gpointer user_data)
{
    CcRtpSender *sender = user_data;
    return pull(sink, sender->callbacks.rtcp, sender->user_data);
}

static gboolean
on_ended_idle(gpointer user_data)
{
    CcRtpSender *sender = user_data;
    sender->ended_idle = 0;
    sender->callbacks.ended(sender->user_data);
    return G_SOURCE_REMOVE;
}

static void
on_rtp_eos(GstAppSink *sink, gpointer user_data)
{
    CcRtpSender *sender = user_data;
    if (g_atomic_int_dec_and_test(&sender->streams_playing))
        sender->ended_idle = g_idle_add(on_ended_idle, sender);
}

/* A device that was taken out may have said something before. */
static gboolean
is_gone(const CcRtpSender *sender, GstObject *origin)
{
    return !gst_object_has_as_ancestor(origin, GST_OBJECT(sender->pipeline));
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcRtpSender *sender = user_data;
    g_autoptr(GError) cause = NULL;
    g_autofree char *details = NULL;
    switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR: {
        gst_message_parse_error(message, &cause, &details);
        if (is_gone(sender, GST_MESSAGE_SRC(message)) ||
            cc_source_take_error(sender->source, GST_MESSAGE_SRC(message), cause->message))
            break;
        g_autoptr(GError) error = g_error_new(CC_ERROR, CC_ERROR_MEDIA, "%s", cause->message);
        cc_debug("%s", details != NULL ? details : "");
        sender->callbacks.failed(error, sender->user_data);
        break;
    }
    case GST_MESSAGE_ELEMENT:
        cc_sound_meter_message(message, sender->ids.display);
        break;
    case GST_MESSAGE_WARNING:
        gst_message_parse_warning(message, &cause, &details);
        cc_warning_limited("%s", cause->message);
        break;
    case GST_MESSAGE_LATENCY:
        gst_bin_recalculate_latency(GST_BIN(sender->pipeline));
        break;
    default:
        break;
    }
    return G_SOURCE_CONTINUE;
}

/* rtpbin asks for the element that remembers packets and answers NACKs. */
static GstElement *
on_request_aux_sender(GstElement *rtpbin, guint session, gpointer user_data)
{
    CcRtpSender *sender = user_data;
    if (session < VIDEO)
        return NULL;
    guint picture = session - VIDEO;
    gboolean screen = picture == CC_SEND_SCREEN;
    GstElement *bin = gst_bin_new(NULL);
    GstElement *rtx = gst_element_factory_make("rtprtxsend", NULL);
    g_autofree char *payload_type =
        g_strdup_printf("%u", screen ? CC_SEND_PT_SCREEN : CC_SEND_PT_VIDEO);
    g_autofree char *ssrc = g_strdup_printf("%u", sender->ids.video_ssrc[picture]);
    g_autoptr(GstStructure) types =
        gst_structure_new("application/x-rtp-pt-map", payload_type, G_TYPE_UINT,
                          screen ? CC_SEND_PT_SCREEN_RTX : CC_SEND_PT_RTX, NULL);
    g_autoptr(GstStructure) ssrcs = gst_structure_new(
        "application/x-rtp-ssrc-map", ssrc, G_TYPE_UINT, sender->ids.rtx_ssrc[picture], NULL);
    g_object_set(rtx, "payload-type-map", types, "ssrc-map", ssrcs, "max-size-time", RTX_HISTORY_MS,
                 "max-size-packets", 0, NULL);
    gst_bin_add(GST_BIN(bin), rtx);
    const char *const directions[] = {"sink", "src"};
    for (guint i = 0; i < G_N_ELEMENTS(directions); i++) {
        g_autoptr(GstPad) pad = gst_element_get_static_pad(rtx, directions[i]);
        g_autofree char *name = g_strdup_printf("%s_%u", directions[i], session);
        gst_element_add_pad(bin, gst_ghost_pad_new(name, pad));
    }
    return bin;
}

static GstElement *
add_sink(CcRtpSender *sender, guint session, const char *pad, const GstAppSinkCallbacks *callbacks)
{
    GstElement *sink = gst_element_factory_make("appsink", NULL);
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), (GstAppSinkCallbacks *)callbacks, sender, NULL);
    gst_bin_add(GST_BIN(sender->pipeline), sink);
    g_autofree char *name = g_strdup_printf("%s_%u", pad, session);
    gst_element_link_pads(sender->rtpbin, name, sink, "sink");
    return sink;
}

static void
set_report_interval(CcRtpSender *sender, GstClockTime interval)
{
    for (guint i = 0; i < N_SESSIONS; i++) {
        GObject *session = NULL;
        if (sender->rtcp_in[i] == NULL)
            continue;
        g_signal_emit_by_name(sender->rtpbin, "get-internal-session", i, &session);
        /* Without a bandwidth rtpsession spaces its reports by seconds. */
        g_object_set(session, "bandwidth", 1e6, "rtcp-min-interval", (guint64)interval, NULL);
        g_object_unref(session);
    }
}

static gboolean
on_calm_timer(gpointer user_data)
{
    CcRtpSender *sender = user_data;
    sender->calm_timer = 0;
    set_report_interval(sender, CALM_REPORTS);
    return G_SOURCE_REMOVE;
}

/* Else the payloader takes over whichever SSRC rtpsession made up, if that was quicker. */
static void
fix_ssrc(CcRtpSender *sender, guint number)
{
    GObject *session = NULL;
    g_signal_emit_by_name(sender->rtpbin, "get-internal-session", number, &session);
    g_object_set(session, "internal-ssrc",
                 number == AUDIO ? sender->ids.audio_ssrc : sender->ids.video_ssrc[number - VIDEO],
                 NULL);
    g_object_unref(session);
}

/* The element with a pad "src" or "src_%u" that each layer's pictures come from: the source itself,
 * behind it the preview window, if there is to be one, and a tee, if there are several layers. */
static GstElement *
add_picture_head(CcRtpSender *sender, const char **pad)
{
    GstElement *head = sender->source->bin;
    GstElement *window = sender->preview ? cc_preview_new(sender->ids.display) : NULL;
    *pad = "video";
    if (window != NULL) {
        gst_bin_add(GST_BIN(sender->pipeline), window);
        gst_element_link_pads(head, *pad, window, "sink");
        head = window;
        *pad = "src";
    }
    if (sender->n_layers > 1) {
        GstElement *tee = gst_element_factory_make("tee", "layers");
        gst_bin_add(GST_BIN(sender->pipeline), tee);
        gst_element_link_pads(head, *pad, tee, "sink");
        head = tee;
        *pad = "src_%u";
    }
    return head;
}

/* The element with a pad @pad that the sound comes from: the source, behind it a meter, if somebody
 * looks at it. */
static GstElement *
add_sound_head(CcRtpSender *sender, const char **pad)
{
    GstElement *meter = sender->ids.display != NULL ? cc_sound_meter_new() : NULL;
    if (meter == NULL)
        return sender->source->bin;
    gst_bin_add(GST_BIN(sender->pipeline), meter);
    gst_element_link_pads(sender->source->bin, *pad, meter, "sink");
    *pad = "src";
    return meter;
}

/* Joins an encoder, which is in the pipeline, and its RTP session. */
static gboolean
add_session(CcRtpSender *sender, guint session, GstElement *encoder)
{
    static const GstAppSinkCallbacks rtp_callbacks = {.new_sample = on_rtp, .eos = on_rtp_eos};
    static const GstAppSinkCallbacks rtcp_callbacks = {.new_sample = on_rtcp};
    g_autofree char *send_pad = g_strdup_printf("send_rtp_sink_%u", session);
    if (!gst_element_link_pads(encoder, "src", sender->rtpbin, send_pad))
        return FALSE;
    fix_ssrc(sender, session);
    add_sink(sender, session, "send_rtp_src", &rtp_callbacks);
    sender->streams_playing += session == VIDEO + CC_SEND_SCREEN ? 0 : 1; /* that one has no end */
    add_sink(sender, session, "send_rtcp_src", &rtcp_callbacks);

    sender->rtcp_in[session] = gst_element_factory_make("appsrc", NULL);
    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple("application/x-rtcp");
    g_object_set(sender->rtcp_in[session], "format", GST_FORMAT_TIME, "is-live", TRUE,
                 "do-timestamp", TRUE, "caps", caps, NULL);
    gst_bin_add(GST_BIN(sender->pipeline), sender->rtcp_in[session]);
    g_autofree char *receive_pad = g_strdup_printf("recv_rtcp_sink_%u", session);
    gst_element_link_pads(sender->rtcp_in[session], "src", sender->rtpbin, receive_pad);
    return TRUE;
}

/* The same with what it encodes, raw sound or pictures. */
static gboolean
add_stream(CcRtpSender *sender, guint session, GstElement *from, const char *from_pad,
           GstElement *encoder, GError **error)
{
    if (encoder == NULL)
        return FALSE;
    gst_bin_add(GST_BIN(sender->pipeline), encoder);
    if (gst_element_link_pads(from, from_pad, encoder, "sink") &&
        add_session(sender, session, encoder))
        return TRUE;
    g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "the source's %s cannot be encoded",
                session == AUDIO ? "sound" : "picture");
    return FALSE;
}

static gboolean
add_screen(CcRtpSender *sender, const CcScreenSettings *settings, GError **error)
{
    if (*settings->area == '\0')
        return TRUE;
    sender->screen = cc_screen_track_new(settings, sender->ids.video_ssrc[CC_SEND_SCREEN], error);
    if (sender->screen == NULL)
        return FALSE;
    GstElement *bin = cc_screen_track_get_bin(sender->screen);
    gst_bin_add(GST_BIN(sender->pipeline), bin);
    if (add_session(sender, VIDEO + CC_SEND_SCREEN, bin))
        return TRUE;
    g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA, "the screen cannot be sent");
    return FALSE;
}

static gboolean
add_layers(CcRtpSender *sender, const CcSendSettings *settings, GError **error)
{
    const char *pad;
    sender->n_layers = settings->n_layers;
    GstElement *head = add_picture_head(sender, &pad);
    for (guint i = 0; i < sender->n_layers; i++) {
        sender->layers[i] = cc_layer_new(settings, i, sender->ids.video_ssrc[i], error);
        if (sender->layers[i] == NULL ||
            !add_stream(sender, VIDEO + i, head, pad, cc_layer_get_bin(sender->layers[i]), error))
            return FALSE;
    }
    return TRUE;
}

static void
make_rtpbin(CcRtpSender *sender)
{
    sender->rtpbin = gst_element_factory_make("rtpbin", NULL);
    g_autoptr(GstStructure) sdes = gst_structure_new("application/x-rtp-source-sdes", "cname",
                                                     G_TYPE_STRING, sender->ids.cname, NULL);
    /* Sender reports tell when a sample was captured, not when its encoder was done with it. */
    g_object_set(sender->rtpbin, "sdes", sdes, "rtcp-sync-send-time", FALSE, NULL);
    gst_util_set_object_arg(G_OBJECT(sender->rtpbin), "rtp-profile", "avpf");
    g_signal_connect(sender->rtpbin, "request-aux-sender", G_CALLBACK(on_request_aux_sender),
                     sender);
    gst_bin_add(GST_BIN(sender->pipeline), sender->rtpbin);
}

CcRtpSender *
cc_rtp_sender_new(CcSource *source, const CcSendSettings *settings, const CcRtpSenderIds *ids,
                  const CcRtpSenderCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcRtpSender) sender = g_new0(CcRtpSender, 1);
    sender->source = source;
    sender->preview = settings->preview && (source->previewed || ids->display != NULL);
    sender->ids = *ids;
    sender->callbacks = *callbacks;
    sender->user_data = user_data;
    sender->pipeline = gst_pipeline_new("send");
    /* Everything is measured against CLOCK_MONOTONIC, also with a microphone that has its own
     * clock. */
    g_autoptr(GstClock) clock = gst_system_clock_obtain();
    gst_pipeline_use_clock(GST_PIPELINE(sender->pipeline), clock);
    if (settings->base_time != 0) {
        gst_element_set_start_time(sender->pipeline, GST_CLOCK_TIME_NONE);
        gst_element_set_base_time(sender->pipeline, settings->base_time);
    }
    make_rtpbin(sender);
    gst_bin_add(GST_BIN(sender->pipeline), source->bin);
    sender->voice_bps = settings->audio_bitrate_bps;
    if (source->has_audio) {
        const char *pad = "audio";
        GstElement *head = add_sound_head(sender, &pad);
        sender->sound = cc_audio_encoder_new(settings, ids->audio_ssrc, error);
        if (!add_stream(sender, AUDIO, head, pad, sender->sound, error))
            return NULL;
    }
    if (source->has_video && !add_layers(sender, settings, error))
        return NULL;
    if (!add_screen(sender, &settings->screen, error))
        return NULL;
    g_autoptr(GstBus) bus = gst_element_get_bus(sender->pipeline);
    sender->bus_watch = gst_bus_add_watch(bus, on_message, sender);
    return g_steal_pointer(&sender);
}

gboolean
cc_rtp_sender_start(CcRtpSender *sender, GError **error)
{
    if (gst_element_set_state(sender->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        g_autoptr(GstBus) bus = gst_element_get_bus(sender->pipeline);
        g_autoptr(GstMessage) message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
        g_autoptr(GError) cause = NULL;
        if (message != NULL)
            gst_message_parse_error(message, &cause, NULL);
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "capturing does not start: %s",
                    cause != NULL ? cause->message : "no reason given");
        return FALSE;
    }
    if (sender->source->start != NULL)
        sender->source->start(sender->source->player);
    return sender->screen == NULL || cc_screen_track_start(sender->screen, error);
}

void
cc_rtp_sender_rtcp(CcRtpSender *sender, const guint8 *packet, gsize length)
{
    for (guint i = 0; i < N_SESSIONS; i++) {
        if (sender->rtcp_in[i] == NULL)
            continue;
        GstBuffer *buffer = gst_buffer_new_memdup(packet, length);
        gst_app_src_push_buffer(GST_APP_SRC(sender->rtcp_in[i]), buffer);
    }
}

void
cc_rtp_sender_capture(CcRtpSender *sender, CcMediaKind kind, gboolean on)
{
    cc_source_capture(sender->source, kind == CC_MEDIA_VIDEO, on);
}

static void
update_sound(CcRtpSender *sender)
{
    if (sender->sound != NULL)
        cc_audio_encoder_set_paused(sender->sound, sender->paused || sender->silent);
}

void
cc_rtp_sender_set_silent(CcRtpSender *sender, gboolean silent)
{
    sender->silent = silent;
    update_sound(sender);
}

void
cc_rtp_sender_begin_session(CcRtpSender *sender)
{
    sender->paused = FALSE;
    update_sound(sender);
    set_report_interval(sender, HURRIED_REPORTS);
    g_clear_handle_id(&sender->calm_timer, g_source_remove);
    sender->calm_timer = g_timeout_add_seconds(HURRY_S, on_calm_timer, sender);
    cc_rtp_sender_request_keyframes(sender);
}

void
cc_rtp_sender_pause(CcRtpSender *sender, gint64 now_us)
{
    for (guint i = 0; i < sender->n_layers; i++)
        cc_layer_set_rate(sender->layers[i], 0, now_us);
    if (sender->screen != NULL)
        cc_screen_track_set_rate(sender->screen, 0, now_us);
    sender->paused = TRUE;
    update_sound(sender);
}

void
cc_rtp_sender_request_keyframes(CcRtpSender *sender)
{
    for (guint i = 0; i < sender->n_layers; i++)
        cc_layer_request_keyframe(sender->layers[i]);
    if (sender->screen != NULL)
        cc_screen_track_request_keyframe(sender->screen);
}

void
cc_rtp_sender_set_rate(CcRtpSender *sender, guint picture, gint64 wire_bps, gint64 now_us)
{
    if (picture < sender->n_layers)
        cc_layer_set_rate(sender->layers[picture], wire_bps, now_us);
    else if (picture == CC_SEND_SCREEN && sender->screen != NULL)
        cc_screen_track_set_rate(sender->screen, wire_bps, now_us);
}

void
cc_rtp_sender_set_voice_rate(CcRtpSender *sender, guint codec_bps)
{
    if (sender->sound == NULL || codec_bps == sender->voice_bps)
        return;
    cc_info("voice: %u bit/s", codec_bps);
    sender->voice_bps = codec_bps;
    cc_audio_encoder_set_bitrate(sender->sound, codec_bps);
}

void
cc_rtp_sender_get_status(const CcRtpSender *sender, guint picture, CcLayerStatus *status)
{
    *status = (CcLayerStatus){0};
    if (picture < sender->n_layers)
        cc_layer_get_status(sender->layers[picture], status);
    else if (picture == CC_SEND_SCREEN && sender->screen != NULL)
        cc_screen_track_get_status(sender->screen, status);
}

guint
cc_rtp_sender_screen_bps(const CcRtpSender *sender, gboolean *urgent)
{
    *urgent = FALSE;
    return sender->screen != NULL ? cc_screen_track_busy_bps(sender->screen, urgent) : 0;
}

void
cc_rtp_sender_free(CcRtpSender *sender)
{
    if (sender == NULL)
        return;
    g_clear_handle_id(&sender->bus_watch, g_source_remove);
    g_clear_handle_id(&sender->calm_timer, g_source_remove);
    if (sender->source->stop != NULL)
        sender->source->stop(sender->source->player);
    if (sender->screen != NULL)
        cc_screen_track_stop(sender->screen);
    gst_element_set_state(sender->pipeline, GST_STATE_NULL);
    g_clear_handle_id(&sender->ended_idle, g_source_remove);
    gst_clear_object(&sender->pipeline);
    for (guint i = 0; i < sender->n_layers; i++)
        cc_layer_free(sender->layers[i]);
    cc_screen_track_free(sender->screen);
    cc_source_free(sender->source);
    g_free(sender);
}
