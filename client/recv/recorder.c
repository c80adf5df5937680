/*   appsrc audio ─┐
 *                 ├→ matroskamux → filesink        one such pipeline for each part
 *   appsrc video ─┘                                                                   */
#define CC_LOG_AREA "recv"
#include "client/recv/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/app/app.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/log.h"

#define DECIDE_AFTER ((GstClockTimeDiff)(2 * GST_SECOND)) /* wait so long for a second stream */
#define ABSENT_AFTER (5 * GST_SECOND) /* a stream that stays away so long ends the part */
#define MAX_PENDING 1000              /* frames kept while waiting */
#define END_TIMEOUT (3 * GST_SECOND)

typedef struct {
    GstElement *src; /* owned; NULL: not in this part */
    GstCaps *caps;
    GstClockTime last; /* running time of the newest frame */
} Track;

typedef struct {
    CcMediaKind kind;
    GstSample *sample;
} Pending;

struct CcRecorder {
    char *path;
    guint part; /* number of the newest; 0: none yet */
    GMutex lock;
    GstElement *pipeline; /* NULL between parts */
    Track tracks[2];
    GstClockTime start; /* running time that is 0 in the file */
    GQueue pending;     /* Pending *: before it is known which streams there are */
    gboolean failed;    /* the disk is full, or gone: nothing more is taken */
};

static GstClockTime
sample_time(GstSample *sample)
{
    return GST_BUFFER_PTS(gst_sample_get_buffer(sample));
}

static char *
part_path(const CcRecorder *recorder, guint part)
{
    if (part == 1)
        return g_strdup(recorder->path);
    const char *dot = strrchr(recorder->path, '.');
    const char *slash = strrchr(recorder->path, '/');
    if (dot == NULL || (slash != NULL && dot < slash))
        return g_strdup_printf("%s-%u", recorder->path, part);
    return g_strdup_printf("%.*s-%u%s", (int)(dot - recorder->path), recorder->path, part, dot);
}

/* The first number that is not taken yet. */
static char *
next_path(CcRecorder *recorder)
{
    for (;;) {
        char *path = part_path(recorder, ++recorder->part);
        if (!g_file_test(path, G_FILE_TEST_EXISTS))
            return path;
        g_free(path);
    }
}

static void
pending_free(gpointer data)
{
    Pending *pending = data;
    gst_sample_unref(pending->sample);
    g_free(pending);
}

static GstElement *
make_track(CcRecorder *recorder, Track *track, GstElement *mux, const char *pad)
{
    track->src = gst_object_ref(gst_element_factory_make("appsrc", NULL));
    g_object_set(track->src, "format", GST_FORMAT_TIME, "is-live", FALSE, "caps", track->caps,
                 "max-bytes", (guint64)64 * 1024 * 1024, NULL);
    gst_bin_add(GST_BIN(recorder->pipeline), track->src);
    gst_element_link_pads(track->src, "src", mux, pad);
    return track->src;
}

static void
write_frame(CcRecorder *recorder, CcMediaKind kind, GstSample *sample)
{
    Track *track = &recorder->tracks[kind];
    GstClockTime time = sample_time(sample);
    if (track->src == NULL || time < recorder->start)
        return;
    /* Matroska wants each stream's times to ascend. */
    if (track->last != GST_CLOCK_TIME_NONE && time < track->last)
        time = track->last;
    track->last = time;
    GstBuffer *buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
    GST_BUFFER_PTS(buffer) = time - recorder->start;
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    gst_app_src_push_buffer(GST_APP_SRC(track->src), buffer);
}

