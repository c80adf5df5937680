/* Where layers are placed: against trying all places, and in lessons as they are. */
#include "common/rate/placement.h"

#include <math.h>

static guint
place(const guint *budgets, guint n, guint max_layers, guint layers[CC_PLACEMENT_LAYERS])
{
    CcPlacement placement;
    cc_placement_init(&placement, 30000, 2000000);
    for (guint i = 0; i < n; i++)
        cc_placement_add(&placement, budgets[i]);
    return cc_placement_find(&placement, max_layers, layers);
}

static void
test_one(void)
{
    guint layers[CC_PLACEMENT_LAYERS];
    static const guint cases[][2] = {
        {123456, 123456}, {5000, 30000}, {9000000, 2000000}, {30000, 30000}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (guint max = 1; max <= 3; max++) {
            g_assert_cmpuint(place(&cases[i][0], 1, max, layers), ==, 1);
            g_assert_cmpuint(layers[0], ==, cases[i][1]);
        }
    }
}

static void
test_nobody(void)
{
    static const guint none[] = {0, 0};
    guint layers[CC_PLACEMENT_LAYERS];
    g_assert_cmpuint(place(none, 2, 3, layers), ==, 0);
    g_assert_cmpuint(place(none, 0, 3, layers), ==, 0);
}

/* Those who are alike share a layer, at the rate of the weakest among them. */
static void
test_groups(void)
{
    static const guint budgets[] = {800000, 790000, 100000, 104000, 101000, 300000, 810000};
    guint layers[CC_PLACEMENT_LAYERS];
    g_assert_cmpuint(place(budgets, 7, 3, layers), ==, 3);
    g_assert_cmpuint(layers[0], ==, 100000);
    g_assert_cmpuint(layers[1], ==, 300000);
    g_assert_cmpuint(layers[2], ==, 790000);
}

/* With one layer a single weak classroom does not pull down all the others; two of three do. */
static void
test_one_layer(void)
{
    guint budgets[10], layers[CC_PLACEMENT_LAYERS];
    for (guint i = 0; i < 10; i++)
        budgets[i] = i == 0 ? 60000 : 900000;
    g_assert_cmpuint(place(budgets, 10, 1, layers), ==, 1);
    g_assert_cmpuint(layers[0], ==, 900000);
    g_assert_cmpuint(place(budgets, 2, 1, layers), ==, 1);
    g_assert_cmpuint(layers[0], ==, 60000);
    g_assert_cmpuint(place(budgets, 10, 2, layers), ==, 2);
    g_assert_cmpuint(layers[0], ==, 60000);
}

/* One that takes no moving picture at all does not take it from the other; where there are layers
 * for both it has its own, and alone it decides. */
static void
test_helpless(void)
{
    static const guint budgets[] = {1, 900000}, many[] = {7000, 5000, 3000, 1, 900000};
    guint layers[CC_PLACEMENT_LAYERS];
    g_assert_cmpuint(place(budgets, 2, 1, layers), ==, 1);
    g_assert_cmpuint(layers[0], ==, 900000);
    g_assert_cmpuint(place(budgets, 2, 2, layers), ==, 2);
    g_assert_cmpuint(layers[0], ==, 30000);
    g_assert_cmpuint(layers[1], ==, 900000);
    g_assert_cmpuint(place(many, 4, 1, layers), ==, 1);
    g_assert_cmpuint(layers[0], ==, 30000);
    g_assert_cmpuint(place(many, 5, 1, layers), ==, 1); /* so many weigh more than one */
    g_assert_cmpuint(layers[0], ==, 30000);
}

static double
try_all(const CcPlacement *placement, const guint *budgets, guint n)
{
    double least = G_MAXDOUBLE;
    for (guint a = 0; a < n; a++) {
        for (guint b = 0; b < n; b++) {
            for (guint c = 0; c < n; c++) {
                guint layers[] = {budgets[a], budgets[b], budgets[c]};
                least = MIN(least, cc_placement_loss(placement, layers, 3));
            }
        }
    }
    return least;
}

static void
test_best(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(4711);
    for (guint turn = 0; turn < 200; turn++) {
        guint budgets[12], layers[CC_PLACEMENT_LAYERS],
            n = 1 + (guint)g_rand_int_range(rand, 0, 12);
        CcPlacement placement;
        cc_placement_init(&placement, 30000, 2000000);
        for (guint i = 0; i < n; i++) {
            budgets[i] = (guint)(30000 * exp(g_rand_double_range(rand, turn % 2 ? -1 : 0, 4)));
            cc_placement_add(&placement, budgets[i]);
            budgets[i] = MAX(budgets[i], 30000); /* a layer's place */
        }
        guint n_layers = cc_placement_find(&placement, 3, layers);
        for (guint i = 1; i < n_layers; i++)
            g_assert_cmpuint(layers[i], >, layers[i - 1]);
        double loss = cc_placement_loss(&placement, layers, n_layers);
        g_assert_cmpfloat(loss, <=, try_all(&placement, budgets, n) + 1e-6);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/placement/one", test_one);
    g_test_add_func("/placement/nobody", test_nobody);
    g_test_add_func("/placement/groups", test_groups);
    g_test_add_func("/placement/one-layer", test_one_layer);
    g_test_add_func("/placement/helpless", test_helpless);
    g_test_add_func("/placement/best", test_best);
    return g_test_run();
}
