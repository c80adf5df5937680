#include "common/rate/loss-list.h"

#define MS 1000
#define RTT_US (50 * MS)

static guint16 due[CC_LOSS_LIST_MAX];

static guint
ask(CcLossList *list, gint64 now_us)
{
    return cc_loss_list_due(list, now_us, RTT_US, due, G_N_ELEMENTS(due));
}

static void
test_no_loss(void)
{
    CcLossList list;
    cc_loss_list_init(&list);
    for (guint i = 0; i < 70000; i++)
        g_assert_false(cc_loss_list_arrived(&list, (guint16)(65000 + i), i));
    g_assert_cmpuint(list.n_entries, ==, 0);
    g_assert_cmpuint(list.lost_total, ==, 0);
    g_assert_cmpint(cc_loss_list_next_us(&list), ==, G_MAXINT64);
    g_assert_cmpuint(ask(&list, 100000), ==, 0);
}

static void
test_loss_over_the_wrap(void)
{
    CcLossList list;
    cc_loss_list_init(&list);
    g_assert_false(cc_loss_list_arrived(&list, 65533, 0));
    g_assert_false(cc_loss_list_arrived(&list, 1, 0)); /* 65534, 65535 and 0 are missing */
    g_assert_cmpuint(list.lost_total, ==, 3);

    gint64 first_us = cc_loss_list_next_us(&list);
    g_assert_cmpint(first_us, ==, 0); /* nothing was ever out of order: at once */
    g_assert_cmpuint(ask(&list, first_us), ==, 3);
    g_assert_cmpuint(due[0], ==, 65534);
    g_assert_cmpuint(due[1], ==, 65535);
    g_assert_cmpuint(due[2], ==, 0);
    g_assert_cmpuint(ask(&list, first_us + RTT_US - 1), ==, 0);

    g_assert_false(cc_loss_list_arrived(&list, 65535, first_us + 1));
    g_assert_cmpuint(list.recovered_total, ==, 1);
    g_assert_false(cc_loss_list_arrived(&list, 65535, first_us + 1)); /* and again: no news */
    g_assert_cmpuint(list.recovered_total, ==, 1);
    g_assert_cmpuint(ask(&list, first_us + RTT_US), ==, 2);
    g_assert_cmpuint(due[0], ==, 65534);
    g_assert_cmpuint(due[1], ==, 0);
}

/* Where packets overtake each other none is asked for that will be there in a moment; where they no
 * longer do, none waits for that any more. */
static void
test_disorder(void)
{
    CcLossList list;
    guint16 next = 0;
    gint64 now_us = 0;
    guint asked_early = 0;
    cc_loss_list_init(&list);
    cc_loss_list_arrived(&list, next++, now_us);
    for (guint i = 0; i < 100; i++) { /* every other one comes 4 ms behind the next */
        cc_loss_list_arrived(&list, (guint16)(next + 1), now_us += 20 * MS);
        asked_early += ask(&list, now_us + 3 * MS);
        cc_loss_list_arrived(&list, next, now_us + 4 * MS);
        next += 2;
    }
    g_assert_cmpuint(asked_early, ==, 1); /* the first of them */
    g_assert_cmpuint(list.n_entries, ==, 0);
    for (guint i = 0; i < 100; i++) { /* and every other one is lost */
        cc_loss_list_arrived(&list, (guint16)(next + 1), now_us += 200 * MS);
        g_assert_cmpint(cc_loss_list_next_us(&list) - now_us, <=, 10 * MS);
        cc_loss_list_arrived(&list, next, now_us + 100 * MS);
        next += 2;
    }
    cc_loss_list_arrived(&list, (guint16)(next + 1), now_us += 200 * MS);
    g_assert_cmpint(cc_loss_list_next_us(&list) - now_us, <=, MS);
}

/* Over a satellite a second is not enough; with patience it is asked for as long as that lasts. */
static void
test_patience(void)
{
    CcLossList list;
    cc_loss_list_init(&list);
    cc_loss_list_set_patience(&list, 2100 * MS);
    cc_loss_list_arrived(&list, 1, 0);
    cc_loss_list_arrived(&list, 3, 0);
    guint asked = 0;
    gint64 latest_us = 0;
    for (gint64 now_us = 0; now_us < 5000 * MS; now_us += MS) {
        if (cc_loss_list_due(&list, now_us, 600 * MS, due, 1) == 0)
            continue;
        latest_us = now_us;
        asked++;
    }
    g_assert_cmpuint(asked, ==, 4);
    g_assert_cmpint(latest_us, >, 1700 * MS);
    g_assert_cmpint(latest_us, <=, 2100 * MS);
    g_assert_cmpuint(list.n_entries, ==, 0);
}

