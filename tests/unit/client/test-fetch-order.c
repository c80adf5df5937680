#include "client/deck/fetch-order.h"

static void
assert_order(guint current, guint n_pages, const guint *expected)
{
    for (guint rank = 0; rank < n_pages; rank++)
        g_assert_cmpuint(cc_fetch_order(current, n_pages, rank), ==, expected[rank]);
}

static void
test_near_first(void)
{
    assert_order(0, 5, (const guint[]){0, 1, 2, 3, 4});
    assert_order(4, 5, (const guint[]){4, 3, 2, 1, 0});
    assert_order(3, 9, (const guint[]){3, 4, 5, 2, 6, 7, 1, 8, 0});
    assert_order(0, 1, (const guint[]){0});
}

static void
test_each_once(void)
{
    for (guint n = 1; n <= 40; n++)
        for (guint current = 0; current < n; current++) {
            guint64 seen = 0;
            for (guint page = 0; page < n; page++) {
                guint rank = cc_fetch_rank(current, n, page);
                g_assert_cmpuint(rank, <, n);
                seen |= (guint64)1 << rank;
            }
            g_assert_cmphex(seen, ==, ((guint64)1 << n) - 1);
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/fetch-order/near-first", test_near_first);
    g_test_add_func("/client/fetch-order/each-once", test_each_once);
    return g_test_run();
}
