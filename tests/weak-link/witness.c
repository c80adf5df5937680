/* Writes down what `classcast send` takes from its source and what `classcast recv --headless`
 * shows and plays, at the moment when it does; the programs themselves know nothing of it. A
 * GStreamer tracer: GST_TRACERS=lessonwitness, GST_PLUGIN_PATH to where this is,
 * WEAK_LINK_WITNESS=PREFIX. Of a program that does both, what it shows and plays goes to
 * WEAK_LINK_WITNESS_SHOWN. WEAK_LINK_KEEP_MS: between pictures of which the pixels are kept.
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

#define KEEP_PICTURE_MS 500
#define RATE 48000
#define LOUDSPEAKER_BUFFER_US 80000 /* as recv asks of a real one */

typedef struct {
    GMutex lock; /* guards what follows: each sink has a thread */
    FILE *events, *pictures, *sound, *opus;
    gint64 pictures_bytes, sound_samples, opus_bytes;
    gint64 kept_us, keep_each_us;
} Record;

typedef struct {
    GstTracer parent;
    Record records[2];
    Record *taken, *shown; /* one and the same, unless there is a prefix for each */
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
keep_picture(Record *record, const GstVideoFrame *frame, gint64 now_us)
{
    if (record->pictures == NULL || GST_VIDEO_FRAME_FORMAT(frame) != GST_VIDEO_FORMAT_I420 ||
        now_us < record->kept_us + record->keep_each_us)
        return -1;
    for (guint plane = 0; plane < 3; plane++)
        write_plane(record->pictures, frame, plane);
    gint64 position = record->pictures_bytes;
    record->pictures_bytes = ftell(record->pictures);
    record->kept_us = now_us;
    return position;
}

static void
see_picture(Record *record, GstBuffer *buffer, GstCaps *caps, gint64 now_us)
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
    g_mutex_lock(&record->lock);
    gint64 position = keep_picture(record, &frame, now_us);
    fprintf(record->events, "picture %" G_GINT64_FORMAT " %d %u %u %" G_GINT64_FORMAT "\n", now_us,
            number, width, height, position);
    fflush(record->events);
    g_mutex_unlock(&record->lock);
    gst_video_frame_unmap(&frame);
}

static void
hear_sound(Record *record, GstBuffer *buffer, GstCaps *caps, gint64 now_us)
{
    GstAudioInfo info;
    GstMapInfo map;
    if (!gst_audio_info_from_caps(&info, caps) ||
        GST_AUDIO_INFO_FORMAT(&info) != GST_AUDIO_FORMAT_S16 || info.rate != RATE ||
        !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return;
    const gint16 *samples = (const gint16 *)map.data;
    gsize n = map.size / (gsize)info.bpf;
    g_mutex_lock(&record->lock);
    for (gsize i = 0; i < n; i++)
        fwrite(samples + i * (gsize)info.channels, sizeof *samples, 1, record->sound);
    fprintf(record->events, "sound %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT "\n",
            now_us, record->sound_samples, n);
    record->sound_samples += (gint64)n;
    g_mutex_unlock(&record->lock);
    gst_buffer_unmap(buffer, &map);
}

static void
observe(Record *record, GstPad *pad, GstBuffer *buffer, gint64 sound_us)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    if (caps == NULL)
        return;
    const char *type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
    if (g_str_equal(type, "video/x-raw"))
        see_picture(record, buffer, caps, g_get_monotonic_time());
    else if (g_str_equal(type, "audio/x-raw"))
        hear_sound(record, buffer, caps, sound_us);
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
    if (!gst_base_sink_get_sync(GST_BASE_SINK(sink))) /* an echo canceller's ear */
        return;
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
    Record *record = user_data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    g_autoptr(GstElement) encoder = gst_pad_get_parent_element(pad);
    GstMapInfo map;
    if (encoder == NULL || !GST_BUFFER_PTS_IS_VALID(buffer) ||
        GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) ||
        !gst_buffer_map(buffer, &map, GST_MAP_READ))
        return GST_PAD_PROBE_OK;
    guint64 taken = gst_element_get_base_time(encoder) + GST_BUFFER_PTS(buffer);
    g_mutex_lock(&record->lock);
    fwrite(map.data, 1, map.size, record->opus);
    fprintf(record->events,
            "voice %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT "\n",
            taken / GST_USECOND, record->opus_bytes, map.size);
    record->opus_bytes += (gint64)map.size;
    g_mutex_unlock(&record->lock);
    gst_buffer_unmap(buffer, &map);
    return GST_PAD_PROBE_OK;
}

static void
watch_pad(GstElement *element, GstPadProbeCallback callback, Record *record)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, record, NULL);
}

/* Sinks that keep time and show nothing are the classroom's; what paces a file is the teacher's. */
static void
on_element_new(GObject *self, GstClockTime time, GstElement *element)
{
    LessonWitness *witness = (LessonWitness *)self;
    GstElementFactory *factory = gst_element_get_factory(element);
    if (witness->taken->events == NULL || factory == NULL)
        return;
    if (g_str_equal(GST_OBJECT_NAME(factory), "fakesink")) {
        g_object_set(element, "signal-handoffs", TRUE, NULL);
        g_signal_connect(element, "handoff", G_CALLBACK(on_rendered), witness->shown);
    } else if (g_str_equal(GST_OBJECT_NAME(factory), "clocksync")) {
        watch_pad(element, on_captured, witness->taken);
    } else if (g_str_equal(GST_OBJECT_NAME(factory), "opusenc")) {
        watch_pad(element, on_encoded, witness->taken);
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
open_record(Record *record, const char *prefix)
{
    const char *keep_ms = g_getenv("WEAK_LINK_KEEP_MS");
    record->keep_each_us =
        (keep_ms != NULL ? g_ascii_strtoll(keep_ms, NULL, 10) : KEEP_PICTURE_MS) * 1000;
    record->pictures = open_file(prefix, ".pictures");
    record->sound = open_file(prefix, ".sound");
    record->opus = open_file(prefix, ".opus");
    if (record->pictures != NULL && record->sound != NULL && record->opus != NULL)
        record->events = open_file(prefix, ".events");
}

static void
close_record(Record *record)
{
    g_clear_pointer(&record->events, fclose);
    g_clear_pointer(&record->pictures, fclose);
    g_clear_pointer(&record->sound, fclose);
    g_clear_pointer(&record->opus, fclose);
    g_mutex_clear(&record->lock);
}

static void
lesson_witness_init(LessonWitness *witness)
{
    const char *prefix = g_getenv("WEAK_LINK_WITNESS"),
               *shown = g_getenv("WEAK_LINK_WITNESS_SHOWN");
    for (guint i = 0; i < G_N_ELEMENTS(witness->records); i++)
        g_mutex_init(&witness->records[i].lock);
    witness->taken = &witness->records[0];
    witness->shown = &witness->records[shown != NULL ? 1 : 0];
    if (prefix == NULL)
        return;
    open_record(witness->taken, prefix);
    if (shown != NULL)
        open_record(witness->shown, shown);
    gst_tracing_register_hook(GST_TRACER(witness), "element-new", G_CALLBACK(on_element_new));
}

static void
lesson_witness_finalize(GObject *object)
{
    LessonWitness *witness = (LessonWitness *)object;
    for (guint i = 0; i < G_N_ELEMENTS(witness->records); i++)
        close_record(&witness->records[i]);
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
