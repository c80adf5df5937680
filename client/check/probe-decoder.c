/* encode:  videotestsrc → vp8enc → rtpvp8pay → appsink
 * decode:  appsrc → cc_decoder_new() (its appsink "decoded")                                    */
#include "client/check/probe-decoder.h"

#include <gst/app/app.h>

#include "client/recv/decoder.h"
#include "common/base/clock.h"

#define FRAMES 40
#define NEEDED_FPS 30 /* lessons have 25; sound, network and window want their share */
#define STALLED (4 * GST_SECOND)

static const struct {
    guint width, height, kbps;
} sizes[] = {{320, 180, 150}, {640, 360, 500}, {1280, 720, 1500}, {1920, 1080, 3000}};

/* The packets of a lesson's pictures: GstBuffer *; NULL if this machine cannot make them. */
static GPtrArray *
encode(guint size)
{
    g_autofree char *launch = g_strdup_printf(
        "videotestsrc num-buffers=%d pattern=ball ! video/x-raw,format=I420,width=%u,height=%u,"
        "framerate=25/1 ! vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=%u000 ! "
        "rtpvp8pay mtu=1200 ! appsink name=out sync=false",
        FRAMES, sizes[size].width, sizes[size].height, sizes[size].kbps);
    GstElement *pipeline = gst_parse_launch(launch, NULL);
    if (pipeline == NULL)
        return NULL;
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    GPtrArray *packets = g_ptr_array_new_with_free_func((GDestroyNotify)gst_buffer_unref);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstSample *sample;
    while ((sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), STALLED)) != NULL) {
        g_ptr_array_add(packets, gst_buffer_ref(gst_sample_get_buffer(sample)));
        gst_sample_unref(sample);
    }
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return packets;
}

/* Pictures a second, by the time between the first and the last; 0 if they did not come. */
static guint
count(GstElement *sink)
{
    gint64 first_us = 0, last_us = 0;
    guint n = 0;
    GstSample *sample;
    while ((sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink), STALLED)) != NULL) {
        last_us = cc_clock_now_us();
        if (n++ == 0)
            first_us = last_us;
        gst_sample_unref(sample);
    }
    return n < 2 || last_us == first_us
               ? 0
               : (guint)((n - 1) * (double)G_USEC_PER_SEC / (double)(last_us - first_us));
}

/* FALSE if there is no decoder. */
static gboolean
decode(const GPtrArray *packets, gboolean hardware, guint *fps)
{
    GstElement *decoder = cc_decoder_new(CC_CODEC_VP8, hardware, FALSE, NULL);
    if (decoder == NULL)
        return FALSE;
    GstElement *pipeline = gst_pipeline_new(NULL);
    GstElement *source = gst_element_factory_make("appsrc", NULL);
    g_autoptr(GstCaps) caps = gst_caps_from_string(
        "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96");
    g_object_set(source, "caps", caps, "format", GST_FORMAT_TIME, "max-bytes", (guint64)0, NULL);
    gst_bin_add_many(GST_BIN(pipeline), source, decoder, NULL);
    gst_element_link_pads(source, "src", decoder, "sink");
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(decoder), "decoded");
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (guint i = 0; i < packets->len; i++)
        gst_app_src_push_buffer(GST_APP_SRC(source), gst_buffer_ref(packets->pdata[i]));
    gst_app_src_end_of_stream(GST_APP_SRC(source));
    *fps = count(sink);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
    return TRUE;
}

void
cc_probe_decoder(gboolean hardware, guint patience_ms, CcDecoderFacts *facts)
{
    gint64 until_us = cc_clock_now_us() + patience_ms * (gint64)1000;
    *facts = (CcDecoderFacts){0};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        guint fps = 0;
        g_autoptr(GPtrArray) packets = cc_clock_now_us() < until_us ? encode(i) : NULL;
        if (packets == NULL && i > 0)
            return;
        if (packets == NULL || packets->len == 0 || !decode(packets, hardware, &fps)) {
            facts->no_decoder = i == 0;
            return;
        }
        if (fps < NEEDED_FPS) {
            facts->fps = i == 0 ? fps : facts->fps;
            return;
        }
        facts->height = sizes[i].height;
        facts->fps = fps;
    }
    facts->whole = TRUE;
}
