#include "config-fixture.h"

#include <glib/gstdio.h>

#include "common/base/error.h"

void
files_set_up(Files *files, gconstpointer data)
{
    g_autofree char *user_directory = NULL;

    files->directory = g_dir_make_tmp("classcast-XXXXXX", NULL);
    g_assert_nonnull(files->directory);
    files->system_file = g_build_filename(files->directory, "system.conf", NULL);
    files->file = g_build_filename(files->directory, "c.conf", NULL);
    user_directory = g_build_filename(g_get_user_config_dir(), "classcast", NULL);
    g_assert_cmpint(g_mkdir_with_parents(user_directory, 0700), ==, 0);
    files->user_file = g_build_filename(user_directory, "classcast.conf", NULL);
    g_setenv("CLASSCAST_SYSTEM_CONFIG", files->system_file, TRUE);
}

void
files_tear_down(Files *files, gconstpointer data)
{
    g_unlink(files->system_file);
    g_unlink(files->user_file);
    g_unlink(files->file);
    g_assert_cmpint(g_rmdir(files->directory), ==, 0);
    g_free(files->directory);
    g_free(files->system_file);
    g_free(files->user_file);
    g_free(files->file);
}

void
write_bytes(const char *file, const char *text, gssize length)
{
    g_assert_true(
        g_file_set_contents_full(file, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* @expected: the message after the file's name. */
void
assert_refused(Files *files, const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *message = g_strconcat(files->file, expected, NULL);

    g_autofree char *shown = g_strescape(text, NULL);
    g_test_message("%s", shown);
    write_bytes(files->file, text, -1);
    g_assert_false(cc_config_check(files->file, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==, message);
}

void
assert_accepted(Files *files, const char *text)
{
    g_autoptr(GError) error = NULL;

    write_bytes(files->file, text, -1);
    cc_config_check(files->file, &error);
    g_assert_no_error(error);
}

char *
config_fixture_begin(int *argc, char ***argv)
{
    char *home = g_dir_make_tmp("classcast-XXXXXX", NULL);

    g_assert_nonnull(home);
    g_setenv("XDG_CONFIG_HOME", home, TRUE); /* before GLib looks */
    g_setenv("TMPDIR", home, TRUE);          /* of subprocesses, which end without tidying up */
    g_test_init(argc, argv, NULL);
    return home;
}

static void
remove_tree(const char *path)
{
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        remove_tree(inside);
    }
    g_remove(path);
}

int
config_fixture_run(const char *home)
{
    int result = g_test_run();

    remove_tree(home);
    return result;
}
