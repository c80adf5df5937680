/* Cameras and microphones that are pulled out, fall silent, or are changed while they run: what is
 * behind them sees one stream whose time goes on, and never an end. */
#include <glib/gstdio.h>

#include "client/send/source.h"
#include "tests/support/pluggable.h"

#define PATIENCE_S 90

/* What came last; the lock guards it. */
typedef struct {
    GMutex lock;
    guint n, n_before; /* buffers; with a time before that of another one */
    guint8 first;      /* byte: of a picture its upper left pixel */
    GstClockTime time;
    gboolean ended;
} Stream;

typedef struct {
    char *folder;
    GstElement *pipeline;
    CcSource *source;
    Stream video, audio;
    guint bus_watch, n_changes;
    gboolean failed;
} Lesson;

static GstPadProbeReturn
on_stream(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    Stream *stream = user_data;
    g_mutex_lock(&stream->lock);
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
        GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        GstClockTime time = GST_BUFFER_PTS(buffer);
        stream->n_before += stream->n > 0 && time < stream->time;
        stream->time = time;
        stream->n++;
        gst_buffer_extract(buffer, 0, &stream->first, 1);
    } else if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS) {
        stream->ended = TRUE;
    }
    g_mutex_unlock(&stream->lock);
    return GST_PAD_PROBE_OK;
}

/* As a lesson's pipeline does. */
static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    Lesson *lesson = user_data;
    GstObject *origin = GST_MESSAGE_SRC(message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR &&
        gst_object_has_as_ancestor(origin, GST_OBJECT(lesson->pipeline)) &&
        !cc_source_take_error(lesson->source, origin, "pulled out"))
        lesson->failed = TRUE;
    return G_SOURCE_CONTINUE;
}

static void
on_changed(CcDeviceKind kind, gpointer user_data)
{
    ((Lesson *)user_data)->n_changes++;
}

