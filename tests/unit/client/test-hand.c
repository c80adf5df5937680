/* A classroom's own hand, through teachers who lower it and relays that forget it. */
#include "client/signalling/hand.h"

#define SECOND G_USEC_PER_SEC

static CcRoomState room = {.lesson = CC_LESSON_ON};
static CcParticipant own;

static CcHand
begin(const char *role)
{
    room.lesson = CC_LESSON_ON;
    own = (CcParticipant){.role = (char *)role};
    return (CcHand){0};
}

static void
test_raised(void)
{
    CcHand hand = begin("classroom");
    g_assert_false(cc_hand_is_due(&hand));
    g_assert_true(cc_hand_press(&hand, &room, &own, 5 * SECOND));
    g_assert_cmpint(hand.wanted_us, ==, 5 * SECOND);
    cc_hand_see(&hand, &room, &own); /* about others */
    g_assert_true(cc_hand_is_due(&hand));
    own.hand_us = 6 * SECOND;
    cc_hand_see(&hand, &room, &own);
    g_assert_false(cc_hand_is_due(&hand));
    g_assert_true(cc_hand_press(&hand, &room, &own, 9 * SECOND));
    g_assert_cmpint(hand.wanted_us, ==, 0);
}

static void
test_lowered_by_teacher(void)
{
    CcHand hand = begin("classroom");
    cc_hand_press(&hand, &room, &own, SECOND);
    own.hand_us = SECOND;
    cc_hand_see(&hand, &room, &own);
    own.hand_us = 0;
    cc_hand_see(&hand, &room, &own);
    cc_hand_renew(&hand);
    g_assert_false(cc_hand_is_due(&hand));
}

/* Another relay knows of nothing: it is told since when. */
static void
test_forgotten(void)
{
    CcHand hand = begin("classroom");
    cc_hand_press(&hand, &room, &own, SECOND);
    own.hand_us = SECOND;
    cc_hand_see(&hand, &room, &own);
    cc_hand_see(&hand, &room, NULL); /* we are not there yet */
    g_assert_false(cc_hand_is_due(&hand));
    cc_hand_renew(&hand);
    own.hand_us = 0;
    cc_hand_see(&hand, &room, &own);
    g_assert_true(cc_hand_is_due(&hand));
    g_assert_cmpint(hand.wanted_us, ==, SECOND);
}

static void
test_over(void)
{
    CcHand hand = begin("classroom");
    cc_hand_press(&hand, &room, &own, SECOND);
    room.lesson = CC_LESSON_OVER;
    cc_hand_see(&hand, &room, &own);
    g_assert_false(cc_hand_is_due(&hand));
    g_assert_false(cc_hand_press(&hand, &room, &own, 2 * SECOND));
}

static void
test_nobody(void)
{
    CcHand hand = begin("viewer");
    g_assert_false(cc_hand_press(&hand, &room, &own, SECOND));
    g_assert_false(cc_hand_press(&hand, &room, NULL, SECOND));
    g_assert_false(cc_hand_is_due(&hand));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hand/raised", test_raised);
    g_test_add_func("/hand/lowered-by-teacher", test_lowered_by_teacher);
    g_test_add_func("/hand/forgotten", test_forgotten);
    g_test_add_func("/hand/over", test_over);
    g_test_add_func("/hand/nobody", test_nobody);
    return g_test_run();
}
