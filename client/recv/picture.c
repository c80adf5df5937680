/*   CcPictureOrder → appsrc RTP → rtpbin (times) → decoder bin → appsinks
 *
 * RTCP, repetitions and what is waited for are ours (CcPictureRtcp, CcPictureOrder); what was
 * repeated goes in as the packet that it is. The pipeline shares clock and base time with the
 * screen's, so that times carry over as they are. */
#define CC_LOG_AREA "recv"
#include "client/recv/picture.h"

#include <gst/app/app.h>

#include "client/recv/picture-decoding.h"
#include "client/recv/picture-order.h"
#include "client/recv/playout.h"
#include "client/recv/rtx.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/wire/bytes.h"

#define MAX_STREAMS 16 /* SSRCs of a session, former ones included */
#define MAX_PACKET 2048
#define SEQUENCE_AT 2      /* byte of the RTP header */
#define PACKET_OVERHEAD 44 /* IP, UDP and the SRTP tag */
#define DECODING_US 40000  /* and getting it to the screen */

struct CcPicture {
    const CcRtpRoute *route;
    CcPictureOptions options;
    CcPictureCallbacks callbacks;
    gpointer user_data;
    GstElement *pipeline, *rtpbin;
    GstElement *rtp_in; /* not owned */
    CcPictureDecoding *decoding;
    CcPictureRtcp *rtcp;
    CcPictureOrder *order;
    guint timer;     /* for what the order has next */
    gint64 timer_us; /* when it ends */
    guint32 ssrc;    /* of the stream; 0: nothing has come */
    guint bus_watch;
    gboolean failed;
};

static GstCaps *
on_request_pt_map(GstElement *rtpbin, guint session, guint payload_type, gpointer user_data)
{
    CcPicture *picture = user_data;
    const CcRouteFormat *format = cc_rtp_route_format(picture->route, payload_type);
    if (format == NULL || format->codec == CC_CODEC_NONE)
        return NULL;
    g_autofree char *name = g_ascii_strup(cc_codec_name(format->codec), -1);
    GstCaps *caps =
        gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, "video", "payload",
                            G_TYPE_INT, (int)payload_type, "clock-rate", G_TYPE_INT,
                            (int)format->clock_rate, "encoding-name", G_TYPE_STRING, name, NULL);
    gst_caps_set_simple(caps, "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE, NULL);
    return caps;
}

static void
on_pad_added(GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
    CcPicture *picture = user_data;
    if (g_str_has_prefix(GST_PAD_NAME(pad), "recv_rtp_src_"))
        cc_picture_decoding_add_pad(picture->decoding, pad);
}

