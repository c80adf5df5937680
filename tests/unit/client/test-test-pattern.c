#include "client/test-pattern/probe.h"
#include "client/test-pattern/test-pattern.h"

static GstBuffer *
map_grey(GstVideoFormat format, guint width, guint height, GstVideoFrame *frame)
{
    GstVideoInfo info;
    gst_video_info_set_format(&info, format, width, height);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), NULL);
    gst_buffer_memset(buffer, 0, 125, GST_VIDEO_INFO_SIZE(&info));
    g_assert_true(gst_video_frame_map(frame, &info, buffer, GST_MAP_READWRITE));
    return buffer;
}

static void
test_time_round_trip(void)
{
    static const guint32 values[] = {0, 1, 0x80000000u, 0xffffffffu, 0x12345678u};
    static const GstVideoFormat formats[] = {GST_VIDEO_FORMAT_I420, GST_VIDEO_FORMAT_NV12};
    for (guint f = 0; f < G_N_ELEMENTS(formats); f++) {
        GstVideoFrame frame;
        G_GNUC_UNUSED g_autoptr(GstBuffer) buffer = map_grey(formats[f], 640, 360, &frame);
        guint32 read;
        g_assert_false(cc_test_pattern_read_time(&frame, &read)); /* grey is no code */
        for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
            cc_test_pattern_write_time(&frame, values[i]);
            g_assert_true(cc_test_pattern_read_time(&frame, &read));
            g_assert_cmphex(read, ==, values[i]);
        }
        gst_video_frame_unmap(&frame);
    }
}

static void
test_time_survives_noise(void)
{
    GstVideoFrame frame;
    G_GNUC_UNUSED g_autoptr(GstBuffer) buffer = map_grey(GST_VIDEO_FORMAT_I420, 320, 180, &frame);
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    cc_test_pattern_write_time(&frame, 0xa5a5f00fu);
    guint8 *luma = GST_VIDEO_FRAME_PLANE_DATA(&frame, 0);
    for (guint i = 0; i < 320 * 16; i++)
        luma[i] = (guint8)CLAMP((int)luma[i] + g_rand_int_range(rand, -60, 61), 0, 255);
    guint32 read;
    g_assert_true(cc_test_pattern_read_time(&frame, &read));
    g_assert_cmphex(read, ==, 0xa5a5f00fu);
    gst_video_frame_unmap(&frame);
}

static void
test_flash(void)
{
    GstVideoFrame frame;
    G_GNUC_UNUSED g_autoptr(GstBuffer) buffer = map_grey(GST_VIDEO_FORMAT_I420, 640, 360, &frame);
    cc_test_pattern_write_flash(&frame, TRUE);
    g_assert_true(cc_test_pattern_read_flash(&frame));
    cc_test_pattern_write_flash(&frame, FALSE);
    g_assert_false(cc_test_pattern_read_flash(&frame));
    gst_video_frame_unmap(&frame);

    const GstClockTime duration = 40 * GST_MSECOND;
    for (guint rate = 10; rate <= 60; rate += 5) { /* exactly one flash a second, at any rate */
        guint flashes = 0;
        for (guint i = 0; i < rate * 3; i++)
            flashes += cc_test_pattern_is_flash(gst_util_uint64_scale(i, GST_SECOND, rate),
                                                GST_SECOND / rate);
        g_assert_cmpuint(flashes, ==, 3);
    }
    g_assert_true(cc_test_pattern_is_flash(GST_SECOND - 1, duration));
    g_assert_true(cc_test_pattern_is_flash(GST_SECOND + 39 * GST_MSECOND, duration));
    g_assert_false(cc_test_pattern_is_flash(GST_SECOND + 41 * GST_MSECOND, duration));
}

static void
test_beep(void)
{
    gint16 samples[4800 * 2];
    cc_test_pattern_write_beep(samples, 4800, 2, 48000, 48000 - 480);
    for (guint i = 0; i < 480 * 2; i++)
        g_assert_cmpint(samples[i], ==, 0);
    g_assert_cmpint(samples[(480 + 12) * 2], >, 10000); /* a quarter of 1 kHz */
    g_assert_cmpint(samples[(480 + 12) * 2 + 1], ==, samples[(480 + 12) * 2]);
    g_assert_cmpint(samples[(480 + 2400 + 12) * 2], ==, 0); /* 50 ms */
}

/* Renders a second with the picture @late_ms behind the sound and looks at what the probe says. */
static CcProbeResult
measure(int late_ms, int age_ms)
{
    g_autoptr(CcProbe) probe = cc_probe_new();
    GstVideoFrame frame;
    G_GNUC_UNUSED g_autoptr(GstBuffer) buffer = map_grey(GST_VIDEO_FORMAT_I420, 320, 180, &frame);
    gint16 sound[960];
    const gint64 start_ms = 5000000;
    for (guint ms = 0; ms < 3000; ms += 20) {
        cc_test_pattern_write_beep(sound, 960, 1, 48000, (guint64)ms * 48);
        cc_probe_sound(probe, sound, 960, 1, 48000, (start_ms + ms + age_ms - late_ms) * 1000);
        if (ms % 40 != 0)
            continue;
        cc_test_pattern_write_time(&frame, (guint32)(start_ms + ms));
        cc_test_pattern_write_flash(&frame,
                                    cc_test_pattern_is_flash(ms * GST_MSECOND, 40 * GST_MSECOND));
        cc_probe_picture(probe, &frame, (start_ms + ms + age_ms) * 1000);
    }
    gst_video_frame_unmap(&frame);
    CcProbeResult result;
    cc_probe_take(probe, &result);
    return result;
}

static void
test_probe(void)
{
    static const int offsets[] = {0, 60, -60, 150};
    for (guint i = 0; i < G_N_ELEMENTS(offsets); i++) {
        CcProbeResult result = measure(offsets[i], 180);
        g_assert_cmpint(result.age_ms, ==, 180);
        g_assert_cmpuint(result.pictures, ==, 75);
        g_assert_cmpuint(result.seconds, ==, 3);
        g_assert_cmpint(ABS(result.offset_ms - offsets[i]), <=, 1);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    g_test_add_func("/test-pattern/time", test_time_round_trip);
    g_test_add_func("/test-pattern/noise", test_time_survives_noise);
    g_test_add_func("/test-pattern/flash", test_flash);
    g_test_add_func("/test-pattern/beep", test_beep);
    g_test_add_func("/test-pattern/probe", test_probe);
    return g_test_run();
}
