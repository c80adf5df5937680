#define CC_LOG_AREA "recv"
#include "client/recv/picture-decoding.h"

#include <gst/app/app.h>
#include <gst/video/video.h>
#include <stdio.h>

#include "client/recv/decoder.h"
#include "client/recv/sender-clock.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define LEFTOVERS_US 300000
#define VIDEO_RATE 90000        /* RTP time units a second, of all video codecs */
#define MAX_DISTANCE_US 5000000 /* by which no sane clocks place picture and voice apart */

struct CcPictureDecoding {
    GstElement *pipeline; /* not owned */
    const CcRtpRoute *route;
    const CcPictureOptions *options;
    const CcPictureCallbacks *callbacks;
    gpointer user_data;
    void (*keyframe_wanted)(gpointer user_data);
    gpointer keyframe_data;

    GMutex lock;          /* guards what follows: each stream has a thread of its own */
    GstElement *decoder;  /* not owned */
    gint64 taken_over_us; /* when the decoder was made */
    CcSenderClock clock;
    gint64 placed_us; /* PTS of the newest packet minus its sender's time */
    gboolean placed;
};

/* By how much later than its arrival says the picture is to be placed, so that it is with the voice
 * of the same moment; negative: earlier. */
static gint64
distance_to_voice(CcPictureDecoding *decoding)
{
    gint64 offset_us, distance_us = 0;
    if (!decoding->callbacks->voice_offset(&offset_us, decoding->user_data))
        return 0;
    g_mutex_lock(&decoding->lock);
    if (decoding->placed)
        distance_us =
            offset_us - decoding->placed_us - (gint64)(decoding->options->base_time / GST_USECOND);
    g_mutex_unlock(&decoding->lock);
    return ABS(distance_us) < MAX_DISTANCE_US ? distance_us : 0;
}

/* (transfer full) NULL at the end, or if it has no time. */
static GstSample *
pull(GstAppSink *sink, CcPictureDecoding *decoding)
{
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return NULL;
    GstBuffer *buffer = gst_sample_get_buffer(sample);
    GstClockTime time = gst_segment_to_running_time(gst_sample_get_segment(sample), GST_FORMAT_TIME,
                                                    GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return NULL;
    gint64 placed_at = (gint64)time + distance_to_voice(decoding) * (gint64)GST_USECOND;
    g_autoptr(GstBuffer) placed = gst_buffer_copy(buffer);
    GST_BUFFER_PTS(placed) = (GstClockTime)MAX(placed_at, 0);
    GST_BUFFER_DTS(placed) = GST_CLOCK_TIME_NONE;
    return gst_sample_new(placed, gst_sample_get_caps(sample), NULL, NULL);
}

static GstFlowReturn
on_decoded(GstAppSink *sink, gpointer user_data)
{
    CcPictureDecoding *decoding = user_data;
    g_autoptr(GstSample) sample = pull(sink, decoding);
    if (sample != NULL)
        decoding->callbacks->decoded(sample, decoding->user_data);
    return GST_FLOW_OK;
}

static GstFlowReturn
on_encoded(GstAppSink *sink, gpointer user_data)
{
    CcPictureDecoding *decoding = user_data;
    g_autoptr(GstSample) sample = pull(sink, decoding);
    if (sample != NULL)
        decoding->callbacks->encoded(sample, decoding->user_data);
    return GST_FLOW_OK;
}

static void
connect_sink(GstElement *bin, const char *name, CcPictureDecoding *decoding,
             GstFlowReturn (*func)(GstAppSink *, gpointer))
{
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(bin), name);
    GstAppSinkCallbacks callbacks = {.new_sample = func};
    if (sink != NULL)
        gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, decoding, NULL);
}

static void
replace_decoder(CcPictureDecoding *decoding, GstElement *decoder)
{
    g_mutex_lock(&decoding->lock);
    GstElement *old = decoding->decoder;
    decoding->decoder = decoder;
    g_mutex_unlock(&decoding->lock);
    if (old == NULL)
        return;
    gst_element_set_locked_state(old, TRUE);
    gst_element_set_state(old, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(decoding->pipeline), old);
}

