/* Rooms: who may join, how lessons begin and end, and when rooms disappear. Time is an argument. */
#include "relay/room/hands.h"

#define SECOND G_USEC_PER_SEC

typedef struct {
    CcRoomRegistry *registry;
    GString *log; /* what the events said, "lesson:on joined:p1 left:p1:closed " */
} Fixture;

static const CcRoomLimits default_limits = {
    .max_rooms = 2,
    .max_sessions = 6,
    .max_sessions_per_room = 4,
    .wait_for_lesson = TRUE,
    .teacher_silence_us = 2 * SECOND,
    .lesson_grace_us = 60 * SECOND,
};

static void
on_event(const CcRoomEvent *event, gpointer user_data)
{
    Fixture *fixture = user_data;

    switch (event->kind) {
    case CC_ROOM_LESSON:
        g_string_append_printf(fixture->log, "lesson:%s ",
                               cc_lesson_to_string(event->room->lesson));
        break;
    case CC_ROOM_JOINED:
        g_string_append_printf(fixture->log, "joined:%s ", event->participant->id);
        break;
    case CC_ROOM_LEFT:
        g_string_append_printf(fixture->log, "left:%s:%s ", event->participant->id, event->reason);
        break;
    case CC_ROOM_HAND:
        g_string_append_printf(fixture->log, "hand:%s:%s ", event->participant->id,
                               event->participant->hand_us != 0 ? "up" : "down");
        break;
    case CC_ROOM_READY:
        g_string_append_printf(fixture->log, "ready:%s:%d ", event->participant->id,
                               event->participant->ready);
        break;
    case CC_ROOM_STAGE:
        g_string_append(fixture->log, "stage ");
        break;
    case CC_ROOM_CHAT:
        g_string_append_printf(fixture->log, "chat:%s ", event->participant->id);
        break;
    case CC_ROOM_CHAT_RULES:
        g_string_append(fixture->log, "chat-rules ");
        break;
    }
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->log = g_string_new(NULL);
    fixture->registry = cc_room_registry_new(&default_limits, on_event, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_room_registry_free(fixture->registry);
    g_string_free(fixture->log, TRUE);
}

/* What has been said since the last call. */
static void
assert_log(Fixture *fixture, const char *expected)
{
    g_assert_cmpstr(fixture->log->str, ==, expected);
    g_string_truncate(fixture->log, 0);
}

static CcSeat
seat_of(gboolean publisher)
{
    return publisher ? CC_SEAT_TEACHES : CC_SEAT_WATCHES;
}

static const CcParticipant *
join(Fixture *fixture, const char *room, const char *session, gboolean publisher, gint64 now_us,
     const char *expect_replaced)
{
    g_autofree char *replaced = NULL;
    CcJoin request = {.room = room,
                      .session_id = session,
                      .role = publisher ? CC_ROLE_TEACHER : CC_ROLE_CLASSROOM,
                      .name = session,
                      .seat = seat_of(publisher)};
    const CcParticipant *participant;

    g_assert_cmpint(
        cc_room_registry_admit(fixture->registry, room, seat_of(publisher), NULL, now_us), ==,
        CC_ADMISSION_OK);
    participant = cc_room_registry_join(fixture->registry, &request, now_us, &replaced);
    g_assert_cmpstr(replaced, ==, expect_replaced);
    return participant;
}

/* The same client each time. */
static const CcParticipant *
come_again(Fixture *fixture, const char *session, gboolean publisher, const char *client,
           const char *expect_replaced)
{
    g_autofree char *replaced = NULL;
    CcJoin request = {.room = "math",
                      .session_id = session,
                      .role = publisher ? CC_ROLE_TEACHER : CC_ROLE_CLASSROOM,
                      .name = session,
                      .client = client,
                      .seat = seat_of(publisher)};
    const CcParticipant *participant;

    g_assert_cmpint(
        cc_room_registry_admit(fixture->registry, "math", seat_of(publisher), client, 0), ==,
        CC_ADMISSION_OK);
    participant = cc_room_registry_join(fixture->registry, &request, 0, &replaced);
    g_assert_cmpstr(replaced, ==, expect_replaced);
    return participant;
}

static void
join_on(Fixture *fixture, const char *session, gboolean publisher, guint worker)
{
    g_autofree char *replaced = NULL;
    CcJoin request = {.room = "a",
                      .session_id = session,
                      .role = CC_ROLE_CLASSROOM,
                      .seat = seat_of(publisher),
                      .worker = worker};

    cc_room_registry_join(fixture->registry, &request, 0, &replaced);
}

static CcLesson
lesson(Fixture *fixture, const char *room)
{
    const CcRoom *found = cc_room_registry_lookup(fixture->registry, room);

    g_assert_nonnull(found);
    return found->lesson;
}

static void
begin_lesson(Fixture *fixture, const char *room, const char *session, gint64 now_us)
{
    join(fixture, room, session, TRUE, now_us, NULL);
    cc_room_registry_connected(fixture->registry, session, now_us);
    cc_room_registry_media(fixture->registry, session);
}

static void
test_lesson(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;
    const CcParticipant *pupil;

    g_assert_null(cc_room_registry_lookup(registry, "math"));
    pupil = join(fixture, "math", "s1", FALSE, 0, NULL);
    g_assert_cmpstr(pupil->id, ==, "p1");
    g_assert_cmpstr(pupil->name, ==, "s1");
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_NONE);
    assert_log(fixture, ""); /* nobody hears of a session that has not connected */
    cc_room_registry_connected(registry, "s1", 1);
    cc_room_registry_connected(registry, "s1", 2);
    assert_log(fixture, "joined:p1 ");

    join(fixture, "math", "t1", TRUE, 3, NULL);
    cc_room_registry_connected(registry, "t1", 4);
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_NONE);
    cc_room_registry_media(registry, "t1");
    assert_log(fixture, "joined:p2 lesson:on ");

    /* She goes home: over at once; the room stays while somebody is in it. */
    cc_room_registry_leave(registry, "t1", "closed", TRUE, 5);
    assert_log(fixture, "left:p2:closed lesson:over ");
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_OVER);
    cc_room_registry_leave(registry, "s1", "timed-out", FALSE, 6);
    assert_log(fixture, "left:p1:timed-out ");
    g_assert_null(cc_room_registry_lookup(registry, "math"));
    g_assert_cmpuint(cc_room_registry_n_sessions(registry), ==, 0);
    cc_room_registry_leave(registry, "s1", "again", TRUE, 7);
    assert_log(fixture, "");
}

