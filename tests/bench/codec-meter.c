/* Encodes a file's pictures as `send` would, decodes them again and says what came of it:
 *
 *   codec-meter --file FILE --codec vp8 --bitrate 250000 [OPTION...]
 *
 *   file → decode → I420 1280x720 (kept) → scale → encoder (its CPU) → decoder (its CPU) → 1280x720
 *
 * The picture on the screen at each source picture's time is held against that source picture, so
 * whatever leaves pictures out pays for it. One line of key=value pairs. */
#include <gst/app/app.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "client/send/encoder.h"
#include "client/send/temporal-layers.h"
#include "common/wire/vp8.h"
#include "tests/bench/ssim.h"

enum { WIDTH = 1280, HEIGHT = 720 };

static struct {
    char *file, *codec;
    int width, height, framerate, loops, skip, temporal_layers, bitrate, keyframe_s;
} options = {.width = WIDTH,
             .height = HEIGHT,
             .framerate = 25,
             .loops = 1,
             .skip = 25,
             .temporal_layers = 1,
             .keyframe_s = 10};

static const GOptionEntry entries[] = {
    {"file", 0, 0, G_OPTION_ARG_FILENAME, &options.file, "Video file", "FILE"},
    {"codec", 0, 0, G_OPTION_ARG_STRING, &options.codec, "vp8, vp9 or h264", "CODEC"},
    {"bitrate", 0, 0, G_OPTION_ARG_INT, &options.bitrate, "Without headers", "BPS"},
    {"width", 0, 0, G_OPTION_ARG_INT, &options.width, "Of the encoded picture", "PIXELS"},
    {"height", 0, 0, G_OPTION_ARG_INT, &options.height, "Of the encoded picture", "PIXELS"},
    {"framerate", 0, 0, G_OPTION_ARG_INT, &options.framerate, "Of the encoded pictures", "FPS"},
    {"temporal-layers", 0, 0, G_OPTION_ARG_INT, &options.temporal_layers, "Of VP8", "N"},
    {"keyframe-s", 0, 0, G_OPTION_ARG_INT, &options.keyframe_s, "Between keyframes", "SECONDS"},
    {"loops", 0, 0, G_OPTION_ARG_INT, &options.loops, "How often the file is played", "N"},
    {"skip", 0, 0, G_OPTION_ARG_INT, &options.skip, "Pictures not judged at the start", "N"},
    {NULL},
};

typedef struct {
    GPtrArray *buffers; /* GstBuffer * */
    GstCaps *caps;
    double cpu_s;
} Stream;

static void
stream_clear(Stream *stream)
{
    g_clear_pointer(&stream->buffers, g_ptr_array_unref);
    gst_clear_caps(&stream->caps);
}

static double
cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static GstFlowReturn
on_sample(GstAppSink *sink, gpointer user_data)
{
    Stream *out = user_data;
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return GST_FLOW_EOS;
    /* Running time: x264enc begins a thousand hours late. */
    GstBuffer *buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
    GST_BUFFER_PTS(buffer) = gst_segment_to_running_time(gst_sample_get_segment(sample),
                                                         GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    g_ptr_array_add(out->buffers, buffer);
    gst_caps_replace(&out->caps, gst_sample_get_caps(sample));
    return GST_FLOW_OK;
}

static void
set_if_there(GstElement *element, const char *property, int value)
{
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), property) != NULL)
        g_object_set(element, property, value, NULL);
}

/* As client/send/encoder.c does, but always with one thread. */
static void
set_up_encoder(GstElement *pipeline)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(pipeline), "encoder");
    if (element == NULL)
        return;
    CcVideoEncoder encoder = {.encoder = element,
                              .temporal_layers = (guint)options.temporal_layers};
    if (options.temporal_layers > 1)
        cc_temporal_layers_set_up(element, (guint)options.temporal_layers);
    cc_video_encoder_set_bitrate(&encoder, (guint)options.bitrate);
    set_if_there(element, "keyframe-max-dist", options.keyframe_s * options.framerate);
    set_if_there(element, "key-int-max", options.keyframe_s * options.framerate);
    set_if_there(element, "threads", 1);
}