/* "recv_rtp_src_SESSION_SSRC_PT" gets the decoder. */
static gboolean
take_over(CcPictureDecoding *decoding, GstPad *pad)
{
    guint number, ssrc, payload_type;
    sscanf(GST_PAD_NAME(pad), "recv_rtp_src_%u_%u_%u", &number, &ssrc, &payload_type);
    const CcRouteFormat *format = cc_rtp_route_format(decoding->route, payload_type);
    g_autoptr(GError) error = NULL;
    GstElement *decoder =
        cc_decoder_new(format != NULL ? format->codec : CC_CODEC_NONE, decoding->options->hardware,
                       decoding->callbacks->encoded != NULL, &error);
    if (decoder == NULL) {
        cc_warning_limited("%s", error->message);
        return FALSE;
    }
    connect_sink(decoder, "decoded", decoding, on_decoded);
    connect_sink(decoder, "encoded", decoding, on_encoded);
    gst_bin_add(GST_BIN(decoding->pipeline), decoder);
    replace_decoder(decoding, decoder);
    g_autoptr(GstPad) sink = gst_element_get_static_pad(decoder, "sink");
    gst_element_sync_state_with_parent(decoder);
    gst_pad_link(pad, sink);
    cc_info("stream kind=video codec=%s ssrc=%u", cc_codec_name(format->codec), ssrc);
    return TRUE;
}

/* Where the jitter buffer places the stream. */
static void
note_place(CcPictureDecoding *decoding, GstBuffer *buffer)
{
    guint8 header[8];
    if (buffer == NULL || !GST_BUFFER_PTS_IS_VALID(buffer) ||
        gst_buffer_extract(buffer, 0, header, sizeof header) != sizeof header)
        return;
    gint64 time_us = (gint64)(GST_BUFFER_PTS(buffer) / GST_USECOND);
    g_mutex_lock(&decoding->lock);
    decoding->placed = decoding->clock.known;
    if (decoding->placed)
        decoding->placed_us =
            time_us -
            cc_sender_clock_us(&decoding->clock, GST_READ_UINT32_BE(header + 4), VIDEO_RATE);
    g_mutex_unlock(&decoding->lock);
}

/* A decoder asks where it finds that a picture is broken. */
static GstPadProbeReturn
on_event_back(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    CcPictureDecoding *decoding = user_data;
    if (!gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(probe)))
        return GST_PAD_PROBE_OK;
    decoding->keyframe_wanted(decoding->keyframe_data);
    return GST_PAD_PROBE_DROP;
}

/* One stream at a time may take the decoder over. What is left of the former one when it loses it
 * must not. */
static gboolean
may_take_over(CcPictureDecoding *decoding)
{
    gint64 now_us = cc_clock_now_us();
    g_mutex_lock(&decoding->lock);
    gboolean may = now_us - decoding->taken_over_us >= LEFTOVERS_US;
    if (may)
        decoding->taken_over_us = now_us;
    g_mutex_unlock(&decoding->lock);
    return may;
}

/* A stream that has none takes the decoder over: a new one, or a former one that goes on (a teacher
 * who comes back to a codec). */
static GstPadProbeReturn
on_packet(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    CcPictureDecoding *decoding = user_data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_TYPE(probe) & GST_PAD_PROBE_TYPE_BUFFER_LIST
                            ? gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(probe), 0)
                            : GST_PAD_PROBE_INFO_BUFFER(probe);
    note_place(decoding, buffer);
    if (gst_pad_is_linked(pad))
        return GST_PAD_PROBE_OK;
    return may_take_over(decoding) && take_over(decoding, pad) ? GST_PAD_PROBE_OK
                                                               : GST_PAD_PROBE_DROP;
}

void
cc_picture_decoding_add_pad(CcPictureDecoding *decoding, GstPad *pad)
{
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_packet,
                      decoding, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event_back, decoding, NULL);
}

void
cc_picture_decoding_sender_report(CcPictureDecoding *decoding, const CcRtcpSenderInfo *info)
{
    g_mutex_lock(&decoding->lock);
    cc_sender_clock_set(&decoding->clock, info);
    g_mutex_unlock(&decoding->lock);
}

CcPictureDecoding *
cc_picture_decoding_new(GstElement *pipeline, const CcRtpRoute *route,
                        const CcPictureOptions *options, const CcPictureCallbacks *callbacks,
                        void (*keyframe_wanted)(gpointer user_data), gpointer keyframe_data,
                        gpointer user_data)
{
    CcPictureDecoding *decoding = g_new0(CcPictureDecoding, 1);
    g_mutex_init(&decoding->lock);
    decoding->pipeline = pipeline;
    decoding->route = route;
    decoding->options = options;
    decoding->callbacks = callbacks;
    decoding->keyframe_wanted = keyframe_wanted;
    decoding->keyframe_data = keyframe_data;
    decoding->user_data = user_data;
    return decoding;
}

void
cc_picture_decoding_free(CcPictureDecoding *decoding)
{
    if (decoding == NULL)
        return;
    g_mutex_clear(&decoding->lock);
    g_free(decoding);
}