/* Asked for once each round trip, ten times or for a second, then let go. */
/* Before a keyframe that is there nothing is asked for any more. */
static void
test_forgets(void)
{
    CcLossList list;
    cc_loss_list_init(&list);
    g_assert_false(cc_loss_list_arrived(&list, 65530, 0));
    g_assert_false(cc_loss_list_arrived(&list, 65534, 0)); /* 65531 to 65533 */
    g_assert_false(cc_loss_list_arrived(&list, 3, 0));     /* 65535 to 2 */
    cc_loss_list_forget_before(&list, 0);
    g_assert_cmpuint(ask(&list, MS), ==, 3);
    g_assert_cmpuint(due[0], ==, 0);
    g_assert_cmpuint(list.lost_total, ==, 7);
    g_assert_cmpuint(list.recovered_total, ==, 0);
    cc_loss_list_forget_before(&list, 4);
    g_assert_cmpint(cc_loss_list_next_us(&list), ==, G_MAXINT64);
}

static void
test_gives_up(void)
{
    const gint64 rtts_us[] = {0, 50 * MS, 300 * MS};
    for (guint i = 0; i < G_N_ELEMENTS(rtts_us); i++) {
        CcLossList list;
        cc_loss_list_init(&list);
        cc_loss_list_arrived(&list, 1, 0);
        cc_loss_list_arrived(&list, 3, 0);
        guint asked = 0;
        gint64 before_us = G_MININT64 / 2;
        for (gint64 now_us = 0; now_us < 3000 * MS; now_us += MS) {
            if (cc_loss_list_due(&list, now_us, rtts_us[i], due, 1) == 0)
                continue;
            asked++;
            g_assert_cmpuint(due[0], ==, 2);
            g_assert_cmpint(now_us, <=, 1000 * MS);
            g_assert_cmpint(now_us - before_us, >=, rtts_us[i]);
            before_us = now_us;
        }
        g_assert_cmpuint(asked, ==, i < 2 ? 10 : 4);
        g_assert_cmpuint(list.n_entries, ==, 0);
        g_assert_cmpint(cc_loss_list_next_us(&list), ==, G_MAXINT64);
        g_assert_cmpuint(list.recovered_total, ==, 0);
    }
}

/* A caller with little room gets the rest next time. */
static void
test_little_room(void)
{
    CcLossList list;
    cc_loss_list_init(&list);
    cc_loss_list_arrived(&list, 0, 0);
    cc_loss_list_arrived(&list, 6, 0);
    g_assert_cmpuint(cc_loss_list_due(&list, 20 * MS, RTT_US, due, 3), ==, 3);
    g_assert_cmpuint(due[2], ==, 3);
    g_assert_cmpuint(cc_loss_list_due(&list, 20 * MS, RTT_US, due, 3), ==, 2);
    g_assert_cmpuint(due[0], ==, 4);
    g_assert_cmpuint(cc_loss_list_due(&list, 20 * MS, RTT_US, due, 3), ==, 0);
}

static void
test_too_many(void)
{
    CcLossList list;
    cc_loss_list_init(&list);
    cc_loss_list_arrived(&list, 0, 0);
    g_assert_false(cc_loss_list_arrived(&list, CC_LOSS_LIST_MAX + 1, 0));
    g_assert_cmpuint(list.n_entries, ==, CC_LOSS_LIST_MAX);
    g_assert_true(cc_loss_list_arrived(&list, CC_LOSS_LIST_MAX + 3, 0));
    g_assert_cmpuint(list.n_entries, ==, 0);
    g_assert_cmpuint(list.lost_total, ==, CC_LOSS_LIST_MAX + 1);
    /* From here on as if nothing had been. */
    g_assert_false(cc_loss_list_arrived(&list, CC_LOSS_LIST_MAX + 5, 0));
    g_assert_cmpuint(list.n_entries, ==, 1);
}

/* The publisher started anew with numbers of its own choice. */
static void
test_jump(void)
{
    const guint16 jumps[] = {10000, 40000, 32768};
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        CcLossList list;
        cc_loss_list_init(&list);
        cc_loss_list_arrived(&list, 0, 0);
        cc_loss_list_arrived(&list, 2, 0);
        g_assert_true(cc_loss_list_arrived(&list, jumps[i], 0));
        g_assert_cmpuint(list.n_entries, ==, 0);
        g_assert_cmpuint(list.lost_total, ==, 1);
        g_assert_false(cc_loss_list_arrived(&list, (guint16)(jumps[i] + 1), 0));
        g_assert_cmpuint(list.n_entries, ==, 0);
    }
}