/* Lets @in (NULL: @launch has its own source) run through @launch to its end. */
static Stream
run(const char *launch, const Stream *in)
{
    GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
    Stream out = {.buffers = g_ptr_array_new_with_free_func((GDestroyNotify)gst_buffer_unref)};
    g_autofree char *text =
        g_strdup_printf("%s%s ! appsink name=out sync=false max-buffers=8",
                        in != NULL ? "appsrc name=in format=time max-bytes=0 max-buffers=8 "
                                     "block=true ! "
                                   : "",
                        launch);
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(text, &error);
    if (pipeline == NULL || error != NULL)
        g_error("%s: %s", text, error->message);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, &out, NULL);
    set_up_encoder(pipeline);
    double before = cpu_seconds();
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    if (in != NULL) {
        g_autoptr(GstElement) source = gst_bin_get_by_name(GST_BIN(pipeline), "in");
        g_object_set(source, "caps", in->caps, NULL);
        for (guint i = 0; i < in->buffers->len; i++)
            gst_app_src_push_buffer(GST_APP_SRC(source), gst_buffer_ref(in->buffers->pdata[i]));
        gst_app_src_end_of_stream(GST_APP_SRC(source));
    }
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        gst_message_parse_error(message, &error, NULL);
        g_error("%s: %s", text, error->message);
    }
    out.cpu_s = cpu_seconds() - before;
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return out;
}

/* Plays @once again and again, with times that run on. Pictures share their memory. */
static Stream
loop(const Stream *once)
{
    Stream out = {.buffers = g_ptr_array_new_with_free_func((GDestroyNotify)gst_buffer_unref),
                  .caps = gst_caps_ref(once->caps)};
    for (guint i = 0; i < once->buffers->len * (guint)options.loops; i++) {
        GstBuffer *buffer = gst_buffer_copy(once->buffers->pdata[i % once->buffers->len]);
        GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(i, GST_SECOND, (guint64)options.framerate);
        GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
        GST_BUFFER_DURATION(buffer) = GST_SECOND / (guint64)options.framerate;
        g_ptr_array_add(out.buffers, buffer);
    }
    return out;
}

typedef struct {
    double ssim, psnr;
    guint judged;
} Quality;

/* Both streams are of the same size, in I420; @shown may have fewer pictures. */
static Quality
judge(const Stream *source, const Stream *shown)
{
    Quality quality = {0};
    GstVideoInfo info;
    gst_video_info_from_caps(&info, source->caps);
    double squares = 0;
    guint next = 0;
    for (guint i = 0; i < source->buffers->len; i++) {
        GstClockTime now = GST_BUFFER_PTS((GstBuffer *)source->buffers->pdata[i]);
        while (next < shown->buffers->len &&
               GST_BUFFER_PTS((GstBuffer *)shown->buffers->pdata[next]) <= now + GST_MSECOND)
            next++;
        if (next == 0 || i < (guint)options.skip)
            continue;
        GstMapInfo a, b;
        gst_buffer_map(source->buffers->pdata[i], &a, GST_MAP_READ);
        gst_buffer_map(shown->buffers->pdata[next - 1], &b, GST_MAP_READ);
        gsize stride = (gsize)info.stride[0];
        quality.ssim += ssim_luma(a.data, stride, b.data, stride, WIDTH, HEIGHT);
        squares += mean_square_luma(a.data, stride, b.data, stride, WIDTH, HEIGHT);
        gst_buffer_unmap(source->buffers->pdata[i], &a);
        gst_buffer_unmap(shown->buffers->pdata[next - 1], &b);
        quality.judged++;
    }
    quality.ssim /= MAX(quality.judged, 1);
    quality.psnr = psnr(squares / MAX(quality.judged, 1));
    return quality;
}