static void
test_never_connected(Fixture *fixture, gconstpointer data)
{
    join(fixture, "math", "s1", FALSE, 0, NULL);
    cc_room_registry_leave(fixture->registry, "s1", "never-connected", FALSE, 30 * SECOND);
    assert_log(fixture, "");
    g_assert_null(cc_room_registry_lookup(fixture->registry, "math"));

    /* A teacher who never came leaves no lesson behind either. */
    join(fixture, "math", "t1", TRUE, 0, NULL);
    cc_room_registry_leave(fixture->registry, "t1", "never-connected", FALSE, 30 * SECOND);
    assert_log(fixture, "");
    g_assert_null(cc_room_registry_lookup(fixture->registry, "math"));
}

static void
test_away_and_back(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;

    begin_lesson(fixture, "math", "t1", 0);
    assert_log(fixture, "joined:p1 lesson:on ");
    g_assert_cmpint(cc_room_registry_next_expiry_us(registry), ==, -1);
    cc_room_registry_silent(registry, "t1", 10 * SECOND);
    cc_room_registry_silent(registry, "t1", 11 * SECOND);
    assert_log(fixture, "lesson:away ");
    g_assert_cmpint(cc_room_registry_next_expiry_us(registry), ==, 70 * SECOND);
    cc_room_registry_media(registry, "t1");
    assert_log(fixture, "lesson:on ");
    g_assert_cmpint(cc_room_registry_next_expiry_us(registry), ==, -1);

    /* Her session dies; the room waits for her, empty, for the grace period. */
    cc_room_registry_leave(registry, "t1", "timed-out", FALSE, 20 * SECOND);
    assert_log(fixture, "left:p1:timed-out lesson:away ");
    cc_room_registry_expire(registry, 80 * SECOND - 1);
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_AWAY);
    begin_lesson(fixture, "math", "t2", 80 * SECOND - 1);
    assert_log(fixture, "joined:p2 lesson:on ");
    cc_room_registry_expire(registry, 200 * SECOND);
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_ON);
}