/* Against a plain model: what is missing is what never came; the list stays ascending. */
static void
test_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    CcLossList list;
    cc_loss_list_init(&list);
    g_autoptr(GHashTable) missing = g_hash_table_new(NULL, NULL);
    guint16 next = 65400;
    cc_loss_list_arrived(&list, next++, 0);
    for (guint i = 0; i < 20000; i++) {
        double choice = g_rand_double(rand);
        if (choice < 0.05 && g_hash_table_size(missing) < 200) {
            g_hash_table_add(missing, GUINT_TO_POINTER(next));
            next++;
            continue;
        }
        if (choice < 0.10 && list.n_entries > 0) {
            guint16 late = list.entries[g_rand_int_range(rand, 0, (gint32)list.n_entries)].sequence;
            g_assert_true(g_hash_table_remove(missing, GUINT_TO_POINTER(late)));
            g_assert_false(cc_loss_list_arrived(&list, late, 0));
        }
        g_assert_false(cc_loss_list_arrived(&list, next++, 0));
        g_assert_cmpuint(list.n_entries, ==, g_hash_table_size(missing));
        for (guint n = 0; n < list.n_entries; n++) {
            g_assert_true(
                g_hash_table_contains(missing, GUINT_TO_POINTER(list.entries[n].sequence)));
            if (n > 0)
                g_assert_cmpuint((guint16)(list.entries[n].sequence - list.entries[n - 1].sequence),
                                 <, 0x8000);
        }
    }
    g_assert_cmpuint(list.lost_total - list.recovered_total, ==, list.n_entries);
}

/* Each question goes out in copies, until its answer comes, and so does the next. */
static void
test_copies(void)
{
    CcLossList list;
    guint16 sequences[8];
    cc_loss_list_init(&list);
    cc_loss_list_set_copies(&list, 2);
    cc_loss_list_arrived(&list, 10, 0);
    cc_loss_list_arrived(&list, 13, 0);
    gint64 now_us = cc_loss_list_next_us(&list);
    g_assert_cmpuint(cc_loss_list_due_copies(&list, now_us, 300000, sequences, 8), ==, 0);
    g_assert_cmpuint(cc_loss_list_due(&list, now_us, 300000, sequences, 8), ==, 2);
    gint64 asked_us = now_us;
    now_us = cc_loss_list_next_us(&list);
    g_assert_cmpint(now_us, ==, asked_us + 25000);
    g_assert_cmpuint(cc_loss_list_due(&list, now_us, 300000, sequences, 8), ==, 0);
    g_assert_cmpuint(cc_loss_list_due_copies(&list, now_us, 300000, sequences, 8), ==, 2);
    cc_loss_list_arrived(&list, 12, now_us);
    now_us = cc_loss_list_next_us(&list);
    g_assert_cmpint(now_us, ==, asked_us + 50000);
    g_assert_cmpuint(cc_loss_list_due_copies(&list, now_us, 300000, sequences, 8), ==, 1);
    g_assert_cmpuint(sequences[0], ==, 11);
    now_us = cc_loss_list_next_us(&list); /* that was the last copy */
    g_assert_cmpint(now_us, ==, asked_us + 300000);
    g_assert_cmpuint(cc_loss_list_due_copies(&list, now_us, 300000, sequences, 8), ==, 0);
    g_assert_cmpuint(cc_loss_list_due(&list, now_us, 300000, sequences, 8), ==, 1);
    g_assert_cmpint(cc_loss_list_next_us(&list), ==, now_us + 25000);
    g_assert_cmpuint(cc_loss_list_due_copies(&list, now_us + 160000, 300000, sequences, 8), ==, 0);
    g_assert_cmpint(cc_loss_list_next_us(&list), ==, now_us + 300000); /* too late for copies */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/loss-list/no-loss", test_no_loss);
    g_test_add_func("/rate/loss-list/loss-over-the-wrap", test_loss_over_the_wrap);
    g_test_add_func("/rate/loss-list/disorder", test_disorder);
    g_test_add_func("/rate/loss-list/patience", test_patience);
    g_test_add_func("/rate/loss-list/copies", test_copies);
    g_test_add_func("/rate/loss-list/forgets", test_forgets);
    g_test_add_func("/rate/loss-list/gives-up", test_gives_up);
    g_test_add_func("/rate/loss-list/little-room", test_little_room);
    g_test_add_func("/rate/loss-list/too-many", test_too_many);
    g_test_add_func("/rate/loss-list/jump", test_jump);
    g_test_add_func("/rate/loss-list/random", test_random);
    return g_test_run();
}
