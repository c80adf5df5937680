/* The laboratory's lecture: each frame of a film with its number burnt in, 25 frames a second, mono
 * sound, in a file that decodes cheaply. VOICE.wav speaks all the time; the film's own sound is the
 * room around it.
 *
 *   make-clip FILM VOICE.wav CLIP.mkv WIDTH HEIGHT
 *
 *   film ─→ decode ┬→ scale, rate → burn number → x264enc ─→ matroska
 *                  └→ quieter ─→ mixer → mono, 48 kHz → flac ↗
 *   voice ───────────────────────↗ */
#include <gst/video/video.h>
#include <stdlib.h>
#include <string.h>

#include "tests/weak-link/frame-code.h"

static void
grey(GstVideoFrame *frame, guint plane, guint rows)
{
    guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
    gsize stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
    memset(data, 128, stride * rows);
}

static GstPadProbeReturn
on_frame(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    guint *number = user_data;
    GstBuffer *buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
    GST_PAD_PROBE_INFO_DATA(info) = buffer;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    GstVideoInfo format;
    GstVideoFrame frame;
    if (!gst_video_info_from_caps(&format, caps) ||
        !gst_video_frame_map(&frame, &format, buffer, GST_MAP_READWRITE))
        return GST_PAD_PROBE_DROP;
    guint height = (guint)GST_VIDEO_FRAME_HEIGHT(&frame);
    frame_code_write(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                     (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
                     (guint)GST_VIDEO_FRAME_WIDTH(&frame), height, *number);
    *number = (*number + 1) % (FRAME_CODE_MAX + 1);
    grey(&frame, 1, frame_code_rows(height) / 2);
    grey(&frame, 2, frame_code_rows(height) / 2);
    gst_video_frame_unmap(&frame);
    return GST_PAD_PROBE_OK;
}

static void
set_location(GstElement *pipeline, const char *name, const char *path)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(pipeline), name);
    g_object_set(element, "location", path, NULL);
}

static gboolean
run(GstElement *pipeline, GError **error)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, error, NULL);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    return GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc != 6) {
        g_printerr("usage: make-clip FILM VOICE.wav CLIP.mkv WIDTH HEIGHT\n");
        return 64;
    }
    g_autofree char *launch = g_strdup_printf(
        "filesrc name=film ! decodebin name=d "
        "d. ! queue ! videoconvertscale ! videorate "
        "! video/x-raw,format=I420,width=%d,height=%d,framerate=25/1 ! identity name=burn ! queue "
        "! x264enc pass=quant quantizer=14 speed-preset=fast tune=fastdecode key-int-max=50 "
        "! h264parse ! matroskamux name=mux ! filesink name=clip "
        "d. ! queue ! audioconvert ! audioresample ! volume volume=0.25 ! audiomixer name=mixer "
        "! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1 "
        "! flacenc ! mux. "
        "filesrc name=voice ! wavparse ! audioconvert ! audioresample ! queue ! mixer.",
        atoi(argv[4]), atoi(argv[5]));
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(launch, &error);
    if (pipeline == NULL) {
        g_printerr("make-clip: %s\n", error->message);
        return 69;
    }
    set_location(pipeline, "film", argv[1]);
    set_location(pipeline, "voice", argv[2]);
    set_location(pipeline, "clip", argv[3]);
    g_autoptr(GstElement) burn = gst_bin_get_by_name(GST_BIN(pipeline), "burn");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(burn, "src");
    guint number = 0;
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &number, NULL);
    if (!run(pipeline, &error)) {
        g_printerr("make-clip: %s\n", error->message);
        return 69;
    }
    g_print("frames=%u\n", number);
    return 0;
}
