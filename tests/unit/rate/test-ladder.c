/* Who gets what: in the order of the ladder, with the floors; at once downwards and slowly upwards.
 */
#include "common/rate/ladder.h"

#define SECOND G_USEC_PER_SEC

static const CcLadderSlot voice = {.rung = CC_RUNG_VOICE, .voice_bps = 40000};
static const CcLadderSlot pupil = {.rung = CC_RUNG_PUPIL, .voice_bps = 40000};

/* A small, a middle and a large layer, each with two temporal layers. */
static CcLadderSlot
picture(CcRung rung)
{
    return (CcLadderSlot){
        .rung = rung,
        .n_layers = 3,
        .layers = {{2, {50000, 80000}, 20000}, {2, {150000, 250000}, 0}, {2, {550000, 900000}, 0}},
    };
}

static void
assert_target(const CcLadder *ladder, guint slot, CcVideoMode mode, guint layer, guint max_tid)
{
    g_assert_cmpint(ladder->targets[slot].mode, ==, mode);
    g_assert_cmpuint(ladder->targets[slot].layer, ==, layer);
    g_assert_cmpuint(ladder->targets[slot].max_tid, ==,
                     max_tid == 1 ? CC_LADDER_ALL_TIDS : max_tid);
}

/* What somebody who comes anew is given. */
static void
test_steps(void)
{
    static const struct {
        guint budget, cost;
        CcVideoMode mode;
        guint layer, max_tid;
    } cases[] = {{0, 40000, CC_VIDEO_NOTHING, 0, 0},       {50000, 40000, CC_VIDEO_NOTHING, 0, 0},
                 {66000, 60000, CC_VIDEO_STILLS, 0, 0},    {98000, 90000, CC_VIDEO_MOVING, 0, 0},
                 {132000, 120000, CC_VIDEO_MOVING, 0, 1},  {207000, 190000, CC_VIDEO_MOVING, 1, 0},
                 {316000, 290000, CC_VIDEO_MOVING, 1, 1},  {630000, 290000, CC_VIDEO_MOVING, 1, 1},
                 {642000, 590000, CC_VIDEO_MOVING, 2, 0},  {1025000, 940000, CC_VIDEO_MOVING, 2, 1},
                 {90000000, 940000, CC_VIDEO_MOVING, 2, 1}};
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcLadder ladder;
        cc_ladder_init(&ladder);
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, cases[i].budget, SECOND);
        assert_target(&ladder, 0, CC_VIDEO_MOVING, 0, 0);
        assert_target(&ladder, 1, cases[i].mode, cases[i].layer, cases[i].max_tid);
        g_assert_cmpuint(ladder.cost_bps, ==, cases[i].cost);
        if (i > 0 &&
            cases[i].budget < 1025000) /* what would be the next one is worth probing for */
            g_assert_cmpuint(ladder.wanted_bps, >, ladder.cost_bps);
        if (cases[i].budget >= 1025000)
            g_assert_cmpuint(ladder.wanted_bps, ==, 0);
        if (cases[i].budget > 40000)
            g_assert_cmpuint(ladder.budget_bps[1], ==, cases[i].budget - 40000);
    }
}

