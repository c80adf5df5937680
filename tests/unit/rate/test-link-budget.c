/* What of a link's estimate pictures get, and how long a publisher is believed to do what it is
 * told.
 */
#include "common/rate/link-budget.h"

#define SECOND G_USEC_PER_SEC

static const CcLadderLayer measured = {.n_tids = 3, .bps = {40000, 60000, 100000}};

static void
test_pictures(void)
{
    g_assert_cmpuint(cc_link_budget_pictures(300000, 60000, 0, 1), ==, 225000);
    g_assert_cmpuint(cc_link_budget_pictures(300000, 60000, 0.2, 1), ==, 158824);
    g_assert_cmpuint(cc_link_budget_pictures(300000, 60000, 0.01, 1), ==, 222750);
    g_assert_cmpuint(cc_link_budget_copies(0.01, 1), ==, 1);
    g_assert_cmpuint(cc_link_budget_copies(0.025, 1), ==, 1);
    g_assert_cmpuint(cc_link_budget_copies(0.05, 1), ==, 2);
    g_assert_cmpuint(cc_link_budget_copies(0.3, 1), ==, 2);
    g_assert_cmpuint(cc_link_budget_copies(0.6, 1), ==, 3);
    g_assert_cmpuint(cc_link_budget_copies(0.1, 8), ==, 1); /* five in a row */
    g_assert_cmpuint(cc_link_budget_pictures(300000, 60000, 0.1, 8), >,
                     cc_link_budget_pictures(300000, 60000, 0.1, 1));
    g_assert_cmpuint(cc_link_budget_pictures(300000, 285000, 0, 1), ==, 0);
    g_assert_cmpuint(cc_link_budget_pictures(300000, 400000, 0, 1), ==, 0);
    g_assert_cmpuint(cc_link_budget_pictures(0, 0, 0, 1), ==, 0);
    /* One packet of it would be in the voice's way for too long. */
    g_assert_cmpuint(cc_link_budget_pictures(35000, 10000, 0, 1), ==, 0);
    g_assert_cmpuint(cc_link_budget_pictures(45000, 10000, 0, 1), >, 30000);
    /* However much is lost, something is left. */
    g_assert_cmpuint(cc_link_budget_pictures(300000, 60000, 1, 1), ==,
                     cc_link_budget_pictures(300000, 60000, 0.8, 1));
    g_assert_cmpuint(cc_link_budget_pictures(300000, 60000, 1, 1), >, 35000);
    g_assert_cmpuint(cc_link_budget_pictures(G_MAXUINT, 0, 0, 1), >, G_MAXINT32);
}

/* A burst of a second above what was told costs what was told; more than two are disobedience. */
static void
test_reckon(void)
{
    CcDisobedience disobedience = {0};
    for (gint64 now_us = SECOND; now_us < 10 * SECOND; now_us += SECOND / 10) {
        CcLadderLayer layer = measured;
        gboolean bursts = now_us / SECOND % 3 != 0;
        guint told = bursts ? 70000 : 90000;
        cc_link_budget_reckon(&layer, told, &disobedience, now_us);
        g_assert_cmpuint(layer.bps[2], ==, told * CC_LADDER_MARGIN_PERCENT / 100);
        g_assert_cmpuint(layer.bps[0], ==, layer.bps[2] * 40 / 100);
    }
    for (gint64 now_us = 10 * SECOND; now_us < 15 * SECOND; now_us += SECOND / 10) {
        CcLadderLayer layer = measured;
        cc_link_budget_reckon(&layer, 70000, &disobedience, now_us);
        if (now_us >= 12 * SECOND)
            g_assert_cmpuint(layer.bps[2], ==, measured.bps[2]);
        else
            g_assert_cmpuint(layer.bps[2], <, 70000);
    }
    CcLadderLayer layer = {.n_tids = 1, .bps = {30000}}; /* less than told is just that */
    cc_link_budget_reckon(&layer, 70000, &disobedience, 16 * SECOND);
    g_assert_cmpuint(layer.bps[0], ==, 30000);
    g_assert_cmpint(disobedience.since_us, ==, 0);
    layer = (CcLadderLayer){0};
    cc_link_budget_reckon(&layer, 0, &disobedience, 17 * SECOND);
    g_assert_cmpint(disobedience.since_us, ==, 0);
}

/* The room falls: the picture stays for two seconds as if it fitted already, and does if it obeys.
 */