static void
test_grace_ends(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;

    begin_lesson(fixture, "math", "t1", 0);
    join(fixture, "math", "s1", FALSE, 0, NULL);
    cc_room_registry_leave(registry, "t1", "closed-by-peer", FALSE, 10 * SECOND);
    g_string_truncate(fixture->log, 0);
    cc_room_registry_expire(registry, 70 * SECOND);
    assert_log(fixture, "lesson:over ");
    g_assert_cmpint(cc_room_registry_next_expiry_us(registry), ==, -1);

    /* The next lesson in the same room begins as usual. */
    begin_lesson(fixture, "math", "t2", 71 * SECOND);
    assert_log(fixture, "joined:p3 lesson:on ");

    /* An empty room goes with its lesson. */
    cc_room_registry_leave(registry, "s1", "closed", TRUE, 72 * SECOND);
    cc_room_registry_leave(registry, "t2", "timed-out", FALSE, 73 * SECOND);
    g_assert_nonnull(cc_room_registry_lookup(registry, "math"));
    cc_room_registry_expire(registry, 133 * SECOND);
    g_assert_null(cc_room_registry_lookup(registry, "math"));
}

static void
test_second_teacher(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;

    /* One who has just come is given time, then not. */
    join(fixture, "math", "t1", TRUE, 0, NULL);
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_TEACHES, NULL, 2 * SECOND - 1),
                    ==, CC_ADMISSION_TEACHER_PRESENT);
    cc_room_registry_connected(registry, "t1", 1 * SECOND);
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_TEACHES, NULL, 3 * SECOND - 1),
                    ==, CC_ADMISSION_TEACHER_PRESENT);
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_TEACHES, NULL, 3 * SECOND), ==,
                    CC_ADMISSION_OK);

    /* While her packets arrive nobody takes her place, however late. */
    cc_room_registry_media(registry, "t1");
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_TEACHES, NULL, 1000 * SECOND),
                    ==, CC_ADMISSION_TEACHER_PRESENT);
    g_assert_cmpint(
        cc_room_registry_admit(registry, "history", CC_SEAT_TEACHES, NULL, 1000 * SECOND), ==,
        CC_ADMISSION_OK);

    /* Silent: the next one continues the lesson, the old session ends. */
    cc_room_registry_silent(registry, "t1", 1001 * SECOND);
    g_string_truncate(fixture->log, 0);
    join(fixture, "math", "t2", TRUE, 1001 * SECOND, "t1");
    assert_log(fixture, "left:p1:replaced ");
    cc_room_registry_media(registry, "t1"); /* a late report of the old session changes nothing */
    assert_log(fixture, "");
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_AWAY);
    cc_room_registry_media(registry, "t2");
    assert_log(fixture, "joined:p2 lesson:on ");
    g_assert_cmpuint(cc_room_registry_n_sessions(registry), ==, 1);
}

