/*   sound: CcVoice
 *   picture: appsrc RTP → rtpbin ─→ rtprtxreceive → jitter buffer → decoder bin → appsinks
 *            appsrc RTCP → rtpbin → appsink RTCP
 *
 * A decoder bin appears with each new SSRC or codec and takes the place of the one before. The
 * pipeline shares clock and base time with the screen's, so that times carry over as they are. */
#define CC_LOG_AREA "recv"
#include "client/recv/rtp-receiver.h"

#include <gst/app/app.h>
#include <gst/video/video.h>
#include <stdio.h>

#include "client/recv/decoder.h"
#include "client/recv/jitter-stats.h"
#include "client/recv/reporter.h"
#include "client/recv/retransmission.h"
#include "client/recv/sender-clock.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define MAX_STREAMS 16 /* SSRCs of a session, retransmissions and former ones included */
#define LEFTOVERS_US 300000
#define MIN_REPAIR_MS 150
#define MAX_REPAIR_MS 2000
#define REPAIR_SPARE_MS 60
#define VIDEO_RATE 90000        /* RTP time units a second, of all video codecs */
#define MAX_DISTANCE_US 5000000 /* by which no sane clocks place picture and voice apart */
#define RTCP_MIN_INTERVAL (50 * GST_MSECOND)

struct CcRtpReceiver {
    CcVoice *voice;
    GstElement *pipeline, *rtpbin;
    GstElement *rtp_in, *rtcp_in; /* not owned */
    gint64 taken_over_us;         /* when the decoder was made; streaming threads */
    CcRtpRoute route;
    CcReporter *reporter;
    CcRtpReceiverOptions options;
    CcRtpReceiverCallbacks callbacks;
    gpointer user_data;
    GMutex lock;              /* guards what follows, up to the line */
    GPtrArray *jitterbuffers; /* all that there have been */
    GstElement *decoder;      /* not owned */
    CcSenderClock clock;      /* of the picture */
    gint64 placed_us;         /* PTS of the picture's newest packet minus its sender's time */
    gboolean placed;

    guint bus_watch;
    gboolean failed;
    guint64 packets, video_packets, bytes;
    guint repair_ms; /* how long the jitter buffer waits for a lost packet */
};

static GstCaps *
on_request_pt_map(GstElement *rtpbin, guint session, guint payload_type, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    const CcRouteFormat *format = cc_rtp_route_format(&receiver->route, payload_type);
    if (format == NULL)
        return NULL;
    g_autofree char *name = format->codec == CC_CODEC_NONE
                                ? g_strdup("RTX")
                                : g_ascii_strup(cc_codec_name(format->codec), -1);
    GstCaps *caps =
        gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, "video", "payload",
                            G_TYPE_INT, (int)payload_type, "clock-rate", G_TYPE_INT,
                            (int)format->clock_rate, "encoding-name", G_TYPE_STRING, name, NULL);
    gst_caps_set_simple(caps, "rtcp-fb-nack", G_TYPE_BOOLEAN, TRUE, "rtcp-fb-nack-pli",
                        G_TYPE_BOOLEAN, TRUE, "rtcp-fb-ccm-fir", G_TYPE_BOOLEAN, TRUE, NULL);
    if (format->codec == CC_CODEC_NONE) {
        g_autofree char *apt = g_strdup_printf("%u", format->apt);
        gst_caps_set_simple(caps, "apt", G_TYPE_STRING, apt, NULL);
    }
    return caps;
}

static GstElement *
on_request_aux_receiver(GstElement *rtpbin, guint session, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    return cc_retransmission_bin_new(&receiver->route, session);
}

static void
on_new_jitterbuffer(GstElement *rtpbin, GstElement *jitterbuffer, guint session, guint ssrc,
                    gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    /* The first packets need not wait for the whole latency to be played. */
    g_object_set(jitterbuffer, "faststart-min-packets", 1, "rtx-next-seqnum", FALSE,
                 "do-retransmission", cc_rtp_route_repairs(&receiver->route, CC_MEDIA_VIDEO), NULL);
    g_mutex_lock(&receiver->lock);
    g_ptr_array_add(receiver->jitterbuffers, gst_object_ref(jitterbuffer));
    g_mutex_unlock(&receiver->lock);
}

