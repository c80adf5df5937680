/*   appsrc RTP → rtpbin ─→ rtprtxreceive → jitter buffer → decoder bin → appsinks
 *   appsrc RTCP → rtpbin → appsink RTCP
 *
 * A decoder bin appears with each new SSRC or codec and takes the place of the one before. The
 * pipeline shares clock and base time with the screen's, so that times carry over as they are. */
#define CC_LOG_AREA "recv"
#include "client/recv/picture.h"

#include <gst/app/app.h>
#include <gst/video/video.h>
#include <stdio.h>

#include "client/recv/decoder.h"
#include "client/recv/retransmission.h"
#include "client/recv/sender-clock.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define MAX_STREAMS 16 /* SSRCs of a session, retransmissions and former ones included */
#define LEFTOVERS_US 300000
#define VIDEO_RATE 90000        /* RTP time units a second, of all video codecs */
#define MAX_DISTANCE_US 5000000 /* by which no sane clocks place picture and voice apart */
#define KEYFRAME_US 200000      /* between questions for a keyframe, on the shortest ways */
#define MIN_RTT_MS 40
#define MAX_RTT_MS 1000
#define RTCP_MIN_INTERVAL (50 * GST_MSECOND)

struct CcPicture {
    const CcRtpRoute *route;
    CcPictureOptions options;
    CcPictureCallbacks callbacks;
    gpointer user_data;
    GstElement *pipeline, *rtpbin;
    GstElement *rtp_in, *rtcp_in; /* not owned */
    gint64 taken_over_us;         /* when the decoder was made; streaming threads */
    guint bus_watch;
    gboolean failed;
    guint repair_ms;

    GMutex lock;              /* guards what follows */
    GPtrArray *jitterbuffers; /* all that there have been */
    GstElement *decoder;      /* not owned */
    CcSenderClock clock;
    gint64 placed_us; /* PTS of the newest packet minus its sender's time */
    gboolean placed;
    gint64 asked_us;    /* when a keyframe was asked for */
    gint64 keyframe_us; /* not again before */
    int rtt_ms;
};

static GstCaps *
on_request_pt_map(GstElement *rtpbin, guint session, guint payload_type, gpointer user_data)
{
    CcPicture *picture = user_data;
    const CcRouteFormat *format = cc_rtp_route_format(picture->route, payload_type);
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
    CcPicture *picture = user_data;
    return cc_retransmission_bin_new(picture->route, session);
}

static void
on_new_jitterbuffer(GstElement *rtpbin, GstElement *jitterbuffer, guint session, guint ssrc,
                    gpointer user_data)
{
    CcPicture *picture = user_data;
    /* The first packets need not wait for the whole latency to be played. */
    g_object_set(jitterbuffer, "faststart-min-packets", 1, "rtx-next-seqnum", FALSE,
                 "do-retransmission", cc_rtp_route_repairs(picture->route, CC_MEDIA_VIDEO), NULL);
    g_mutex_lock(&picture->lock);
    g_object_set(jitterbuffer, "rtx-min-retry-timeout", picture->rtt_ms, NULL);
    g_ptr_array_add(picture->jitterbuffers, gst_object_ref(jitterbuffer));
    g_mutex_unlock(&picture->lock);
}

/* By how much later than its arrival says the picture is to be placed, so that it is with the voice
 * of the same moment; negative: earlier. */
static gint64
distance_to_voice(CcPicture *picture)
{
    gint64 offset_us, distance_us = 0;
    if (!picture->callbacks.voice_offset(&offset_us, picture->user_data))
        return 0;
    g_mutex_lock(&picture->lock);
    if (picture->placed)
        distance_us =
            offset_us - picture->placed_us - (gint64)(picture->options.base_time / GST_USECOND);
    g_mutex_unlock(&picture->lock);
    return ABS(distance_us) < MAX_DISTANCE_US ? distance_us : 0;
}

/* (transfer full) NULL at the end, or if it has no time. */
static GstSample *
pull(GstAppSink *sink, CcPicture *picture)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return NULL;
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstClockTime time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                    GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return NULL;
    gint64 placed_at = (gint64)time + distance_to_voice(picture) * (gint64)GST_USECOND;
    g_autoptr(GstBuffer) placed = gst_buffer_copy(buffer);
    GST_BUFFER_PTS(placed) = (GstClockTime)MAX(placed_at, 0);
    GST_BUFFER_DTS(placed) = GST_CLOCK_TIME_NONE;
    return gst_sample_new(placed, gst_sample_get_caps(sample), NULL, NULL);
}