static void
plug(Lesson *lesson, const char *device, const char *text)
{
    g_autofree char *path = g_build_filename(lesson->folder, device, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
pull(Lesson *lesson, const char *device)
{
    g_autofree char *path = g_build_filename(lesson->folder, device, NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static void
lesson_init(Lesson *lesson)
{
    *lesson = (Lesson){.folder = g_dir_make_tmp("classcast-capture-XXXXXX", NULL)};
    g_mutex_init(&lesson->video.lock);
    g_mutex_init(&lesson->audio.lock);
    g_setenv("CLASSCAST_TEST_DEVICES", lesson->folder, TRUE);
}

static void
add_end(Lesson *lesson, const char *name, Stream *stream)
{
    GstElement *end = gst_element_factory_make("fakesink", NULL);
    g_object_set(end, "async", FALSE, NULL); /* as in a lesson: something may never come */
    gst_bin_add(GST_BIN(lesson->pipeline), end);
    g_assert_true(gst_element_link_pads(lesson->source->bin, name, end, "sink"));
    g_autoptr(GstPad) pad = gst_element_get_static_pad(end, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                      on_stream, stream, NULL);
}

static void
lesson_start(Lesson *lesson, const char *camera, const char *microphone)
{
    const CcSendSettings settings = {.source = CC_SEND_CAMERA,
                                     .camera = camera,
                                     .microphone = microphone,
                                     .width = 320,
                                     .height = 240,
                                     .framerate = 25,
                                     .channels = 1};
    g_autoptr(GError) error = NULL;
    g_autoptr(GstClock) clock = gst_system_clock_obtain();
    lesson->source = cc_source_new(&settings, &error);
    g_assert_no_error(error);
    cc_source_listen(lesson->source, on_changed, lesson);
    lesson->pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    gst_pipeline_use_clock(GST_PIPELINE(lesson->pipeline), clock);
    gst_bin_add(GST_BIN(lesson->pipeline), lesson->source->bin);
    add_end(lesson, "video", &lesson->video);
    if (lesson->source->has_audio)
        add_end(lesson, "audio", &lesson->audio);
    g_autoptr(GstBus) bus = gst_element_get_bus(lesson->pipeline);
    lesson->bus_watch = gst_bus_add_watch(bus, on_message, lesson);
    gst_element_set_state(lesson->pipeline, GST_STATE_PLAYING);
}

/* Nothing has ended, and time has gone on. */
static void
assert_well(Lesson *lesson)
{
    Stream *const streams[] = {&lesson->video, &lesson->audio};
    g_assert_false(lesson->failed);
    for (guint i = 0; i < G_N_ELEMENTS(streams); i++) {
        g_mutex_lock(&streams[i]->lock);
        g_assert_false(streams[i]->ended);
        g_assert_cmpuint(streams[i]->n_before, ==, 0);
        g_mutex_unlock(&streams[i]->lock);
    }
}

static void
lesson_clear(Lesson *lesson)
{
    assert_well(lesson);
    gst_element_set_state(lesson->pipeline, GST_STATE_NULL);
    g_source_remove(lesson->bus_watch);
    gst_clear_object(&lesson->pipeline);
    g_clear_pointer(&lesson->source, cc_source_free);
    g_autoptr(GDir) dir = g_dir_open(lesson->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        pull(lesson, name);
    g_rmdir(lesson->folder);
    g_free(lesson->folder);
    g_mutex_clear(&lesson->video.lock);
    g_mutex_clear(&lesson->audio.lock);
}

static CcCapture *
capture_of(Lesson *lesson, CcDeviceKind kind)
{
    return cc_source_get_capture(lesson->source, kind);
}

#define wait_until(condition)                                                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        gint64 deadline_us = g_get_monotonic_time() + PATIENCE_S * G_USEC_PER_SEC;                 \
        while (!(condition)) {                                                                     \
            if (g_get_monotonic_time() > deadline_us)                                              \
                g_error("not within %d s: %s", PATIENCE_S, #condition);                            \
            g_main_context_iteration(NULL, FALSE);                                                 \
            g_usleep(2000);                                                                        \
        }                                                                                          \
    }                                                                                              \
    G_STMT_END

/* Long enough for a device to be looked at. */
static void
wait_for_look(void)
{
    gint64 until_us = g_get_monotonic_time() + G_USEC_PER_SEC;
    wait_until(g_get_monotonic_time() > until_us);
}

static guint
count(Stream *stream)
{
    g_mutex_lock(&stream->lock);
    guint n = stream->n;
    g_mutex_unlock(&stream->lock);
    return n;
}

static guint8
luma(Lesson *lesson)
{
    g_mutex_lock(&lesson->video.lock);
    guint8 first = lesson->video.first;
    g_mutex_unlock(&lesson->video.lock);
    return first;
}

static void
wait_for_more(Stream *stream, guint more)
{
    guint n = count(stream);
    wait_until(count(stream) >= n + more);
}

/* The classrooms see a placeholder, hear on, and then see the camera again. */
static void
test_camera_pulled(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    plug(&lesson, "microphone-one", "");
    lesson_start(&lesson, "one", "one");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    wait_until(luma(&lesson) == 200);
    for (guint i = 0; i < 2; i++) {
        g_assert_false(cc_capture_is_missing(camera));
        pull(&lesson, "camera-one");
        wait_until(cc_capture_is_missing(camera));
        wait_until(luma(&lesson) < 100);
        wait_for_more(&lesson.video, 3);
        wait_for_more(&lesson.audio, 50);
        plug(&lesson, "camera-one", "");
        wait_until(luma(&lesson) == 200);
        wait_until(!cc_capture_is_missing(camera));
        wait_for_more(&lesson.video, 10);
    }
    lesson_clear(&lesson);
}

static void
test_microphone_pulled(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    plug(&lesson, "microphone-one", "");
    lesson_start(&lesson, "one", "one");
    CcCapture *microphone = capture_of(&lesson, CC_DEVICE_MICROPHONE);
    wait_for_more(&lesson.audio, 10);
    pull(&lesson, "microphone-one");
    wait_until(cc_capture_is_missing(microphone));
    wait_for_look(); /* what was on its way has arrived */
    guint n = count(&lesson.audio);
    wait_for_more(&lesson.video, 50);
    g_assert_cmpuint(count(&lesson.audio), ==, n);
    g_assert_cmpstr(cc_capture_get_name(microphone), ==, "microphone-one");
    plug(&lesson, "microphone-one", "");
    wait_until(!cc_capture_is_missing(microphone));
    wait_for_more(&lesson.audio, 10);
    lesson_clear(&lesson);
}

/* She forgot to plug it in. */
static void
test_no_microphone_yet(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    lesson_start(&lesson, "one", "auto");
    CcCapture *microphone = capture_of(&lesson, CC_DEVICE_MICROPHONE);
    g_assert_true(cc_capture_is_missing(microphone));
    g_assert_true(lesson.source->has_audio);
    wait_for_more(&lesson.video, 10);
    plug(&lesson, "microphone-one", "");
    cc_capture_look(microphone);
    wait_until(!cc_capture_is_missing(microphone));
    wait_for_more(&lesson.audio, 10);
    lesson_clear(&lesson);
}

/* Back and forth; nobody is told that anything is missing. */
static void
test_changed(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-dark", "60");
    plug(&lesson, "camera-bright", "220");
    plug(&lesson, "microphone-one", "");
    plug(&lesson, "microphone-two", "");
    lesson_start(&lesson, "dark", "one");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    CcCapture *microphone = capture_of(&lesson, CC_DEVICE_MICROPHONE);
    wait_until(luma(&lesson) == 60);
    for (guint i = 0; i < 4; i++) {
        cc_capture_set_device(camera, i % 2 == 0 ? "bright" : "dark");
        cc_capture_set_device(microphone, i % 2 == 0 ? "two" : "one");
        wait_until(luma(&lesson) == (i % 2 == 0 ? 220 : 60));
        wait_until(g_str_equal(cc_capture_get_name(microphone),
                               i % 2 == 0 ? "microphone-two" : "microphone-one"));
        wait_for_more(&lesson.audio, 5);
        g_assert_false(cc_capture_is_missing(camera) || cc_capture_is_missing(microphone));
    }
    g_assert_cmpstr(cc_capture_get_device(camera), ==, "dark");
    lesson_clear(&lesson);
}

/* As somebody does who holds the arrow key down in the list. */
static void
test_changed_in_haste(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-dark", "60");
    plug(&lesson, "camera-bright", "220");
    lesson_start(&lesson, "dark", "none");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    for (guint i = 0; i < 60; i++) {
        cc_capture_set_device(camera, i % 2 == 0 ? "dark" : "bright");
        g_main_context_iteration(NULL, FALSE);
        g_usleep(i * 500);
    }
    wait_until(luma(&lesson) == 220 && !cc_capture_is_missing(camera));
    lesson_clear(&lesson);
}

/* Who chooses what does not open keeps what she has. */
static void
test_chosen_in_vain(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    lesson_start(&lesson, "one", "none");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    wait_for_more(&lesson.video, 10);
    wait_for_look(); /* so that there is something to keep */
    guint n_changes = lesson.n_changes;
    cc_capture_set_device(camera, "nowhere");
    wait_until(lesson.n_changes >= n_changes + 2); /* it was wanted, and then not */
    g_assert_cmpstr(cc_capture_get_device(camera), ==, "one");
    g_assert_false(cc_capture_is_missing(camera));
    wait_for_more(&lesson.video, 10);
    lesson_clear(&lesson);
}

/* No error, no pictures: a hub without power. */
static void
test_falls_silent(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    lesson_start(&lesson, "one", "none");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    wait_until(luma(&lesson) == 200);
    plug(&lesson, "camera-one", "silent");
    wait_until(cc_capture_is_missing(camera) && luma(&lesson) < 100);
    plug(&lesson, "camera-one", "");
    wait_until(luma(&lesson) == 200 && !cc_capture_is_missing(camera));
    lesson_clear(&lesson);
}

/* One that opens and fails each time is tried less and less often. */
static void
test_broken(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    lesson_start(&lesson, "one", "none");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    wait_until(luma(&lesson) == 200);
    plug(&lesson, "camera-one", "broken");
    wait_until(cc_capture_is_missing(camera));
    guint n_changes = lesson.n_changes;
    gint64 until_us = g_get_monotonic_time() + 6 * G_USEC_PER_SEC;
    wait_until(g_get_monotonic_time() > until_us);
    g_assert_true(cc_capture_is_missing(camera));
    g_assert_cmpuint(lesson.n_changes - n_changes, <=, 6);
    g_assert_cmpuint(luma(&lesson), <, 100);
    lesson_clear(&lesson);
}

/* Any camera will do until the one that was lost is back. */
static void
test_stands_in(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-a", "220");
    plug(&lesson, "camera-b", "60");
    lesson_start(&lesson, "auto", "none");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    wait_until(luma(&lesson) == 220);
    wait_for_look(); /* it is known to work */
    pull(&lesson, "camera-a");
    wait_until(luma(&lesson) == 60 && !cc_capture_is_missing(camera));
    g_assert_cmpstr(cc_capture_get_name(camera), ==, "camera-b");
    cc_capture_look(camera); /* something else was plugged in */
    wait_for_more(&lesson.video, 25);
    g_assert_cmpuint(luma(&lesson), ==, 60);
    plug(&lesson, "camera-a", "220");
    cc_capture_look(camera);
    wait_until(luma(&lesson) == 220);
    g_assert_cmpstr(cc_capture_get_device(camera), ==, "auto");
    lesson_clear(&lesson);
}

/* A classroom's camera, of which nobody wants pictures. */
static void
test_off(void)
{
    Lesson lesson;
    lesson_init(&lesson);
    plug(&lesson, "camera-one", "");
    lesson_start(&lesson, "one", "none");
    CcCapture *camera = capture_of(&lesson, CC_DEVICE_CAMERA);
    wait_until(luma(&lesson) == 200);
    cc_capture_run(camera, FALSE);
    pull(&lesson, "camera-one");
    cc_capture_run(camera, TRUE);
    wait_until(cc_capture_is_missing(camera) && luma(&lesson) < 100);
    cc_capture_run(camera, FALSE);
    wait_for_look();
    guint n = count(&lesson.video);
    plug(&lesson, "camera-one", "");
    wait_until(!cc_capture_is_missing(camera)); /* it could be opened, and stands still */
    g_assert_cmpuint(count(&lesson.video), <=, n + 1);
    cc_capture_run(camera, TRUE);
    wait_until(luma(&lesson) == 200);
    cc_capture_run(camera, FALSE);
    lesson_clear(&lesson);
}

static gboolean
is_listed(const char *id)
{
    g_autoptr(GPtrArray) devices = cc_devices_list(CC_DEVICE_CAMERA);
    for (guint i = 0; i < devices->len; i++)
        if (g_str_equal(((CcDevice *)devices->pdata[i])->id, id))
            return TRUE;
    return FALSE;
}

/* While a thread opens it, which may still be about it in the next lesson, with that one's devices.
 */
static void
test_ends_while_opening(void)
{
    Lesson lesson;
    for (guint i = 0; i < 10; i++) {
        lesson_init(&lesson);
        plug(&lesson, "camera-one", "");
        wait_until(is_listed("one"));
        lesson_start(&lesson, "one", "none");
        cc_capture_set_device(capture_of(&lesson, CC_DEVICE_CAMERA), "one");
        lesson_clear(&lesson);
    }
    gint64 until_us = g_get_monotonic_time() + G_USEC_PER_SEC / 2;
    wait_until(g_get_monotonic_time() > until_us); /* what was opened is closed */
}

int
main(int argc, char **argv)
{
    gst_init(NULL, NULL);
    g_test_init(&argc, &argv, NULL);
    g_assert_true(cc_pluggable_register(NULL));
    g_test_add_func("/capture/camera-pulled", test_camera_pulled);
    g_test_add_func("/capture/microphone-pulled", test_microphone_pulled);
    g_test_add_func("/capture/no-microphone-yet", test_no_microphone_yet);
    g_test_add_func("/capture/changed", test_changed);
    g_test_add_func("/capture/changed-in-haste", test_changed_in_haste);
    g_test_add_func("/capture/chosen-in-vain", test_chosen_in_vain);
    g_test_add_func("/capture/falls-silent", test_falls_silent);
    g_test_add_func("/capture/broken", test_broken);
    g_test_add_func("/capture/stands-in", test_stands_in);
    g_test_add_func("/capture/off", test_off);
    g_test_add_func("/capture/ends-while-opening", test_ends_while_opening);
    return g_test_run();
}
