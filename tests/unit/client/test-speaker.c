/* The loudspeaker is another one from now on, or has failed: the sound goes on. */
#include "client/recv/speaker.h"

#include "client/elements/echo.h"

#define RATE 48000
#define PATIENCE_S 60

typedef struct {
    GstElement *pipeline;
    CcProbe *probe;
    CcSpeaker *speaker;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstClock) clock = gst_system_clock_obtain();
    fixture->pipeline = gst_pipeline_new(NULL);
    gst_pipeline_use_clock(GST_PIPELINE(fixture->pipeline), clock);
    fixture->probe = cc_probe_new();
    CcSpeakerOptions options = {.silent = TRUE,
                                .device = "auto",
                                .echo_probe = "test-loudspeaker",
                                .probe = fixture->probe};
    fixture->speaker = cc_speaker_new(fixture->pipeline, &options, &error);
    g_assert_no_error(error);
    gst_element_set_state(fixture->pipeline, GST_STATE_PLAYING);
    gst_element_get_state(fixture->pipeline, NULL, NULL, GST_CLOCK_TIME_NONE);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    gst_element_set_state(fixture->pipeline, GST_STATE_NULL);
    cc_speaker_free(fixture->speaker);
    cc_probe_free(fixture->probe);
    gst_object_unref(fixture->pipeline);
}

static GstClockTime
running_time(Fixture *fixture)
{
    return gst_element_get_current_running_time(fixture->pipeline);
}

static void
push(Fixture *fixture)
{
    static const gsize size = RATE / 50 * 2;
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, size, NULL);
    gst_buffer_memset(buffer, 0, 0, size);
    GST_BUFFER_PTS(buffer) = running_time(fixture) + 20 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 20 * GST_MSECOND;
    g_autoptr(GstCaps) caps =
        gst_caps_from_string("audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved");
    g_autoptr(GstSample) sample = gst_sample_new(buffer, caps, NULL, NULL);
    cc_speaker_push(fixture->speaker, sample);
}

/* The speaker's sink. (transfer full) */
static GstElement *
find_sink(Fixture *fixture)
{
    g_autoptr(GstElement) bin = gst_bin_get_by_name(GST_BIN(fixture->pipeline), "speaker");
    g_autoptr(GstIterator) sinks = gst_bin_iterate_sinks(GST_BIN(bin));
    GValue found = G_VALUE_INIT;
    g_assert_cmpint(gst_iterator_next(sinks, &found), ==, GST_ITERATOR_OK);
    GstElement *sink = g_value_dup_object(&found);
    g_value_unset(&found);
    return sink;
}

/* Until the present sink has played something. */
static void
listen_for_sound(Fixture *fixture)
{
    gint64 deadline_us = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;
    guint64 rendered = 0;
    g_autoptr(GstElement) sink = find_sink(fixture);
    while (rendered < 3) {
        g_autoptr(GstStructure) counted = NULL;
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_us);
        push(fixture);
        g_usleep(20000);
        g_object_get(sink, "stats", &counted, NULL);
        gst_structure_get(counted, "rendered", G_TYPE_UINT64, &rendered, NULL);
    }
}

static void
test_another_device(Fixture *fixture, gconstpointer data)
{
    listen_for_sound(fixture);
    GstClockTime before = running_time(fixture);
    cc_speaker_set_device(fixture->speaker, "another");
    g_assert_cmpstr(cc_speaker_get_device(fixture->speaker), ==, "another");
    listen_for_sound(fixture);
    g_assert_cmpuint(running_time(fixture), >, before); /* time has not begun anew */
}

/* A sink's error ends what feeds it. */
static void
test_failed(Fixture *fixture, gconstpointer data)
{
    listen_for_sound(fixture);
    g_autoptr(GstElement) sink = find_sink(fixture);
    g_assert_false(cc_speaker_take_error(fixture->speaker, GST_OBJECT(fixture->pipeline)));
    g_assert_true(cc_speaker_take_error(fixture->speaker, GST_OBJECT(sink)));
    g_autoptr(GstElement) other = find_sink(fixture);
    g_assert_true(other != sink);
    listen_for_sound(fixture);
}

/* The volume that is heard. */
static double
volume_of(Fixture *fixture)
{
    g_autoptr(GstElement) bin = gst_bin_get_by_name(GST_BIN(fixture->pipeline), "speaker");
    g_autoptr(GstIterator) found =
        gst_bin_iterate_all_by_element_factory_name(GST_BIN(bin), "volume");
    GValue value = G_VALUE_INIT;
    double volume = -1;
    g_assert_cmpint(gst_iterator_next(found, &value), ==, GST_ITERATOR_OK);
    g_object_get(g_value_get_object(&value), "volume", &volume, NULL);
    g_value_unset(&value);
    return volume;
}

/* What people have set holds again afterwards, and may be changed meanwhile. */
static void
test_quiet(Fixture *fixture, gconstpointer data)
{
    cc_speaker_set_volume(fixture->speaker, 1, FALSE);
    double whole = volume_of(fixture);
    cc_speaker_set_quiet(fixture->speaker, TRUE);
    double quiet = volume_of(fixture);
    g_assert_cmpfloat(quiet, <, 0.5 * whole);
    cc_speaker_set_volume(fixture->speaker, 0.5, FALSE);
    g_assert_cmpfloat(volume_of(fixture), <, quiet);
    cc_speaker_set_volume(fixture->speaker, 1, FALSE);
    cc_speaker_set_quiet(fixture->speaker, FALSE);
    g_assert_cmpfloat(volume_of(fixture), ==, whole);
}

/* A canceller finds what is heard by that name, whichever device plays it. */
static void
test_echo_probe(Fixture *fixture, gconstpointer data)
{
    g_assert_true(cc_echo_is_available()); /* script/setup installs it */
    cc_speaker_set_device(fixture->speaker, "another");
    listen_for_sound(fixture);
    g_autoptr(GstElement) probe =
        gst_bin_get_by_name(GST_BIN(fixture->pipeline), "test-loudspeaker");
    g_assert_nonnull(probe);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(probe, "src");
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_assert_nonnull(caps); /* sound has come by */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add("/speaker/another-device", Fixture, NULL, set_up, test_another_device, tear_down);
    g_test_add("/speaker/failed", Fixture, NULL, set_up, test_failed, tear_down);
    g_test_add("/speaker/quiet", Fixture, NULL, set_up, test_quiet, tear_down);
    g_test_add("/speaker/echo-probe", Fixture, NULL, set_up, test_echo_probe, tear_down);
    return g_test_run();
}
