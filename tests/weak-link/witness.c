/* Writes down what `classcast send` takes from its source and what `classcast recv --headless`
 * shows and plays, at the moment when it does; the programs themselves know nothing of it. A
 * GStreamer tracer: GST_TRACERS=lessonwitness, GST_PLUGIN_PATH to where this is,
 * WEAK_LINK_WITNESS=PREFIX.
 *
 * PREFIX.events has a line for each:
 *   picture TIME NUMBER WIDTH HEIGHT POSITION    NUMBER is the frame's own (-1: not legible);
 * POSITION is where its pixels (I420) are in PREFIX.pictures, or -1 sound TIME POSITION SAMPLES at
 * sample POSITION of PREFIX.sound (S16, mono, 48 kHz) TIME is CLOCK_MONOTONIC in microseconds. Of
 * the pixels only some are kept: it must not cost the programs under test their processor. */
#define GST_USE_UNSTABLE_API
#define PACKAGE "classcast"

#include <gst/audio/audio.h>
#include <gst/base/gstbasesink.h>
#include <gst/gst.h>
#include <gst/gsttracer.h>
#include <gst/video/video.h>
#include <stdio.h>

#include "tests/weak-link/frame-code.h"

#define KEEP_PICTURE_US 500000
#define RATE 48000
#define LOUDSPEAKER_BUFFER_US 80000 /* as recv asks of a real one */

typedef struct {
    GstTracer parent;
    GMutex lock; /* guards what follows: each sink has a thread */
    FILE *events, *pictures, *sound, *opus;
    gint64 pictures_bytes, sound_samples, opus_bytes;
    gint64 kept_us;
} LessonWitness;

typedef struct {
    GstTracerClass parent;
} LessonWitnessClass;

GType lesson_witness_get_type(void);
G_DEFINE_TYPE(LessonWitness, lesson_witness, GST_TYPE_TRACER)

