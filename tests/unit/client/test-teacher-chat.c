/* What becomes of what the teacher writes in her window, and what she sees of it. */
#include "client/send/teacher-chat.h"

#include <string.h>

#define SECOND G_USEC_PER_SEC

typedef struct {
    CcRoomState room;
    CcParticipant own;
    CcTeacherChat chat;
    CcChatWish wish;
    CcViewChat view;
} Fixture;

static void
apply(Fixture *fixture, const char *message)
{
    g_autoptr(GError) error = NULL;
    cc_room_state_apply(&fixture->room, message, strlen(message), SECOND, &error);
    g_assert_no_error(error);
    cc_teacher_chat_see(&fixture->chat, &fixture->room, &fixture->own);
    cc_teacher_chat_fill(&fixture->chat, &fixture->room, &fixture->own, &fixture->wish,
                         &fixture->view);
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    cc_room_state_init(&fixture->room);
    fixture->own = (CcParticipant){.id = (char *)"t1", .role = (char *)"teacher"};
    apply(fixture, "{\"type\":\"lesson\",\"lesson\":\"on\"}");
    apply(fixture, "{\"type\":\"chat\",\"message\":{\"time_ms\":5,\"id\":\"t1\","
                   "\"role\":\"teacher\",\"name\":\"\",\"text\":\"before\"}}");
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_room_state_clear(&fixture->room);
}

static void
test_said(Fixture *fixture, gconstpointer data)
{
    cc_teacher_chat_write(&fixture->chat, 1, &fixture->room, SECOND);
    apply(fixture, "{\"type\":\"chat\",\"message\":{\"time_ms\":6,\"id\":\"c1\","
                   "\"role\":\"classroom\",\"name\":\"Huli\",\"text\":\"hello\"}}");
    g_assert_cmpuint(fixture->view.answered, ==, 0); /* it is of somebody else */
    cc_chat_wish_mute(&fixture->wish, "c1", TRUE);
    apply(fixture, "{\"type\":\"chat\",\"message\":{\"time_ms\":7,\"id\":\"t1\","
                   "\"role\":\"teacher\",\"name\":\"\",\"text\":\"now\"}}");
    g_assert_cmpuint(fixture->view.answered, ==, 1);
    g_assert_cmpint(fixture->view.refusal, ==, CC_CHAT_REFUSED_NOT);
    g_assert_cmpuint(fixture->view.n_lines, ==, 3);
    g_assert_true(fixture->view.lines[0].own && fixture->view.lines[0].teacher);
    g_assert_true(fixture->view.lines[1].muted && !fixture->view.lines[1].own);
    g_assert_cmpstr(fixture->view.lines[1].name, ==, "Huli");
    g_assert_true(fixture->view.on);
    g_assert_cmpint(fixture->view.hindrance, ==, CC_CHAT_REFUSED_NOT);
}

static void
test_refused(Fixture *fixture, gconstpointer data)
{
    cc_teacher_chat_write(&fixture->chat, 1, &fixture->room, SECOND);
    apply(fixture, "{\"type\":\"chat-refused\",\"reason\":\"too-often\"}");
    g_assert_cmpuint(fixture->view.answered, ==, 1);
    g_assert_cmpint(fixture->view.refusal, ==, CC_CHAT_REFUSED_TOO_OFTEN);
    apply(fixture, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    g_assert_cmpint(fixture->view.hindrance, ==, CC_CHAT_REFUSED_NO_LESSON);
}

/* Nobody tells what became of it. */
static void
test_lost(Fixture *fixture, gconstpointer data)
{
    cc_teacher_chat_write(&fixture->chat, 1, &fixture->room, SECOND);
    cc_teacher_chat_tick(&fixture->chat, SECOND + CC_TEACHER_CHAT_PATIENCE_US - 1, &fixture->view);
    g_assert_cmpuint(fixture->view.answered, ==, 0);
    cc_teacher_chat_tick(&fixture->chat, SECOND + CC_TEACHER_CHAT_PATIENCE_US, &fixture->view);
    g_assert_cmpuint(fixture->view.answered, ==, 1);
    g_assert_cmpint(fixture->view.refusal, ==, CC_CHAT_REFUSED_SILENTLY);
    cc_teacher_chat_write(&fixture->chat, 2, NULL, SECOND); /* to a server without a room */
    cc_teacher_chat_tick(&fixture->chat, SECOND, &fixture->view);
    g_assert_cmpuint(fixture->view.answered, ==, 2);
    cc_teacher_chat_fill(&fixture->chat, &fixture->room, NULL, &fixture->wish, &fixture->view);
    g_assert_cmpint(fixture->view.hindrance, ==, CC_CHAT_REFUSED_NO_SEAT);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/teacher-chat/said", Fixture, NULL, set_up, test_said, tear_down);
    g_test_add("/teacher-chat/refused", Fixture, NULL, set_up, test_refused, tear_down);
    g_test_add("/teacher-chat/lost", Fixture, NULL, set_up, test_lost, tear_down);
    return g_test_run();
}
