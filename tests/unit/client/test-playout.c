#include "client/recv/playout.h"

#define FRAME_US 40000
#define SECOND_US G_USEC_PER_SEC
#define MS G_GINT64_CONSTANT(1000)

typedef struct {
    CcPlayout playout;
    gint64 now_us;
    guint changes; /* for the voice */
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    cc_playout_init(&f->playout, 10);
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
            cc_playout_add(&f->playout, i % every == 0 ? slow_ms * MS : 5 * MS, f->now_us);
    }
}

static gint64
delay_ms(const Fixture *f, gint64 voice_ms)
{
    return cc_playout_delay_us(&f->playout, voice_ms < 0 ? -1 : voice_ms * MS) / MS;
}

/* Nobody waits for a picture that is in time, which may be a little later than its voice. */
static void
test_normal(Fixture *f, gconstpointer data)
{
    play(f, 100, 40, 1);
    g_assert_cmpuint(f->changes, ==, 0);
    g_assert_cmpint(f->playout.voice_us, ==, 0);
    g_assert_cmpint(delay_ms(f, 20), >=, 40);
    g_assert_cmpint(delay_ms(f, 20), <=, 45);
}

/* A voice that has to wait takes the picture with it as far as one would notice. */
static void
test_follows_voice(Fixture *f, gconstpointer data)
{
    play(f, 10, 5, 1);
    g_assert_cmpint(delay_ms(f, -1), <=, 10);
    g_assert_cmpint(delay_ms(f, 50), <=, 10);
    g_assert_cmpint(delay_ms(f, 500), ==, 500 - CC_PLAYOUT_MAX_AHEAD_MS);
}

/* Each two seconds what is behind a lost packet comes all at once. For a little nobody waits; where
 * the picture would stand still it is shown later. */
static void
test_stands_still(Fixture *f, gconstpointer data)
{
    gint64 longest_ms = GPOINTER_TO_INT(data);
    for (guint i = 0; i < 500; i++) {
        gint64 since_ms = i % 50 * FRAME_US / MS;
        f->now_us += FRAME_US;
        cc_playout_add(&f->playout, MAX(longest_ms - since_ms, 5) * MS, f->now_us);
    }
    if (longest_ms <= 400)
        g_assert_cmpint(delay_ms(f, -1), <=, 15);
    else
        g_assert_cmpint(delay_ms(f, -1), >=, longest_ms - 480);
    g_assert_cmpint(delay_ms(f, -1), <=, MAX(longest_ms - 360, 15));
}

/* The voice waits a little for pictures, so that lips agree, and not at all for those of a bad
 * link. */
static void
test_voice_waits(Fixture *f, gconstpointer data)
{
    play(f, 4, 80, 1);
    g_assert_cmpint(f->playout.voice_us, ==, 40 * MS);
    g_assert_cmpint(delay_ms(f, 40) - 40, <=, CC_PLAYOUT_MAX_LATENESS_MS);
    play(f, 60, 700, 1);
    g_assert_cmpint(f->playout.voice_us, ==, CC_PLAYOUT_VOICE_WAITS_MS * MS);
    g_assert_cmpint(delay_ms(f, 60), >=, 700);
    g_assert_cmpuint(f->changes, ==, 2);
}

/* The first keyframe of all comes slowly: the voice does not wait for that. */
static void
test_beginning(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 12; i++)
        f->changes += cc_playout_add(&f->playout, 300 * MS, f->now_us += FRAME_US);
    play(f, 30, 5, 1);
    g_assert_cmpuint(f->changes, ==, 0);
    g_assert_cmpint(f->playout.voice_us, ==, 0);
}

/* One in ten may be late: it is shown when it is there. One in three gets its time. */
static void
test_few_late_ones(Fixture *f, gconstpointer data)
{
    play(f, 60, 400, 10);
    g_assert_cmpint(delay_ms(f, -1), ==, 10);
    play(f, 20, 400, 3);
    g_assert_cmpint(delay_ms(f, -1), >=, 400);
}

/* Two repairs a second, each with the pictures that stand behind it: one in four is late. Neither
 * pictures nor voice wait for those. */
