#include "common/wire/numbering.h"

static gint64
map(const CcNumbering *numbering, gint64 source)
{
    gint64 out;
    guint pictures;
    g_assert_true(cc_numbering_map(numbering, source, &out, &pictures));
    return out;
}

static gint64
find(const CcNumbering *numbering, gint64 out)
{
    gint64 source;
    g_assert_true(cc_numbering_find(numbering, out, &source));
    return source;
}

static void
test_plain(void)
{
    CcNumbering numbering;
    gint64 out;
    guint pictures;
    cc_numbering_begin(&numbering, 100, 7);
    g_assert_cmpint(map(&numbering, 100), ==, 7);
    g_assert_cmpint(map(&numbering, 1100), ==, 1007);
    g_assert_cmpint(find(&numbering, 1007), ==, 1100);
    g_assert_false(cc_numbering_map(&numbering, 99, &out, &pictures));
    g_assert_false(cc_numbering_find(&numbering, 6, &out));
}

static void
test_gap_closes(void)
{
    CcNumbering numbering;
    gint64 out;
    guint pictures;
    cc_numbering_begin(&numbering, 10, 10);
    cc_numbering_keep(&numbering, 10);
    cc_numbering_skip(&numbering, 11, TRUE); /* a picture of two packets */
    cc_numbering_skip(&numbering, 12, FALSE);
    cc_numbering_skip(&numbering, 13, TRUE); /* and another one */
    g_assert_true(cc_numbering_map(&numbering, 14, &out, &pictures));
    g_assert_cmpint(out, ==, 11);
    g_assert_cmpuint(pictures, ==, 2);
    g_assert_cmpint(find(&numbering, 11), ==, 14);
    g_assert_cmpint(find(&numbering, 10), ==, 10);
    /* What came before the gap is numbered as it was. */
    g_assert_true(cc_numbering_map(&numbering, 10, &out, &pictures));
    g_assert_cmpint(out, ==, 10);
    g_assert_cmpuint(pictures, ==, 0);
}

/* What is left out late, behind something that has gone out, leaves its number unused. */
static void
test_late_skip_leaves_a_hole(void)
{
    CcNumbering numbering;
    cc_numbering_begin(&numbering, 10, 10);
    cc_numbering_keep(&numbering, 12);
    cc_numbering_skip(&numbering, 11, TRUE);
    g_assert_cmpint(map(&numbering, 12), ==, 12);
    g_assert_cmpint(map(&numbering, 13), ==, 13);
}

/* Whatever is left out, lost and late: no number is given twice, order is kept, and numbers of the
 * last hundred packets lead back to them. */
static void
test_random(void)
{
    GRand *rand = g_rand_new_with_seed(1);
    for (guint round = 0; round < 50; round++) {
        gint64 sources[2000], outs[2000];
        guint n = 0;
        CcNumbering numbering;
        cc_numbering_begin(&numbering, 1000, 0x8000);
        gint64 flip = 0;
        for (gint64 source = 1000; source < 3000; source++) {
            if (source % 2 == 0)
                flip = g_rand_int_range(rand, 0, 2); /* neighbours change places */
            gint64 swapped = source ^ flip;
            gint64 out;
            guint pictures;
            if (g_rand_int_range(rand, 0, 20) == 0)
                continue;
            if (g_rand_int_range(rand, 0, 4) == 0) {
                cc_numbering_skip(&numbering, swapped, TRUE);
                continue;
            }
            if (!cc_numbering_map(&numbering, swapped, &out, &pictures))
                continue;
            for (guint i = n > 100 ? n - 100 : 0; i < n; i++) {
                if (sources[i] != swapped)
                    g_assert_cmpint(outs[i] < out, ==, sources[i] < swapped);
            }
            cc_numbering_keep(&numbering, swapped);
            g_assert_cmpint(find(&numbering, out), ==, swapped);
            sources[n] = swapped;
            outs[n++] = out;
        }
        g_assert_cmpuint(n, >, 1000);
        for (guint i = n - 50; i < n; i++)
            g_assert_cmpint(find(&numbering, outs[i]), ==, sources[i]);
    }
    g_rand_free(rand);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/numbering/plain", test_plain);
    g_test_add_func("/numbering/gap-closes", test_gap_closes);
    g_test_add_func("/numbering/late-skip-leaves-a-hole", test_late_skip_leaves_a_hole);
    g_test_add_func("/numbering/random", test_random);
    return g_test_run();
}
