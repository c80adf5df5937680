#include "client/recv/playout.h"

#define FRAME_US 40000
#define SECOND_US G_USEC_PER_SEC

typedef struct {
    CcPlayout playout;
    gint64 now_us;
    guint changes;
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    cc_playout_init(&f->playout, 120);
    f->now_us = 1000 * SECOND_US;
    f->changes = 0;
}

/* Pictures for @seconds, one in @every of which is ready after @slow_ms, the others at once. */
static void
play(Fixture *f, guint seconds, gint64 slow_ms, guint every)
{
    for (guint i = 0; i < seconds * 25; i++) {
        f->now_us += FRAME_US;
        f->changes +=
            cc_playout_add(&f->playout, i % every == 0 ? slow_ms * 1000 : 5000, f->now_us);
    }
}

static void
test_normal(Fixture *f, gconstpointer data)
{
    play(f, 100, 100, 1);
    g_assert_cmpuint(f->changes, ==, 0);
    g_assert_cmpuint(f->playout.delay_ms, ==, 120);
}

static void
test_grows_once(Fixture *f, gconstpointer data)
{
    play(f, 1, 180, 1);
    g_assert_cmpuint(f->playout.delay_ms, ==, 190); /* at once */
    play(f, 30, 180, 1);
    g_assert_cmpuint(f->playout.delay_ms, ==, 190);
    g_assert_cmpuint(f->changes, ==, 1);
    g_assert_false(cc_playout_take_hopeless(&f->playout));
}

/* One in thirty may be late; with one in ten those get their time too. */
static void
test_few_late_ones(Fixture *f, gconstpointer data)
{
    play(f, 60, 400, 30);
    g_assert_cmpuint(f->playout.delay_ms, ==, 120);
    play(f, 20, 400, 10);
    g_assert_cmpuint(f->playout.delay_ms, ==, 410);
}

/* A keyframe each ten seconds that holds ten pictures up is no reason. */
static void
test_keyframes(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 10; i++) {
        play(f, 10, 5, 1);
        for (guint k = 0; k < 10; k++)
            cc_playout_add(&f->playout, 400000, f->now_us += FRAME_US);
    }
    g_assert_cmpuint(f->playout.delay_ms, ==, 120);
}

static void
test_goes_back(Fixture *f, gconstpointer data)
{
    play(f, 4, 710, 1);
    g_assert_cmpuint(f->playout.delay_ms, ==, 720);
    play(f, 12, 5, 1);
    g_assert_cmpuint(f->playout.delay_ms, <=, 720); /* those from before are in the window still */
    play(f, 10, 5, 1);
    g_assert_cmpuint(f->playout.delay_ms, <=, 420);
    play(f, 100, 260, 1); /* 270 would do */
    g_assert_cmpuint(f->playout.delay_ms, ==, 270);
    play(f, 100, 5, 1);
    g_assert_cmpuint(f->playout.delay_ms, ==, 120);
}

/* A step back that would make pictures late again is not taken. */
static void
test_stays_where_needed(Fixture *f, gconstpointer data)
{
    play(f, 4, 190, 1);
    guint changes = f->changes;
    play(f, 200, 185, 1);
    g_assert_cmpuint(f->playout.delay_ms, ==, 200);
    g_assert_cmpuint(f->changes, ==, changes);
}

static void
test_bound(Fixture *f, gconstpointer data)
{
    play(f, 6, 1110, 1);
    g_assert_cmpuint(f->playout.delay_ms, ==, 120 + CC_PLAYOUT_MAX_EXTRA_MS);
    g_assert_false(cc_playout_take_hopeless(&f->playout));
    play(f, 6, 3000, 1); /* a slow link: nothing to throw away */
    g_assert_cmpuint(f->playout.delay_ms, ==, 120 + CC_PLAYOUT_MAX_EXTRA_MS);
    g_assert_false(cc_playout_take_hopeless(&f->playout));
    play(f, 6, CC_PLAYOUT_HOPELESS_MS + 1, 1);
    g_assert_true(cc_playout_take_hopeless(&f->playout));
    g_assert_false(cc_playout_take_hopeless(&f->playout));
}

/* More pictures in a window than are kept; times at the edge. */
static void
test_many(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 5000; i++)
        cc_playout_add(&f->playout, G_MAXINT64 / 2, f->now_us += 1000);
    g_assert_true(cc_playout_take_hopeless(&f->playout));
    for (guint i = 0; i < 100000; i++)
        cc_playout_add(&f->playout, G_MININT64 / 2, f->now_us += 1000);
    g_assert_cmpuint(f->playout.delay_ms, ==, 120);
}

/* One still in five seconds, each late: they do not make the voice late. */
static void
test_stills(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 40; i++)
        cc_playout_add(&f->playout, 1500000, f->now_us += 5 * SECOND_US);
    g_assert_cmpuint(f->playout.delay_ms, ==, 120);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/playout/" name, Fixture, NULL, setup, func, NULL)
    ADD("normal", test_normal);
    ADD("grows-once", test_grows_once);
    ADD("few-late-ones", test_few_late_ones);
    ADD("keyframes", test_keyframes);
    ADD("goes-back", test_goes_back);
    ADD("stays-where-needed", test_stays_where_needed);
    ADD("bound", test_bound);
    ADD("many", test_many);
    ADD("stills", test_stills);
    return g_test_run();
}