/* A client that comes again goes on as who it was, whatever has become of its session before. */
static void
test_comes_again(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;

    begin_lesson(fixture, "math", "t1", 0);
    g_autofree char *id = g_strdup(come_again(fixture, "s1", FALSE, "pupil", NULL)->id);
    cc_room_registry_connected(registry, "s1", 0);
    g_assert_cmpstr(come_again(fixture, "s2", FALSE, "other", NULL)->id, !=, id);
    g_string_truncate(fixture->log, 0);

    /* While the old session is thought to be well. */
    g_assert_cmpstr(come_again(fixture, "s3", FALSE, "pupil", "s1")->id, ==, id);
    cc_room_registry_leave(registry, "s1", "replaced", FALSE, 0);
    cc_room_registry_connected(registry, "s3", 0);
    assert_log(fixture, "");
    g_assert_null(cc_room_registry_find(registry, "s1"));
    g_assert_cmpstr(cc_room_registry_find(registry, "s3")->name, ==, "s3");
    g_assert_cmpuint(cc_room_registry_n_sessions(registry), ==, 3);

    /* While it is out of reach. */
    cc_room_registry_lost(registry, "s3", "timed-out", 0);
    come_again(fixture, "s4", FALSE, "pupil", "s3");
    g_assert_null(cc_room_registry_longest_lost(registry, NULL));
    cc_room_registry_connected(registry, "s4", 0);
    g_autofree char *back = g_strdup_printf("left:%s:timed-out joined:%s ", id, id);
    assert_log(fixture, back);

    /* And if it does not get through, or nobody remembers it. */
    come_again(fixture, "s5", FALSE, "pupil", "s4");
    cc_room_registry_leave(registry, "s5", "never-connected", FALSE, 0);
    g_autofree char *gone = g_strdup_printf("left:%s:never-connected ", id);
    assert_log(fixture, gone);
    g_assert_cmpstr(come_again(fixture, "s6", FALSE, "pupil", NULL)->id, ==, id);
}

static void
test_teacher_comes_again(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;
    g_autofree char *id = g_strdup(come_again(fixture, "t1", TRUE, "teacher", NULL)->id);

    cc_room_registry_media(registry, "t1");
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_TEACHES, "somebody", 0), ==,
                    CC_ADMISSION_TEACHER_PRESENT);
    /* Who only watches with the same name of hers is somebody else. */
    g_assert_cmpstr(come_again(fixture, "w1", FALSE, "teacher", NULL)->id, !=, id);
    g_string_truncate(fixture->log, 0);

    g_assert_cmpstr(come_again(fixture, "t2", TRUE, "teacher", "t1")->id, ==, id);
    assert_log(fixture, "lesson:away ");
    cc_room_registry_silent(registry, "t1", 0); /* late reports of the old session */
    cc_room_registry_media(registry, "t1");
    assert_log(fixture, "");
    cc_room_registry_media(registry, "t2");
    assert_log(fixture, "lesson:on ");
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_TEACHES, "somebody", 0), ==,
                    CC_ADMISSION_TEACHER_PRESENT);
}

/* Even where there is no place left. */
static void
test_comes_again_when_full(Fixture *fixture, gconstpointer data)
{
    come_again(fixture, "s1", FALSE, "one", NULL);
    come_again(fixture, "s2", FALSE, "two", NULL);
    come_again(fixture, "s3", FALSE, "three", NULL);
    come_again(fixture, "s4", FALSE, "four", NULL);
    g_assert_cmpint(cc_room_registry_admit(fixture->registry, "math", CC_SEAT_WATCHES, "five", 0),
                    ==, CC_ADMISSION_LIMIT_SESSIONS);
    come_again(fixture, "s5", FALSE, "two", "s2");
}

/* A hand stays raised while its classroom is away, and no longer than the lesson lasts. */
static void
test_hands(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;
    const CcRoom *room;

    begin_lesson(fixture, "math", "t1", 0);
    join(fixture, "math", "s1", FALSE, 0, NULL);
    room = cc_room_registry_lookup(registry, "math");
    CcParticipant *teacher = cc_room_find_id(room, "p1"), *pupil = cc_room_find_id(room, "p2");
    g_string_truncate(fixture->log, 0);

    g_assert_false(cc_hands_set(registry, teacher, SECOND));
    g_assert_true(cc_hands_set(registry, pupil, SECOND)); /* others do not know of it yet */
    assert_log(fixture, "");
    cc_room_registry_connected(registry, "s1", 0);
    g_assert_true(cc_hands_set(registry, pupil, 2 * SECOND));
    g_assert_cmpint(pupil->hand_us, ==, SECOND);
    cc_room_registry_lost(registry, "s1", "timed-out", 0);
    cc_room_registry_connected(registry, "s1", 0);
    assert_log(fixture, "joined:p2 left:p2:timed-out joined:p2 ");
    g_assert_cmpint(pupil->hand_us, ==, SECOND);
    g_assert_true(cc_hands_set(registry, pupil, 0));
    g_assert_true(cc_hands_set(registry, pupil, 0));
    g_assert_true(cc_hands_set(registry, pupil, 3 * SECOND));
    assert_log(fixture, "hand:p2:down hand:p2:up ");
    cc_room_registry_leave(registry, "t1", "closed", TRUE, 0);
    assert_log(fixture, "left:p1:closed hand:p2:down lesson:over ");

    pupil->role = CC_ROLE_VIEWER;
    g_assert_false(cc_hands_set(registry, pupil, SECOND));
}

