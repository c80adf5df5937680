/* How fast a page may flow beside a lesson. */
#include "relay/control/deck-share.h"

#define MS 1000

/* Voice always has its room; a page that is shown comes before the teacher's face, one that may be
 * shown later does not. */
static void
test_rate(void)
{
    CcLinkReport link = {.estimate_bps = 128000};

    g_assert_cmpuint(cc_deck_share_bps(NULL, FALSE, 0), >, 1000000);
    for (guint kbps = 24; kbps < 20000; kbps += 8) {
        link.estimate_bps = kbps * 1000;
        guint shown = cc_deck_share_bps(&link, TRUE, 0), ahead = cc_deck_share_bps(&link, FALSE, 0);
        g_assert_cmpuint(ahead, <=, shown);
        g_assert_cmpuint(shown, <=, MAX(12000, kbps * 1000 - MIN(kbps * 1000, 30000)));
        g_assert_cmpuint(ahead, <=, MAX(12000, kbps * 1000 / 4));
    }
    link.estimate_bps = 128000;
    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 0), >=, 80000);
    link.voice_bps = 60000; /* with copies, for the link loses much */
    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 0), <=, 68000);
    link.estimate_bps = 0;
    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 0), <=, 64000);
}

/* Beside a page that flows the estimate is of what is left, and stays so for a moment when the next
 * piece is asked for. */
static void
test_beside_another(void)
{
    CcLinkReport link = {.estimate_bps = 40000, .bps = 30000, .voice_bps = 30000};

    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 80000), >=, 74000);
    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 80000), <=, 110000);
    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 0), <=, 12000);
    link.estimate_bps = 128000; /* of the whole link: it has room for both */
    g_assert_cmpuint(cc_deck_share_bps(&link, TRUE, 60000), <=, 98000);
}

/* What arrives is remembered from one request to the next, not much longer. */
static void
test_remembered(void)
{
    CcDeckShare share = {0};
    CcDeckMeter first = {0}, second = {0};
    gint64 now_us = 1000 * MS;

    cc_deck_share_begin(&share, now_us);
    for (guint i = 0; i < 20; i++, now_us += 100 * MS) /* 1000 bytes each 100 ms: 80 kbit/s */
        cc_deck_share_arrived(&share, &first, i < 3 ? 0 : (i - 2) * 1000, now_us);
    g_assert_cmpuint(share.taken_bps, >=, 80000);
    g_assert_cmpuint(share.taken_bps, <=, 90000);
    now_us += 200 * MS;
    cc_deck_share_begin(&share, now_us);
    cc_deck_share_arrived(&share, &second, 0, now_us + 500 * MS); /* nothing of it is there yet */
    g_assert_cmpuint(share.taken_bps, >=, 75000);
    /* The one before has not ended yet, and knows of less. */
    cc_deck_share_arrived(&share, &second, 9000, now_us + 600 * MS);
    cc_deck_share_arrived(&share, &first, 5, now_us + 1000 * MS);
    cc_deck_share_arrived(&share, &second, 12000, now_us + 1000 * MS);
    g_assert_cmpuint(share.taken_bps, <=, 90000);
    cc_deck_share_begin(&share, now_us + 60000 * MS);
    g_assert_cmpuint(share.taken_bps, ==, 0);
}

/* Enough to fill the way, and a little more; much more where what is on its way waits for something
 * lost and not in a queue. */
static void
test_window(void)
{
    g_assert_cmpuint(cc_deck_share_window(96000, 170 * MS, 80 * MS), ==, 3000);
    g_assert_cmpuint(cc_deck_share_window(96000, 600 * MS, 80 * MS), ==, 8160);
    g_assert_cmpuint(cc_deck_share_window(96000, 600 * MS, 10 * MS), >, 16000);
    g_assert_cmpuint(cc_deck_share_window(12000, 0, 100 * MS), >, 1500);
}

/* A page on a wide link is not worth a smaller picture, on a narrow one it is. */
static void
test_brief(void)
{
    g_assert_true(cc_deck_share_is_brief(41000, 1000000));
    g_assert_false(cc_deck_share_is_brief(41000, 92000));
    g_assert_true(cc_deck_share_is_brief(0, 12000));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/deck-share/rate", test_rate);
    g_test_add_func("/relay/deck-share/beside-another", test_beside_another);
    g_test_add_func("/relay/deck-share/remembered", test_remembered);
    g_test_add_func("/relay/deck-share/window", test_window);
    g_test_add_func("/relay/deck-share/brief", test_brief);
    return g_test_run();
}