static void
begin_part(CcRecorder *recorder, GstClockTime start)
{
    g_autofree char *path = next_path(recorder);
    recorder->start = start;
    recorder->pipeline = gst_pipeline_new("record");
    GstElement *mux = gst_element_factory_make("matroskamux", NULL);
    GstElement *sink = gst_element_factory_make("filesink", NULL);
    /* Short clusters, each written at once: a killed process loses less than a second. */
    g_object_set(mux, "min-cluster-duration", (gint64)500 * GST_MSECOND, "max-cluster-duration",
                 (gint64)1 * GST_SECOND, "writing-app", "classcast", NULL);
    g_object_set(sink, "location", path, "sync", FALSE, "async", FALSE, NULL);
    gst_util_set_object_arg(G_OBJECT(sink), "buffer-mode", "unbuffered");
    gst_bin_add_many(GST_BIN(recorder->pipeline), mux, sink, NULL);
    gst_element_link(mux, sink);
    if (recorder->tracks[CC_MEDIA_VIDEO].caps != NULL)
        make_track(recorder, &recorder->tracks[CC_MEDIA_VIDEO], mux, "video_%u");
    if (recorder->tracks[CC_MEDIA_AUDIO].caps != NULL)
        make_track(recorder, &recorder->tracks[CC_MEDIA_AUDIO], mux, "audio_%u");
    gst_element_set_state(recorder->pipeline, GST_STATE_PLAYING);
    cc_info("recording to %s", path);
    Pending *pending;
    while ((pending = g_queue_pop_head(&recorder->pending)) != NULL) {
        write_frame(recorder, pending->kind, pending->sample);
        pending_free(pending);
    }
}

/* Duration and index, which a file that cannot be written any more does without. */
static void
finish_file(CcRecorder *recorder)
{
    for (guint i = 0; i < G_N_ELEMENTS(recorder->tracks); i++)
        if (recorder->tracks[i].src != NULL)
            gst_app_src_end_of_stream(GST_APP_SRC(recorder->tracks[i].src));
    g_autoptr(GstBus) bus = gst_element_get_bus(recorder->pipeline);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, END_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    if (message == NULL || GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR)
        cc_warning("the recording could not be finished properly; it plays all the same");
}

static void
end_part(CcRecorder *recorder)
{
    if (recorder->pipeline != NULL) {
        if (!recorder->failed)
            finish_file(recorder);
        gst_element_set_state(recorder->pipeline, GST_STATE_NULL);
        gst_clear_object(&recorder->pipeline);
    }
    for (guint i = 0; i < G_N_ELEMENTS(recorder->tracks); i++) {
        gst_clear_object(&recorder->tracks[i].src);
        gst_clear_caps(&recorder->tracks[i].caps);
        recorder->tracks[i].last = GST_CLOCK_TIME_NONE;
    }
    g_queue_clear_full(&recorder->pending, pending_free);
}

/* A part with both streams begins at the picture's keyframe; sound from before that is left out. */
static void
consider_beginning(CcRecorder *recorder)
{
    const Pending *first = g_queue_peek_head(&recorder->pending);
    const Pending *newest = g_queue_peek_tail(&recorder->pending);
    /* The first times may be a little off, and those of the next earlier. */
    GstClockTimeDiff waited =
        GST_CLOCK_DIFF(sample_time(first->sample), sample_time(newest->sample));
    gboolean both = recorder->tracks[CC_MEDIA_AUDIO].caps != NULL &&
                    recorder->tracks[CC_MEDIA_VIDEO].caps != NULL;
    if (!both && waited < DECIDE_AFTER && recorder->pending.length < MAX_PENDING)
        return;
    GstClockTime start = sample_time(first->sample);
    for (GList *item = recorder->pending.head; item != NULL; item = item->next) {
        const Pending *pending = item->data;
        if (pending->kind == CC_MEDIA_VIDEO) {
            start = sample_time(pending->sample);
            break;
        }
    }
    begin_part(recorder, start);
}

static gboolean
is_keyframe(GstSample *sample)
{
    return !GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT);
}

static void
keep_pending(CcRecorder *recorder, CcMediaKind kind, GstSample *sample)
{
    Track *track = &recorder->tracks[kind];
    if (kind == CC_MEDIA_VIDEO && track->caps == NULL && !is_keyframe(sample))
        return;
    if (track->caps == NULL)
        track->caps = gst_caps_ref(gst_sample_get_caps(sample));
    Pending *pending = g_new(Pending, 1);
    *pending = (Pending){kind, gst_sample_ref(sample)};
    g_queue_push_tail(&recorder->pending, pending);
    consider_beginning(recorder);
}

/* Another size is no other stream: the frames say it themselves (H.264: with its parameters before
 * each keyframe), and layers of simulcast change it often. */