static void
test_receiver_is_no_teacher(Fixture *fixture, gconstpointer data)
{
    join(fixture, "math", "s1", FALSE, 0, NULL);
    cc_room_registry_media(fixture->registry, "s1");
    cc_room_registry_silent(fixture->registry, "s1", 1);
    assert_log(fixture, "");
    g_assert_cmpint(lesson(fixture, "math"), ==, CC_LESSON_NONE);
}

static void
test_wait_for_lesson(Fixture *fixture, gconstpointer data)
{
    CcRoomLimits limits = default_limits;
    CcRoomRegistry *registry = fixture->registry;

    limits.wait_for_lesson = FALSE;
    cc_room_registry_set_limits(registry, &limits);
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_LESSON_NOT_BEGUN);
    join(fixture, "math", "t1", TRUE, 0, NULL);
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_LESSON_NOT_BEGUN);
    cc_room_registry_media(registry, "t1");
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_OK);
    cc_room_registry_silent(registry, "t1", 1);
    join(fixture, "math", "s1", FALSE, 1, NULL);
    cc_room_registry_expire(registry, 61 * SECOND);
    g_assert_cmpint(cc_room_registry_admit(registry, "math", CC_SEAT_WATCHES, NULL, 61 * SECOND),
                    ==, CC_ADMISSION_LESSON_NOT_BEGUN);
}

