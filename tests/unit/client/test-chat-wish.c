/* Who may write, as a teacher says it, through relays that forget it and other teachers. */
#include "client/signalling/chat-wish.h"

#define SECOND G_USEC_PER_SEC

static CcRoomState room;

static CcChatWish
begin(void)
{
    room = (CcRoomState){.lesson = CC_LESSON_ON};
    return (CcChatWish){0};
}

/* As the relay would, once it has been told. */
static void
relay_takes(CcChatWish *wish, gint64 now_us)
{
    cc_chat_wish_said(wish, now_us);
    room.chat.rules = wish->rules;
    g_assert_false(cc_chat_wish_see(wish, &room, now_us));
}

static void
test_said(void)
{
    CcChatWish wish = begin();
    g_assert_true(cc_chat_wish_is_on(&wish));
    g_assert_false(cc_chat_wish_see(&wish, &room, SECOND)); /* nothing to tell */
    g_assert_false(cc_chat_wish_set_on(&wish, TRUE));
    g_assert_true(cc_chat_wish_mute(&wish, "a", TRUE));
    g_assert_false(cc_chat_wish_mute(&wish, "a", TRUE));
    g_assert_true(cc_chat_wish_is_on(&wish)); /* the others may */
    g_assert_true(cc_chat_wish_set_on(&wish, FALSE));
    g_assert_false(cc_chat_wish_is_on(&wish));
    g_assert_true(cc_chat_wish_mute(&wish, "a", FALSE));
    g_assert_false(cc_chat_wish_is_on(&wish));
}

/* A relay that was away is told before anybody can write: as soon as the room is there. */
static void
test_told_again(void)
{
    CcChatWish wish = begin();
    cc_chat_wish_mute(&wish, "a", TRUE);
    relay_takes(&wish, SECOND);
    g_assert_false(cc_chat_wish_is_due(&wish, &room));
    cc_chat_wish_renew(&wish);
    room = (CcRoomState){.lesson = CC_LESSON_UNKNOWN};
    g_assert_false(cc_chat_wish_see(&wish, &room, 9 * SECOND));
    room.lesson = CC_LESSON_NONE;
    g_assert_true(cc_chat_wish_see(&wish, &room, 9 * SECOND));
    cc_chat_wish_said(&wish, 9 * SECOND);
    g_assert_false(cc_chat_wish_see(&wish, &room, 9 * SECOND + 1)); /* on its way */
    g_assert_true(cc_chat_wish_is_due(&wish, &room));               /* but now the room is there */
    room.lesson = CC_LESSON_ON;
    g_assert_true(cc_chat_wish_see(&wish, &room, 12 * SECOND)); /* that was lost */
    g_assert_true(cc_chat_rules_is_muted(&wish.rules, "a"));
}

static void
test_another_teacher(void)
{
    CcChatWish wish = begin();
    cc_chat_wish_set_on(&wish, FALSE);
    relay_takes(&wish, SECOND);
    room.chat.rules.on = TRUE;
    g_assert_false(cc_chat_wish_see(&wish, &room, 2 * SECOND));
    g_assert_true(cc_chat_wish_is_on(&wish));
    /* What was said before our own word was heard is not a contradiction. */
    cc_chat_wish_set_on(&wish, FALSE);
    cc_chat_wish_said(&wish, 5 * SECOND);
    cc_chat_wish_see(&wish, &room, 5 * SECOND + 1);
    g_assert_false(cc_chat_wish_is_on(&wish));
    cc_chat_wish_see(&wish, &room, 8 * SECOND);
    g_assert_true(cc_chat_wish_is_on(&wish));
}

static void
test_over(void)
{
    CcChatWish wish = begin();
    cc_chat_wish_set_on(&wish, FALSE);
    relay_takes(&wish, SECOND);
    room.lesson = CC_LESSON_OVER;
    g_assert_false(cc_chat_wish_see(&wish, &room, 2 * SECOND));
    room = (CcRoomState){.lesson = CC_LESSON_ON};
    g_assert_false(cc_chat_wish_see(&wish, &room, 9 * SECOND));
    g_assert_true(cc_chat_wish_is_on(&wish));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chat-wish/said", test_said);
    g_test_add_func("/chat-wish/told-again", test_told_again);
    g_test_add_func("/chat-wish/another-teacher", test_another_teacher);
    g_test_add_func("/chat-wish/over", test_over);
    return g_test_run();
}