static void
report(const Stream *pictures, const Stream *coded, const Stream *decoded, const Quality *quality)
{
    guint quantizers = 0;
    gsize bytes = 0, largest = 0, largest_delta = 0;
    guint keyframes = 0;
    for (guint i = 0; i < coded->buffers->len; i++) {
        GstBuffer *buffer = coded->buffers->pdata[i];
        gsize size = gst_buffer_get_size(buffer);
        gboolean key = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
        bytes += size;
        keyframes += key;
        guint8 head[64];
        gsize n_head = gst_buffer_extract(coded->buffers->pdata[i], 0, head, sizeof head);
        quantizers += (guint)MAX(cc_vp8_frame_quantizer(head, n_head), 0);
        largest = MAX(largest, size);
        if (!key)
            largest_delta = MAX(largest_delta, size);
    }
    double seconds = (double)pictures->buffers->len / options.framerate;
    printf("kbps=%.1f ssim=%.4f psnr=%.2f fps=%.1f keyframes=%u largest=%zu largest-delta=%zu "
           "quantizer=%.2f "
           "encode-ms=%.2f decode-ms=%.2f\n",
           (double)bytes * 8 / seconds / 1000, quality->ssim, quality->psnr,
           (double)coded->buffers->len / seconds, keyframes, largest, largest_delta,
           quantizers / 127.0 / MAX(coded->buffers->len, 1),
           coded->cpu_s * 1000 / pictures->buffers->len,
           decoded->cpu_s * 1000 / MAX(coded->buffers->len, 1));
}

static const char *
decoder_for(CcCodec codec)
{
    switch (codec) {
    case CC_CODEC_H264:
        return "h264parse ! avdec_h264 max-threads=1";
    case CC_CODEC_VP9:
        return "vp9dec threads=1";
    default:
        return "vp8dec threads=1";
    }
}

static void
measure(CcCodec codec, const char *encoder)
{
    g_autofree char *read = g_strdup_printf(
        "filesrc location=\"%s\" ! decodebin ! videorate ! videoconvertscale ! "
        "video/x-raw,format=I420,width=%d,height=%d,framerate=%d/1,pixel-aspect-ratio=1/1",
        options.file, WIDTH, HEIGHT, options.framerate);
    g_autofree char *shrink =
        g_strdup_printf("videoconvertscale ! video/x-raw,width=%d,height=%d,pixel-aspect-ratio=1/1",
                        options.width, options.height);
    g_autofree char *enlarge = g_strdup_printf(
        "videoconvertscale ! video/x-raw,format=I420,width=%d,height=%d", WIDTH, HEIGHT);
    Stream once = run(read, NULL);
    Stream source = loop(&once);
    Stream small = run(shrink, &source);
    Stream coded = run(encoder, &small);
    Stream decoded = run(decoder_for(codec), &coded);
    Stream shown = run(enlarge, &decoded);
    Quality quality = judge(&source, &shown);
    report(&small, &coded, &decoded, &quality);
    Stream *all[] = {&once, &source, &small, &coded, &decoded, &shown};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        stream_clear(all[i]);
}

int
main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_group(context, gst_init_get_option_group());
    gboolean good = g_option_context_parse(context, &argc, &argv, &error);
    CcCodec codec = options.codec != NULL ? cc_codec_from_name(options.codec) : CC_CODEC_NONE;
    const CcVideoEncoderChoice *choice = cc_video_encoder_candidate(codec, FALSE, 0);
    if (!good || options.file == NULL || options.bitrate <= 0 || choice == NULL) {
        g_printerr("codec-meter: %s\n", error != NULL ? error->message : "see --help");
        return 64;
    }
    /* What follows the encoder belongs to it; a launch line ends in caps or in a blank. */
    g_autofree char *encoder = g_strchomp(g_strdup(choice->launch));
    measure(codec, encoder);
    return 0;
}
