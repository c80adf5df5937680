/* The test lesson:
 *
 *   videotestsrc ! I420 ! clockoverlay ! identity(video)   draws the time code and the flash
 *   audiotestsrc(silence) ! S16LE ! identity(audio)        writes the beep
 */
#include "client/send/source.h"
#include "client/test-pattern/test-pattern.h"

#define AUDIO_RATE 48000

/* When the source began, pictures do not fall on whole seconds but @phase behind them; the beep
 * waits for the picture with the flash. */
typedef struct {
    guint channels;
    gint phase_us; /* atomic */
} Marks;

static GstPadProbeReturn
on_picture(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(probe));
    GST_PAD_PROBE_INFO_DATA(probe) = buffer;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    g_autoptr(GstElement) element = gst_pad_get_parent_element(pad);
    GstVideoInfo info;
    GstVideoFrame frame;
    if (caps == NULL || !gst_video_info_from_caps(&info, caps) ||
        !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READWRITE))
        return GST_PAD_PROBE_OK;
    Marks *marks = user_data;
    GstClockTime time = GST_BUFFER_PTS(buffer), duration = GST_BUFFER_DURATION(buffer);
    g_atomic_int_set(&marks->phase_us, (gint)((time + GST_USECOND) % duration / GST_USECOND));
    /* The pipeline runs on the system's monotonic clock: this is CLOCK_MONOTONIC at capture. */
    GstClockTime captured = gst_element_get_base_time(element) + time;
    cc_test_pattern_write_time(&frame, (guint32)(captured / GST_MSECOND));
    cc_test_pattern_write_flash(&frame, cc_test_pattern_is_flash(time, duration));
    gst_video_frame_unmap(&frame);
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_sound(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    Marks *marks = user_data;
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(probe));
    GST_PAD_PROBE_INFO_DATA(probe) = buffer;
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_WRITE))
        return GST_PAD_PROBE_OK;
    GstClockTime phase = (GstClockTime)g_atomic_int_get(&marks->phase_us) * GST_USECOND;
    GstClockTime since =
        GST_BUFFER_PTS(buffer) + GST_SECOND - phase; /* a second more: never negative */
    guint64 first = gst_util_uint64_scale_round(since, AUDIO_RATE, GST_SECOND);
    cc_test_pattern_write_beep((gint16 *)map.data, map.size / (2 * marks->channels),
                               marks->channels, AUDIO_RATE, first);
    gst_buffer_unmap(buffer, &map);
    GST_BUFFER_FLAG_UNSET(buffer, GST_BUFFER_FLAG_GAP);
    return GST_PAD_PROBE_OK;
}

static void
probe(CcSource *source, const char *name, GstPadProbeCallback func, gpointer user_data)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(source->bin), name);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, func, user_data, NULL);
}

CcSource *
cc_source_test_new(const CcSendSettings *settings, GError **error)
{
    g_autofree char *launch = g_strdup_printf(
        "videotestsrc name=" CC_SOURCE_CAMERA " is-live=true pattern=smpte75 "
        "! video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1,pixel-aspect-ratio=1/1 "
        "! clockoverlay time-format=%%H:%%M:%%S font-desc=\"Sans 32\" halignment=left "
        "valignment=bottom "
        "! identity name=video "
        "audiotestsrc name=" CC_SOURCE_MICROPHONE " is-live=true wave=silence samplesperbuffer=480 "
        "! audio/x-raw,format=S16LE,layout=interleaved,rate=%u,channels=%u ! identity name=audio",
        settings->width, settings->height, settings->framerate, AUDIO_RATE, settings->channels);
    CcSource *source = cc_source_from_description(launch, TRUE, TRUE, "test pattern", error);
    if (source == NULL)
        return NULL;
    Marks *marks = g_new0(Marks, 1);
    marks->channels = settings->channels;
    source->player = marks;
    source->free_player = g_free;
    probe(source, "video", on_picture, marks);
    probe(source, "audio", on_sound, marks);
    return source;
}
