#include "client/recv/blind.h"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include "client/recv/outputs.h"
#include "common/base/clock.h"

/* A sink without a device hands over what it would show at the moment of showing it. */
static void
on_picture_rendered(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
    CcProbe *probe = user_data;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    GstVideoInfo info;
    GstVideoFrame frame;
    if (caps == NULL || !gst_video_info_from_caps(&info, caps) ||
        !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
        return;
    cc_probe_picture(probe, &frame, cc_clock_now_us());
    gst_video_frame_unmap(&frame);
}

static void
on_sound_rendered(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
    CcProbe *probe = user_data;
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    GstAudioInfo info;
    GstMapInfo map;
    if (caps == NULL || !gst_audio_info_from_caps(&info, caps) ||
        GST_AUDIO_INFO_FORMAT(&info) != GST_AUDIO_FORMAT_S16 ||
        !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    cc_probe_sound(probe, (const gint16 *)map.data, map.size / (gsize)info.bpf,
                   (guint)info.channels, (guint)info.rate, cc_clock_now_us());
    gst_buffer_unmap(buffer, &map);
}

static GstElement *
make_sink(GCallback on_rendered, CcProbe *probe)
{
    GstElement *sink = cc_output_none_new();
    g_object_set(sink, "signal-handoffs", TRUE, NULL);
    g_signal_connect(sink, "handoff", on_rendered, probe);
    return sink;
}

GstElement *
cc_blind_screen_new(CcProbe *probe)
{
    return make_sink(G_CALLBACK(on_picture_rendered), probe);
}

GstElement *
cc_blind_speaker_new(CcProbe *probe)
{
    return make_sink(G_CALLBACK(on_sound_rendered), probe);
}
