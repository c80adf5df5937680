/* Glass to glass: reads the time code bar that `classcast send --test` draws from the X screen on
 * which `classcast recv` shows it, and prints how old each new picture is when it appears.
 *   glass-meter SECONDS        (DISPLAY says which screen, 1280 wide; the picture fills it)
 * Prints: pictures=N p50_ms=… p95_ms=… max_ms=…  The screen is read every 10 ms, so up to that is
 * added. */
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <stdlib.h>

#include "client/test-pattern/test-pattern.h"

static int
compare_ages(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void
collect(GstAppSink *sink, gint64 end_us, GArray *ages)
{
    guint32 last = 0;
    while (g_get_monotonic_time() < end_us) {
        g_autoptr(GstSample) sample = gst_app_sink_try_pull_sample(sink, GST_SECOND);
        if (sample == NULL)
            return;
        guint32 now_ms = (guint32)(g_get_monotonic_time() / 1000);
        GstVideoInfo info;
        GstVideoFrame frame;
        if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
            !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
            continue;
        guint32 code = 0;
        gboolean legible = cc_test_pattern_read_time(&frame, &code);
        gst_video_frame_unmap(&frame);
        int age_ms = (int)(now_ms - code);
        if (legible && code != last && age_ms >= 0 && age_ms < 10000) {
            g_array_append_val(ages, age_ms);
            last = code;
        }
    }
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc != 2 || atoi(argv[1]) <= 0) {
        g_printerr("usage: glass-meter SECONDS\n");
        return 64;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(
        "ximagesrc use-damage=false show-pointer=false endx=1279 endy=15 ! "
        "video/x-raw,framerate=100/1 ! "
        "videoconvert ! video/x-raw,format=I420 ! appsink name=sink sync=false max-buffers=1 "
        "drop=true",
        &error);
    if (pipeline == NULL) {
        g_printerr("glass-meter: %s\n", error->message);
        return 69;
    }
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
    g_autoptr(GArray) ages = g_array_new(FALSE, FALSE, sizeof(int));
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    collect(GST_APP_SINK(sink), g_get_monotonic_time() + atoi(argv[1]) * G_USEC_PER_SEC, ages);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    if (ages->len == 0) {
        g_printerr("glass-meter: no legible time code on the screen\n");
        return 65;
    }
    qsort(ages->data, ages->len, sizeof(int), compare_ages);
    g_print("pictures=%u p50_ms=%d p95_ms=%d max_ms=%d\n", ages->len,
            g_array_index(ages, int, ages->len / 2), g_array_index(ages, int, ages->len * 95 / 100),
            g_array_index(ages, int, ages->len - 1));
    return 0;
}
