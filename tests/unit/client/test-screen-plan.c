#include "client/send/screen-plan.h"

#define TICK_US 200000
#define PIXELS (1280 * 720)
#define PAGE 0.27 /* of the blocks change from one page of text to the next */

typedef struct {
    CcScreenPlan plan;
    gint64 now_us;
    guint n, bytes, quantizer; /* of what was coded: pictures, their sum, the newest */
    gint64 first_us;           /* when the first of them has gone out; 0: none */
} Lesson;

static Lesson
begin(guint bps)
{
    Lesson lesson = {.now_us = 50 * G_USEC_PER_SEC};
    cc_screen_plan_init(&lesson.plan, PIXELS);
    cc_screen_plan_set_rate(&lesson.plan, bps, lesson.now_us);
    return lesson;
}

/* As VP9 was measured to take: a page's key picture or change, and what refines it. */
static guint
size_of(CcScreenAction action, double changed, guint before, guint quantizer)
{
    double share = 1 + (32 - (double)quantizer) * 0.026;
    if (action == CC_SCREEN_KEYFRAME)
        return (guint)(46000 * share);
    if (changed > 0)
        return (guint)(111000 * changed * share) + 60;
    return (guint)(30000 * 1.4 * 0.026 * (before - quantizer)) + 60;
}

/* Looks once, and lets a tick pass. */
static CcScreenAction
look(Lesson *lesson, double changed, gboolean keyframe)
{
    guint before = lesson->plan.quantizer, quantizer;
    CcScreenAction action =
        cc_screen_plan_next(&lesson->plan, changed, keyframe, lesson->now_us, &quantizer);
    if (action != CC_SCREEN_NOTHING) {
        guint bytes = size_of(action, changed, before, quantizer);
        cc_screen_plan_coded(&lesson->plan, bytes, lesson->now_us);
        if (lesson->n++ == 0)
            lesson->first_us =
                lesson->now_us + (gint64)bytes * 8 * G_USEC_PER_SEC / lesson->plan.bps;
        lesson->bytes += bytes;
        lesson->quantizer = quantizer;
    }
    lesson->now_us += TICK_US;
    return action;
}

/* Nothing moves for a while. */
static void
stand_still(Lesson *lesson, guint seconds)
{
    lesson->n = lesson->bytes = 0;
    for (guint i = 0; i < seconds * G_USEC_PER_SEC / TICK_US; i++)
        look(lesson, 0, FALSE);
}

/* Another page each half minute: what it takes is soon known. */
static void
learn(Lesson *lesson)
{
    look(lesson, 1, TRUE);
    for (guint page = 0; page < 6; page++) {
        stand_still(lesson, 30);
        look(lesson, PAGE, FALSE);
    }
    stand_still(lesson, 30);
}

/* Where the link has room, a page comes finely at once. */
static void
test_good_link(void)
{
    Lesson lesson = begin(1500000);
    learn(&lesson);
    lesson.n = lesson.bytes = 0;
    gint64 turned_us = lesson.now_us;
    g_assert_cmpint(look(&lesson, PAGE, FALSE), ==, CC_SCREEN_PICTURE);
    g_assert_cmpuint(lesson.quantizer, <, 24);
    g_assert_cmpint(lesson.first_us - turned_us, <, 500000);
}

/* Where it has not, coarsely within a second or two, and finely when it stands. */
static void
test_narrow_link(void)
{
    Lesson lesson = begin(80000);
    learn(&lesson);
    lesson.n = lesson.bytes = 0;
    gint64 turned_us = lesson.now_us;
    g_assert_cmpint(look(&lesson, PAGE, FALSE), ==, CC_SCREEN_PICTURE);
    g_assert_cmpuint(lesson.quantizer, >=, 50);
    g_assert_cmpint(lesson.first_us - turned_us, <, 1500000);
    g_assert_true(cc_screen_plan_is_busy(&lesson.plan));
    stand_still(&lesson, 15);
    g_assert_cmpuint(lesson.quantizer, <=, 16);
    g_assert_false(cc_screen_plan_is_busy(&lesson.plan));
    g_assert_cmpuint(lesson.bytes * 8, <=, 80000 * 16);
}

/* While nothing moves almost nothing is sent, but never nothing for long. */
static void
test_standing_still(void)
{
    Lesson lesson = begin(500000);
    learn(&lesson);
    stand_still(&lesson, 60);
    g_assert_cmpuint(lesson.n, >=, 25);
    g_assert_cmpuint(lesson.n, <=, 32);
    cc_screen_plan_set_rate(&lesson.plan, 0, lesson.now_us);
    stand_still(&lesson, 10);
    g_assert_cmpuint(lesson.n, ==, 0);
    g_assert_cmpint(look(&lesson, 1, TRUE), ==, CC_SCREEN_NOTHING);
    g_assert_false(cc_screen_plan_is_busy(&lesson.plan));
}

/* Something small that never rests does not keep the rest from being refined. */
static void
test_blinking(void)
{
    Lesson lesson = begin(80000);
    learn(&lesson);
    look(&lesson, PAGE, FALSE);
    for (guint i = 0; i < 100; i++)
        look(&lesson, 0.001, FALSE);
    g_assert_cmpuint(lesson.quantizer, <=, 16);
}

/* A film on the screen: no more than the link takes, and as often as that allows. */
static void
test_moving(void)
{
    Lesson lesson = begin(200000);
    lesson.n = lesson.bytes = 0;
    for (guint i = 0; i < 20 * G_USEC_PER_SEC / TICK_US; i++)
        look(&lesson, 0.9, FALSE);
    g_assert_cmpuint(lesson.n, >=, 4);
    g_assert_cmpuint(lesson.bytes * 8, <=, 200000 * 24);
    g_assert_cmpuint(lesson.quantizer, >=, 50);
}

/* Who comes gets a keyframe although nothing moves. */
static void
test_newcomer(void)
{
    Lesson lesson = begin(500000);
    learn(&lesson);
    g_assert_cmpint(look(&lesson, 0, TRUE), ==, CC_SCREEN_KEYFRAME);
    g_assert_cmpint(look(&lesson, 0, TRUE), ==, CC_SCREEN_NOTHING); /* one is on its way */
    stand_still(&lesson, 5);
    g_assert_cmpuint(lesson.quantizer, <=, 16);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-plan/good-link", test_good_link);
    g_test_add_func("/screen-plan/narrow-link", test_narrow_link);
    g_test_add_func("/screen-plan/standing-still", test_standing_still);
    g_test_add_func("/screen-plan/blinking", test_blinking);
    g_test_add_func("/screen-plan/moving", test_moving);
    g_test_add_func("/screen-plan/newcomer", test_newcomer);
    return g_test_run();
}