static GstFlowReturn
on_decoded(GstAppSink *sink, gpointer user_data)
{
    CcPicture *picture = user_data;
    g_autoptr(GstSample) sample = pull(sink, picture);
    if (sample != NULL)
        picture->callbacks.decoded(sample, picture->user_data);
    return GST_FLOW_OK;
}

static GstFlowReturn
on_encoded(GstAppSink *sink, gpointer user_data)
{
    CcPicture *picture = user_data;
    g_autoptr(GstSample) sample = pull(sink, picture);
    if (sample != NULL)
        picture->callbacks.encoded(sample, picture->user_data);
    return GST_FLOW_OK;
}

static void
connect_sink(GstElement *bin, const char *name, CcPicture *picture,
             GstFlowReturn (*func)(GstAppSink *, gpointer))
{
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(bin), name);
    GstAppSinkCallbacks callbacks = {.new_sample = func};
    if (sink != NULL)
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, picture, NULL);
}

static void
replace_decoder(CcPicture *picture, GstElement *decoder)
{
    g_mutex_lock(&picture->lock);
    GstElement *old = picture->decoder;
    picture->decoder = decoder;
    g_mutex_unlock(&picture->lock);
    if (old == NULL)
        return;
    gst_element_set_locked_state(old, TRUE);
    gst_element_set_state(old, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(picture->pipeline), old);
}

/* "recv_rtp_src_SESSION_SSRC_PT" gets the decoder. */
static gboolean
take_over(CcPicture *picture, GstPad *pad)
{
    guint number, ssrc, payload_type;
    sscanf(GST_PAD_NAME(pad), "recv_rtp_src_%u_%u_%u", &number, &ssrc, &payload_type);
    const CcRouteFormat *format = cc_rtp_route_format(picture->route, payload_type);
    g_autoptr(GError) error = NULL;
    GstElement *decoder =
        cc_decoder_new(format != NULL ? format->codec : CC_CODEC_NONE, picture->options.hardware,
                       picture->callbacks.encoded != NULL, &error);
    picture->taken_over_us = cc_clock_now_us();
    if (decoder == NULL) {
        cc_warning_limited("%s", error->message);
        return FALSE;
    }
    connect_sink(decoder, "decoded", picture, on_decoded);
    connect_sink(decoder, "encoded", picture, on_encoded);
    gst_bin_add(GST_BIN(picture->pipeline), decoder);
    replace_decoder(picture, decoder);
    g_autoptr(GstPad) sink = gst_element_get_static_pad(decoder, "sink");
    gst_element_sync_state_with_parent(decoder);
    gst_pad_link(pad, sink);
    cc_info("stream kind=video codec=%s ssrc=%u", cc_codec_name(format->codec), ssrc);
    return TRUE;
}

/* Where the jitter buffer places the stream. */
static void
note_place(CcPicture *picture, GstBuffer *buffer)
{
    guint8 header[8];
    if (buffer == NULL || !GST_BUFFER_PTS_IS_VALID(buffer) ||
        gst_buffer_extract(buffer, 0, header, sizeof header) != sizeof header)
        return;
    gint64 time_us = (gint64)(GST_BUFFER_PTS(buffer) / GST_USECOND);
    g_mutex_lock(&picture->lock);
    picture->placed = picture->clock.known;
    if (picture->placed)
        picture->placed_us =
            time_us -
            cc_sender_clock_us(&picture->clock, GST_READ_UINT32_BE(header + 4), VIDEO_RATE);
    g_mutex_unlock(&picture->lock);
}

/* The depayloader asks for a keyframe with each picture that it cannot use: once in the time that
 * the answer takes is enough. */
static GstPadProbeReturn
on_event_back(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    CcPicture *picture = user_data;
    if (!gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(probe)))
        return GST_PAD_PROBE_OK;
    gint64 now_us = cc_clock_now_us();
    g_mutex_lock(&picture->lock);
    gboolean soon = now_us - picture->asked_us < picture->keyframe_us;
    if (!soon)
        picture->asked_us = now_us;
    g_mutex_unlock(&picture->lock);
    return soon ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* A stream that has none takes the decoder over: a new one, or a former one that goes on (a teacher
 * who comes back to a codec). What is left of the former one when it loses it must not. */
