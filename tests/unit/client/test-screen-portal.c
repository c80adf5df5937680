/* Against a portal of the test's own on a private bus. */
#include "client/send/screen-portal.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "client/send/screen-token.h"
#include "common/base/error.h"
#include "fake-portal.h"

#define DEADLINE_S 60

typedef struct {
    GTestDBus *bus;
    FakePortal *fake;
    CcScreenArea area;
    CcScreenPortal *portal;
    guint opened, lost, ended;
    int fd;
    guint32 node;
    char *words;
} Fixture;

static void
on_opened(int fd, guint32 node, gpointer user_data)
{
    Fixture *f = user_data;
    f->opened++;
    if (f->fd > 0)
        close(f->fd);
    f->fd = fd;
    f->node = node;
}

static void
on_lost(gpointer user_data)
{
    ((Fixture *)user_data)->lost++;
}

static void
on_ended(const char *words, gpointer user_data)
{
    Fixture *f = user_data;
    f->ended++;
    g_free(f->words);
    f->words = g_strdup(words);
}

static const CcScreenPortalCallbacks callbacks = {
    .opened = on_opened, .lost = on_lost, .ended = on_ended};

static gboolean
on_deadline(gpointer user_data)
{
    g_error("nothing happens");
    return G_SOURCE_REMOVE;
}

#define WAIT_UNTIL(condition)                                                                      \
    G_STMT_START                                                                                   \
    {                                                                                              \
        guint deadline_ = g_timeout_add_seconds(DEADLINE_S, on_deadline, NULL);                    \
        guint tick_ = g_timeout_add(10, on_tick, NULL);                                            \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(tick_);                                                                    \
        g_source_remove(deadline_);                                                                \
    }                                                                                              \
    G_STMT_END

/* The fake's thread wakes nobody here. */
static gboolean
on_tick(gpointer user_data)
{
    return G_SOURCE_CONTINUE;
}

static FakeState
state_of(Fixture *f)
{
    FakeState state = *fake_portal_lock(f->fake);
    fake_portal_unlock(f->fake);
    return state;
}

static void
set_mood(Fixture *f, FakeMood mood)
{
    fake_portal_lock(f->fake)->mood = mood;
    fake_portal_unlock(f->fake);
}

static CcScreenPortal *
new_portal(Fixture *f, const char *text)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_screen_area_parse(text, &f->area, &error));
    CcScreenPortal *portal = cc_screen_portal_new(text, &f->area, &callbacks, f, &error);
    g_assert_no_error(error);
    return portal;
}

static void
start(Fixture *f, const char *text)
{
    f->portal = new_portal(f, text);
    cc_screen_portal_start(f->portal);
}

static void
remove_folder(const char *folder)
{
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    const char *name;
    while (files != NULL && (name = g_dir_read_name(files)) != NULL) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        if (g_file_test(file, G_FILE_TEST_IS_DIR))
            remove_folder(file);
        else
            g_unlink(file);
    }
    g_rmdir(folder);
}

/* What other tests have kept. */
static void
forget(void)
{
    g_autofree char *folder = g_build_filename(g_get_user_state_dir(), "classcast", NULL);
    remove_folder(folder);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    forget();
    f->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
    g_test_dbus_up(f->bus);
    f->fake = fake_portal_new();
    fake_portal_appear(f->fake);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_assert_false(state_of(f).broken);
    cc_screen_portal_free(f->portal);
    fake_portal_free(f->fake);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_test_dbus_down(f->bus);
    g_object_unref(f->bus);
    if (f->fd > 0)
        close(f->fd);
    g_free(f->words);
}

static void
test_opened(Fixture *f, gconstpointer data)
{
    char byte = 0;
    start(f, "monitor");
    WAIT_UNTIL(f->opened == 1);
    g_assert_cmpuint(f->node, ==, FAKE_NODE);
    fake_portal_write(f->fake, 'x');
    g_assert_cmpint(read(f->fd, &byte, 1), ==, 1);
    g_assert_cmpint(byte, ==, 'x');
    FakeState state = state_of(f);
    g_assert_cmpuint(state.types, ==, 1);
    g_assert_cmpuint(state.pointer_mode, ==, 2);
    g_assert_cmpuint(state.persist_mode, ==, 2);
    g_assert_null(state.restore_token);
    g_clear_pointer(&f->portal, cc_screen_portal_free);
    WAIT_UNTIL(state_of(f).n_closed == 1);
    g_assert_cmpuint(f->lost + f->ended, ==, 0);
}

static void
test_window(Fixture *f, gconstpointer data)
{
    start(f, "window:Physics");
    WAIT_UNTIL(f->opened == 1);
    g_assert_cmpuint(state_of(f).types, ==, 2);
}

