/* The real elements: what the loudspeaker says is heard by the microphone beside it, later and
 * weaker, and is taken out again.
 *
 *   voice → tee ─┬→ probe → fakesink, at its time
 *                └→ later, weaker → canceller → appsink                                       */
#include <gst/app/app.h>
#include <math.h>

#include "client/elements/echo.h"

#define RATE 48000
#define PIECE 480
#define SECONDS 12
#define SETTLED_S 5     /* until the filter knows the room */
#define DELAY_MS 60     /* from the loudspeaker's driver through the air and back */
#define ATTENUATION 0.3 /* -10 dB: a loud room */
#define WANTED_DB 30

/* Like speech: noise through two resonances, in syllables. */
static void
make_voice(gint16 *samples, gsize n)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    double a1 = 0, a2 = 0, b1 = 0, b2 = 0;
    for (gsize i = 0; i < n; i++) {
        double t = (double)i / RATE, noise = g_rand_double_range(random, -1, 1);
        double a = noise + 1.94 * a1 - 0.95 * a2, b = noise + 1.80 * b1 - 0.92 * b2;
        a2 = a1, a1 = a, b2 = b1, b1 = b;
        double syllable = MAX(sin(2 * G_PI * 3 * t), 0) * (sin(2 * G_PI * 0.4 * t) > -0.7);
        samples[i] = (gint16)CLAMP((a + b) * 220 * syllable, -30000, 30000);
    }
}

static GstBuffer *
piece(const gint16 *samples, gsize n, gint64 first, double gain, GstClockTime time)
{
    gint16 *copy = g_new0(gint16, PIECE);
    for (gint64 i = 0; i < PIECE; i++)
        if (first + i >= 0 && first + i < (gint64)n)
            copy[i] = (gint16)(samples[first + i] * gain);
    GstBuffer *buffer = gst_buffer_new_wrapped(copy, PIECE * sizeof *copy);
    GST_BUFFER_PTS(buffer) = time;
    GST_BUFFER_DURATION(buffer) = gst_util_uint64_scale(PIECE, GST_SECOND, RATE);
    return buffer;
}

static GstElement *
make_pipeline(GstElement *bin, const char *last, GstElement **src)
{
    GstElement *pipeline = gst_pipeline_new(NULL);
    GstElement *sink = gst_element_factory_make(last, "out");
    g_autoptr(GstCaps) caps =
        gst_caps_from_string("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
    *src = gst_element_factory_make("appsrc", NULL);
    g_object_set(*src, "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, "max-bytes",
                 (guint64)0, NULL);
    gst_bin_add_many(GST_BIN(pipeline), *src, bin, sink, NULL);
    g_assert_true(gst_element_link_many(*src, bin, sink, NULL));
    return pipeline;
}

static double
power(const gint16 *samples, gsize n)
{
    double sum = 0;
    for (gsize i = 0; i < n; i++)
        sum += (double)samples[i] * samples[i];
    return sum / (double)MAX(n, 1) + 1e-3;
}

/* (transfer full) what the canceller lets through, from SETTLED_S on. */
static GArray *
collect(GstElement *pipeline)
{
    GArray *heard = g_array_new(FALSE, FALSE, sizeof(gint16));
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "out");
    GstSample *sample;
    while ((sample = gst_app_sink_pull_sample(GST_APP_SINK(sink))) != NULL) {
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        GstMapInfo map;
        g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_READ));
        if (GST_BUFFER_PTS(buffer) >= SETTLED_S * GST_SECOND)
            g_array_append_vals(heard, map.data, (guint)(map.size / sizeof(gint16)));
        gst_buffer_unmap(buffer, &map);
        gst_sample_unref(sample);
    }
    return heard;
}

static void
start(GstElement *pipeline, GstClock *clock, GstClockTime base_time)
{
    gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
    gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(pipeline, base_time);
    g_assert_cmpint(gst_element_set_state(pipeline, GST_STATE_PLAYING), !=,
                    GST_STATE_CHANGE_FAILURE);
}

static void
test_canceled(void)
{
    g_assert_true(cc_echo_is_available()); /* script/setup installs it */
    gsize n = SECONDS * RATE;
    g_autofree gint16 *voice = g_new0(gint16, n);
    make_voice(voice, n);
    g_autoptr(GstClock) clock = gst_system_clock_obtain();
    GstClockTime base_time = gst_clock_get_time(clock);
    GstElement *speaker_in, *microphone_in;
    g_autoptr(GstElement) speaker =
        make_pipeline(cc_echo_probe_new("loudspeaker"), "fakesink", &speaker_in);
    g_autoptr(GstElement) microphone =
        make_pipeline(cc_echo_canceller_new("loudspeaker"), "appsink", &microphone_in);
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(microphone), "out");
    g_object_set(sink, "sync", FALSE, NULL);
    start(speaker, clock, base_time);
    start(microphone, clock, base_time);
    /* In the order of a real room, and not at its speed: each end goes by the buffers' times. */
    gint64 delay = (gint64)DELAY_MS * RATE / 1000;
    for (gint64 first = 0; first < (gint64)n; first += PIECE) {
        GstClockTime time = gst_util_uint64_scale((guint64)first, GST_SECOND, RATE);
        gst_app_src_push_buffer(GST_APP_SRC(speaker_in), piece(voice, n, first, 1, time));
        while (gst_app_src_get_current_level_bytes(GST_APP_SRC(speaker_in)) > 0)
            g_usleep(200);
        gst_app_src_push_buffer(GST_APP_SRC(microphone_in),
                                piece(voice, n, first - delay, ATTENUATION, time));
        while (gst_app_src_get_current_level_bytes(GST_APP_SRC(microphone_in)) > 0)
            g_usleep(200);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(microphone_in));
    g_autoptr(GArray) heard = collect(microphone);
    gst_element_set_state(microphone, GST_STATE_NULL);
    gst_element_set_state(speaker, GST_STATE_NULL);
    gsize begin = SETTLED_S * RATE;
    g_assert_cmpuint(heard->len, >, (SECONDS - SETTLED_S - 1) * RATE);
    double loud = power(voice + begin, n - begin);
    double left = power((const gint16 *)(gpointer)heard->data, heard->len);
    double lower_db = 10 * log10(loud / left);
    g_test_message("the voice comes back %.1f dB lower, of which the room makes %.1f", lower_db,
                   -20 * log10(ATTENUATION));
    g_assert_cmpfloat(lower_db, >=, WANTED_DB);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/echo/canceled", test_canceled);
    return g_test_run();
}