/* By how much later than its arrival says the picture is to be placed, so that it is with the voice
 * of the same moment; negative: earlier. */
static gint64
distance_to_voice(CcRtpReceiver *receiver)
{
    gint64 offset_us, distance_us = 0;
    if (!cc_voice_get_offset(receiver->voice, &offset_us))
        return 0;
    g_mutex_lock(&receiver->lock);
    if (receiver->placed)
        distance_us =
            offset_us - receiver->placed_us - (gint64)(receiver->options.base_time / GST_USECOND);
    g_mutex_unlock(&receiver->lock);
    return ABS(distance_us) < MAX_DISTANCE_US ? distance_us : 0;
}

/* (transfer full) NULL at the end, or if it has no time. */
static GstSample *
pull(GstAppSink *sink, CcRtpReceiver *receiver)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return NULL;
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstClockTime time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                    GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return NULL;
    gint64 placed_at = (gint64)time + distance_to_voice(receiver) * (gint64)GST_USECOND;
    g_autoptr(GstBuffer) placed = gst_buffer_copy(buffer);
    GST_BUFFER_PTS(placed) = (GstClockTime)MAX(placed_at, 0);
    GST_BUFFER_DTS(placed) = GST_CLOCK_TIME_NONE;
    return gst_sample_new(placed, gst_sample_get_caps(sample), NULL, NULL);
}

static GstFlowReturn
on_decoded(GstAppSink *sink, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    g_autoptr(GstSample) sample = pull(sink, receiver);
    if (sample != NULL)
        cc_voice_set_least_delay(receiver->voice,
                                 receiver->callbacks.picture(sample, receiver->user_data));
    return GST_FLOW_OK;
}

static GstFlowReturn
on_encoded(GstAppSink *sink, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    g_autoptr(GstSample) sample = pull(sink, receiver);
    if (sample != NULL)
        receiver->callbacks.encoded(CC_MEDIA_VIDEO, sample, receiver->user_data);
    return GST_FLOW_OK;
}

static void
connect_sink(GstElement *bin, const char *name, CcRtpReceiver *receiver,
             GstFlowReturn (*func)(GstAppSink *, gpointer))
{
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(bin), name);
    GstAppSinkCallbacks callbacks = {.new_sample = func};
    if (sink != NULL)
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, receiver, NULL);
}

static void
replace_decoder(CcRtpReceiver *receiver, GstElement *decoder)
{
    g_mutex_lock(&receiver->lock);
    GstElement *old = receiver->decoder;
    receiver->decoder = decoder;
    g_mutex_unlock(&receiver->lock);
    if (old == NULL)
        return;
    gst_element_set_locked_state(old, TRUE);
    gst_element_set_state(old, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(receiver->pipeline), old);
}

/* "recv_rtp_src_SESSION_SSRC_PT" gets the decoder. */
static gboolean
take_over(CcRtpReceiver *receiver, GstPad *pad)
{
    guint number, ssrc, payload_type;
    sscanf(GST_PAD_NAME(pad), "recv_rtp_src_%u_%u_%u", &number, &ssrc, &payload_type);
    const CcRouteFormat *format = cc_rtp_route_format(&receiver->route, payload_type);
    g_autoptr(GError) error = NULL;
    GstElement *decoder =
        cc_decoder_new(format != NULL ? format->codec : CC_CODEC_NONE, receiver->options.hardware,
                       receiver->callbacks.encoded != NULL, &error);
    receiver->taken_over_us = cc_clock_now_us();
    if (decoder == NULL) {
        cc_warning_limited("%s", error->message);
        return FALSE;
    }
    connect_sink(decoder, "decoded", receiver, on_decoded);
    connect_sink(decoder, "encoded", receiver, on_encoded);
    gst_bin_add(GST_BIN(receiver->pipeline), decoder);
    replace_decoder(receiver, decoder);
    g_autoptr(GstPad) sink = gst_element_get_static_pad(decoder, "sink");
    gst_element_sync_state_with_parent(decoder);
    gst_pad_link(pad, sink);
    cc_info("stream kind=video codec=%s ssrc=%u", cc_codec_name(format->codec), ssrc);
    return TRUE;
}

