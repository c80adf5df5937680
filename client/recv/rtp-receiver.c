/*   appsrc RTP → rtpbin 0 ─→ jitter buffer → decoder bin → appsinks       (sound)
 *   appsrc RTP → rtpbin 1 ─→ rtprtxreceive → jitter buffer → decoder bin → appsinks   (picture)
 *   appsrc RTCP → rtpbin 0 → appsink RTCP
 *   appsrc RTCP → rtpbin 1 → appsink RTCP
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
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"

enum { AUDIO, VIDEO, N_SESSIONS };

#define MAX_STREAMS 16 /* SSRCs of a session, retransmissions and former ones included */
#define LEFTOVERS_US 300000
#define RTCP_MIN_INTERVAL (50 * GST_MSECOND)

typedef struct {
    struct CcRtpReceiver *receiver;
    CcMediaKind kind;
    GstElement *rtp_in, *rtcp_in; /* not owned */
    GstElement *decoder;          /* not owned; under the receiver's lock */
    gint64 taken_over_us;         /* when it was made; streaming threads */
} Session;

struct CcRtpReceiver {
    GstElement *pipeline, *rtpbin;
    CcRtpRoute route;
    CcReporter *reporter;
    CcRtpReceiverOptions options;
    CcRtpReceiverCallbacks callbacks;
    gpointer user_data;
    Session sessions[N_SESSIONS];
    GMutex lock;
    GPtrArray *jitterbuffers; /* all that there have been; under the lock */
    guint bus_watch;
    gboolean failed;
    guint64 packets, video_packets, bytes;
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
    GstCaps *caps = gst_caps_new_simple(
        "application/x-rtp", "media", G_TYPE_STRING, session == AUDIO ? "audio" : "video",
        "payload", G_TYPE_INT, (int)payload_type, "clock-rate", G_TYPE_INT, (int)format->clock_rate,
        "encoding-name", G_TYPE_STRING, name, NULL);
    gst_caps_set_simple(caps, "rtcp-fb-nack", G_TYPE_BOOLEAN, TRUE, NULL);
    if (session == VIDEO)
        gst_caps_set_simple(caps, "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, "rtcp-fb-ccm-fir",
                            G_TYPE_BOOLEAN, TRUE, NULL);
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
    CcMediaKind kind = session == AUDIO ? CC_MEDIA_AUDIO : CC_MEDIA_VIDEO;
    /* The first packets need not wait for the whole latency to be played. */
    g_object_set(jitterbuffer, "faststart-min-packets", 1, "rtx-next-seqnum", FALSE,
                 "do-retransmission", cc_rtp_route_repairs(&receiver->route, kind), NULL);
    g_mutex_lock(&receiver->lock);
    g_ptr_array_add(receiver->jitterbuffers, gst_object_ref(jitterbuffer));
    g_mutex_unlock(&receiver->lock);
}

static GstFlowReturn
pull(GstAppSink *sink, Session *session, void (*deliver)(CcMediaKind, GstSample *, gpointer))
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return GST_FLOW_EOS;
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstClockTime time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                    GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return GST_FLOW_OK;
    g_autoptr(GstBuffer) placed = gst_buffer_copy(buffer);
    GST_BUFFER_PTS(placed) = time;
    GST_BUFFER_DTS(placed) = GST_CLOCK_TIME_NONE;
    g_autoptr(GstSample) moved = gst_sample_new(placed, gst_sample_get_caps(sample), NULL, NULL);
    deliver(session->kind, moved, session->receiver->user_data);
    return GST_FLOW_OK;
}

static GstFlowReturn
on_decoded(GstAppSink *sink, gpointer user_data)
{
    Session *session = user_data;
    return pull(sink, session, session->receiver->callbacks.decoded);
}

static GstFlowReturn
on_encoded(GstAppSink *sink, gpointer user_data)
{
    Session *session = user_data;
    return pull(sink, session, session->receiver->callbacks.encoded);
}