static void
test_limits(Fixture *fixture, gconstpointer data)
{
    CcRoomRegistry *registry = fixture->registry;

    join(fixture, "a", "s1", FALSE, 0, NULL);
    join(fixture, "a", "s2", FALSE, 0, NULL);
    join(fixture, "a", "s3", FALSE, 0, NULL);
    join(fixture, "a", "s4", FALSE, 0, NULL);
    g_assert_cmpint(cc_room_registry_admit(registry, "a", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_LIMIT_SESSIONS);
    join(fixture, "a", "t1", TRUE, 0, NULL); /* a full room still has a place for its teacher */
    join(fixture, "b", "s5", FALSE, 0, NULL);
    g_assert_cmpint(cc_room_registry_admit(registry, "c", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_LIMIT_ROOMS);
    g_assert_cmpint(cc_room_registry_admit(registry, "b", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_LIMIT_SESSIONS); /* six in the whole relay */
    g_assert_cmpint(cc_room_registry_admit(registry, "b", CC_SEAT_TEACHES, NULL, 0), ==,
                    CC_ADMISSION_LIMIT_SESSIONS);
    /* A teacher who comes back in the place of her dead session is no seventh. */
    join(fixture, "a", "t2", TRUE, 5 * SECOND, "t1");

    cc_room_registry_leave(registry, "s5", "closed", TRUE, 0);
    g_assert_cmpint(cc_room_registry_admit(registry, "c", CC_SEAT_WATCHES, NULL, 0), ==,
                    CC_ADMISSION_OK);
}

static void
test_list(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GPtrArray) rooms = NULL;

    join(fixture, "zoology", "s1", FALSE, 0, NULL);
    join(fixture, "art", "s2", FALSE, 0, NULL);
    rooms = cc_room_registry_list(fixture->registry);
    g_assert_cmpuint(rooms->len, ==, 2);
    g_assert_cmpstr(((CcRoom *)g_ptr_array_index(rooms, 0))->name, ==, "art");
    g_assert_cmpstr(((CcRoom *)g_ptr_array_index(rooms, 1))->name, ==, "zoology");
}

/* A room's home is where it was opened, for as long as it exists; and who is where is counted. */
static void
test_home(Fixture *fixture, gconstpointer data)
{
    const CcRoom *room;

    join_on(fixture, "s1", FALSE, 5);
    join_on(fixture, "s2", TRUE, 5);
    join_on(fixture, "s3", FALSE, 63);
    room = cc_room_registry_lookup(fixture->registry, "a");
    g_assert_cmpuint(room->home, ==, 5);
    g_assert_cmpuint(room->on_worker[5], ==, 2);
    g_assert_cmpuint(room->on_worker[63], ==, 1);
    cc_room_registry_leave(fixture->registry, "s1", "closed", TRUE, 0);
    cc_room_registry_leave(fixture->registry, "s2", "closed", TRUE, 0);
    g_assert_cmpuint(room->home, ==, 5);
    g_assert_cmpuint(room->on_worker[5], ==, 0);
    cc_room_registry_leave(fixture->registry, "s3", "closed", TRUE, 0);
    g_assert_null(cc_room_registry_lookup(fixture->registry, "a"));
    join_on(fixture, "s4", FALSE, 2);
    g_assert_cmpuint(cc_room_registry_lookup(fixture->registry, "a")->home, ==, 2);
}

/* One that is out of reach has left for the others, but has its place until somebody needs it. */
static void
test_lost(Fixture *fixture, gconstpointer data)
{
    join(fixture, "math", "a", FALSE, 0, NULL);
    join(fixture, "math", "b", FALSE, 0, NULL);
    join(fixture, "art", "c", FALSE, 0, NULL);
    cc_room_registry_lost(fixture->registry, "a", "timed-out", 5);
    assert_log(fixture, ""); /* nobody knew of it */
    cc_room_registry_connected(fixture->registry, "a", 10);
    cc_room_registry_connected(fixture->registry, "b", 10);
    cc_room_registry_connected(fixture->registry, "c", 10);
    assert_log(fixture, "joined:p1 joined:p2 joined:p1 ");
    g_assert_null(cc_room_registry_longest_lost(fixture->registry, NULL));
    cc_room_registry_lost(fixture->registry, "b", "timed-out", 20);
    cc_room_registry_lost(fixture->registry, "a", "timed-out", 30);
    cc_room_registry_lost(fixture->registry, "c", "timed-out", 15);
    cc_room_registry_lost(fixture->registry, "c", "timed-out", 40);
    assert_log(fixture, "left:p2:timed-out left:p1:timed-out left:p1:timed-out ");
    g_assert_cmpstr(cc_room_registry_longest_lost(fixture->registry, "math"), ==, "b");
    g_assert_cmpstr(cc_room_registry_longest_lost(fixture->registry, NULL), ==, "c");
    cc_room_registry_connected(fixture->registry, "b", 50);
    assert_log(fixture, "joined:p2 ");
    g_assert_cmpstr(cc_room_registry_longest_lost(fixture->registry, "math"), ==, "a");
    cc_room_registry_leave(fixture->registry, "a", "timed-out", FALSE, 60);
    assert_log(fixture, "");
    g_assert_null(cc_room_registry_longest_lost(fixture->registry, "math"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
    ADD("/relay/room/lost", test_lost);
    ADD("/relay/room/lesson", test_lesson);
    ADD("/relay/room/never-connected", test_never_connected);
    ADD("/relay/room/away-and-back", test_away_and_back);
    ADD("/relay/room/grace-ends", test_grace_ends);
    ADD("/relay/room/second-teacher", test_second_teacher);
    ADD("/relay/room/comes-again", test_comes_again);
    ADD("/relay/room/teacher-comes-again", test_teacher_comes_again);
    ADD("/relay/room/comes-again-when-full", test_comes_again_when_full);
    ADD("/relay/room/hands", test_hands);
    ADD("/relay/room/receiver-is-no-teacher", test_receiver_is_no_teacher);
    ADD("/relay/room/wait-for-lesson", test_wait_for_lesson);
    ADD("/relay/room/limits", test_limits);
    ADD("/relay/room/list", test_list);
    ADD("/relay/room/home", test_home);
    return g_test_run();
}
