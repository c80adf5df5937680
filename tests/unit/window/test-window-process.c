/* The window's real process on a display that may go away. */
#include <signal.h>
#include <sys/types.h>

#include "client/window/shared-pictures.h"
#include "client/window/window-process.h"

#define PATIENCE_S 220

typedef struct {
    guint closed, width, height;
} Seen;

static void
on_closed(gpointer user_data)
{
    ((Seen *)user_data)->closed++;
}

static void
on_size(guint slot, guint width, guint height, gpointer user_data)
{
    Seen *seen = user_data;
    if (slot == 0) {
        seen->width = width;
        seen->height = height;
    }
}

static const CcWindowActions actions = {.closed = on_closed};
static const CcWindowProcessCallbacks callbacks = {.size = on_size};

static gboolean
on_patience(gpointer user_data)
{
    g_error("nothing happens");
    return G_SOURCE_REMOVE;
}

static CcWindowProcess *
open_window(Seen *seen)
{
    g_autoptr(GError) error = NULL;
    CcWindowProcess *window =
        cc_window_process_new(CC_WINDOW_CLASSROOM, TRUE, &actions, seen, &callbacks, seen, &error);
    g_assert_no_error(error);
    CcClassroomView view = {
        .state = CC_CONNECTION_ON, .school = "a", .lesson = "b", .speakers = {.chosen = "auto"}};
    cc_window_process_show_classroom(window, &view);
    return window;
}

/* As many as there is room for are taken back one after the other only if they are really drawn. */
static void
show_pictures(CcWindowProcess *window, guint n)
{
    g_autofree guint8 *data = g_malloc0(640 * 360 * 4);
    for (guint shown = 0; shown < n;) {
        if (cc_window_process_picture(window, 0, data, 640, 360, 640 * 4))
            shown++;
        else
            g_main_context_iteration(NULL, TRUE);
    }
}

static void
test_pictures(void)
{
    Seen seen = {0};
    g_autoptr(CcWindowProcess) window = open_window(&seen);
    while (seen.width == 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(seen.width, ==, 1024);
    g_assert_cmpuint(seen.height, ==, 768);
    show_pictures(window, 5 * CC_SHARED_PICTURES_KEPT);
    g_assert_cmpuint(seen.closed, ==, 0);
}

static void
test_comes_back(void)
{
    Seen seen = {0};
    g_autoptr(CcWindowProcess) window = open_window(&seen);
    GPid first = cc_window_process_pid(window);
    g_assert_cmpint(first, !=, 0);
    show_pictures(window, 1);
    kill(first, SIGKILL);
    while (cc_window_process_pid(window) == first || cc_window_process_pid(window) == 0)
        g_main_context_iteration(NULL, TRUE);
    seen.width = 0;
    while (seen.width == 0) /* it was told again what there is to show: a lesson */
        g_main_context_iteration(NULL, TRUE);
    show_pictures(window, 2 * CC_SHARED_PICTURES_KEPT);
    g_assert_cmpuint(seen.closed, ==, 0);
}

static void
test_no_display(void)
{
    g_autofree char *display = g_strdup(g_getenv("DISPLAY"));
    g_autoptr(GError) error = NULL;
    Seen seen = {0};
    g_setenv("DISPLAY", ":987654", TRUE);
    g_assert_null(cc_window_process_new(CC_WINDOW_CLASSROOM, TRUE, &actions, &seen, &callbacks,
                                        &seen, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, "finds no display"));
    g_setenv("DISPLAY", display, TRUE);
}

/* The display ends: the program goes on. The last test of this file. */
static void
test_display_goes_away(void)
{
    Seen seen = {0};
    g_autoptr(CcWindowProcess) window = open_window(&seen);
    g_autofree guint8 *data = g_malloc0(64 * 36 * 4);
    GPid first = cc_window_process_pid(window);
    show_pictures(window, 1);
    kill((pid_t)g_ascii_strtoll(g_getenv("DISPLAY_SERVER_PID"), NULL, 10), SIGKILL);
    while (cc_window_process_pid(window) == first)
        g_main_context_iteration(NULL, TRUE);
    cc_window_process_picture(window, 0, data, 64, 36, 64 * 4);
    g_assert_cmpuint(seen.closed, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_timeout_add_seconds(PATIENCE_S, on_patience, NULL);
    g_test_add_func("/window-process/pictures", test_pictures);
    g_test_add_func("/window-process/comes-back", test_comes_back);
    g_test_add_func("/window-process/no-display", test_no_display);
    g_test_add_func("/window-process/display-goes-away", test_display_goes_away);
    return g_test_run();
}