static void
test_await(void)
{
    gint64 over_us = 0;
    for (gint64 now_us = SECOND; now_us < 5 * SECOND; now_us += SECOND / 10) {
        CcLadderLayer layer = measured;
        cc_link_budget_await(&layer, 50000, &over_us, now_us);
        if (now_us < 3 * SECOND)
            g_assert_cmpuint(layer.bps[2], <=, 50000 * CC_LADDER_MARGIN_PERCENT / 100);
        else
            g_assert_cmpuint(layer.bps[2], ==, 100000);
    }
    /* A little more than there is room for never begins to count. */
    over_us = 0;
    for (gint64 now_us = SECOND; now_us < 20 * SECOND; now_us += SECOND / 10) {
        CcLadderLayer layer = measured;
        cc_link_budget_await(&layer, 93000, &over_us, now_us);
        g_assert_cmpuint(layer.bps[2], <=, 93000 * CC_LADDER_MARGIN_PERCENT / 100);
        g_assert_cmpint(over_us, ==, 0);
    }
}

/* A page makes no moving picture of a screen. */
static void
test_level(void)
{
    CcDisobedience none = {0};
    CcLadderLayer layer = {.n_tids = 1, .bps = {160000}};
    g_assert_cmpuint(cc_link_budget_level(&layer, 0, &none, SECOND), ==, 0);
    g_assert_cmpuint(layer.bps[0], ==, 160000);
    g_assert_cmpuint(cc_link_budget_level(&layer, 30000, &none, SECOND), ==, 130000);
    g_assert_cmpuint(layer.bps[0], ==, 30000);
    layer.bps[0] = 500;
    g_assert_cmpuint(cc_link_budget_level(&layer, 30000, &none, SECOND), ==, 0);
    g_assert_cmpuint(layer.bps[0], ==, 500);
}

/* A screen that takes ten times what it has been told, beside a face: given up after the two
 * seconds that a publisher has, and the face has what there is. */
static void
test_level_disobedient(void)
{
    CcDisobedience disobedience = {0};
    CcLadder ladder;
    cc_ladder_init(&ladder);
    for (gint64 now_us = SECOND; now_us < 5 * SECOND; now_us += SECOND / 10) {
        CcLadderSlot slots[] = {
            {.rung = CC_RUNG_VOICE, .voice_bps = 40000},
            {.rung = CC_RUNG_SLIDES, .n_layers = 1, .layers = {{1, {1000000}, 0}}},
            {.rung = CC_RUNG_FACE, .n_layers = 1, .layers = {{1, {50000}, 0}}},
        };
        CcLadderLayer *screen = &slots[1].layers[0];
        cc_link_budget_reckon(screen, 100000, &disobedience, now_us);
        cc_link_budget_level(screen, 30000, &disobedience, now_us);
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 3, 150000, now_us);
        gboolean obeyed = now_us < 3 * SECOND;
        g_assert_cmpuint(screen->bps[0], ==, obeyed ? 30000 : 1000000);
        g_assert_cmpint(ladder.targets[1].mode, ==, obeyed ? CC_VIDEO_MOVING : CC_VIDEO_NOTHING);
        g_assert_cmpint(ladder.targets[2].mode, ==, CC_VIDEO_MOVING);
    }
}

/* An encoder that was told more takes its time; one that makes nothing of it does not want it. */
static void
test_explores(void)
{
    gint64 filled_us = 0, now_us = SECOND;
    g_assert_false(cc_link_budget_explores(FALSE, &filled_us, now_us));
    g_assert_true(cc_link_budget_explores(TRUE, &filled_us, now_us));
    g_assert_true(cc_link_budget_explores(FALSE, &filled_us, now_us + 2 * SECOND));
    g_assert_true(cc_link_budget_explores(TRUE, &filled_us, now_us + 3 * SECOND));
    g_assert_true(cc_link_budget_explores(FALSE, &filled_us, now_us + 5 * SECOND));
    g_assert_false(cc_link_budget_explores(FALSE, &filled_us, now_us + 8 * SECOND));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link-budget/pictures", test_pictures);
    g_test_add_func("/link-budget/reckon", test_reckon);
    g_test_add_func("/link-budget/await", test_await);
    g_test_add_func("/link-budget/level", test_level);
    g_test_add_func("/link-budget/level-disobedient", test_level_disobedient);
    g_test_add_func("/link-budget/explores", test_explores);
    return g_test_run();
}
