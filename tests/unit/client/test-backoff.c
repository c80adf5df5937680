#include "client/signalling/backoff.h"

static void
test_steps(void)
{
    CcBackoff backoff = {.max_ms = 5000};
    static const guint steps[] = {0, 250, 500, 1000, 2000, 4000, 5000, 5000};

    for (guint round = 0; round < 50; round++) {
        cc_backoff_reset(&backoff);
        for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
            guint delay_ms = cc_backoff_next(&backoff);
            g_assert_cmpuint(delay_ms, <=, steps[i]);
            g_assert_cmpuint(delay_ms, >=, steps[i] - steps[i] / 5);
        }
    }
}

static void
test_jitter(void)
{
    gboolean differs = FALSE;
    guint first = 0;
    for (guint round = 0; round < 50; round++) {
        CcBackoff backoff = {.max_ms = 5000, .attempt = 5};
        guint delay_ms = cc_backoff_next(&backoff);
        if (round == 0)
            first = delay_ms;
        differs |= delay_ms != first;
    }
    g_assert_true(differs);
}

static void
test_never_overflows(void)
{
    CcBackoff backoff = {.max_ms = 300};
    for (guint i = 0; i < 1000; i++)
        g_assert_cmpuint(cc_backoff_next(&backoff), <=, 300);
    g_assert_cmpuint(cc_backoff_next(&backoff), >=, 240);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/backoff/steps", test_steps);
    g_test_add_func("/backoff/jitter", test_jitter);
    g_test_add_func("/backoff/never-overflows", test_never_overflows);
    return g_test_run();
}
