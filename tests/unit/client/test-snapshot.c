/* Where a picture goes: a file whole, a pipe written to and not replaced. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/recv/snapshot.h"

static GstSample *
new_picture(void)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string("video/x-raw,format=RGB,width=16,height=16,"
                                                   "framerate=1/1");
    g_autoptr(GstBuffer) buffer = gst_buffer_new_allocate(NULL, 16 * 16 * 3, NULL);
    gst_buffer_memset(buffer, 0, 0x7f, 16 * 16 * 3);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

static void
assert_png(const guint8 *bytes, gssize length)
{
    g_assert_cmpint(length, >, 8);
    g_assert_cmpmem(bytes, 8, "\x89PNG\r\n\x1a\n", 8);
}

static void
test_file(void)
{
    g_autofree char *folder = g_dir_make_tmp("snapshot-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "picture.png", NULL);
    g_autofree char *contents = NULL;
    g_autoptr(GstSample) picture = new_picture();
    g_autoptr(GError) error = NULL;
    gsize length;
    g_assert_true(g_file_set_contents(path, "old", -1, NULL));
    g_assert_true(cc_snapshot_write(picture, path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &contents, &length, NULL));
    assert_png((const guint8 *)contents, (gssize)length);
    g_remove(path);
    g_rmdir(folder);
}

static void
test_pipe(void)
{
    g_autofree char *folder = g_dir_make_tmp("snapshot-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "pipe", NULL);
    g_autoptr(GstSample) picture = new_picture();
    g_autoptr(GError) error = NULL;
    guint8 bytes[4096];
    struct stat facts;
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    int pipe = open(path, O_RDWR | O_NONBLOCK);
    g_assert_cmpint(pipe, >=, 0);
    g_assert_true(cc_snapshot_write(picture, path, &error));
    g_assert_no_error(error);
    g_assert_cmpint(stat(path, &facts), ==, 0);
    g_assert_true(S_ISFIFO(facts.st_mode));
    assert_png(bytes, read(pipe, bytes, sizeof bytes));
    close(pipe);
    g_remove(path);
    g_rmdir(folder);
}

static void
test_no_such_folder(void)
{
    g_autoptr(GstSample) picture = new_picture();
    g_autoptr(GError) error = NULL;
    g_assert_false(cc_snapshot_write(picture, "/dev/null/picture.png", &error));
    g_assert_nonnull(error);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/snapshot/file", test_file);
    g_test_add_func("/snapshot/pipe", test_pipe);
    g_test_add_func("/snapshot/no-such-folder", test_no_such_folder);
    return g_test_run();
}
