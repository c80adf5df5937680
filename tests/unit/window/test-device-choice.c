/* The lists that people choose devices from: those that are there, the one that is used, and one
 * that is missing. */
#include <glib/gstdio.h>
#include <string.h>

#include "client/elements/device-watch.h"
#include "client/window/device-choice.h"
#include "tests/support/pluggable.h"

static char *folder;

static void
plug(const char *device)
{
    g_autofree char *path = g_build_filename(folder, device, NULL);
    g_assert_true(g_file_set_contents(path, "", -1, NULL));
}

static void
pull(const char *device)
{
    g_autofree char *path = g_build_filename(folder, device, NULL);
    g_assert_cmpint(g_unlink(path), ==, 0);
}

static const char *
name_of(const CcDeviceChoice *choice, const char *id)
{
    return cc_view_device_name(&choice->view, id);
}

static void
test_lists(void)
{
    CcDeviceChoice choice = {0};
    plug("camera-one");
    plug("camera-two");
    cc_device_choice_look(&choice, CC_DEVICE_CAMERA, "auto", "camera-two", FALSE);
    g_assert_cmpstr(choice.view.chosen, ==, "auto");
    g_assert_nonnull(strstr(name_of(&choice, "auto"), "camera-two"));
    g_assert_cmpstr(name_of(&choice, "one"), ==, "camera-one");
    cc_device_choice_look(&choice, CC_DEVICE_CAMERA, "camera-two", "camera-two", FALSE);
    g_assert_cmpstr(choice.view.chosen, ==, "two"); /* by its name */
    pull("camera-two");
    cc_device_choice_look(&choice, CC_DEVICE_CAMERA, "two", "camera-two", TRUE);
    g_assert_cmpstr(choice.view.chosen, ==, "two");
    g_assert_true(choice.view.missing);
    g_assert_true(g_str_has_prefix(name_of(&choice, "two"), "camera-two ("));
    cc_device_choice_clear(&choice);
    g_assert_cmpuint(choice.view.n, ==, 0);
    pull("camera-one");
}

/* Around, with the automatic choice among them. */
static void
test_next(void)
{
    CcDeviceChoice choice = {0};
    g_autoptr(GString) seen = g_string_new("auto");
    plug("microphone-one");
    plug("microphone-two");
    for (guint i = 0; i < 3; i++) {
        const char *last = strrchr(seen->str, ' ');
        cc_device_choice_look(&choice, CC_DEVICE_MICROPHONE, last != NULL ? last + 1 : "auto", "",
                              FALSE);
        if (choice.view.n > 3)
            break; /* this computer has some of its own */
        g_string_append_printf(seen, " %s", cc_device_choice_next(&choice));
    }
    if (choice.view.n <= 3)
        g_assert_cmpstr(seen->str, ==, "auto one two auto");
    cc_device_choice_clear(&choice);
    pull("microphone-one");
    pull("microphone-two");
}

static void
on_changed(gpointer user_data)
{
    ++*(guint *)user_data;
}

static void
wait_for_change(const guint *n_changes)
{
    guint before = *n_changes;
    while (*n_changes == before)
        g_main_context_iteration(NULL, TRUE);
}

/* Whoever shows the lists hears of plugs, also after having asked anew. */
static void
test_watched(void)
{
    guint n_changes = 0;
    g_autoptr(CcDeviceWatch) watch = cc_device_watch_new(on_changed, &n_changes);
    plug("camera-one");
    wait_for_change(&n_changes);
    pull("camera-one");
    wait_for_change(&n_changes);
    cc_device_watch_renew(watch);
    wait_for_change(&n_changes);
    plug("camera-one");
    wait_for_change(&n_changes);
    pull("camera-one");
}

int
main(int argc, char **argv)
{
    folder = g_dir_make_tmp("classcast-choice-XXXXXX", NULL);
    g_setenv("CLASSCAST_TEST_DEVICES", folder, TRUE);
    gst_init(NULL, NULL);
    g_test_init(&argc, &argv, NULL);
    g_assert_true(cc_pluggable_register(NULL));
    g_test_add_func("/device-choice/lists", test_lists);
    g_test_add_func("/device-choice/next", test_next);
    g_test_add_func("/device-choice/watched", test_watched);
    int failed = g_test_run();
    g_rmdir(folder);
    g_free(folder);
    return failed;
}