static void
connect_sink(GstElement *bin, const char *name, Session *session,
             GstFlowReturn (*func)(GstAppSink *, gpointer))
{
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(bin), name);
    GstAppSinkCallbacks callbacks = {.new_sample = func};
    if (sink != NULL)
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, session, NULL);
}

static void
replace_decoder(Session *session, GstElement *decoder)
{
    CcRtpReceiver *receiver = session->receiver;
    g_mutex_lock(&receiver->lock);
    GstElement *old = session->decoder;
    session->decoder = decoder;
    g_mutex_unlock(&receiver->lock);
    if (old == NULL)
        return;
    gst_element_set_locked_state(old, TRUE);
    gst_element_set_state(old, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(receiver->pipeline), old);
}

/* "recv_rtp_src_SESSION_SSRC_PT" gets the session's decoder. */
static gboolean
take_over(Session *session, GstPad *pad)
{
    CcRtpReceiver *receiver = session->receiver;
    guint number, ssrc, payload_type;
    sscanf(GST_PAD_NAME(pad), "recv_rtp_src_%u_%u_%u", &number, &ssrc, &payload_type);
    const CcRouteFormat *format = cc_rtp_route_format(&receiver->route, payload_type);
    g_autoptr(GError) error = NULL;
    GstElement *decoder =
        cc_decoder_new(format != NULL ? format->codec : CC_CODEC_NONE, receiver->options.hardware,
                       receiver->callbacks.encoded != NULL, &error);
    session->taken_over_us = cc_clock_now_us();
    if (decoder == NULL) {
        cc_warning_limited("%s", error->message);
        return FALSE;
    }
    connect_sink(decoder, "decoded", session, on_decoded);
    connect_sink(decoder, "encoded", session, on_encoded);
    gst_bin_add(GST_BIN(receiver->pipeline), decoder);
    replace_decoder(session, decoder);
    g_autoptr(GstPad) sink = gst_element_get_static_pad(decoder, "sink");
    gst_element_sync_state_with_parent(decoder);
    gst_pad_link(pad, sink);
    cc_info("stream kind=%s codec=%s ssrc=%u", number == AUDIO ? "audio" : "video",
            cc_codec_name(format->codec), ssrc);
    return TRUE;
}

/* A stream that has none takes the decoder over: a new one, or a former one that goes on (a teacher
 * who comes back to a codec). What is left of the former one when it loses it must not. */
static GstPadProbeReturn
on_packet(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    Session *session = user_data;
    if (gst_pad_is_linked(pad))
        return GST_PAD_PROBE_OK;
    if (cc_clock_now_us() - session->taken_over_us < LEFTOVERS_US || !take_over(session, pad))
        return GST_PAD_PROBE_DROP;
    return GST_PAD_PROBE_OK;
}

static void
on_pad_added(GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
    CcRtpReceiver *receiver = user_data;
    guint number;
    if (sscanf(GST_PAD_NAME(pad), "recv_rtp_src_%u_", &number) == 1 && number < N_SESSIONS)
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                          on_packet, &receiver->sessions[number], NULL);
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
add_input(CcRtpReceiver *receiver, const char *media_type, const char *pad, guint session)
{
    GstElement *src = gst_element_factory_make("appsrc", NULL);
    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple(media_type);
    g_object_set(src, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps", caps, "max-bytes",
                 (guint64)4 * 1024 * 1024, "leaky-type", 2, NULL);
    gst_bin_add(GST_BIN(receiver->pipeline), src);
    g_autofree char *name = g_strdup_printf("%s_%u", pad, session);
    gst_element_link_pads(src, "src", receiver->rtpbin, name);
    return src;
}