static gboolean
is_same_stream(const GstCaps *one, const GstCaps *other)
{
    g_autoptr(GstCaps) plain_one = gst_caps_copy(one), plain_other = gst_caps_copy(other);
    GstCaps *both[] = {plain_one, plain_other};
    for (guint i = 0; i < G_N_ELEMENTS(both); i++)
        gst_structure_remove_fields(gst_caps_get_structure(both[i], 0), "width", "height",
                                    "codec_data", "profile", "level", "framerate",
                                    "coded-picture-structure", "chroma-format", "bit-depth-luma",
                                    "bit-depth-chroma", "pixel-aspect-ratio", "parsed", NULL);
    return gst_caps_is_equal(plain_one, plain_other);
}

/* What Matroska cannot take into the part that is being written. */
static gboolean
needs_new_part(const CcRecorder *recorder, CcMediaKind kind, GstSample *sample)
{
    const Track *track = &recorder->tracks[kind];
    const Track *other =
        &recorder->tracks[kind == CC_MEDIA_AUDIO ? CC_MEDIA_VIDEO : CC_MEDIA_AUDIO];
    GstClockTime time = sample_time(sample);
    if (track->src == NULL || !is_same_stream(track->caps, gst_sample_get_caps(sample)))
        return kind == CC_MEDIA_AUDIO || is_keyframe(sample);
    return other->src != NULL && other->last != GST_CLOCK_TIME_NONE &&
           track->last != GST_CLOCK_TIME_NONE && time > other->last + ABSENT_AFTER &&
           track->last > other->last + ABSENT_AFTER / 2;
}

/* Otherwise frames for a file that takes no more would pile up in memory. */
static void
look_for_failure(CcRecorder *recorder)
{
    if (recorder->pipeline == NULL)
        return;
    g_autoptr(GstBus) bus = gst_element_get_bus(recorder->pipeline);
    g_autoptr(GstMessage) message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    if (message == NULL)
        return;
    g_autoptr(GError) error = NULL;
    gst_message_parse_error(message, &error, NULL);
    cc_error("the recording has ended: %s What is written so far plays.", error->message);
    recorder->failed = TRUE;
    end_part(recorder);
}

static void
take(CcRecorder *recorder, CcMediaKind kind, GstSample *sample)
{
    if (recorder->pipeline != NULL && needs_new_part(recorder, kind, sample))
        end_part(recorder);
    if (recorder->pipeline != NULL)
        write_frame(recorder, kind, sample);
    else
        keep_pending(recorder, kind, sample);
}

void
cc_recorder_push(CcRecorder *recorder, CcMediaKind kind, GstSample *sample)
{
    g_return_if_fail(kind == CC_MEDIA_AUDIO || kind == CC_MEDIA_VIDEO);
    if (gst_sample_get_caps(sample) == NULL || !GST_CLOCK_TIME_IS_VALID(sample_time(sample)))
        return;
    g_mutex_lock(&recorder->lock);
    look_for_failure(recorder);
    if (!recorder->failed)
        take(recorder, kind, sample);
    g_mutex_unlock(&recorder->lock);
}

gboolean
cc_recorder_has_failed(CcRecorder *recorder)
{
    g_mutex_lock(&recorder->lock);
    gboolean failed = recorder->failed;
    g_mutex_unlock(&recorder->lock);
    return failed;
}

/* Tells of an unwritable place at the start rather than in the middle of the lesson. */
static gboolean
check_writable(const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, CC_ERROR, CC_ERROR_FAILED,
                    "cannot record to %s: it is a folder; name a file in it, such as lesson.mkv",
                    path);
        return FALSE;
    }
    if (access(folder, W_OK | X_OK) == 0)
        return TRUE;
    g_set_error(error, CC_ERROR, CC_ERROR_FAILED, "cannot write to %s: %s", folder,
                g_strerror(errno));
    return FALSE;
}

CcRecorder *
cc_recorder_new(const char *path, GError **error)
{
    if (!check_writable(path, error))
        return NULL;
    CcRecorder *recorder = g_new0(CcRecorder, 1);
    recorder->path = g_strdup(path);
    g_mutex_init(&recorder->lock);
    g_queue_init(&recorder->pending);
    for (guint i = 0; i < G_N_ELEMENTS(recorder->tracks); i++)
        recorder->tracks[i].last = GST_CLOCK_TIME_NONE;
    return recorder;
}

void
cc_recorder_free(CcRecorder *recorder)
{
    if (recorder == NULL)
        return;
    end_part(recorder);
    g_mutex_clear(&recorder->lock);
    g_free(recorder->path);
    g_free(recorder);
}
