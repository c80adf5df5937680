/* A teacher's stage, through relays that forget it and other teachers who change it. */
#include "client/signalling/stage.h"

#define SECOND G_USEC_PER_SEC

static CcRoomState room;

static CcStageWish
begin(void)
{
    room = (CcRoomState){.lesson = CC_LESSON_ON};
    return (CcStageWish){0};
}

/* As the relay would, once it has been told. */
static void
relay_takes(CcStageWish *wish, gint64 now_us)
{
    cc_stage_wish_said(wish, now_us);
    room.stage = wish->stage;
    g_assert_false(cc_stage_wish_see(wish, &room, now_us));
}

static void
test_called_and_thanked(void)
{
    CcStageWish wish = begin();
    g_assert_true(cc_stage_wish_call(&wish, "a"));
    g_assert_false(cc_stage_wish_call(&wish, "a"));
    g_assert_true(cc_stage_wish_call(&wish, "b"));
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "a"), ==, 0);
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "b"), ==, 1);
    g_assert_true(cc_stage_wish_call(&wish, "c")); /* instead of who has been there longest */
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "c"), ==, 0);
    g_assert_true(cc_stage_wish_thank(&wish, "b"));
    g_assert_false(cc_stage_wish_thank(&wish, "b"));
    g_assert_true(cc_stage_wish_call(&wish, "d"));
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "c"), ==, 0);
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "d"), ==, 1);
    g_assert_false(cc_stage_wish_call(&wish, ""));
}

static void
test_muted(void)
{
    CcStageWish wish = begin();
    g_assert_false(cc_stage_wish_mute(&wish, "a", TRUE));
    cc_stage_wish_call(&wish, "a");
    g_assert_true(cc_stage_wish_mute(&wish, "a", TRUE));
    g_assert_false(cc_stage_wish_mute(&wish, "a", TRUE));
    cc_stage_wish_thank(&wish, "a");
    cc_stage_wish_call(&wish, "a");
    g_assert_false(wish.stage.guests[0].muted);
}

static void
test_told_again(void)
{
    CcStageWish wish = begin();
    g_assert_false(cc_stage_wish_see(&wish, &room, SECOND)); /* nothing to tell */
    cc_stage_wish_call(&wish, "a");
    relay_takes(&wish, SECOND);
    /* Another relay, or the same one that has been away. */
    cc_stage_wish_renew(&wish);
    room.lesson = CC_LESSON_UNKNOWN;
    room.stage = (CcStage){0};
    g_assert_false(cc_stage_wish_see(&wish, &room, 9 * SECOND));
    room.lesson = CC_LESSON_NONE;
    g_assert_false(cc_stage_wish_see(&wish, &room, 9 * SECOND));
    room.lesson = CC_LESSON_ON;
    g_assert_true(cc_stage_wish_see(&wish, &room, 9 * SECOND));
    cc_stage_wish_said(&wish, 9 * SECOND);
    g_assert_false(cc_stage_wish_see(&wish, &room, 9 * SECOND + 1)); /* on its way */
    g_assert_true(cc_stage_wish_see(&wish, &room, 12 * SECOND));     /* that was lost */
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "a"), ==, 0);
}

static void
test_another_teacher(void)
{
    CcStageWish wish = begin();
    cc_stage_wish_call(&wish, "a");
    relay_takes(&wish, SECOND);
    room.stage = (CcStage){.known = TRUE, .guests = {{.id = "b"}, {.id = "a"}}};
    g_assert_false(cc_stage_wish_see(&wish, &room, 2 * SECOND));
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "b"), ==, 0);
    /* What was said before our own word was heard is not a contradiction. */
    cc_stage_wish_thank(&wish, "b");
    cc_stage_wish_said(&wish, 5 * SECOND);
    cc_stage_wish_see(&wish, &room, 5 * SECOND + 1);
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "b"), ==, -1);
    cc_stage_wish_see(&wish, &room, 8 * SECOND);
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "b"), ==, 0);
}

static void
test_over(void)
{
    CcStageWish wish = begin();
    cc_stage_wish_call(&wish, "a");
    relay_takes(&wish, SECOND);
    room.lesson = CC_LESSON_OVER;
    g_assert_false(cc_stage_wish_see(&wish, &room, 2 * SECOND));
    room = (CcRoomState){.lesson = CC_LESSON_ON};
    g_assert_false(cc_stage_wish_see(&wish, &room, 9 * SECOND));
    g_assert_cmpint(cc_stage_place_of(&wish.stage, "a"), ==, -1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stage/called-and-thanked", test_called_and_thanked);
    g_test_add_func("/stage/muted", test_muted);
    g_test_add_func("/stage/told-again", test_told_again);
    g_test_add_func("/stage/another-teacher", test_another_teacher);
    g_test_add_func("/stage/over", test_over);
    return g_test_run();
}