static void
test_repairs(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 60 * 25; i++) {
        gint64 behind_ms = i % 12 < 3 ? 180 - 40 * (gint64)(i % 12) : 40;
        f->changes += cc_playout_add(&f->playout, behind_ms * MS, f->now_us += FRAME_US);
    }
    g_assert_cmpint(delay_ms(f, -1), >=, 40);
    g_assert_cmpint(delay_ms(f, -1), <=, 45);
    g_assert_cmpint(f->playout.voice_us, ==, 0);
    g_assert_cmpuint(f->changes, ==, 0);
}

/* A keyframe each ten seconds that holds ten pictures up is no reason. */
static void
test_keyframes(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 10; i++) {
        play(f, 10, 5, 1);
        for (guint k = 0; k < 10; k++)
            f->changes += cc_playout_add(&f->playout, 400 * MS, f->now_us += FRAME_US);
    }
    g_assert_cmpint(delay_ms(f, -1), <=, 60);
    g_assert_cmpuint(f->changes, ==, 0);
}

/* Pictures come back without hurry, the voice only when it is sure. */
static void
test_goes_back(Fixture *f, gconstpointer data)
{
    play(f, 10, 300, 1);
    g_assert_cmpint(delay_ms(f, -1), >=, 300);
    play(f, 6, 5, 1);
    g_assert_cmpint(delay_ms(f, -1), >, 100);
    g_assert_cmpint(f->playout.voice_us, ==, CC_PLAYOUT_VOICE_WAITS_MS * MS);
    play(f, 60, 5, 1);
    g_assert_cmpint(delay_ms(f, -1), ==, 10);
    g_assert_cmpint(f->playout.voice_us, ==, 0);
}

/* The voice is not stretched to and fro. */
static void
test_voice_is_left_alone(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 20; i++) {
        play(f, 4, 90, 1);
        play(f, 4, 60, 1);
    }
    g_assert_cmpuint(f->changes, <=, 2);
}

static void
test_bound(Fixture *f, gconstpointer data)
{
    play(f, 6, 1110, 1);
    g_assert_cmpint(delay_ms(f, -1), <=, 20 + CC_PLAYOUT_MAX_EXTRA_MS);
    g_assert_false(cc_playout_take_hopeless(&f->playout));
    play(f, 6, 3000, 1); /* a slow link: nothing to throw away */
    g_assert_cmpint(delay_ms(f, -1), <=, 20 + CC_PLAYOUT_MAX_EXTRA_MS);
    g_assert_false(cc_playout_take_hopeless(&f->playout));
    play(f, 6, CC_PLAYOUT_HOPELESS_MS + 1, 1);
    g_assert_true(cc_playout_take_hopeless(&f->playout));
    g_assert_false(cc_playout_take_hopeless(&f->playout));
}

/* Times at the edge. */
static void
test_many(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 5000; i++)
        cc_playout_add(&f->playout, G_MAXINT64 / 2, f->now_us += 1000);
    g_assert_true(cc_playout_take_hopeless(&f->playout));
    for (guint i = 0; i < 100000; i++)
        cc_playout_add(&f->playout, G_MININT64 / 2, f->now_us += 1000);
    g_assert_cmpint(delay_ms(f, -1), ==, 10);
}

/* One still in five seconds, each late: they do not make the voice late. */
static void
test_stills(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 40; i++)
        cc_playout_add(&f->playout, 1500 * MS, f->now_us += 5 * SECOND_US);
    g_assert_cmpint(f->playout.voice_us, ==, 0);
    g_assert_cmpint(delay_ms(f, -1), ==, 10);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/playout/" name, Fixture, NULL, setup, func, NULL)
    ADD("normal", test_normal);
    ADD("follows-voice", test_follows_voice);
    g_test_add("/playout/stands-still/400", Fixture, GINT_TO_POINTER(400), setup, test_stands_still,
               NULL);
    g_test_add("/playout/stands-still/800", Fixture, GINT_TO_POINTER(800), setup, test_stands_still,
               NULL);
    ADD("voice-waits", test_voice_waits);
    ADD("beginning", test_beginning);
    ADD("few-late-ones", test_few_late_ones);
    ADD("repairs", test_repairs);
    ADD("keyframes", test_keyframes);
    ADD("goes-back", test_goes_back);
    ADD("voice-is-left-alone", test_voice_is_left_alone);
    ADD("bound", test_bound);
    ADD("many", test_many);
    ADD("stills", test_stills);
    return g_test_run();
}
