#include "client/send/uplink-share.h"

static const CcSendSettings settings = {
    .layers = {{"h", 1280, 720, 25, 900000},
               {"m", 640, 360, 25, 250000},
               {"l", 320, 180, 25, 80000}},
    .n_layers = 3,
};

static void
test_no_limit(void)
{
    const gint64 wanted[] = {-1, 200000, 0};
    CcUplinkShare share = {0};
    gint64 rates[3];
    guint total = cc_uplink_share(&share, &settings, wanted, -1, rates);
    g_assert_cmpint(rates[0], ==, -1);
    g_assert_cmpint(rates[1], ==, 200000);
    g_assert_cmpint(rates[2], ==, 0);
    g_assert_cmpuint(total, >, 900000 + 200000);
    g_assert_cmpuint(total, <, 1300000);
}

/* The highest go first, and nothing is spent that is not there. */
static void
test_highest_go_first(void)
{
    const gint64 wanted[] = {-1, -1, -1};
    CcUplinkShare share = {0};
    gint64 rates[3];
    gint64 before[3] = {G_MAXINT64, G_MAXINT64, G_MAXINT64};
    for (gint64 budget = 2000000; budget > 0; budget -= 10000) {
        gint64 sum = 0;
        gboolean limited = FALSE;
        cc_uplink_share(&share, &settings, wanted, budget, rates);
        for (guint i = 0; i < 3; i++) {
            limited |= rates[i] >= 0;
            sum += MAX(rates[i], 0);
            gint64 rate = rates[i] < 0 ? G_MAXINT64 : rates[i];
            g_assert_cmpint(rate, <=, before[i]);
            before[i] = rate;
        }
        if (rates[0] != 0)
            g_assert_cmpint(rates[1], !=, 0);
        g_assert_cmpint(rates[2], !=, 0);
        if (budget >= 20000)
            g_assert_cmpint(sum, <=, budget);
        g_assert_true(limited || budget > 1300000);
    }
}

/* The screen comes first, but leaves something of the face; while it moves the layers give way. */
static void
test_screen(void)
{
    static const CcScreenSettings none = {.area = "", .bitrate_bps = 1500000};
    static const CcScreenSettings screen = {.area = "monitor", .bitrate_bps = 1500000};
    gint64 wanted[] = {800000, 250000, 15000};
    g_assert_cmpint(cc_uplink_share_screen(&none, -1, -1), ==, 0);
    g_assert_cmpint(cc_uplink_share_screen(&screen, -1, -1), ==, 1500000);
    g_assert_cmpint(cc_uplink_share_screen(&screen, 90000, -1), ==, 90000);
    g_assert_cmpint(cc_uplink_share_screen(&screen, 0, 500000), ==, 0);
    g_assert_cmpint(cc_uplink_share_screen(&screen, -1, 300000), >, 250000);
    g_assert_cmpint(cc_uplink_share_screen(&screen, -1, 300000), <, 300000);
    g_assert_cmpint(cc_uplink_share_screen(&screen, -1, 20000), ==, 10000);
    cc_uplink_share_yield(&settings, 300000, FALSE, wanted);
    g_assert_cmpint(wanted[0], ==, 500000);
    g_assert_cmpint(wanted[1], >, 10000);
    g_assert_cmpint(wanted[1], <, 30000);
    g_assert_cmpint(wanted[2], ==, 15000);
}

/* Where a page is waited for there is no face, unless the link has room for both. */
static void
test_urgent_screen(void)
{
    gint64 wanted[] = {800000, 300000, 60000};
    cc_uplink_share_yield(&settings, 290000, TRUE, wanted);
    g_assert_cmpint(wanted[0], ==, 510000);
    g_assert_cmpint(wanted[1], ==, 0);
    g_assert_cmpint(wanted[2], ==, 0);
    gint64 unknown[] = {-1, 0, 310000};
    cc_uplink_share_yield(&settings, 290000, TRUE, unknown);
    g_assert_cmpint(unknown[0], ==, -1);
    g_assert_cmpint(unknown[1], ==, 0);
    g_assert_cmpint(unknown[2], ==, 20000);
}

/* One classroom, one layer: it shrinks with the uplink and is never given up. */
static void
test_one_layer(void)
{
    const gint64 wanted[] = {700000, 0, 0};
    CcUplinkShare share = {0};
    gint64 rates[3];
    cc_uplink_share(&share, &settings, wanted, 1000000, rates);
    g_assert_cmpint(rates[0], ==, 700000);
    cc_uplink_share(&share, &settings, wanted, 100000, rates);
    g_assert_cmpint(rates[0], ==, 100000);
    cc_uplink_share(&share, &settings, wanted, 0, rates);
    g_assert_cmpint(rates[0], >, 0);
    g_assert_cmpint(rates[1] + rates[2], ==, 0);
}

/* One classroom that has the medium size until the large one comes: the large one comes. */
static void
test_stand_in(void)
{
    const gint64 wanted[] = {550000, 550000, 0};
    CcUplinkShare share = {.starved = {TRUE, FALSE, FALSE}};
    gint64 rates[3];
    cc_uplink_share(&share, &settings, wanted, 600000, rates);
    g_assert_cmpint(rates[0], ==, 550000);
    g_assert_cmpint(rates[1], ==, 0);
    const gint64 two[] = {550000, 150000, 0}; /* somebody else has a weaker link */
    cc_uplink_share(&share, &settings, two, 600000, rates);
    g_assert_cmpint(rates[0], ==, 450000);
    g_assert_cmpint(rates[1], ==, 150000);
}

/* A layer that was given up does not flicker where its room wavers. */
static void
test_wavering(void)
{
    const gint64 wanted[] = {-1, -1, 0};
    CcUplinkShare share = {0};
    gint64 rates[3];
    guint changes = 0;
    gboolean was_on = TRUE;
    for (guint i = 0; i < 100; i++) {
        cc_uplink_share(&share, &settings, wanted, i % 2 == 0 ? 700000 : 800000, rates);
        changes += (rates[0] != 0) != was_on;
        was_on = rates[0] != 0;
    }
    g_assert_cmpuint(changes, <=, 1);
    cc_uplink_share(&share, &settings, wanted, 1200000, rates);
    g_assert_cmpint(rates[0], !=, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uplink-share/no-limit", test_no_limit);
    g_test_add_func("/uplink-share/highest-go-first", test_highest_go_first);
    g_test_add_func("/uplink-share/one-layer", test_one_layer);
    g_test_add_func("/uplink-share/screen", test_screen);
    g_test_add_func("/uplink-share/urgent-screen", test_urgent_screen);
    g_test_add_func("/uplink-share/stand-in", test_stand_in);
    g_test_add_func("/uplink-share/wavering", test_wavering);
    return g_test_run();
}