/* Slides above the pupil's voice above the face; but each has its floor first. */
static void
test_order(void)
{
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_SLIDES), pupil, picture(CC_RUNG_FACE)};
    static const struct {
        guint budget;
        CcVideoMode slides;
        guint slides_layer;
        CcVideoMode pupil, face;
        guint face_layer;
    } cases[] = {
        {66000, CC_VIDEO_STILLS, 0, CC_VIDEO_NOTHING, CC_VIDEO_NOTHING, 0},
        {110000, CC_VIDEO_STILLS, 0, CC_VIDEO_MOVING, CC_VIDEO_NOTHING, 0},
        {132000, CC_VIDEO_STILLS, 0, CC_VIDEO_MOVING, CC_VIDEO_STILLS, 0},
        {196000, CC_VIDEO_MOVING, 0, CC_VIDEO_MOVING, CC_VIDEO_STILLS, 0},
        {385000, CC_VIDEO_MOVING, 1, CC_VIDEO_MOVING, CC_VIDEO_STILLS, 0},
        {640000, CC_VIDEO_MOVING, 1, CC_VIDEO_MOVING, CC_VIDEO_MOVING, 1},
        {1400000, CC_VIDEO_MOVING, 2, CC_VIDEO_MOVING, CC_VIDEO_MOVING, 1},
        {2200000, CC_VIDEO_MOVING, 2, CC_VIDEO_MOVING, CC_VIDEO_MOVING, 2},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcLadder ladder;
        cc_ladder_init(&ladder);
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, cases[i].budget, SECOND);
        g_assert_cmpint(ladder.targets[1].mode, ==, cases[i].slides);
        g_assert_cmpuint(ladder.targets[1].layer, ==, cases[i].slides_layer);
        g_assert_cmpint(ladder.targets[2].mode, ==, cases[i].pupil);
        g_assert_cmpint(ladder.targets[3].mode, ==, cases[i].face);
        g_assert_cmpuint(ladder.targets[3].layer, ==, cases[i].face_layer);
    }
}

/* The school that wants the face before the slides. */
static void
test_settings(void)
{
    CcLadderSettings settings = cc_ladder_defaults;
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_SLIDES), picture(CC_RUNG_FACE)};
    CcLadder ladder;
    settings.order[1] = CC_RUNG_FACE;
    settings.order[3] = CC_RUNG_SLIDES;
    settings.floor_bps[CC_RUNG_SLIDES] = 0;
    cc_ladder_init(&ladder);
    cc_ladder_decide(&ladder, &settings, slots, 3, 330000, SECOND);
    assert_target(&ladder, 1, CC_VIDEO_NOTHING, 0, 0);
    assert_target(&ladder, 2, CC_VIDEO_MOVING, 1, 1);
}

/* Decides each 100 ms. Returns when the target has changed last. */
static gint64
run(CcLadder *ladder, gint64 from_us, gint64 to_us, guint budget)
{
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
    gint64 last_us = -1;
    for (gint64 now_us = from_us; now_us < to_us; now_us += SECOND / 10) {
        if (cc_ladder_decide(ladder, &cc_ladder_defaults, slots, 2, budget, now_us))
            last_us = now_us;
    }
    return last_us;
}

static void
test_falls_at_once(void)
{
    CcLadder ladder;
    cc_ladder_init(&ladder);
    run(&ladder, SECOND, 2 * SECOND, 1100000);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 2, 1);
    g_assert_cmpint(run(&ladder, 2 * SECOND, 3 * SECOND, 150000), ==, 2 * SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 0, 1);
    /* A little too little is waited for. */
    g_assert_cmpint(run(&ladder, 3 * SECOND, 3 * SECOND + 900000, 115000), ==, -1);
    g_assert_cmpint(run(&ladder, 4 * SECOND - 100000, 5 * SECOND, 115000), ==, 4 * SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 0, 0);
    /* Neither a moment's dip by a fifth, which a queue takes up, */
    g_assert_cmpint(run(&ladder, 30 * SECOND, 30 * SECOND + 900000, 74000), ==, -1);
    g_assert_cmpint(run(&ladder, 31 * SECOND, 32 * SECOND, 115000), ==, -1);
    /* but one by half is at once too much. */
    g_assert_cmpint(run(&ladder, 32 * SECOND, 33 * SECOND, 55000), ==, 32 * SECOND);
}

/* Another link is made use of soon; a little more of the same only after 10 s. */
static void
test_climbs(void)
{
    CcLadder ladder;
    cc_ladder_init(&ladder);
    run(&ladder, SECOND, 5 * SECOND, 150000);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 0, 1);
    g_assert_cmpint(run(&ladder, 5 * SECOND, 9 * SECOND, 1100000), ==, 6 * SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 2, 1);

    cc_ladder_init(&ladder);
    run(&ladder, SECOND, 5 * SECOND, 260000);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 0);
    g_assert_cmpint(run(&ladder, 5 * SECOND, 14 * SECOND, 330000), ==, 11 * SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 1);
}

