#include "common/rate/way-back.h"

/* So many messages, of which a share is lost; the numbers wrap several times. */
static void
hear(CcWayBack *way, guint n, double loss, guint8 *number, GRand *random)
{
    for (guint i = 0; i < n; i++, (*number)++)
        if (g_rand_double(random) >= loss)
            cc_way_back_heard(way, *number);
}

static void
test_loss(void)
{
    static const double losses[] = {0, 0.05, 0.3, 0.8};
    for (guint i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(i + 1);
        CcWayBack way = {0};
        guint8 number = 200;
        double sum = 0;
        hear(&way, 300, losses[i], &number, random);
        for (guint k = 0; k < 50; k++) {
            hear(&way, 20, losses[i], &number, random);
            sum += cc_way_back_loss(&way, 1) / 50;
        }
        g_assert_cmpfloat(sum, >=, losses[i] - 0.03);
        g_assert_cmpfloat(sum, <=, losses[i] + 0.03);
    }
}

static void
test_unknown(void)
{
    CcWayBack way = {0};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    guint8 number = 7;
    g_assert_cmpfloat(cc_way_back_loss(&way, 0.25), ==, 0.25);
    hear(&way, 10, 0, &number, random);
    g_assert_cmpfloat(cc_way_back_loss(&way, 0.25), ==, 0.25);
    hear(&way, 50, 0, &number, random);
    g_assert_cmpfloat(cc_way_back_loss(&way, 0.25), ==, 0);
}

/* What is overtaken is not lost, what comes twice was not lost again, and nor is an outage. */
static void
test_not_losses(void)
{
    CcWayBack way = {0};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    guint8 number = 0;
    hear(&way, 100, 0, &number, random);
    cc_way_back_heard(&way, (guint8)(number - 1));
    cc_way_back_heard(&way, (guint8)(number - 5));
    g_assert_cmpfloat(cc_way_back_loss(&way, 1), ==, 0);
    number += 60;
    hear(&way, 100, 0, &number, random);
    g_assert_cmpfloat(cc_way_back_loss(&way, 1), ==, 0);
    number += 1;
    hear(&way, 1, 0, &number, random);
    g_assert_cmpfloat(cc_way_back_loss(&way, 1), >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/way-back/loss", test_loss);
    g_test_add_func("/rate/way-back/unknown", test_unknown);
    g_test_add_func("/rate/way-back/not-losses", test_not_losses);
    return g_test_run();
}
