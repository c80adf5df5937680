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

static gboolean
is_busy(const Lesson *lesson)
{
    gboolean urgent;
    return cc_screen_plan_busy_bps(&lesson->plan, &urgent) > 0;
}

static gboolean
is_urgent(const Lesson *lesson)
{
    gboolean urgent;
    cc_screen_plan_busy_bps(&lesson->plan, &urgent);
    return urgent;
}

/* As VP9 was measured to take: a page's key picture or change, and what refines it. */
static guint
size_of(CcScreenAction action, double changed, guint before, guint quantizer)
{
    double share = 1 + (32 - (double)quantizer) * 0.0244;
    if (action == CC_SCREEN_KEYFRAME)
        return (guint)(66000 * share);
    if (changed > 0)
        return (guint)(170000 * changed * share) + 60;
    return (guint)(46000 * 0.0244 * (before - quantizer)) + 60;
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

/* Where it has not, coarsely within two seconds, and finely when it stands. */
static void
test_narrow_link(void)
{
    Lesson lesson = begin(65000);
    learn(&lesson);
    lesson.n = lesson.bytes = 0;
    gint64 turned_us = lesson.now_us;
    g_assert_cmpint(look(&lesson, PAGE, FALSE), ==, CC_SCREEN_PICTURE);
    g_assert_cmpuint(lesson.quantizer, >=, 50);
    g_assert_cmpint(lesson.first_us - turned_us, <, 2000000);
    g_assert_true(is_busy(&lesson));
    stand_still(&lesson, 60);
    g_assert_cmpuint(lesson.quantizer, <=, 16);
    g_assert_false(is_busy(&lesson));
    g_assert_cmpuint(lesson.bytes * 8, <=, 65000 * 30);
}

/* 128 kbit/s without the voice: until the page is as sharp as it must be the face gives way
 * altogether, then it has most of the link. */
static void
test_readable_soon(void)
{
    Lesson lesson = begin(90000);
    learn(&lesson);
    gint64 turned_us = lesson.now_us;
    look(&lesson, PAGE, FALSE);
    g_assert_true(is_urgent(&lesson));
    gboolean urgent;
    g_assert_cmpuint(cc_screen_plan_busy_bps(&lesson.plan, &urgent), ==, 90000);
    while (is_urgent(&lesson))
        look(&lesson, 0, FALSE);
    g_assert_cmpuint(lesson.quantizer, <=, 48);
    g_assert_cmpint(lesson.now_us - turned_us, <, 3 * G_USEC_PER_SEC);
    g_assert_true(is_busy(&lesson));
    g_assert_cmpuint(cc_screen_plan_busy_bps(&lesson.plan, &urgent), ==, 22500);
}

/* Nor does anything end while it is being coded. */
static void
test_urgent_while_coding(void)
{
    Lesson lesson = begin(90000);
    guint quantizer;
    learn(&lesson);
    g_assert_cmpint(cc_screen_plan_next(&lesson.plan, PAGE, FALSE, lesson.now_us, &quantizer), ==,
                    CC_SCREEN_PICTURE);
    g_assert_cmpuint(quantizer, <=, 48); /* at once */
    cc_screen_plan_set_rate(&lesson.plan, 80000, lesson.now_us + 50000);
    g_assert_true(is_urgent(&lesson));
    cc_screen_plan_coded(&lesson.plan, 21000, lesson.now_us + 100000);
    g_assert_true(is_urgent(&lesson));
    stand_still(&lesson, 4);
    g_assert_false(is_urgent(&lesson));
}

/* A page that is turned while the one before is still being refined, or was not even readable,
 * does not wait for that; what moves all the time does. */
static void
test_turned_early(void)
{
    Lesson lesson = begin(60000);
    learn(&lesson);
    for (guint page = 0; page < 6; page++) {
        look(&lesson, PAGE, FALSE);
        stand_still(&lesson, 3);
    }
    g_assert_cmpint(lesson.plan.urgent_us, >, 4 * G_USEC_PER_SEC);
    gint64 turned_us = lesson.now_us;
    while (look(&lesson, PAGE, FALSE) == CC_SCREEN_NOTHING)
        g_assert_cmpint(lesson.now_us - turned_us, <, 3 * G_USEC_PER_SEC);
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
    g_assert_false(is_busy(&lesson));
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

/* A film on the screen: no more than the link takes, and as often as that allows. It leaves half of
 * that to the face, but for a while. */
static void
test_moving(void)
{
    Lesson lesson = begin(200000);
    guint n_urgent = 0, n = 20 * G_USEC_PER_SEC / TICK_US;
    learn(&lesson);
    lesson.n = lesson.bytes = 0;
    for (guint i = 0; i < n; i++) {
        look(&lesson, 0.9, FALSE);
        n_urgent += is_urgent(&lesson);
    }
    g_assert_cmpuint(n_urgent, >, 0);
    g_assert_cmpuint(n_urgent, <=, n / 2);
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
    g_assert_true(cc_screen_plan_is_keyframe_due(&lesson.plan, lesson.now_us));
    g_assert_false(
        cc_screen_plan_is_keyframe_due(&lesson.plan, lesson.now_us + 3 * G_USEC_PER_SEC));
    stand_still(&lesson, 5);
    g_assert_cmpuint(lesson.quantizer, <=, 16);
}

/* A codec that fails some times has said nothing of what a page takes. */
static void
test_failed(void)
{
    Lesson lesson = begin(100000);
    guint first, again;
    g_assert_cmpint(cc_screen_plan_next(&lesson.plan, 1, TRUE, lesson.now_us, &first), ==,
                    CC_SCREEN_KEYFRAME);
    for (guint i = 0; i < 5; i++) {
        cc_screen_plan_failed(&lesson.plan, lesson.now_us);
        g_assert_false(cc_screen_plan_is_keyframe_due(&lesson.plan, lesson.now_us));
        lesson.now_us += TICK_US;
        g_assert_cmpint(cc_screen_plan_next(&lesson.plan, 1, TRUE, lesson.now_us, &again), ==,
                        CC_SCREEN_KEYFRAME);
        g_assert_cmpuint(again, ==, first);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-plan/good-link", test_good_link);
    g_test_add_func("/screen-plan/narrow-link", test_narrow_link);
    g_test_add_func("/screen-plan/readable-soon", test_readable_soon);
    g_test_add_func("/screen-plan/urgent-while-coding", test_urgent_while_coding);
    g_test_add_func("/screen-plan/turned-early", test_turned_early);
    g_test_add_func("/screen-plan/standing-still", test_standing_still);
    g_test_add_func("/screen-plan/blinking", test_blinking);
    g_test_add_func("/screen-plan/moving", test_moving);
    g_test_add_func("/screen-plan/newcomer", test_newcomer);
    g_test_add_func("/screen-plan/failed", test_failed);
    return g_test_run();
}