/* Who has just come has what the first guess takes, and all that fits as soon as that is known. */
static void
test_newcomer(void)
{
    CcLadder ladder;
    cc_ladder_init(&ladder);
    run(&ladder, SECOND, 2 * SECOND, 260000);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 0);
    g_assert_cmpint(run(&ladder, 2 * SECOND, 3 * SECOND, 700000), ==, 2 * SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 2, 0);
    /* But that is known then. */
    g_assert_cmpint(run(&ladder, 3 * SECOND, 5 * SECOND, 1100000), ==, 4 * SECOND);

    /* Hardly more than was guessed is the same link. */
    cc_ladder_init(&ladder);
    run(&ladder, SECOND, 2 * SECOND, 260000);
    g_assert_cmpint(run(&ladder, 2 * SECOND, 4 * SECOND, 330000), ==, -1);
}

/* A steady link whose estimate breathes around a step: no more than one switch in 10 s, and fewer
 * and fewer. */
static void
test_restless(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
    CcLadder ladder;
    gint64 first_us = 0, last_us = 0;
    guint n = 0;
    cc_ladder_init(&ladder);
    for (gint64 now_us = SECOND; now_us < 300 * SECOND; now_us += SECOND / 10) {
        /* Four seconds up, four down; between 265 and 335 kbit/s, around 290. */
        gint64 phase_us = now_us % (8 * SECOND);
        guint wave = (guint)(MIN(phase_us, 8 * SECOND - phase_us) * 70000 / (4 * SECOND));
        guint budget = 265000 + wave + (guint)g_rand_int_range(rand, 0, 3000);
        if (!cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, budget, now_us))
            continue;
        if (now_us > 10 * SECOND && first_us == 0)
            first_us = now_us;
        last_us = now_us;
        n++;
    }
    g_test_message("%u switches, the last after %" G_GINT64_FORMAT " s", n, last_us / SECOND);
    g_assert_cmpuint(n, <=, 12);
    g_assert_cmpuint(n, >=, 2); /* or this test shows nothing */
}

/* A layer that is there no more is left for the one below. Without any nothing changes: the teacher
 * will be back, and no 10 s shall pass then. */
static void
test_layers_go(void)
{
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
    CcLadder ladder;
    cc_ladder_init(&ladder);
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, 1100000, SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 2, 1);
    slots[1].layers[2] = (CcLadderLayer){0};
    g_assert_true(cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, 1100000, 2 * SECOND));
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 1);
    slots[1].n_layers = 0;
    g_assert_false(cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, 1100000, 3 * SECOND));
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 1);
}

/* What costs no less than something better is no step: here the middle layer costs more than the
 * large one. */
static void
test_odd_layers(void)
{
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
    CcLadder ladder;
    slots[1].layers[1] = (CcLadderLayer){2, {600000, 1000000}, 0};
    cc_ladder_init(&ladder);
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, 630000, SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 0, 1);
    cc_ladder_init(&ladder);
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, 1040000, SECOND);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 2, 1);
}

/* A publisher that does as it is told is reckoned with what it was told, less the margin, as in
 * cc_link_budget_await(): that fits beside the voice, however much of the budget that is. */
static void
test_told_all_there_is(void)
{
    for (guint budget = 70000; budget < 1000000; budget += 7001) {
        CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
        CcLadder ladder;
        guint room = budget - voice.voice_bps;
        slots[1].n_layers = 1;
        slots[1].layers[0] = (CcLadderLayer){1, {room * CC_LADDER_MARGIN_PERCENT / 100}, 0};
        cc_ladder_init(&ladder);
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 2, budget, SECOND);
        assert_target(&ladder, 1, CC_VIDEO_MOVING, 0, 1);
    }
}

/* A screen on which nothing moves takes nothing, and still there must be room for what moves next:
 * a face that yields gives way to it altogether, another one down to its floor, but neither for
 * high definition. */