/* Where the jitter buffer places the stream. */
static void
note_place(CcRtpReceiver *receiver, GstBuffer *buffer)
{
    guint8 header[8];
    if (buffer == NULL || !GST_BUFFER_PTS_IS_VALID(buffer) ||
        gst_buffer_extract(buffer, 0, header, sizeof header) != sizeof header)
        return;
    gint64 time_us = (gint64)(GST_BUFFER_PTS(buffer) / GST_USECOND);
    g_mutex_lock(&receiver->lock);
    receiver->placed = receiver->clock.known;
    if (receiver->placed)
        receiver->placed_us =
            time_us -
            cc_sender_clock_us(&receiver->clock, GST_READ_UINT32_BE(header + 4), VIDEO_RATE);
    g_mutex_unlock(&receiver->lock);
}

/* A stream that has none takes the decoder over: a new one, or a former one that goes on (a teacher
 * who comes back to a codec). What is left of the former one when it loses it must not. */
static GstPadProbeReturn
on_packet(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_TYPE(probe) & GST_PAD_PROBE_TYPE_BUFFER_LIST
                            ? gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(probe), 0)
                            : GST_PAD_PROBE_INFO_BUFFER(probe);
    note_place(receiver, buffer);
    if (gst_pad_is_linked(pad))
        return GST_PAD_PROBE_OK;
    if (cc_clock_now_us() - receiver->taken_over_us < LEFTOVERS_US || !take_over(receiver, pad))
        return GST_PAD_PROBE_DROP;
    return GST_PAD_PROBE_OK;
}

static void
on_pad_added(GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
    if (g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtp_src_"))
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                          on_packet, user_data, NULL);
}

static GstFlowReturn
on_rtcp_out(GstAppSink *sink, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    GstMapInfo map;
    if (sample == NULL)
        return GST_FLOW_EOS;
    if (gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) {
        receiver->callbacks.rtcp(map.data, map.size, receiver->user_data);
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    }
    return GST_FLOW_OK;
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) error = NULL;
        g_autofree char *details = NULL;
        gst_message_parse_error(message, &error, &details);
        cc_warning_limited("decoding: %s: %s", error->message, details != NULL ? details : "");
        receiver->failed = TRUE;
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY) {
        gst_bin_recalculate_latency(GST_BIN(receiver->pipeline));
    }
    return G_SOURCE_CONTINUE;
}

static GstElement *
add_input(CcRtpReceiver *receiver, const char *media_type, const char *pad)
{
    GstElement *src = gst_element_factory_make("appsrc", NULL);
    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple(media_type);
    g_object_set(src, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps", caps, "max-bytes",
                 (guint64)4 * 1024 * 1024, "leaky-type", 2, NULL);
    gst_bin_add(GST_BIN(receiver->pipeline), src);
    gst_element_link_pads(src, "src", receiver->rtpbin, pad);
    return src;
}

static void
add_session(CcRtpReceiver *receiver)
{
    receiver->rtp_in = add_input(receiver, "application/x-rtp", "recv_rtp_sink_0");
    receiver->rtcp_in = add_input(receiver, "application/x-rtcp", "recv_rtcp_sink_0");

    GstElement *sink = gst_element_factory_make("appsink", NULL);
    GstAppSinkCallbacks callbacks = {.new_sample = on_rtcp_out};
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, receiver, NULL);
    gst_bin_add(GST_BIN(receiver->pipeline), sink);
    gst_element_link_pads(receiver->rtpbin, "send_rtcp_src_0", sink, "sink");

    GObject *internal = NULL;
    g_signal_emit_by_name(receiver->rtpbin, "get-internal-session", 0, &internal);
    /* NACKs and keyframe requests wait for the next slot that the bandwidth allows. */
    g_object_set(internal, "bandwidth", 1e6, "probation", 0, "rtcp-reduced-size", TRUE,
                 "rtcp-min-interval", (guint64)RTCP_MIN_INTERVAL, NULL);
    g_object_unref(internal);
}

static void
on_sound(GstSample *sample, gint64 delay_us, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.sound(sample, delay_us, receiver->user_data);
}

static void
on_coded_sound(GstSample *sample, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.encoded(CC_MEDIA_AUDIO, sample, receiver->user_data);
}

static void
on_voice_rtcp(const guint8 *packet, gsize length, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    receiver->callbacks.rtcp(packet, length, receiver->user_data);
}