static void
add_session(CcRtpReceiver *receiver, guint number)
{
    Session *session = &receiver->sessions[number];
    session->receiver = receiver;
    session->kind = number == AUDIO ? CC_MEDIA_AUDIO : CC_MEDIA_VIDEO;
    session->rtp_in = add_input(receiver, "application/x-rtp", "recv_rtp_sink", number);
    session->rtcp_in = add_input(receiver, "application/x-rtcp", "recv_rtcp_sink", number);

    GstElement *sink = gst_element_factory_make("appsink", NULL);
    GstAppSinkCallbacks callbacks = {.new_sample = on_rtcp_out};
    g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, receiver, NULL);
    gst_bin_add(GST_BIN(receiver->pipeline), sink);
    g_autofree char *name = g_strdup_printf("send_rtcp_src_%u", number);
    gst_element_link_pads(receiver->rtpbin, name, sink, "sink");

    GObject *internal = NULL;
    g_signal_emit_by_name(receiver->rtpbin, "get-internal-session", number, &internal);
    /* NACKs and keyframe requests wait for the next slot that the bandwidth allows. */
    g_object_set(internal, "bandwidth", 1e6, "probation", 0, "rtcp-reduced-size", TRUE,
                 "rtcp-min-interval", (guint64)RTCP_MIN_INTERVAL, NULL);
    g_object_unref(internal);
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
    receiver->pipeline = gst_pipeline_new("receive");
    gst_pipeline_use_clock(GST_PIPELINE(receiver->pipeline), options->clock);
    gst_element_set_start_time(receiver->pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(receiver->pipeline, options->base_time);

    receiver->rtpbin = gst_element_factory_make("rtpbin", NULL);
    g_object_set(receiver->rtpbin, "latency", options->latency_ms, "do-lost", TRUE,
                 "drop-on-latency", FALSE, "autoremove", TRUE, "max-streams", MAX_STREAMS, NULL);
    gst_util_set_object_arg(G_OBJECT(receiver->rtpbin), "rtp-profile", "avpf");
    g_signal_connect(receiver->rtpbin, "request-pt-map", G_CALLBACK(on_request_pt_map), receiver);
    g_signal_connect(receiver->rtpbin, "request-aux-receiver", G_CALLBACK(on_request_aux_receiver),
                     receiver);
    g_signal_connect(receiver->rtpbin, "new-jitterbuffer", G_CALLBACK(on_new_jitterbuffer),
                     receiver);
    g_signal_connect(receiver->rtpbin, "pad-added", G_CALLBACK(on_pad_added), receiver);
    gst_bin_add(GST_BIN(receiver->pipeline), receiver->rtpbin);
    for (guint i = 0; i < N_SESSIONS; i++)
        add_session(receiver, i);

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
    gst_element_set_state(receiver->pipeline, GST_STATE_NULL);
    gst_clear_object(&receiver->pipeline);
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
    push(receiver, receiver->sessions[kind == CC_MEDIA_AUDIO ? AUDIO : VIDEO].rtp_in, packet,
         length, arrival_us);
}

void
cc_rtp_receiver_rtcp(CcRtpReceiver *receiver, const guint8 *packet, gsize length, gint64 arrival_us)
{
    /* The sender's SSRC stands at the same place in all RTCP packets. */
    CcMediaKind kind = length >= 8
                           ? cc_rtp_route_ssrc(&receiver->route, GST_READ_UINT32_BE(packet + 4))
                           : CC_MEDIA_OTHER;
    for (guint i = 0; i < N_SESSIONS; i++)
        if (kind == CC_MEDIA_OTHER || kind == receiver->sessions[i].kind)
            push(receiver, receiver->sessions[i].rtcp_in, packet, length, arrival_us);
}

void
cc_rtp_receiver_ask_for_keyframe(CcRtpReceiver *receiver)
{
    g_autoptr(GstElement) decoder = NULL;
    g_mutex_lock(&receiver->lock);
    if (receiver->sessions[VIDEO].decoder != NULL)
        decoder = gst_object_ref(receiver->sessions[VIDEO].decoder);
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
}