static void
on_keyframe_wanted(gpointer user_data)
{
    cc_picture_rtcp_ask_for_keyframe(((CcPicture *)user_data)->rtcp);
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

static void
make_rtpbin(CcPicture *picture)
{
    GObject *internal = NULL;
    picture->rtpbin = gst_element_factory_make("rtpbin", NULL);
    /* Nothing is missing or out of order by now. */
    g_object_set(picture->rtpbin, "latency", 0, "drop-on-latency", FALSE, "max-streams",
                 MAX_STREAMS, NULL);
    g_signal_connect(picture->rtpbin, "request-pt-map", G_CALLBACK(on_request_pt_map), picture);
    g_signal_connect(picture->rtpbin, "pad-added", G_CALLBACK(on_pad_added), picture);
    gst_bin_add(GST_BIN(picture->pipeline), picture->rtpbin);

    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple("application/x-rtp");
    picture->rtp_in = gst_element_factory_make("appsrc", NULL);
    g_object_set(picture->rtp_in, "format", GST_FORMAT_TIME, "is-live", TRUE, "caps", caps,
                 "max-bytes", (guint64)4 * 1024 * 1024, "leaky-type", 2, NULL);
    gst_bin_add(GST_BIN(picture->pipeline), picture->rtp_in);
    gst_element_link_pads(picture->rtp_in, "src", picture->rtpbin, "recv_rtp_sink_0");
    g_signal_emit_by_name(picture->rtpbin, "get-internal-session", 0, &internal);
    g_object_set(internal, "probation", 0, NULL);
    g_object_unref(internal);
}

static gboolean
start(CcPicture *picture, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(picture->pipeline);
    picture->bus_watch = gst_bus_add_watch(bus, on_message, picture);
    if (gst_element_set_state(picture->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
        return TRUE;
    g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA, "the picture's pipeline does not start");
    return FALSE;
}

CcPicture *
cc_picture_new(const CcRtpRoute *route, const CcPictureOptions *options,
               const CcPictureCallbacks *callbacks, gpointer user_data, GError **error)
{
    g_autoptr(CcPicture) picture = g_new0(CcPicture, 1);
    picture->route = route;
    picture->options = *options;
    picture->callbacks = *callbacks;
    picture->user_data = user_data;
    picture->order = cc_picture_order_new((GDestroyNotify)gst_buffer_unref);
    cc_picture_order_set_wait(picture->order, CC_PICTURE_REPAIR_MIN_US, 0);
    picture->rtcp = cc_picture_rtcp_new(cc_rtp_route_repairs(route, CC_MEDIA_VIDEO),
                                        callbacks->rtcp, user_data);
    picture->pipeline = gst_pipeline_new("picture");
    picture->decoding =
        cc_picture_decoding_new(picture->pipeline, route, &picture->options, &picture->callbacks,
                                on_keyframe_wanted, picture, user_data);
    gst_pipeline_use_clock(GST_PIPELINE(picture->pipeline), options->clock);
    gst_element_set_start_time(picture->pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(picture->pipeline, options->base_time);
    make_rtpbin(picture);
    return start(picture, error) ? g_steal_pointer(&picture) : NULL;
}

void
cc_picture_free(CcPicture *picture)
{
    if (picture == NULL)
        return;
    g_clear_handle_id(&picture->bus_watch, g_source_remove);
    gst_element_set_state(picture->pipeline, GST_STATE_NULL);
    gst_clear_object(&picture->pipeline);
    cc_picture_decoding_free(picture->decoding);
    g_clear_handle_id(&picture->timer, g_source_remove);
    cc_picture_order_free(picture->order);
    cc_picture_rtcp_free(picture->rtcp);
    g_free(picture);
}

static void wind(CcPicture *picture, gint64 now_us);

static void
push(CcPicture *picture, GstBuffer *buffer, guint16 sequence)
{
    guint8 number[2];
    cc_write_u16(number, sequence);
    gst_buffer_fill(buffer, SEQUENCE_AT, number, sizeof number);
    gst_app_src_push_buffer(GST_APP_SRC(picture->rtp_in), buffer);
}

/* What may be decoded by now. */
static void
drain(CcPicture *picture, gint64 now_us)
{
    guint16 sequence;
    GstBuffer *buffer;
    while ((buffer = cc_picture_order_take(picture->order, now_us, &sequence)) != NULL)
        push(picture, buffer, sequence);
    cc_picture_rtcp_forget_before(picture->rtcp, cc_picture_order_next(picture->order));
    if (cc_picture_order_wants_keyframe(picture->order))
        cc_picture_rtcp_ask_for_keyframe(picture->rtcp);
    wind(picture, now_us);
}

static gboolean
on_due(gpointer user_data)
{
    CcPicture *picture = user_data;
    picture->timer = 0;
    drain(picture, cc_clock_now_us());
    return G_SOURCE_REMOVE;
}

static void
wind(CcPicture *picture, gint64 now_us)
{
    gint64 next_us = cc_picture_order_next_us(picture->order);
    if (picture->timer != 0 && picture->timer_us == next_us)
        return;
    g_clear_handle_id(&picture->timer, g_source_remove);
    picture->timer_us = next_us;
    if (next_us == G_MAXINT64)
        return;
    guint wait_ms = (guint)((MAX(next_us - now_us, 0) + 999) / 1000);
    picture->timer = g_timeout_add_full(G_PRIORITY_HIGH, wait_ms, on_due, picture, NULL);
}

static void
put_in_order(CcPicture *picture, CcCodec codec, const CcRtpHeader *rtp, const guint8 *packet,
             gsize length, gint64 arrival_us)
{
    CcPicturePiece piece = {
        .sequence = rtp->sequence,
        .timestamp = rtp->timestamp,
        .keyframe = cc_codec_payload_begins_keyframe(codec, rtp->payload, rtp->payload_length),
        .last = rtp->marker,
    };
    GstBuffer *buffer = gst_buffer_new_memdup(packet, length);
    GstClockTime arrival = (GstClockTime)arrival_us * GST_USECOND;
    GST_BUFFER_PTS(buffer) =
        arrival > picture->options.base_time ? arrival - picture->options.base_time : 0;
    cc_picture_order_add(picture->order, &piece, buffer, arrival_us);
    drain(picture, arrival_us);
}

static void
take_repeated(CcPicture *picture, const CcRtpHeader *rtp, const guint8 *packet, guint8 payload_type,
              guint bytes, gint64 arrival_us)
{
    guint8 restored[MAX_PACKET];
    guint16 sequence;
    if (picture->ssrc == 0 || !cc_rtx_read(rtp, &sequence)) /* of nothing, or padding */
        return;
    gsize length =
        cc_rtx_restore(rtp, packet, payload_type, picture->ssrc, restored, sizeof restored);
    if (length == 0)
        return;
    cc_picture_rtcp_arrived(picture->rtcp, picture->ssrc, sequence, rtp->timestamp, TRUE, bytes,
                            arrival_us);
    CcRtpHeader original;
    const CcRouteFormat *format = cc_rtp_route_format(picture->route, payload_type);
    if (format != NULL && cc_rtp_parse(restored, length, &original) == CC_DROP_NONE)
        put_in_order(picture, format->codec, &original, restored, length, arrival_us);
}

void
cc_picture_rtp(CcPicture *picture, const guint8 *packet, gsize length, gint64 arrival_us)
{
    CcRtpHeader rtp;
    guint bytes = (guint)length + PACKET_OVERHEAD;
    if (cc_rtp_parse(packet, length, &rtp) != CC_DROP_NONE)
        return;
    const CcRouteFormat *format = cc_rtp_route_format(picture->route, rtp.payload_type);
    if (format == NULL)
        return;
    if (format->apt != 0) {
        take_repeated(picture, &rtp, packet, format->apt, bytes, arrival_us);
        return;
    }
    if (rtp.ssrc != picture->ssrc)
        cc_picture_order_restart(picture->order);
    picture->ssrc = rtp.ssrc;
    cc_picture_rtcp_arrived(picture->rtcp, rtp.ssrc, rtp.sequence, rtp.timestamp, FALSE, bytes,
                            arrival_us);
    put_in_order(picture, format->codec, &rtp, packet, length, arrival_us);
}

void
cc_picture_sender_report(CcPicture *picture, const CcRtcpSenderInfo *info, gint64 arrival_us)
{
    cc_picture_rtcp_sender_report(picture->rtcp, info->ntp, arrival_us);
    cc_picture_decoding_sender_report(picture->decoding, info);
}

void
cc_picture_adapt(CcPicture *picture, gint64 voice_delay_us, gint64 voice_rtt_us)
{
    if (voice_rtt_us > 0)
        cc_picture_rtcp_hint_rtt(picture->rtcp, voice_rtt_us);
    gint64 wait_us = MAX(cc_picture_rtcp_wait_us(picture->rtcp), voice_delay_us);
    gint64 seen_us = voice_delay_us - CC_PLAYOUT_MAX_AHEAD_MS * 1000 - DECODING_US;
    cc_picture_order_set_wait(picture->order, wait_us, MAX(seen_us, 0));
}

void
cc_picture_ask_for_keyframe(CcPicture *picture)
{
    cc_picture_rtcp_ask_for_keyframe(picture->rtcp);
}

gboolean
cc_picture_take_failure(CcPicture *picture)
{
    gboolean failed = picture->failed;
    picture->failed = FALSE;
    return failed;
}

void
cc_picture_get_figures(CcPicture *picture, CcPictureRtcpFigures *figures)
{
    cc_picture_rtcp_get_figures(picture->rtcp, figures);
}
