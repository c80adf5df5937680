#include "client/recv/recorder.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define FRAME (GST_SECOND / 25)
#define FRAME_BYTES 4096
#define LIMIT_BYTES (256 * 1024)
#define WATCHDOG_US (20 * G_USEC_PER_SEC)

static void
push(CcRecorder *recorder, CcMediaKind kind, const char *format, GstClockTime time)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(format);
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, FRAME_BYTES, NULL);
    gst_buffer_memset(buffer, 0, 0, FRAME_BYTES);
    GST_BUFFER_PTS(buffer) = time;
    g_autoptr(GstSample) sample = gst_sample_new(buffer, caps, NULL, NULL);
    cc_recorder_push(recorder, kind, sample);
}

static void
push_frame(CcRecorder *recorder, guint number)
{
    push(recorder, CC_MEDIA_VIDEO, "video/x-vp8,width=64,height=64,framerate=25/1", number * FRAME);
}

static void
push_sound(CcRecorder *recorder, GstClockTime time)
{
    push(recorder, CC_MEDIA_AUDIO, "audio/x-opus,channel-mapping-family=0,channels=1,rate=48000",
         time);
}

/* It would end up beside the folder, under a name that nobody looks for. */
static void
test_folder(void)
{
    g_autofree char *folder = g_dir_make_tmp("recorder-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    CcRecorder *recorder = cc_recorder_new(folder, &error);
    g_assert_null(recorder);
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "it is a folder"));
    g_rmdir(folder);
}

/* Sound is there first, and its first time turns out to be a little late: that is no reason not to
 * wait for the picture. */
static void
test_waits_for_the_picture(void)
{
    g_autofree char *folder = g_dir_make_tmp("recorder-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "lesson.mkv", NULL);
    g_autoptr(GError) error = NULL;
    CcRecorder *recorder = cc_recorder_new(path, &error);
    g_assert_no_error(error);
    push_sound(recorder, 500 * GST_MSECOND);
    push_sound(recorder, 480 * GST_MSECOND);
    for (guint i = 0; i < 50; i++)
        push_sound(recorder, (500 + i * 20) * GST_MSECOND);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    for (guint i = 38; i < 60; i++)
        push_frame(recorder, i);
    cc_recorder_free(recorder);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* it was the only part */
}

/* A file size limit stands in for a full disk. */
static void
test_full_disk(void)
{
    g_autofree char *folder = g_dir_make_tmp("recorder-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "lesson.mkv", NULL);
    g_autoptr(GError) error = NULL;
    struct rlimit usual, small;
    getrlimit(RLIMIT_FSIZE, &usual);
    small = (struct rlimit){LIMIT_BYTES, usual.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    CcRecorder *recorder = cc_recorder_new(path, &error);
    g_assert_no_error(error);

    setrlimit(RLIMIT_FSIZE, &small);
    gint64 end_us = g_get_monotonic_time() + WATCHDOG_US;
    for (guint i = 0; !cc_recorder_has_failed(recorder); i++) {
        push_frame(recorder, i);
        g_assert_cmpint(g_get_monotonic_time(), <, end_us);
        g_usleep(1000); /* the file is written in another thread */
    }
    setrlimit(RLIMIT_FSIZE, &usual);

    GStatBuf status;
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    gint64 size = status.st_size;
    g_assert_cmpint(size, >, 0);
    for (guint i = 0; i < 200; i++)
        push_frame(recorder, 100000 + i);
    cc_recorder_free(recorder);
    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpint(status.st_size, ==, size);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0); /* no further part was begun */
}

int
main(int argc, char **argv)
{
    gst_init(NULL, NULL);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/recorder/folder", test_folder);
    g_test_add_func("/recorder/full-disk", test_full_disk);
    g_test_add_func("/recorder/waits-for-the-picture", test_waits_for_the_picture);
    return g_test_run();
}
