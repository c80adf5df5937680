/* Lips and voice: reads a recording of `classcast send --test` and compares when each second's
 * flash and beep begin. Positive: sound comes after its picture. av-offset FILE.mkv Prints: pairs=N
 * median_ms=… min_ms=… max_ms=… */
#include <gst/app/gstappsink.h>
#include <gst/video/video.h>
#include <stdlib.h>

#include "client/test-pattern/test-pattern.h"

#define AUDIO_RATE 48000
#define BEEP_THRESHOLD 1500 /* of 32767 */
#define REFRACTORY_MS 500   /* one flash, one beep a second */

static void
add_onset(GArray *onsets, gdouble at_ms)
{
    if (onsets->len == 0 || at_ms - g_array_index(onsets, gdouble, onsets->len - 1) > REFRACTORY_MS)
        g_array_append_val(onsets, at_ms);
}

static void
find_flashes(GstAppSink *sink, GArray *onsets)
{
    for (;;) {
        g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
        if (sample == NULL)
            return;
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        GstVideoInfo info;
        GstVideoFrame frame;
        if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
            !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
            continue;
        if (cc_test_pattern_read_flash(&frame))
            add_onset(onsets, GST_BUFFER_PTS(buffer) / 1e6);
        gst_video_frame_unmap(&frame);
    }
}

static void
find_beeps(GstAppSink *sink, GArray *onsets)
{
    gdouble loud_ms = -1000;
    for (;;) {
        g_autoptr(GstSample) sample = gst_app_sink_pull_sample(sink);
        if (sample == NULL)
            return;
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        GstMapInfo map;
        if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
            continue;
        const gint16 *samples = (const gint16 *)map.data;
        for (gsize i = 0; i < map.size / 2; i++) {
            if (abs(samples[i]) < BEEP_THRESHOLD)
                continue;
            gdouble at_ms = GST_BUFFER_PTS(buffer) / 1e6 + i * 1000.0 / AUDIO_RATE;
            if (at_ms - loud_ms > 100)
                add_onset(onsets, at_ms);
            loud_ms = at_ms;
        }
        gst_buffer_unmap(buffer, &map);
    }
}

static int
compare_offsets(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;
    return difference > 0 ? 1 : difference < 0 ? -1 : 0;
}

/* G_MAXDOUBLE if there is none. */
static gdouble
nearest(GArray *onsets, gdouble at_ms)
{
    gdouble best = G_MAXDOUBLE;
    for (guint i = 0; i < onsets->len; i++) {
        gdouble onset = g_array_index(onsets, gdouble, i);
        if (ABS(onset - at_ms) < ABS(best - at_ms))
            best = onset;
    }
    return best;
}

static gpointer
video_thread(gpointer data)
{
    gpointer *arguments = data;
    find_flashes(arguments[0], arguments[1]);
    return NULL;
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc != 2) {
        g_printerr("usage: av-offset FILE.mkv\n");
        return 64;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(
        "filesrc name=file ! decodebin name=d "
        "d. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=64 ! videoconvert ! "
        "video/x-raw,format=I420 ! appsink name=video sync=false "
        "d. ! queue max-size-time=0 max-size-bytes=0 max-size-buffers=0 ! "
        "audioconvert ! audioresample ! "
        "audio/x-raw,format=S16LE,channels=1,rate=" G_STRINGIFY(
            AUDIO_RATE) " ! appsink name=audio sync=false",
        &error);
    if (pipeline == NULL) {
        g_printerr("av-offset: %s\n", error->message);
        return 69;
    }
    g_autoptr(GstElement) file = gst_bin_get_by_name(GST_BIN(pipeline), "file");
    g_autoptr(GstElement) video = gst_bin_get_by_name(GST_BIN(pipeline), "video");
    g_autoptr(GstElement) audio = gst_bin_get_by_name(GST_BIN(pipeline), "audio");
    g_object_set(file, "location", argv[1], NULL);
    g_autoptr(GArray) flashes = g_array_new(FALSE, FALSE, sizeof(gdouble));
    g_autoptr(GArray) beeps = g_array_new(FALSE, FALSE, sizeof(gdouble));
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    gpointer arguments[2] = {video, flashes};
    GThread *thread = g_thread_new("video", video_thread, arguments);
    find_beeps(GST_APP_SINK(audio), beeps);
    g_thread_join(thread);
    gst_element_set_state(pipeline, GST_STATE_NULL);

    g_autoptr(GArray) offsets = g_array_new(FALSE, FALSE, sizeof(gdouble));
    for (guint i = 0; i < flashes->len; i++) {
        gdouble flash_ms = g_array_index(flashes, gdouble, i);
        gdouble beep_ms = nearest(beeps, flash_ms);
        /* Each other's nearest: where a looped file begins anew, seconds stand closer together. */
        gdouble offset = beep_ms - flash_ms;
        if (ABS(offset) < 400 && nearest(flashes, beep_ms) == flash_ms)
            g_array_append_val(offsets, offset);
    }
    if (offsets->len == 0) {
        g_printerr("av-offset: %u flashes and %u beeps, none of them together\n", flashes->len,
                   beeps->len);
        return 65;
    }
    qsort(offsets->data, offsets->len, sizeof(gdouble), compare_offsets);
    g_print("pairs=%u median_ms=%.1f min_ms=%.1f max_ms=%.1f\n", offsets->len,
            g_array_index(offsets, gdouble, offsets->len / 2), g_array_index(offsets, gdouble, 0),
            g_array_index(offsets, gdouble, offsets->len - 1));
    return 0;
}
