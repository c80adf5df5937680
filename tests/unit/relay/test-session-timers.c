#include "relay/media/session-timers.h"

#define N 200

typedef struct {
    CcSessionTimers timers;
    CcSessionTimer all[N];
} Fixture;

static void
tear_down(Fixture *fixture, gconstpointer unused)
{
    cc_session_timers_clear(&fixture->timers);
}

static void
test_order(Fixture *f, gconstpointer unused)
{
    static const gint64 due_us[] = {50, 10, 40, 20, 30};
    for (guint i = 0; i < G_N_ELEMENTS(due_us); i++)
        cc_session_timers_set(&f->timers, &f->all[i], due_us[i]);
    g_assert_cmpint(cc_session_timers_next_us(&f->timers), ==, 10);
    g_assert_null(cc_session_timers_take(&f->timers, 9));
    g_assert_true(cc_session_timers_take(&f->timers, 25) == &f->all[1]);
    g_assert_true(cc_session_timers_take(&f->timers, 25) == &f->all[3]);
    g_assert_null(cc_session_timers_take(&f->timers, 25));
    g_assert_true(cc_session_timers_take(&f->timers, 100) == &f->all[4]);
    g_assert_true(cc_session_timers_take(&f->timers, 100) == &f->all[2]);
    g_assert_true(cc_session_timers_take(&f->timers, 100) == &f->all[0]);
    g_assert_null(cc_session_timers_take(&f->timers, 100));
    g_assert_cmpint(cc_session_timers_next_us(&f->timers), ==, G_MAXINT64);
}

static void
test_reschedule(Fixture *f, gconstpointer unused)
{
    for (guint i = 0; i < 10; i++)
        cc_session_timers_set(&f->timers, &f->all[i], 100 + i);
    CcSessionTimer **heap = f->timers.heap;
    cc_session_timers_set(&f->timers, &f->all[9], 50);
    cc_session_timers_set(&f->timers, &f->all[0], 200);
    cc_session_timers_set(&f->timers, &f->all[1], G_MAXINT64);
    g_assert_true(cc_session_timers_take(&f->timers, 60) == &f->all[9]);
    g_assert_null(cc_session_timers_take(&f->timers, 101));
    g_assert_true(cc_session_timers_take(&f->timers, 102) == &f->all[2]);
    for (gint64 far_us = 1; far_us < G_MAXINT64 / 2; far_us *= 2)
        cc_session_timers_set(&f->timers, &f->all[3], far_us);
    g_assert_true(f->timers.heap == heap); /* nothing was allocated for it */
    g_assert_cmpuint(f->timers.n, ==, 7);
    for (gint64 now_us = 104; now_us < 109; now_us++)
        g_assert_true(cc_session_timers_take(&f->timers, now_us) == &f->all[now_us - 100]);
    g_assert_true(cc_session_timers_take(&f->timers, 200) == &f->all[0]);
    g_assert_null(cc_session_timers_take(&f->timers, G_MAXINT64 / 4));
    g_assert_true(cc_session_timers_take(&f->timers, G_MAXINT64 - 1) == &f->all[3]);
}

/* Who is called may remove others, and itself, and come again at once. */
static void
test_while_taking(Fixture *f, gconstpointer unused)
{
    for (guint i = 0; i < N; i++)
        cc_session_timers_set(&f->timers, &f->all[i], i);
    guint taken = 0;
    for (CcSessionTimer *timer; (timer = cc_session_timers_take(&f->timers, N)); taken++) {
        gsize i = (gsize)(timer - f->all);
        cc_session_timers_remove(&f->timers, timer); /* it is not in there */
        if (i + 1 < N)
            cc_session_timers_remove(&f->timers, &f->all[i + 1]);
        if (i == N - 2) /* once more */
            cc_session_timers_set(&f->timers, &f->all[N - 1], N);
    }
    g_assert_cmpuint(taken, ==, N / 2 + 1);
    g_assert_cmpuint(f->timers.n, ==, 0);
}

/* The naive way: look at all of them. */
static guint
earliest(const gint64 *due_us)
{
    guint best = 0;
    for (guint i = 1; i < N; i++)
        best = due_us[i] < due_us[best] ? i : best;
    return best;
}

static void
test_against_model(Fixture *f, gconstpointer unused)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    gint64 due_us[N], now_us = 0;
    for (guint i = 0; i < N; i++)
        due_us[i] = G_MAXINT64;
    for (guint step = 0; step < 100000; step++) {
        guint i = (guint)g_rand_int_range(random, 0, N);
        switch (g_rand_int_range(random, 0, 6)) {
        case 0:
            due_us[i] = G_MAXINT64;
            cc_session_timers_remove(&f->timers, &f->all[i]);
            break;
        case 1:
            now_us += g_rand_int_range(random, 0, 20);
            for (CcSessionTimer *timer; (timer = cc_session_timers_take(&f->timers, now_us));) {
                g_assert_cmpint(timer->due_us, ==, due_us[earliest(due_us)]);
                due_us[timer - f->all] = G_MAXINT64;
            }
            g_assert_cmpint(due_us[earliest(due_us)], >, now_us);
            break;
        default: /* many of them at the same time */
            due_us[i] = now_us + g_rand_int_range(random, -5, 300);
            cc_session_timers_set(&f->timers, &f->all[i], due_us[i]);
        }
        g_assert_cmpint(cc_session_timers_next_us(&f->timers), ==, due_us[earliest(due_us)]);
    }
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *path;
        void (*func)(Fixture *, gconstpointer);
    } tests[] = {{"/session-timers/order", test_order},
                 {"/session-timers/reschedule", test_reschedule},
                 {"/session-timers/while-taking", test_while_taking},
                 {"/session-timers/against-model", test_against_model}};
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, NULL, tests[i].func, tear_down);
    return g_test_run();
}
