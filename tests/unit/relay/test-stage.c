/* The stage and the grid: who is on them, by what the teacher says, by hands and by turns. */
#include "relay/room/hands.h"
#include "relay/room/stage.h"

#define SECOND G_USEC_PER_SEC

typedef struct {
    CcRoomRegistry *registry;
    GString *log;
} Fixture;

static const CcRoomLimits limits = {
    .max_rooms = 4,
    .max_sessions = 100,
    .max_sessions_per_room = 100,
    .wait_for_lesson = TRUE,
    .teacher_silence_us = 2 * SECOND,
    .lesson_grace_us = 60 * SECOND,
};

static void
on_event(const CcRoomEvent *event, gpointer user_data)
{
    Fixture *fixture = user_data;

    if (event->kind == CC_ROOM_READY)
        g_string_append_printf(fixture->log, "ready:%s:%d ", event->participant->name,
                               event->participant->ready);
    else if (event->kind == CC_ROOM_STAGE)
        g_string_append(fixture->log, "stage ");
    else if (event->kind == CC_ROOM_JOINED || event->kind == CC_ROOM_LEFT)
        g_string_append_printf(fixture->log, "%s:%s ",
                               event->kind == CC_ROOM_JOINED ? "joined" : "left",
                               event->participant->name);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->log = g_string_new(NULL);
    fixture->registry = cc_room_registry_new(&limits, on_event, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_room_registry_free(fixture->registry);
    g_string_free(fixture->log, TRUE);
}

static void
assert_log(Fixture *fixture, const char *expected)
{
    g_assert_cmpstr(fixture->log->str, ==, expected);
    g_string_truncate(fixture->log, 0);
}

/* (transfer full) its session's id; connected. */
static char *
come(Fixture *fixture, CcSeat seat, const char *client)
{
    static guint n_sessions;
    g_autofree char *replaced = NULL;
    char *session = g_strdup_printf("session-%u", ++n_sessions);
    CcJoin join = {.room = "math",
                   .session_id = session,
                   .role = seat == CC_SEAT_TEACHES ? CC_ROLE_TEACHER : CC_ROLE_CLASSROOM,
                   .name = client,
                   .client = client,
                   .seat = seat};

    g_assert_cmpint(cc_room_registry_admit(fixture->registry, "math", seat, client, 0), ==,
                    CC_ADMISSION_OK);
    cc_room_registry_join(fixture->registry, &join, 0, &replaced);
    cc_room_registry_connected(fixture->registry, session, 0);
    return session;
}

/* A classroom that may be called on. */
static void
come_ready(Fixture *fixture, const char *client)
{
    g_free(come(fixture, CC_SEAT_WATCHES, client));
    g_free(come(fixture, CC_SEAT_SPEAKS, client));
}

static const CcRoom *
room_of(Fixture *fixture)
{
    return cc_room_registry_lookup(fixture->registry, "math");
}

/* (transfer none) */
static CcParticipant *
watcher(Fixture *fixture, const char *client)
{
    return cc_room_find_client(room_of(fixture), client, CC_SEAT_WATCHES);
}

static gboolean
is_in_grid(Fixture *fixture, const char *client)
{
    for (guint i = 0; i < CC_GRID_PLACES; i++)
        if (g_strcmp0(room_of(fixture)->grid[i].id, watcher(fixture, client)->id) == 0)
            return TRUE;
    return FALSE;
}

/* Others see one participant, and whether it can be called on; in whatever order its two sessions
 * come and go. */
static void
test_ready(Fixture *fixture, gconstpointer data)
{
    g_autofree char *speaks = come(fixture, CC_SEAT_SPEAKS, "north");
    g_autofree char *watches = NULL, *again = NULL;

    assert_log(fixture, "");
    watches = come(fixture, CC_SEAT_WATCHES, "north");
    assert_log(fixture, "joined:north ");
    g_assert_true(watcher(fixture, "north")->ready);
    g_assert_cmpstr(cc_stage_session(room_of(fixture), watcher(fixture, "north")->id), ==, speaks);

    cc_room_registry_lost(fixture->registry, speaks, "timed-out", 0);
    assert_log(fixture, "ready:north:0 ");
    g_assert_null(cc_stage_session(room_of(fixture), watcher(fixture, "north")->id));
    cc_room_registry_connected(fixture->registry, speaks, 0);
    assert_log(fixture, "ready:north:1 ");
    again = come(fixture, CC_SEAT_SPEAKS, "north"); /* a new session in place of it */
    assert_log(fixture, "");
    g_assert_cmpstr(cc_stage_session(room_of(fixture), watcher(fixture, "north")->id), ==, again);
    cc_room_registry_leave(fixture->registry, again, "closed", TRUE, 0);
    assert_log(fixture, "ready:north:0 ");
    cc_room_registry_leave(fixture->registry, watches, "closed", TRUE, 0);
    assert_log(fixture, "left:north ");
    g_assert_null(room_of(fixture));
}

/* She hears by a session beside the one that she teaches with, whichever of them comes first. */
static void
test_teacher_watches(Fixture *fixture, gconstpointer data)
{
    g_autofree char *watches = come(fixture, CC_SEAT_WATCHES, "teacher");
    g_autofree char *teaches = NULL;

    g_assert_nonnull(watches);
    g_assert_cmpint(watcher(fixture, "teacher")->role, ==, CC_ROLE_CLASSROOM);
    assert_log(fixture, "joined:teacher ");
    teaches = come(fixture, CC_SEAT_TEACHES, "teacher");
    g_assert_nonnull(teaches);
    g_assert_cmpint(watcher(fixture, "teacher")->role, ==, CC_ROLE_TEACHER);
    assert_log(fixture, "joined:teacher joined:teacher ");
    g_free(come(fixture, CC_SEAT_WATCHES, "teacher")); /* again */
    g_assert_cmpint(watcher(fixture, "teacher")->role, ==, CC_ROLE_TEACHER);
    assert_log(fixture, "");
    g_free(come(fixture, CC_SEAT_WATCHES, "other"));
    g_assert_cmpint(watcher(fixture, "other")->role, ==, CC_ROLE_CLASSROOM);
}

static void
set_stage(Fixture *fixture, const char *first, const char *second)
{
    const CcGuest guests[CC_GUESTS] = {{(char *)first, FALSE}, {(char *)second, TRUE}};

    cc_stage_set(fixture->registry, "math", guests);
}

/* What the teacher says holds until the lesson is over. */
static void
test_stage(Fixture *fixture, gconstpointer data)
{
    g_autofree char *teacher = come(fixture, CC_SEAT_TEACHES, "teacher");
    const CcRoom *room = room_of(fixture);
    const CcGuest nobody[CC_GUESTS] = {{NULL, FALSE}};

    cc_room_registry_media(fixture->registry, teacher);
    g_string_truncate(fixture->log, 0);
    g_assert_false(room->stage_known);
    set_stage(fixture, "one", "two");
    assert_log(fixture, "stage ");
    set_stage(fixture, "one", "two");
    assert_log(fixture, "");
    g_assert_true(cc_stage_has(room, "one"));
    g_assert_true(cc_stage_has(room, "two"));
    g_assert_true(room->guests[1].muted);
    set_stage(fixture, "one", "one"); /* once is enough */
    g_assert_cmpstr(room->guests[0].id, ==, "one");
    g_assert_null(room->guests[1].id);
    assert_log(fixture, "stage ");
    cc_room_registry_silent(fixture->registry, teacher, 5 * SECOND);
    g_assert_true(cc_stage_has(room, "one"));
    cc_room_registry_expire(fixture->registry, 70 * SECOND);
    g_assert_false(room->stage_known);
    assert_log(fixture, "stage ");
    cc_stage_set(fixture->registry, "nowhere", nobody);
    assert_log(fixture, "");
}

static gint64
update(Fixture *fixture, gint64 now_us)
{
    return cc_grid_update(fixture->registry, "math", now_us);
}

/* As many as there are places; then hands, then turns. */
static void
test_grid(Fixture *fixture, gconstpointer data)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    gint64 now_us = 100 * SECOND;
    guint n_seen = 0;

    come_ready(fixture, "a");
    g_assert_cmpint(update(fixture, now_us), ==, -1);
    g_assert_true(is_in_grid(fixture, "a"));
    for (guint i = 1; i < G_N_ELEMENTS(names); i++) {
        come_ready(fixture, names[i]);
        update(fixture, ++now_us);
    }
    g_assert_true(is_in_grid(fixture, "f"));
    g_assert_false(is_in_grid(fixture, "g"));
    g_assert_false(is_in_grid(fixture, "h"));
    g_assert_cmpint(update(fixture, now_us), ==, 100 * SECOND + CC_GRID_TURN_US);

    /* A hand does not wait for its turn, and is not sent away. */
    cc_hands_set(fixture->registry, watcher(fixture, "h"), now_us);
    update(fixture, ++now_us);
    g_assert_true(is_in_grid(fixture, "h"));
    g_assert_false(is_in_grid(fixture, "a"));
    for (guint i = 0; i < 20; i++) {
        now_us += CC_GRID_TURN_US;
        update(fixture, now_us);
        g_assert_true(is_in_grid(fixture, "h"));
    }
    cc_hands_set(fixture->registry, watcher(fixture, "h"), 0);

    /* Everybody has had its turn by now. */
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        n_seen += watcher(fixture, names[i])->seen_us > 100 * SECOND + 10;
    g_assert_cmpuint(n_seen, ==, G_N_ELEMENTS(names));

    /* Who is on the stage is seen there. */
    set_stage(fixture, watcher(fixture, "b")->id, watcher(fixture, "h")->id);
    g_assert_cmpint(update(fixture, now_us + 1), ==, -1);
    g_assert_false(is_in_grid(fixture, "b"));
    g_assert_false(is_in_grid(fixture, "h"));
    g_assert_true(is_in_grid(fixture, "a"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/stage/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("ready", test_ready);
    ADD("stage", test_stage);
    ADD("teacher-watches", test_teacher_watches);
    ADD("grid", test_grid);
    return g_test_run();
}
