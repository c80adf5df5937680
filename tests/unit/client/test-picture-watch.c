#include "client/recv/picture-watch.h"

#define SECOND_US G_USEC_PER_SEC

typedef struct {
    CcPictureWatch watch;
    guint64 packets, pictures;
    gint64 now_us;
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    *f = (Fixture){.now_us = 50 * SECOND_US};
}

/* One second in which that much has come in. */
static CcPictureWatchAdvice
second(Fixture *f, guint packets, guint pictures)
{
    f->packets += packets;
    f->pictures += pictures;
    f->now_us += SECOND_US;
    return cc_picture_watch_check(&f->watch, f->packets, f->pictures, f->now_us);
}

static void
test_lesson(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 60; i++)
        g_assert_cmpint(second(f, 100, 25), ==, CC_PICTURE_WATCH_FINE);
}

static void
test_nothing_arrives(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 60; i++)
        g_assert_cmpint(second(f, 0, 0), ==, CC_PICTURE_WATCH_FINE);
}

static void
test_blind(Fixture *f, gconstpointer data)
{
    static const CcPictureWatchAdvice expected[] = {
        CC_PICTURE_WATCH_FINE, CC_PICTURE_WATCH_FINE, CC_PICTURE_WATCH_ASK,
        CC_PICTURE_WATCH_FINE, CC_PICTURE_WATCH_FINE, CC_PICTURE_WATCH_RENEW,
    };
    second(f, 100, 25);
    for (guint round = 0; round < 3; round++)
        for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
            g_assert_cmpint(second(f, 100, 0), ==, expected[i]);
}

static void
test_asking_helps(Fixture *f, gconstpointer data)
{
    second(f, 100, 25);
    second(f, 100, 0);
    second(f, 100, 0);
    g_assert_cmpint(second(f, 100, 0), ==, CC_PICTURE_WATCH_ASK);
    g_assert_cmpint(second(f, 100, 1), ==, CC_PICTURE_WATCH_FINE);
    second(f, 100, 0);
    second(f, 100, 0);
    g_assert_cmpint(second(f, 100, 0), ==, CC_PICTURE_WATCH_ASK);
}

/* A new receiver counts from zero. */
static void
test_counts_go_back(Fixture *f, gconstpointer data)
{
    second(f, 1000, 25);
    second(f, 100, 0);
    second(f, 100, 0);
    f->packets = 0;
    g_assert_cmpint(second(f, 100, 0), ==, CC_PICTURE_WATCH_FINE);
    g_assert_cmpint(second(f, 100, 0), ==, CC_PICTURE_WATCH_FINE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/picture-watch/" name, Fixture, NULL, setup, func, NULL)
    ADD("lesson", test_lesson);
    ADD("nothing-arrives", test_nothing_arrives);
    ADD("blind", test_blind);
    ADD("asking-helps", test_asking_helps);
    ADD("counts-go-back", test_counts_go_back);
    return g_test_run();
}