/* What was chosen is not asked for again: neither after the portal has crashed, nor by the next
 * lesson; but for something else it is. */
static void
test_restored(Fixture *f, gconstpointer data)
{
    start(f, "monitor:restored");
    WAIT_UNTIL(f->opened == 1);
    fake_portal_vanish(f->fake);
    WAIT_UNTIL(f->lost == 1);
    fake_portal_appear(f->fake);
    WAIT_UNTIL(f->opened == 2);
    g_assert_cmpstr(state_of(f).restore_token, ==, "token-1");
    g_clear_pointer(&f->portal, cc_screen_portal_free);
    start(f, "monitor:restored");
    WAIT_UNTIL(f->opened == 3);
    g_assert_cmpstr(state_of(f).restore_token, ==, "token-2");
    g_clear_pointer(&f->portal, cc_screen_portal_free);
    start(f, "monitor:another");
    WAIT_UNTIL(f->opened == 4);
    g_assert_null(state_of(f).restore_token);
    g_assert_cmpuint(f->ended, ==, 0);
}

static void
test_old(Fixture *f, gconstpointer data)
{
    fake_portal_lock(f->fake)->version = 3;
    fake_portal_unlock(f->fake);
    start(f, "monitor:old");
    WAIT_UNTIL(f->opened == 1);
    g_assert_cmpuint(state_of(f).persist_mode, ==, 0);
    g_assert_null(cc_screen_token_load("monitor:old"));
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    FakeMood mood = (FakeMood)GPOINTER_TO_INT(data);
    cc_screen_token_save("monitor:refused", "an older choice");
    set_mood(f, mood);
    start(f, "monitor:refused");
    WAIT_UNTIL(f->ended == 1);
    g_assert_true((strstr(f->words, "refused") != NULL) == (mood != FAKE_CANNOT));
    g_assert_null(cc_screen_token_load("monitor:refused"));
    cc_screen_portal_renew(f->portal); /* means nothing any more */
    g_assert_cmpuint(f->opened + f->lost, ==, 0);
    g_assert_cmpuint(state_of(f).n_sessions, ==, 1);
}

static void
test_ended(Fixture *f, gconstpointer data)
{
    start(f, "monitor");
    WAIT_UNTIL(f->opened == 1);
    fake_portal_close_session(f->fake, FALSE);
    WAIT_UNTIL(f->ended == 1);
    g_assert_nonnull(strstr(f->words, "was ended"));
    g_assert_cmpuint(f->lost, ==, 0);
}

/* The stream may break before it is said that the user ended it: it must not come back then. */
static void
test_ended_late(Fixture *f, gconstpointer data)
{
    start(f, "monitor");
    WAIT_UNTIL(f->opened == 1);
    cc_screen_portal_renew(f->portal);
    g_assert_cmpuint(f->lost, ==, 1);
    fake_portal_close_session(f->fake, FALSE);
    WAIT_UNTIL(f->ended == 1);
}

/* And when it is said so late that the next session is open, by the token and so unasked. */
static void
test_ended_later(Fixture *f, gconstpointer data)
{
    start(f, "monitor");
    WAIT_UNTIL(f->opened == 1);
    cc_screen_portal_renew(f->portal);
    WAIT_UNTIL(f->opened == 2);
    fake_portal_close_session(f->fake, TRUE);
    WAIT_UNTIL(f->ended == 1);
}

static void
test_renewed(Fixture *f, gconstpointer data)
{
    start(f, "monitor");
    WAIT_UNTIL(f->opened == 1);
    cc_screen_portal_renew(f->portal);
    g_assert_cmpuint(f->lost, ==, 1);
    WAIT_UNTIL(f->opened == 2);
    FakeState state = state_of(f);
    g_assert_cmpuint(state.n_sessions, ==, 2);
    g_assert_cmpuint(state.n_closed, ==, 1);
}

/* Each fails in a way of its own, and the next time all is well. */
static void
test_hostile(Fixture *f, gconstpointer data)
{
    CcScreenPortal *portals[FAKE_ODDEST + 1] = {NULL};
    guint n = 0;
    for (guint mood = FAKE_FAILS; mood <= FAKE_ODDEST; mood++) {
        g_autofree char *text = g_strdup_printf("monitor:hostile-%u", mood);
        set_mood(f, (FakeMood)mood);
        portals[mood] = new_portal(f, text);
        cc_screen_portal_start(portals[mood]);
        n++;
        WAIT_UNTIL(state_of(f).n_clients == n);
    }
    WAIT_UNTIL(f->opened == n);
    g_assert_cmpuint(state_of(f).n_sessions, ==, 2 * n);
    g_assert_cmpuint(f->lost + f->ended, ==, 0);
    for (guint mood = FAKE_FAILS; mood <= FAKE_ODDEST; mood++)
        cc_screen_portal_free(portals[mood]);
}