static gboolean
add_voice(CcRtpReceiver *receiver, GError **error)
{
    CcVoiceCallbacks callbacks = {
        .sound = on_sound,
        .encoded = receiver->callbacks.encoded != NULL ? on_coded_sound : NULL,
        .rtcp = on_voice_rtcp,
    };
    receiver->voice =
        cc_voice_new(&receiver->route, receiver->options.base_time, &callbacks, receiver, error);
    if (receiver->voice != NULL)
        cc_voice_set_least_delay(receiver->voice, receiver->options.latency_ms * 1000);
    return receiver->voice != NULL;
}

CcRtpReceiver *
cc_rtp_receiver_new(const CcSdp *answer, const CcRtpReceiverOptions *options,
                    const CcRtpReceiverCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcRtpReceiver) receiver = g_new0(CcRtpReceiver, 1);
    g_mutex_init(&receiver->lock);
    receiver->jitterbuffers = g_ptr_array_new_with_free_func(gst_object_unref);
    receiver->options = *options;
    receiver->callbacks = *callbacks;
    receiver->user_data = user_data;
    cc_rtp_route_init(&receiver->route, answer);
    receiver->reporter = cc_reporter_new(callbacks->rtcp, user_data);
    if (!add_voice(receiver, error))
        return NULL;
    receiver->pipeline = gst_pipeline_new("receive");
    gst_pipeline_use_clock(GST_PIPELINE(receiver->pipeline), options->clock);
    gst_element_set_start_time(receiver->pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(receiver->pipeline, options->base_time);

    receiver->rtpbin = gst_element_factory_make("rtpbin", NULL);
    g_object_set(receiver->rtpbin, "latency", MIN_REPAIR_MS, "do-lost", TRUE, "drop-on-latency",
                 FALSE, "autoremove", TRUE, "max-streams", MAX_STREAMS, NULL);
    gst_util_set_object_arg(G_OBJECT(receiver->rtpbin), "rtp-profile", "avpf");
    g_signal_connect(receiver->rtpbin, "request-pt-map", G_CALLBACK(on_request_pt_map), receiver);
    g_signal_connect(receiver->rtpbin, "request-aux-receiver", G_CALLBACK(on_request_aux_receiver),
                     receiver);
    g_signal_connect(receiver->rtpbin, "new-jitterbuffer", G_CALLBACK(on_new_jitterbuffer),
                     receiver);
    g_signal_connect(receiver->rtpbin, "pad-added", G_CALLBACK(on_pad_added), receiver);
    gst_bin_add(GST_BIN(receiver->pipeline), receiver->rtpbin);
    add_session(receiver);

    g_autoptr(GstBus) bus = gst_element_get_bus(receiver->pipeline);
    receiver->bus_watch = gst_bus_add_watch(bus, on_message, receiver);
    if (gst_element_set_state(receiver->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA,
                            "the receiving pipeline does not start");
        return NULL;
    }
    return g_steal_pointer(&receiver);
}

void
cc_rtp_receiver_free(CcRtpReceiver *receiver)
{
    if (receiver == NULL)
        return;
    g_clear_handle_id(&receiver->bus_watch, g_source_remove);
    if (receiver->pipeline != NULL)
        gst_element_set_state(receiver->pipeline, GST_STATE_NULL);
    gst_clear_object(&receiver->pipeline);
    cc_voice_free(receiver->voice);
    g_ptr_array_unref(receiver->jitterbuffers);
    cc_reporter_free(receiver->reporter);
    g_mutex_clear(&receiver->lock);
    g_free(receiver);
}

static void
push(CcRtpReceiver *receiver, GstElement *src, const guint8 *packet, gsize length,
     gint64 arrival_us)
{
    GstBuffer *buffer = gst_buffer_new_memdup(packet, length);
    GstClockTime arrival = (GstClockTime)arrival_us * GST_USECOND;
    GST_BUFFER_PTS(buffer) =
        arrival > receiver->options.base_time ? arrival - receiver->options.base_time : 0;
    gst_app_src_push_buffer(GST_APP_SRC(src), buffer);
}