static void
write_plane(FILE *file, const GstVideoFrame *frame, guint plane)
{
    const guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
    gsize stride = (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
    gsize width = (gsize)GST_VIDEO_FRAME_COMP_WIDTH(frame, plane);
    for (gint row = 0; row < GST_VIDEO_FRAME_COMP_HEIGHT(frame, plane); row++)
        fwrite(data + (gsize)row * stride, 1, width, file);
}

/* Returns where it was written, -1 if it was not. */
static gint64
keep_picture(LessonWitness *witness, const GstVideoFrame *frame, gint64 now_us)
{
    if (witness->pictures == NULL || GST_VIDEO_FRAME_FORMAT(frame) != GST_VIDEO_FORMAT_I420 ||
        now_us < witness->kept_us + KEEP_PICTURE_US)
        return -1;
    for (guint plane = 0; plane < 3; plane++)
        write_plane(witness->pictures, frame, plane);
    gint64 position = witness->pictures_bytes;
    witness->pictures_bytes = ftell(witness->pictures);
    witness->kept_us = now_us;
    return position;
}

static void
see_picture(LessonWitness *witness, GstBuffer *buffer, GstCaps *caps, gint64 now_us)
{
    GstVideoInfo info;
    GstVideoFrame frame;
    if (!gst_video_info_from_caps(&info, caps) ||
        !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
        return;
    guint width = (guint)GST_VIDEO_FRAME_WIDTH(&frame);
    guint height = (guint)GST_VIDEO_FRAME_HEIGHT(&frame);
    int number =
        GST_VIDEO_INFO_COMP_DEPTH(&info, 0) == 8
            ? frame_code_read(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                              (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0), width, height)
            : -1;
    g_mutex_lock(&witness->lock);
    gint64 position = keep_picture(witness, &frame, now_us);
    fprintf(witness->events, "picture %" G_GINT64_FORMAT " %d %u %u %" G_GINT64_FORMAT "\n", now_us,
            number, width, height, position);
    fflush(witness->events);
    g_mutex_unlock(&witness->lock);
    gst_video_frame_unmap(&frame);
}

static void
hear_sound(LessonWitness *witness, GstBuffer *buffer, GstCaps *caps, gint64 now_us)
{
    GstAudioInfo info;
    GstMapInfo map;
    if (!gst_audio_info_from_caps(&info, caps) ||
        GST_AUDIO_INFO_FORMAT(&info) != GST_AUDIO_FORMAT_S16 || info.rate != RATE ||
        !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    const gint16 *samples = (const gint16 *)map.data;
    gsize n = map.size / (gsize)info.bpf;
    g_mutex_lock(&witness->lock);
    for (gsize i = 0; i < n; i++)
        fwrite(samples + i * (gsize)info.channels, sizeof *samples, 1, witness->sound);
    fprintf(witness->events,
            "sound %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT "\n", now_us,
            witness->sound_samples, n);
    witness->sound_samples += (gint64)n;
    g_mutex_unlock(&witness->lock);
    gst_buffer_unmap(buffer, &map);
}

static void
observe(LessonWitness *witness, GstPad *pad, GstBuffer *buffer, gint64 sound_us)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    if (caps == NULL)
        return;
    const char *type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    if (g_str_equal(type, "video/x-raw"))
        see_picture(witness, buffer, caps, g_get_monotonic_time());
    else if (g_str_equal(type, "audio/x-raw"))
        hear_sound(witness, buffer, caps, sound_us);
}

/* When a loudspeaker would play it: at its time, for that is what its buffer is for, unless it
 * comes too late for that. */
static gint64
playing_time(GstBaseSink *sink, GstBuffer *buffer)
{
    gint64 now_us = g_get_monotonic_time();
    guint64 time =
        gst_segment_to_running_time(&sink->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return now_us;
    guint64 due =
        gst_element_get_base_time(GST_ELEMENT(sink)) + time + gst_base_sink_get_latency(sink);
    gint64 due_us = (gint64)(due / GST_USECOND);
    return ABS(now_us - due_us) < LOUDSPEAKER_BUFFER_US ? due_us : now_us;
}

static void
on_rendered(GstElement *sink, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
    observe(user_data, pad, buffer, playing_time(GST_BASE_SINK(sink), buffer));
}

static GstPadProbeReturn
on_captured(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    observe(user_data, pad, GST_PAD_PROBE_INFO_BUFFER(info), g_get_monotonic_time());
    return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_encoded(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    LessonWitness *witness = user_data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    g_autoptr(GstElement) encoder = gst_pad_get_parent_element(pad);
    GstMapInfo map;
    if (encoder == NULL || !GST_BUFFER_PTS_IS_VALID(buffer) ||
        GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) ||
        !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    guint64 taken = gst_element_get_base_time(encoder) + GST_BUFFER_PTS(buffer);
    g_mutex_lock(&witness->lock);
    fwrite(map.data, 1, map.size, witness->opus);
    fprintf(witness->events,
            "voice %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT "\n",
            taken / GST_USECOND, witness->opus_bytes, map.size);
    witness->opus_bytes += (gint64)map.size;
    g_mutex_unlock(&witness->lock);
    gst_buffer_unmap(buffer, &map);
    return GST_PAD_PROBE_OK;
}

static void
watch_pad(GstElement *element, GstPadProbeCallback callback, LessonWitness *witness)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, witness, NULL);
}

/* Sinks that keep time and show nothing are the classroom's; what paces a file is the teacher's. */
static void
on_element_new(GObject *self, GstClockTime time, GstElement *element)
{
    LessonWitness *witness = (LessonWitness *)self;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (witness->events == NULL || factory == NULL)
        return;
    if (g_str_equal(GST_OBJECT_NAME(factory), "fakesink")) {
        g_object_set(element, "signal-handoffs", TRUE, NULL);
        g_signal_connect(element, "handoff", G_CALLBACK(on_rendered), witness);
    } else if (g_str_equal(GST_OBJECT_NAME(factory), "clocksync")) {
        watch_pad(element, on_captured, witness);
    } else if (g_str_equal(GST_OBJECT_NAME(factory), "opusenc")) {
        watch_pad(element, on_encoded, witness);
    }
}

static FILE *
open_file(const char *prefix, const char *suffix)
{
    g_autofree char *path = g_strconcat(prefix, suffix, NULL);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        g_printerr("lessonwitness: cannot write %s\n", path);
    return file;
}

static void
lesson_witness_init(LessonWitness *witness)
{
    const char *prefix = g_getenv("WEAK_LINK_WITNESS");
    g_mutex_init(&witness->lock);
    if (prefix == NULL)
        return;
    witness->pictures = open_file(prefix, ".pictures");
    witness->sound = open_file(prefix, ".sound");
    witness->opus = open_file(prefix, ".opus");
    if (witness->pictures != NULL && witness->sound != NULL && witness->opus != NULL)
        witness->events = open_file(prefix, ".events");
    gst_tracing_register_hook(GST_TRACER(witness), "element-new", G_CALLBACK(on_element_new));
}

static void
lesson_witness_finalize(GObject *object)
{
    LessonWitness *witness = (LessonWitness *)object;
    g_clear_pointer(&witness->events, fclose);
    g_clear_pointer(&witness->pictures, fclose);
    g_clear_pointer(&witness->sound, fclose);
    g_clear_pointer(&witness->opus, fclose);
    g_mutex_clear(&witness->lock);
    G_OBJECT_CLASS(lesson_witness_parent_class)->finalize(object);
}

static void
lesson_witness_class_init(LessonWitnessClass *class)
{
    G_OBJECT_CLASS(class)->finalize = lesson_witness_finalize;
}

static gboolean
plugin_init(GstPlugin *plugin)
{
    return gst_tracer_register(plugin, "lessonwitness", lesson_witness_get_type());
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, lessonwitness, "What a lesson looks like",
                  plugin_init, "1.0", "MIT/X11", "classcast", "https://example.org/")