static GstPadProbeReturn
on_packet(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    CcPicture *picture = user_data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_TYPE(probe) & GST_PAD_PROBE_TYPE_BUFFER_LIST
                            ? gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(probe), 0)
                            : GST_PAD_PROBE_INFO_BUFFER(probe);
    note_place(picture, buffer);
    if (gst_pad_is_linked(pad))
        return GST_PAD_PROBE_OK;
    if (cc_clock_now_us() - picture->taken_over_us < LEFTOVERS_US || !take_over(picture, pad))
        return GST_PAD_PROBE_DROP;
    return GST_PAD_PROBE_OK;
}

static void
on_pad_added(GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
    if (!g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtp_src_"))
        return;
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
                      user_data, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event_back, user_data, NULL);
}

static GstFlowReturn
on_rtcp_out(GstAppSink *sink, gpointer user_data)
{
    CcPicture *picture = user_data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    GstMapInfo map;
    if (sample == NULL)
        return GST_FLOW_EOS;
    if (gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ)) {
        picture->callbacks.rtcp(map.data, map.size, picture->user_data);
        gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    }
    return GST_FLOW_OK;
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcPicture *picture = user_data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) error = NULL;
        g_autofree char *details = NULL;
        gst_message_parse_error(message, &error, &details);
        cc_warning_limited("decoding: %s: %s", error->message, details != NULL ? details : "");
        picture->failed = TRUE;
    } else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY) {
        gst_bin_recalculate_latency(GST_BIN(picture->pipeline));
    }
    return G_SOURCE_CONTINUE;
}

static GstElement *
add_input(CcPicture *picture, const char *media_type, const char *pad)
{
    GstElement *src = gst_element_factory_make("appsrc", NULL);
    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple(media_type);
    g_object_set(src, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps", caps, "max-bytes",
                 (guint64)4 * 1024 * 1024, "leaky-type", 2, NULL);
    gst_bin_add(GST_BIN(picture->pipeline), src);
    gst_element_link_pads(src, "src", picture->rtpbin, pad);
    return src;
}

static void
add_session(CcPicture *picture)
{
    picture->rtp_in = add_input(picture, "application/x-rtp", "recv_rtp_sink_0");
    picture->rtcp_in = add_input(picture, "application/x-rtcp", "recv_rtcp_sink_0");

    GstElement *sink = gst_element_factory_make("appsink", NULL);
    GstAppSinkCallbacks callbacks = {.new_sample = on_rtcp_out};
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, picture, NULL);
    gst_bin_add(GST_BIN(picture->pipeline), sink);
    gst_element_link_pads(picture->rtpbin, "send_rtcp_src_0", sink, "sink");

    GObject *internal = NULL;
    g_signal_emit_by_name(picture->rtpbin, "get-internal-session", 0, &internal);
    /* NACKs and keyframe requests wait for the next slot that the bandwidth allows. */
    g_object_set(internal, "bandwidth", 1e6, "probation", 0, "rtcp-reduced-size", TRUE,
                 "rtcp-min-interval", (guint64)RTCP_MIN_INTERVAL, NULL);
    g_object_unref(internal);
}

static void
make_rtpbin(CcPicture *picture)
{
    picture->rtpbin = gst_element_factory_make("rtpbin", NULL);
    g_object_set(picture->rtpbin, "latency", picture->repair_ms, "do-lost", TRUE, "drop-on-latency",
                 FALSE, "autoremove", TRUE, "max-streams", MAX_STREAMS, NULL);
    gst_util_set_object_arg(G_OBJECT(picture->rtpbin), "rtp-profile", "avpf");
    g_signal_connect(picture->rtpbin, "request-pt-map", G_CALLBACK(on_request_pt_map), picture);
    g_signal_connect(picture->rtpbin, "request-aux-receiver", G_CALLBACK(on_request_aux_receiver),
                     picture);
    g_signal_connect(picture->rtpbin, "new-jitterbuffer", G_CALLBACK(on_new_jitterbuffer), picture);
    g_signal_connect(picture->rtpbin, "pad-added", G_CALLBACK(on_pad_added), picture);
    gst_bin_add(GST_BIN(picture->pipeline), picture->rtpbin);
}

