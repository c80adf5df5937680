#include "client/send/layer-shape.h"

#define SECOND G_USEC_PER_SEC

static const CcLayerShape hd = {1280, 720, 25, 900000};

/* Lets @seconds pass at one rate and quantizer; returns how often the size changed. */
static guint
pass(CcLayerShaper *shaper, gint64 wire_bps, double quantizer, guint seconds, gint64 *now_us)
{
    guint changes = 0;
    for (guint i = 0; i < seconds * 5; i++, *now_us += SECOND / 5) {
        guint height = shaper->now.height;
        changes += cc_layer_shaper_update(shaper, wire_bps, quantizer, *now_us)->height != height;
    }
    return changes;
}

static void
test_configured(void)
{
    CcLayerShaper shaper;
    cc_layer_shaper_init(&shaper, &hd, 180);
    const CcLayerShape *shape = cc_layer_shaper_update(&shaper, -1, -1, SECOND);
    g_assert_cmpuint(shape->width, ==, 1280);
    g_assert_cmpuint(shape->framerate, ==, 25);
    g_assert_cmpuint(shape->bitrate_bps, ==, 900000);
    shape = cc_layer_shaper_update(&shaper, 20000000, -1, SECOND); /* never more than configured */
    g_assert_cmpuint(shape->bitrate_bps, ==, 900000);
}

/* The encoder's share and the headers together are what was allowed. */
static void
test_headers_are_counted(void)
{
    static const guint rates[] = {900000, 400000, 200000, 120000, 80000, 60000, 40000};
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        CcLayerShaper shaper;
        cc_layer_shaper_init(&shaper, &hd, 180);
        const CcLayerShape *shape = cc_layer_shaper_update(&shaper, rates[i], -1, SECOND);
        guint bytes = shape->bitrate_bps / 8 / shape->framerate; /* each picture */
        guint packets = (bytes + 1149) / 1150;
        guint total = (bytes + packets * CC_LAYER_PACKET_OVERHEAD) * 8 * shape->framerate;
        g_assert_cmpuint(total, <=, rates[i] + rates[i] / 10);
        g_assert_cmpuint(total, >=, rates[i] * 8 / 10);
    }
}

static void
test_sizes_follow_the_rate(void)
{
    CcLayerShaper shaper;
    gint64 now_us = SECOND;
    cc_layer_shaper_init(&shaper, &hd, 180);
    guint height = 720, framerate = 25;
    for (guint rate = 600000; rate > 10000; rate -= 10000) { /* an average picture */
        shaper.ease = 1;
        const CcLayerShape *shape = cc_layer_shaper_update(&shaper, rate, -1, now_us += SECOND);
        g_assert_cmpuint(shape->height, <=, height);
        g_assert_cmpuint(shape->framerate, <=, framerate);
        g_assert_cmpuint(shape->width * 9, ==, shape->height * 16);
        g_assert_cmpuint(shape->width % 2 + shape->height % 2, ==, 0);
        height = shape->height;
        framerate = shape->framerate;
    }
    g_assert_cmpuint(height, ==, 180);
    g_assert_cmpuint(framerate, <=, 10);
    shaper.min_height = 300; /* whoever wants no small picture gets none */
    g_assert_cmpuint(pass(&shaper, 20000, -1, 10, &now_us), ==, 1);
    g_assert_cmpuint(shaper.now.height, ==, 360);
}

static void
test_falls_at_once_and_climbs_slowly(void)
{
    CcLayerShaper shaper;
    cc_layer_shaper_init(&shaper, &hd, 180);
    shaper.ease = 1;
    cc_layer_shaper_update(&shaper, 900000, -1, SECOND);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 150000, -1, 2 * SECOND)->height, ==, 360);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 70000, -1, 2 * SECOND + 1)->height, ==, 270);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 900000, -1, 3 * SECOND)->height, ==, 270);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 900000, -1, 7 * SECOND)->height, ==, 270);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 900000, -1, 7 * SECOND + 2)->height, ==, 720);
}

/* A rate that wavers about a threshold does not make the size waver. */
static void
test_wavering_rate(void)
{
    CcLayerShaper shaper;
    guint changes = 0;
    cc_layer_shaper_init(&shaper, &hd, 180);
    shaper.ease = 1;
    for (guint i = 0; i < 600; i++) {
        guint height = shaper.now.height;
        gint64 rate = 280000 + (i % 2 == 0 ? 25000 : -25000);
        changes +=
            cc_layer_shaper_update(&shaper, rate, -1, SECOND + i * SECOND / 10)->height != height;
    }
    g_assert_cmpuint(changes, <=, 1);
}

/* Slides stay large where a moving picture shrinks. */
static void
test_quantizer(void)
{
    CcLayerShaper shaper;
    gint64 now_us = SECOND;
    cc_layer_shaper_init(&shaper, &hd, 180);
    pass(&shaper, 120000, 0.5, 30, &now_us);
    g_assert_cmpuint(shaper.now.height, ==, 720);
    g_assert_cmpuint(pass(&shaper, 120000, 0.7, 60, &now_us), ==, 0); /* neither coarse nor fine */
    pass(&shaper, 120000, 0.97, 60, &now_us);
    g_assert_cmpuint(shaper.now.height, <=, 270);
    g_assert_cmpuint(pass(&shaper, 120000, 0.97, 60, &now_us), ==, 0);
}

static void
test_off_and_on(void)
{
    CcLayerShaper shaper;
    cc_layer_shaper_init(&shaper, &hd, 180);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 0, -1, SECOND)->bitrate_bps, ==, 0);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 900000, -1, 2 * SECOND)->bitrate_bps, >, 0);
    g_assert_cmpuint(shaper.now.height, ==, 720);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layer-shape/configured", test_configured);
    g_test_add_func("/layer-shape/headers", test_headers_are_counted);
    g_test_add_func("/layer-shape/sizes", test_sizes_follow_the_rate);
    g_test_add_func("/layer-shape/falls-and-climbs", test_falls_at_once_and_climbs_slowly);
    g_test_add_func("/layer-shape/wavering", test_wavering_rate);
    g_test_add_func("/layer-shape/quantizer", test_quantizer);
    g_test_add_func("/layer-shape/off-and-on", test_off_and_on);
    return g_test_run();
}