static void
test_screen_counts_on_the_face(void)
{
    static const struct {
        guint budget, face, screen;
        gboolean yields;
    } cases[] = {
        {120000, 70000, 120000 - 40000, TRUE},
        {120000, 70000, 120000 - 40000 - 30000, FALSE},
        {300000, 200000, 300000 - 40000, TRUE},
        {300000, 200000, 300000 - 40000 - 30000, FALSE},
        {600000, 390000, 400000, TRUE},
        {600000, 390000, 400000, FALSE},
        /* there is more without anybody giving way */
        {900000, 300000, 900000 - 40000 - 300000, TRUE},
        {75000, 20000, 75000 - 40000, TRUE},
        {75000, 20000, 75000 - 40000 - 20000, FALSE}, /* below its floor it keeps what it has */
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcLadderSlot slots[] = {
            voice,
            {.rung = CC_RUNG_FACE, .n_layers = 1, .layers = {{1, {cases[i].face}, 0}}},
            {.rung = CC_RUNG_SLIDES, .n_layers = 1, .layers = {{1, {1}, 0}}},
        };
        CcLadder ladder;
        slots[1].yields = cases[i].yields;
        cc_ladder_init(&ladder);
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 3, cases[i].budget, SECOND);
        assert_target(&ladder, 1, CC_VIDEO_MOVING, 0, 1);
        g_assert_cmpuint(ladder.budget_bps[1], ==,
                         cases[i].budget - 40000 - (cases[i].yields ? 0 : 1));
        g_assert_cmpuint(ladder.budget_bps[2], ==, cases[i].screen);
    }
}

/* A face that gives way to a page by itself is told as much as without the page. */
static void
test_face_that_yields(void)
{
    CcLadderSlot slots[] = {
        voice,
        {.rung = CC_RUNG_FACE, .n_layers = 1, .layers = {{1, {20000}, 0}}},
        {.rung = CC_RUNG_SLIDES, .n_layers = 1, .layers = {{1, {50000}, 0}}},
    };
    for (guint i = 0; i < 2; i++) {
        CcLadder ladder;
        slots[1].yields = i == 1;
        cc_ladder_init(&ladder);
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 3, 130000, SECOND);
        g_assert_cmpuint(ladder.budget_bps[1], ==, i == 1 ? 90000 : 40000);
        g_assert_cmpuint(ladder.budget_bps[2], ==, i == 1 ? 90000 : 70000);
    }
}

/* A film, the teacher's face that yields and a guest's that does not, all of whom do what they are
 * told: before long they fit the link together, and the guest keeps its floor. */
static void
test_film_beside_guest(void)
{
    const guint budget = 300000, floor = cc_ladder_defaults.floor_bps[CC_RUNG_SLIDES];
    guint film = 1, guest = 150000;
    CcLadder ladder;
    cc_ladder_init(&ladder);
    for (guint i = 0; i < 20; i++) {
        CcLadderSlot slots[] = {
            voice,
            {.rung = CC_RUNG_SLIDES,
             .n_layers = 1,
             .layers = {{1, {MIN(film, floor)}, 0}},
             .beyond_bps = film - MIN(film, floor)},
            {.rung = CC_RUNG_FACE, .yields = TRUE, .n_layers = 1, .layers = {{1, {1}, 0}}},
            {.rung = CC_RUNG_FACE, .n_layers = 1, .layers = {{1, {guest}, 0}}},
        };
        cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, budget, (i + 1) * SECOND);
        for (guint k = 1; k < 4; k++)
            assert_target(&ladder, k, CC_VIDEO_MOVING, 0, 1);
        film = ladder.budget_bps[1];
        guest = ladder.budget_bps[3];
    }
    g_assert_cmpuint(guest, >=, cc_ladder_defaults.floor_bps[CC_RUNG_FACE]);
    g_assert_cmpuint(film, >, 200000);
    g_assert_cmpuint(film + guest + voice.voice_bps, <=, budget);
}