CcPicture *
cc_picture_new(const CcRtpRoute *route, const CcPictureOptions *options,
               const CcPictureCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcPicture) picture = g_new0(CcPicture, 1);
    g_mutex_init(&picture->lock);
    picture->jitterbuffers = g_ptr_array_new_with_free_func(gst_object_unref);
    picture->route = route;
    picture->options = *options;
    picture->callbacks = *callbacks;
    picture->user_data = user_data;
    picture->repair_ms = CC_PICTURE_MIN_REPAIR_MS;
    picture->rtt_ms = MIN_RTT_MS;
    picture->keyframe_us = KEYFRAME_US;
    picture->pipeline = gst_pipeline_new("picture");
    gst_pipeline_use_clock(GST_PIPELINE(picture->pipeline), options->clock);
    gst_element_set_start_time(picture->pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(picture->pipeline, options->base_time);
    make_rtpbin(picture);
    add_session(picture);

    g_autoptr(GstBus) bus = gst_element_get_bus(picture->pipeline);
    picture->bus_watch = gst_bus_add_watch(bus, on_message, picture);
    if (gst_element_set_state(picture->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA,
                            "the picture's pipeline does not start");
        return NULL;
    }
    return g_steal_pointer(&picture);
}

void
cc_picture_free(CcPicture *picture)
{
    if (picture == NULL)
        return;
    g_clear_handle_id(&picture->bus_watch, g_source_remove);
    gst_element_set_state(picture->pipeline, GST_STATE_NULL);
    gst_clear_object(&picture->pipeline);
    g_ptr_array_unref(picture->jitterbuffers);
    g_mutex_clear(&picture->lock);
    g_free(picture);
}

static void
push(CcPicture *picture, GstElement *src, const guint8 *packet, gsize length, gint64 arrival_us)
{
    GstBuffer *buffer = gst_buffer_new_memdup(packet, length);
    GstClockTime arrival = (GstClockTime)arrival_us * GST_USECOND;
    GST_BUFFER_PTS(buffer) =
        arrival > picture->options.base_time ? arrival - picture->options.base_time : 0;
    gst_app_src_push_buffer(GST_APP_SRC(src), buffer);
}

void
cc_picture_rtp(CcPicture *picture, const guint8 *packet, gsize length, gint64 arrival_us)
{
    push(picture, picture->rtp_in, packet, length, arrival_us);
}

void
cc_picture_rtcp(CcPicture *picture, const guint8 *packet, gsize length, gint64 arrival_us)
{
    push(picture, picture->rtcp_in, packet, length, arrival_us);
}

void
cc_picture_sender_report(CcPicture *picture, const CcRtcpSenderInfo *info)
{
    g_mutex_lock(&picture->lock);
    cc_sender_clock_set(&picture->clock, info);
    g_mutex_unlock(&picture->lock);
}

static void
set_rtt(CcPicture *picture, gint64 rtt_us)
{
    g_mutex_lock(&picture->lock);
    picture->rtt_ms = (int)CLAMP(rtt_us / 1000, MIN_RTT_MS, MAX_RTT_MS);
    picture->keyframe_us = MAX(rtt_us + rtt_us / 2, KEYFRAME_US);
    for (guint i = 0; i < picture->jitterbuffers->len; i++)
        g_object_set(picture->jitterbuffers->pdata[i], "rtx-min-retry-timeout", picture->rtt_ms,
                     NULL);
    g_mutex_unlock(&picture->lock);
}

void
cc_picture_set_repair_time(CcPicture *picture, gint64 wanted_ms, gint64 rtt_us)
{
    set_rtt(picture, rtt_us);
    guint repair_ms =
        (guint)CLAMP(wanted_ms, CC_PICTURE_MIN_REPAIR_MS, CC_PICTURE_MAX_REPAIR_MS) / 10 * 10;
    if (repair_ms == picture->repair_ms)
        return;
    picture->repair_ms = repair_ms;
    g_object_set(picture->rtpbin, "latency", repair_ms, NULL);
}

void
cc_picture_ask_for_keyframe(CcPicture *picture)
{
    g_autoptr(GstElement) decoder = NULL;
    g_mutex_lock(&picture->lock);
    if (picture->decoder != NULL)
        decoder = gst_object_ref(picture->decoder);
    g_mutex_unlock(&picture->lock);
    if (decoder == NULL)
        return;
    g_autoptr(GstPad) pad = gst_element_get_static_pad(decoder, "sink");
    gst_pad_push_event(pad,
                       gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0));
}

gboolean
cc_picture_take_failure(CcPicture *picture)
{
    gboolean failed = picture->failed;
    picture->failed = FALSE;
    return failed;
}

void
cc_picture_add_stats(CcPicture *picture, CcJitterStats *stats)
{
    g_mutex_lock(&picture->lock);
    for (guint i = 0; i < picture->jitterbuffers->len; i++)
        cc_jitter_stats_add(picture->jitterbuffers->pdata[i], stats);
    g_mutex_unlock(&picture->lock);
}
