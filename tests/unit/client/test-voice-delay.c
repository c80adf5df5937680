#include "client/recv/voice-delay.h"

#define FRAME_US 20000

typedef struct {
    CcVoiceDelay delay;
    gint64 media_us;
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    cc_voice_delay_init(&f->delay);
    f->media_us = 5000000000;
}

/* @n frames with a transit of @least_ms, one in @every of which takes @more_ms more. */
static void
arrive(Fixture *f, guint n, gint64 least_ms, gint64 more_ms, guint every)
{
    for (guint i = 1; i <= n; i++) {
        gint64 transit_us = least_ms * 1000 + (i % every == 0 ? more_ms * 1000 : 0);
        f->media_us += FRAME_US;
        cc_voice_delay_arrived(&f->delay, f->media_us, f->media_us + transit_us);
    }
}

static void
test_clean(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_FIRST_US);
    arrive(f, 50, -123456, 0, 1);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_FIRST_US);
    arrive(f, 300, -123456, 3, 5);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
    g_assert_cmpint(f->delay.base_us, ==, -123456000);
}

/* One in fifty comes 150 ms later by a repetition: that time is given. One in two thousand is
 * not worth it. */
static void
test_counts_what_matters(Fixture *f, gconstpointer data)
{
    arrive(f, 2000, 40, 150, 50);
    g_assert_cmpint(f->delay.target_us, >=, 150000);
    g_assert_cmpint(f->delay.target_us, <, 170000);
    setup(f, NULL);
    arrive(f, 4000, 40, 150, 2000);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
}

/* A worse link is answered within a few late frames, a healed one after the window. */
static void
test_up_and_down(Fixture *f, gconstpointer data)
{
    arrive(f, 2000, 40, 0, 1);
    arrive(f, 100, 40, 300, 10);
    g_assert_cmpint(f->delay.target_us, >=, 300000);
    arrive(f, 300, 40, 0, 1);
    g_assert_cmpint(f->delay.target_us, >=, 300000);
    arrive(f, 250, 40, 0, 1);
    g_assert_cmpint(f->delay.target_us, >, 200000); /* slowly */
    arrive(f, 800, 40, 0, 1);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
}

/* Frames of 60 ms are remembered for as long as three short ones; what is much too much goes first.
 */
static void
test_long_frames(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 600; i++) { /* 36 s, the first second of it bad */
        gint64 transit_us = i < 16 ? 1400000 : 40000;
        f->media_us += 3 * FRAME_US;
        cc_voice_delay_arrived(&f->delay, f->media_us, f->media_us + (i == 8 ? 40000 : transit_us));
        if (i == 150) /* 9 s */
            g_assert_cmpint(f->delay.target_us, >=, 1360000);
        if (i == 350) /* 10 s after it left the window */
            g_assert_cmpint(f->delay.target_us, <, 250000);
    }
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
}

/* Repetitions that are needed now and then get their time before they come late. */
static void
test_expects(Fixture *f, gconstpointer data)
{
    arrive(f, 500, 40, 0, 1);
    cc_voice_delay_expect(&f->delay, 350000);
    arrive(f, 10, 40, 0, 1);
    g_assert_cmpint(f->delay.target_us, ==, 350000);
    cc_voice_delay_expect(&f->delay, 0);
    arrive(f, 1000, 40, 0, 1);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
}

static void
test_bound(Fixture *f, gconstpointer data)
{
    arrive(f, 500, 40, 1600, 2);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MAX_US);
    setup(f, NULL);
    arrive(f, 500, 40, 0, 1);
    arrive(f, 500, 40, 5000, 2); /* nothing helps those */
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
}

/* The path has become longer for good by more than any delay. */
static void
test_another_path(Fixture *f, gconstpointer data)
{
    arrive(f, 500, 40, 0, 1);
    arrive(f, 200, 4000, 0, 1);
    g_assert_cmpint(f->delay.base_us, ==, 4000000);
    g_assert_cmpint(f->delay.target_us, <, 100000);
}

/* The machine stood still for half a minute; the kernel kept the first seconds of it. */
static void
test_halt(Fixture *f, gconstpointer data)
{
    arrive(f, 500, 40, 0, 1);
    gint64 now_us = f->media_us + 40000 + 30 * G_USEC_PER_SEC;
    for (guint i = 0; i < 150; i++) {
        f->media_us += FRAME_US;
        cc_voice_delay_arrived(&f->delay, f->media_us, now_us + i * 50);
    }
    f->media_us = now_us - 40000;
    arrive(f, 50, 40, 0, 1);
    g_assert_cmpint(f->delay.base_us, ==, 40000);
    g_assert_cmpint(f->delay.target_us, ==, CC_VOICE_DELAY_MIN_US);
}

/* The first second of a stream comes at once, when an outage ends: none of it counts. */
static void
test_held_up_first(Fixture *f, gconstpointer data)
{
    gint64 now_us = f->media_us + G_USEC_PER_SEC + 40000;
    for (guint i = 0; i < 50; i++) {
        cc_voice_delay_arrived(&f->delay, f->media_us, now_us + i * 50);
        f->media_us += FRAME_US;
    }
    f->media_us = now_us - 40000;
    arrive(f, 10, 40, 0, 1);
    g_assert_cmpint(f->delay.base_us, ==, 40000);
    g_assert_cmpint(f->delay.target_us, <=, 140000);
}

/* A pause of the speaker is no halt: frames behind it count as ever. */
static void
test_pause(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 20; i++) {
        arrive(f, 100, 40, 200, 10);
        f->media_us += 3 * G_USEC_PER_SEC;
    }
    g_assert_cmpint(f->delay.target_us, >=, 200000);
}

/* The sender's clock runs away: the base follows. */
static void
test_drift(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 10000; i++)
        arrive(f, 1, 40 + i / 50, 0, 1); /* 1 ms a second */
    g_assert_cmpint(f->delay.target_us, <=, 20000 + 30000);
    g_assert_cmpint(f->delay.base_us, >=, 200000);
}

#define ADD(path, func) g_test_add("/voice-delay/" path, Fixture, NULL, setup, func, NULL)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("clean", test_clean);
    ADD("counts-what-matters", test_counts_what_matters);
    ADD("up-and-down", test_up_and_down);
    ADD("long-frames", test_long_frames);
    ADD("expects", test_expects);
    ADD("bound", test_bound);
    ADD("another-path", test_another_path);
    ADD("halt", test_halt);
    ADD("held-up-first", test_held_up_first);
    ADD("pause", test_pause);
    ADD("drift", test_drift);
    return g_test_run();
}
