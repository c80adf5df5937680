#include "common/rate/delay-signal.h"

#define MS 1000
#define BPS 1e6

static gint64 now_us;

/* Small packets each 20 ms whose delay is @delay_us. */
static void
feed(CcDelaySignal *signal, guint n, gint64 delay_us)
{
    for (guint i = 0; i < n; i++, now_us += 20 * MS)
        cc_delay_signal_add(signal, now_us, delay_us, 100, BPS);
}

/* Whatever the two clocks say, what is more than the least is the queue. */
static void
test_queue(void)
{
    const gint64 offsets_us[] = {0, -3600000000, 1234567890123};
    for (guint i = 0; i < G_N_ELEMENTS(offsets_us); i++) {
        CcDelaySignal signal = {0};
        now_us = 1000 * MS;
        g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
        feed(&signal, 50, offsets_us[i]);
        g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
        feed(&signal, 10, offsets_us[i] + 80 * MS);
        g_assert_cmpint(cc_delay_signal_queue_us(&signal), >, 70 * MS);
        g_assert_cmpint(cc_delay_signal_queue_us(&signal), <=, 80 * MS);
        feed(&signal, 1, offsets_us[i]); /* one got through: nothing stands there */
        g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
    }
}

static void
test_jitter(void)
{
    CcDelaySignal signal = {0};
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    now_us = 0;
    for (guint i = 0; i < 2000; i++) {
        feed(&signal, 1, g_rand_int_range(random, 0, 60 * MS));
        g_assert_cmpint(cc_delay_signal_queue_us(&signal), <, 50 * MS);
    }
    g_assert_cmpfloat(signal.jitter_us, >, 10 * MS);
}

/* A long queue is believed by two packets, a short one not. */
static void
test_sudden(void)
{
    CcDelaySignal signal = {0};
    now_us = 0;
    feed(&signal, 100, 30 * MS);
    g_assert_false(signal.waiting);
    feed(&signal, 2, 90 * MS);
    g_assert_true(signal.waiting);
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
    feed(&signal, 1, 230 * MS);
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
    feed(&signal, 1, 290 * MS);
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), >, 150 * MS);
    now_us += 400 * MS; /* nothing stood in front of that one: the way itself was slow */
    feed(&signal, 1, 290 * MS);
    g_assert_false(signal.waiting);
    feed(&signal, 1, 290 * MS);
    g_assert_true(signal.waiting);
    feed(&signal, 1, 30 * MS); /* that was a hiccup */
    g_assert_false(signal.waiting);
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
}

/* A large packet takes its time on a slow link; that is no queue. */
static void
test_size(void)
{
    CcDelaySignal signal = {0};
    now_us = 0;
    for (guint i = 0; i < 40; i++, now_us += 50 * MS) {
        guint bytes = i % 8 == 0 ? 100 : 1200;
        cc_delay_signal_add(&signal, now_us, (gint64)bytes * 8 * 1000 / 1000, bytes, 1e6);
    }
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), <, 6 * MS);
}

static void
test_slope(void)
{
    CcDelaySignal signal = {0};
    now_us = 0;
    g_assert_cmpfloat(cc_delay_signal_slope(&signal, 300 * MS), ==, 0);
    feed(&signal, 20, 50 * MS);
    g_assert_cmpfloat(cc_delay_signal_slope(&signal, 300 * MS), ==, 0);
    for (guint i = 0; i < 20; i++) /* 4 ms in 20: a fifth of a second each second */
        feed(&signal, 1, 50 * MS + 4 * MS * i);
    g_assert_cmpfloat_with_epsilon(cc_delay_signal_slope(&signal, 300 * MS), 200 * MS, 1);
}

/* The way has become longer: after half a minute that is the way. Held, it never is. */
static void
test_base_forgets(void)
{
    CcDelaySignal signal = {0}, held = {.held = TRUE};
    now_us = 0;
    feed(&signal, 100, 30 * MS);
    feed(&signal, 50 * 15, 90 * MS);
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), >, 50 * MS);
    feed(&signal, 50 * 20, 90 * MS);
    g_assert_cmpint(cc_delay_signal_queue_us(&signal), ==, 0);
    feed(&held, 100, 30 * MS);
    feed(&held, 50 * 60, 90 * MS);
    g_assert_cmpint(cc_delay_signal_queue_us(&held), >, 50 * MS);
    cc_delay_signal_reset(&held);
    g_assert_cmpint(cc_delay_signal_queue_us(&held), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/delay-signal/queue", test_queue);
    g_test_add_func("/rate/delay-signal/jitter", test_jitter);
    g_test_add_func("/rate/delay-signal/sudden", test_sudden);
    g_test_add_func("/rate/delay-signal/size", test_size);
    g_test_add_func("/rate/delay-signal/slope", test_slope);
    g_test_add_func("/rate/delay-signal/base-forgets", test_base_forgets);
    return g_test_run();
}