/* Who spends less on purpose, to see what comes of it, goes on with what there is, smaller. */
static void
test_holds(void)
{
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE)};
    CcLadder ladder;
    cc_ladder_init(&ladder);
    run(&ladder, SECOND, 20 * SECOND, 316000);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 1);
    guint64 n_switches = ladder.n_switches;
    for (guint i = 0; i < 30; i++)
        cc_ladder_hold(&ladder, &cc_ladder_defaults, slots, 2, 150000);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 1);
    g_assert_cmpuint(ladder.budget_bps[1], ==, 110000);
    run(&ladder, 23 * SECOND, 25 * SECOND, 316000);
    g_assert_cmpuint(ladder.n_switches, ==, n_switches);
    run(&ladder, 25 * SECOND, 26 * SECOND, 150000);
    g_assert_cmpuint(ladder.n_switches, ==, n_switches + 1);
}

/* A classroom that is called on does not wait as one does that could have more of the same. */
static void
test_called_on(void)
{
    const CcLadderSlot nobody = {.rung = CC_RUNG_PUPIL};
    const CcLadderSlot nothing = {.rung = CC_RUNG_FACE};
    CcLadderSlot slots[] = {voice, picture(CC_RUNG_FACE), nobody, nothing};
    CcLadder ladder;
    gint64 now_us = SECOND;
    cc_ladder_init(&ladder);
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, 600000, now_us);
    assert_target(&ladder, 1, CC_VIDEO_MOVING, 1, 1);
    slots[2] = pupil;
    slots[3] = picture(CC_RUNG_FACE);
    g_assert_true(cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, 600000, now_us + 1));
    assert_target(&ladder, 2, CC_VIDEO_MOVING, 0, 0);
    g_assert_cmpint(ladder.targets[3].mode, ==, CC_VIDEO_MOVING);
    g_assert_cmpuint(ladder.cost_bps, <=, 600000);

    /* The pupil's voice goes before the teacher's, and after both faces. */
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, 60000, now_us + 2);
    assert_target(&ladder, 0, CC_VIDEO_MOVING, 0, 0);
    assert_target(&ladder, 2, CC_VIDEO_NOTHING, 0, 0);
    g_assert_cmpint(ladder.targets[1].mode, !=, CC_VIDEO_MOVING);

    /* Copies for the link's losses make it dearer than its floor; and still no face goes before. */
    slots[2].voice_bps = 70000;
    cc_ladder_init(&ladder);
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, 130000, now_us + 2);
    assert_target(&ladder, 2, CC_VIDEO_MOVING, 0, 0);
    g_assert_cmpint(ladder.targets[1].mode, ==, CC_VIDEO_NOTHING);

    /* Called on where there is no room for the picture: the voice alone. */
    slots[2] = nobody;
    slots[3] = nothing;
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, 90000, now_us + 3);
    slots[2] = pupil;
    cc_ladder_decide(&ladder, &cc_ladder_defaults, slots, 4, 90000, now_us + 4);
    assert_target(&ladder, 2, CC_VIDEO_MOVING, 0, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ladder/steps", test_steps);
    g_test_add_func("/ladder/called-on", test_called_on);
    g_test_add_func("/ladder/order", test_order);
    g_test_add_func("/ladder/settings", test_settings);
    g_test_add_func("/ladder/falls-at-once", test_falls_at_once);
    g_test_add_func("/ladder/climbs", test_climbs);
    g_test_add_func("/ladder/newcomer", test_newcomer);
    g_test_add_func("/ladder/restless", test_restless);
    g_test_add_func("/ladder/layers-go", test_layers_go);
    g_test_add_func("/ladder/odd-layers", test_odd_layers);
    g_test_add_func("/ladder/screen-counts-on-the-face", test_screen_counts_on_the_face);
    g_test_add_func("/ladder/face-that-yields", test_face_that_yields);
    g_test_add_func("/ladder/film-beside-guest", test_film_beside_guest);
    g_test_add_func("/ladder/holds", test_holds);
    g_test_add_func("/ladder/told-all-there-is", test_told_all_there_is);
    return g_test_run();
}
