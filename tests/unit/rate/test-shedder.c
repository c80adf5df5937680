#include "common/rate/shedder.h"

#define TURN_US 10000

static gint64 cpu_us;

/* @seconds of turns of which each works for @busy of the time and finds its oldest packet @delay_us
 * late. Returns the time at the end. */
static gint64
run(CcShedder *shedder, gint64 now_us, double seconds, double busy, gint64 delay_us)
{
    for (gint64 end = now_us + (gint64)(seconds * G_USEC_PER_SEC); now_us < end; now_us += TURN_US)
        cc_shedder_turn(shedder, now_us, now_us + (gint64)(TURN_US * busy),
                        cpu_us += (gint64)(TURN_US * busy), delay_us, 0);
    return now_us;
}

static void
test_calm(void)
{
    CcShedder shedder = {0};
    run(&shedder, 1000, 10, 0.9, 3000);
    g_assert_cmpuint(shedder.level, ==, 0);
    g_assert_cmpfloat_with_epsilon(shedder.load, 0.9, 0.02);
}

/* Long turns make some packets wait; as long as the queue empties, that is no overload. */
static void
test_bursts(void)
{
    CcShedder shedder = {0};
    gint64 now_us = 1000;
    for (guint i = 0; i < 100; i++) {
        now_us = run(&shedder, now_us, 0.09, 0.8, 40000);
        now_us = run(&shedder, now_us, 0.01, 0.8, 100);
    }
    g_assert_cmpuint(shedder.level, ==, 0);
}

static void
test_overload_and_back(void)
{
    CcShedder shedder = {0};
    gint64 now_us = run(&shedder, 1000, 1, 0.99, 5000);
    g_assert_cmpuint(shedder.level, ==, 3);            /* a step for each full window */
    now_us = run(&shedder, now_us, 0.75, 0.95, 15000); /* not quite busy, but late */
    g_assert_cmpuint(shedder.level, ==, 6);
    now_us = run(&shedder, now_us, 0.5, 0.99, 25000); /* later: faster */
    g_assert_cmpuint(shedder.level, >=, 9);
    now_us = run(&shedder, now_us, 0.75, 0.99, 100000); /* very late: at once */
    g_assert_cmpuint(shedder.level, ==, CC_SHED_MAX_LEVEL);
    now_us = run(&shedder, now_us, 5, 0.9, 100); /* neither: stays */
    g_assert_cmpuint(shedder.level, ==, CC_SHED_MAX_LEVEL);
    now_us = run(&shedder, now_us, 5, 0.5, 100);
    g_assert_cmpuint(shedder.level, <, CC_SHED_MAX_LEVEL);
    g_assert_cmpuint(shedder.level, >, CC_SHED_MAX_LEVEL - 4);
    run(&shedder, now_us, 60, 0.5, 100);
    g_assert_cmpuint(shedder.level, ==, 0);
}

static void
test_kernel_drops(void)
{
    CcShedder shedder = {0};
    gint64 now_us = run(&shedder, 1000, 1, 0.1, 100);
    g_assert_cmpuint(shedder.level, ==, 0);
    cc_shedder_turn(&shedder, now_us, now_us + 1, cpu_us, 100, 5);
    g_assert_true(cc_shedder_turn(&shedder, now_us + 300000, now_us + 300001, cpu_us, 100, 0));
    g_assert_cmpuint(shedder.level, ==, 1);
}

/* Somebody else's processes have the processor: packets are late, but leaving some out does not
 * help a worker that has hardly any work, and nobody must be refused. */
static void
test_starved(void)
{
    CcShedder shedder = {0};
    for (gint64 now_us = 1000; now_us < 10 * G_USEC_PER_SEC; now_us += 30000)
        cc_shedder_turn(&shedder, now_us, now_us + 29500, now_us / 10, 60000, 0);
    g_assert_cmpuint(shedder.level, ==, 0);
    g_assert_cmpfloat(shedder.load, <, 0.15);
}

/* An idle worker has no turns; its next one after an hour must not look busy or late. */
static void
test_idle(void)
{
    CcShedder shedder = {0};
    gint64 now_us = run(&shedder, 1000, 1, 0.9, 100);
    now_us += 3600 * (gint64)G_USEC_PER_SEC;
    cc_shedder_turn(&shedder, now_us, now_us + 900, cpu_us, -1, 0);
    g_assert_cmpuint(shedder.level, ==, 0);
    g_assert_cmpfloat(shedder.load, <, 0.5);
}

/* Layers go before video, receiver by receiver; nobody loses video while another has layers. */
static void
test_order(void)
{
    guint before = 0;
    for (guint level = 0; level <= CC_SHED_MAX_LEVEL; level++) {
        CcShedder shedder = {.level = level};
        guint n[3] = {0};
        for (guint ordinal = 0; ordinal < 80; ordinal++)
            n[cc_shedder_verdict(&shedder, ordinal)]++;
        guint shed = n[CC_SHED_LAYERS] + 2 * n[CC_SHED_VIDEO];
        g_assert_cmpuint(shed, ==, 10 * level);
        g_assert_true(n[CC_SHED_VIDEO] == 0 || n[CC_SHED_NOTHING] == 0);
        g_assert_true(level == 0 || shed > before);
        before = shed;
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shedder/calm", test_calm);
    g_test_add_func("/shedder/bursts", test_bursts);
    g_test_add_func("/shedder/overload-and-back", test_overload_and_back);
    g_test_add_func("/shedder/kernel-drops", test_kernel_drops);
    g_test_add_func("/shedder/starved", test_starved);
    g_test_add_func("/shedder/idle", test_idle);
    g_test_add_func("/shedder/order", test_order);
    return g_test_run();
}