void
cc_rtp_receiver_rtp(CcRtpReceiver *receiver, const guint8 *packet, gsize length, gint64 arrival_us)
{
    CcMediaKind kind = cc_rtp_route_packet(&receiver->route, packet, length);
    guint16 sequence;
    if (kind == CC_MEDIA_OTHER)
        return;
    if (cc_rtp_route_transport_sequence(&receiver->route, kind, packet, length, &sequence))
        cc_reporter_arrived(receiver->reporter, sequence, GST_READ_UINT32_BE(packet + 8), length,
                            arrival_us);
    receiver->packets++;
    receiver->video_packets += kind == CC_MEDIA_VIDEO;
    receiver->bytes += length;
    if (kind == CC_MEDIA_AUDIO)
        cc_voice_rtp(receiver->voice, packet, length, arrival_us);
    else
        push(receiver, receiver->rtp_in, packet, length, arrival_us);
}

static void
read_sender_report(CcRtpReceiver *receiver, const CcRtcpSenderInfo *info, gint64 arrival_us)
{
    CcMediaKind kind = cc_rtp_route_ssrc(&receiver->route, info->ssrc);
    if (kind == CC_MEDIA_AUDIO)
        cc_voice_sender_report(receiver->voice, info, arrival_us);
    if (kind != CC_MEDIA_VIDEO)
        return;
    g_mutex_lock(&receiver->lock);
    cc_sender_clock_set(&receiver->clock, info);
    g_mutex_unlock(&receiver->lock);
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
    /* The sender's SSRC stands at the same place in all RTCP packets. */
    if (length < 8 ||
        cc_rtp_route_ssrc(&receiver->route, GST_READ_UINT32_BE(packet + 4)) != CC_MEDIA_AUDIO)
        push(receiver, receiver->rtcp_in, packet, length, arrival_us);
}

/* A lost packet is waited for as long as a second and a third question may take, or the playout
 * delay: a picture that comes late is not seen, but those after it can be decoded. */
void
cc_rtp_receiver_adapt(CcRtpReceiver *receiver)
{
    CcVoiceFigures voice;
    cc_voice_get_figures(receiver->voice, &voice);
    gint64 wanted_ms =
        MAX(voice.played.delay_ms + REPAIR_SPARE_MS, voice.rtt_us * 5 / 2000 + REPAIR_SPARE_MS);
    guint latency_ms = (guint)CLAMP(wanted_ms, MIN_REPAIR_MS, MAX_REPAIR_MS) / 10 * 10;
    if (latency_ms == receiver->repair_ms)
        return;
    receiver->repair_ms = latency_ms;
    g_object_set(receiver->rtpbin, "latency", latency_ms, NULL);
}

void
cc_rtp_receiver_ask_for_keyframe(CcRtpReceiver *receiver)
{
    g_autoptr(GstElement) decoder = NULL;
    g_mutex_lock(&receiver->lock);
    if (receiver->decoder != NULL)
        decoder = gst_object_ref(receiver->decoder);
    g_mutex_unlock(&receiver->lock);
    if (decoder == NULL)
        return;
    g_autoptr(GstPad) pad = gst_element_get_static_pad(decoder, "sink");
    gst_pad_push_event(pad,
                       gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
}

gboolean
cc_rtp_receiver_take_failure(CcRtpReceiver *receiver)
{
    gboolean failed = receiver->failed;
    receiver->failed = FALSE;
    return failed;
}

void
cc_rtp_receiver_get_stats(CcRtpReceiver *receiver, CcRtpReceiverStats *stats)
{
    *stats = (CcRtpReceiverStats){
        .packets = receiver->packets,
        .bytes = receiver->bytes,
        .video_packets = receiver->video_packets,
    };
    g_mutex_lock(&receiver->lock);
    for (guint i = 0; i < receiver->jitterbuffers->len; i++)
        cc_jitter_stats_add(receiver->jitterbuffers->pdata[i], stats);
    g_mutex_unlock(&receiver->lock);
    cc_voice_get_figures(receiver->voice, &stats->voice);
    stats->lost += (guint64)stats->voice.lost - MIN(stats->voice.answered, stats->voice.lost);
    stats->retransmissions_asked += stats->voice.asked;
    stats->retransmissions_used += stats->voice.answered;
    stats->jitter_ms = MAX(stats->jitter_ms, stats->voice.jitter_ms);
}