/* The teacher goes while the desktop still asks her. */
static void
test_left(Fixture *f, gconstpointer data)
{
    set_mood(f, FAKE_SILENT);
    start(f, "monitor");
    WAIT_UNTIL(state_of(f).n_selected == 1);
    g_clear_pointer(&f->portal, cc_screen_portal_free);
    WAIT_UNTIL(state_of(f).n_closed == 1);
    g_assert_cmpuint(f->opened + f->lost + f->ended, ==, 0);
}

static void
check_refused(Fixture *f, const char *text, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_screen_area_parse(text, &f->area, &error));
    g_assert_null(cc_screen_portal_new(text, &f->area, &callbacks, f, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_NO_DEVICE);
    g_assert_nonnull(strstr(error->message, words));
}

static void
test_missing(Fixture *f, gconstpointer data)
{
    fake_portal_lock(f->fake)->sources = 1;
    fake_portal_unlock(f->fake);
    check_refused(f, "window", "--screen=monitor");
    fake_portal_lock(f->fake)->version = 0; /* as one that has no such interface */
    fake_portal_unlock(f->fake);
    check_refused(f, "monitor", "install xdg-desktop-portal");
    fake_portal_vanish(f->fake);
    check_refused(f, "monitor", "install xdg-desktop-portal");
    g_test_dbus_stop(f->bus);
    check_refused(f, "monitor", "cannot be asked");
}

static void
test_bus_gone(Fixture *f, gconstpointer data)
{
    start(f, "monitor");
    WAIT_UNTIL(f->opened == 1);
    g_test_dbus_stop(f->bus);
    WAIT_UNTIL(f->ended == 1);
}

static void
test_token(void)
{
    g_autofree char *loaded = NULL, *longest = g_strnfill(1024, 'a'), *longer = NULL;
    longer = g_strconcat(longest, "a", NULL);
    forget();
    cc_screen_token_save("monitor", "one");
    cc_screen_token_save("window:课件", "two");
    loaded = cc_screen_token_load("monitor");
    g_assert_cmpstr(loaded, ==, "one");
    cc_screen_token_save("monitor", longest);
    g_free(loaded);
    loaded = cc_screen_token_load("monitor");
    g_assert_cmpstr(loaded, ==, longest);
    cc_screen_token_save("monitor", longer);
    g_assert_null(cc_screen_token_load("monitor"));
    cc_screen_token_save("monitor", NULL);
    g_assert_null(cc_screen_token_load("monitor"));

    g_autofree char *folder = g_build_filename(g_get_user_state_dir(), "classcast", NULL);
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    const char *name = g_dir_read_name(files);
    g_autofree char *file = g_build_filename(folder, name, NULL);
    GStatBuf status;
    g_assert_cmpint(g_stat(file, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    g_assert_null(g_dir_read_name(files)); /* the other is gone */
}

int
main(int argc, char **argv)
{
    g_autofree char *state = g_dir_make_tmp("test-screen-portal-XXXXXX", NULL);
    g_setenv("XDG_STATE_HOME", state, TRUE);
    g_test_init(&argc, &argv, NULL);
    static const struct {
        const char *path;
        void (*test)(Fixture *, gconstpointer);
        FakeMood mood;
    } tests[] = {
        {"/screen-portal/opened", test_opened, FAKE_GOOD},
        {"/screen-portal/window", test_window, FAKE_GOOD},
        {"/screen-portal/restored", test_restored, FAKE_GOOD},
        {"/screen-portal/old", test_old, FAKE_GOOD},
        {"/screen-portal/refused-sources", test_refused, FAKE_REFUSES_SOURCES},
        {"/screen-portal/refused-start", test_refused, FAKE_REFUSES_START},
        {"/screen-portal/cannot", test_refused, FAKE_CANNOT},
        {"/screen-portal/ended", test_ended, FAKE_GOOD},
        {"/screen-portal/ended-late", test_ended_late, FAKE_GOOD},
        {"/screen-portal/ended-later", test_ended_later, FAKE_GOOD},
        {"/screen-portal/renewed", test_renewed, FAKE_GOOD},
        {"/screen-portal/hostile", test_hostile, FAKE_GOOD},
        {"/screen-portal/left", test_left, FAKE_GOOD},
        {"/screen-portal/missing", test_missing, FAKE_GOOD},
        {"/screen-portal/bus-gone", test_bus_gone, FAKE_GOOD},
    };
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, GINT_TO_POINTER(tests[i].mood), set_up, tests[i].test,
                   tear_down);
    g_test_add_func("/screen-portal/token", test_token);
    int failed = g_test_run();
    remove_folder(state);
    return failed;
}
