#include "client/send/layer-shape.h"

#include <math.h>

#define SECOND G_USEC_PER_SEC

static const CcLayerShape hd = {1280, 720, 25, 900000};

static const CcLayerLook unknown = {.quantizer = -1};

/* Lets @seconds pass at one rate; what comes out of the encoder is as @demand says: bit/s that the
 * full size takes at a right quantizer, 0: unknown. Returns how often the size changed. */
static guint
pass(CcLayerShaper *shaper, gint64 wire_bps, double demand, guint seconds, gint64 *now_us)
{
    guint changes = 0;
    for (guint i = 0; i < seconds * 5; i++, *now_us += SECOND / 5) {
        const CcLayerShape *now = &shaper->now;
        CcLayerLook look = unknown;
        if (demand > 0) { /* coarser for fewer bits, up to where it can be no coarser */
            double needed = demand * pow(now->height / 720.0, 1.2);
            double quantizer = 0.78 + 0.37 * log2(needed / now->bitrate_bps);
            look.quantizer = CLAMP(quantizer, 0.03, 0.88);
            double bps = needed * exp2((0.78 - look.quantizer) / 0.37);
            look.picture_bytes = (guint)(bps / 8 / now->framerate);
        }
        guint height = now->height;
        changes += cc_layer_shaper_update(shaper, wire_bps, &look, *now_us)->height != height;
    }
    return changes;
}

static void
test_configured(void)
{
    CcLayerShaper shaper;
    cc_layer_shaper_init(&shaper, &hd, 180);
    const CcLayerShape *shape = cc_layer_shaper_update(&shaper, -1, &unknown, SECOND);
    g_assert_cmpuint(shape->width, ==, 1280);
    g_assert_cmpuint(shape->framerate, ==, 25);
    g_assert_cmpuint(shape->bitrate_bps, ==, 900000);
    g_assert_cmpuint(shape->limit_bps, ==, 0);
    shape = cc_layer_shaper_update(&shaper, 20000000, &unknown,
                                   SECOND); /* never more than configured */
    g_assert_cmpuint(shape->bitrate_bps, ==, 900000);
    g_assert_cmpuint(shape->limit_bps, ==, 0);
    shape = cc_layer_shaper_update(&shaper, 500000, &unknown, SECOND);
    g_assert_cmpuint(shape->bitrate_bps, <, 500000);
    g_assert_cmpuint(shape->limit_bps, ==, shape->bitrate_bps);
}

/* The encoder's share and the headers together are what was allowed. */
static void
test_headers_are_counted(void)
{
    static const guint rates[] = {900000, 400000, 200000, 120000, 80000, 60000, 40000};
    for (guint i = 0; i < G_N_ELEMENTS(rates); i++) {
        CcLayerShaper shaper;
        cc_layer_shaper_init(&shaper, &hd, 180);
        const CcLayerShape *shape = cc_layer_shaper_update(&shaper, rates[i], &unknown, SECOND);
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
        now_us += 4 * SECOND;
        const CcLayerShape *shape =
            cc_layer_shaper_update(&shaper, rate, &unknown, now_us += SECOND);
        g_assert_cmpuint(shape->height, <=, height);
        g_assert_cmpuint(shape->framerate, <=, framerate);
        g_assert_cmpuint(shape->width * 9, ==, shape->height * 16);
        g_assert_cmpuint(shape->width % 2 + shape->height % 2, ==, 0);
        height = shape->height;
        framerate = shape->framerate;
    }
    g_assert_cmpuint(height, ==, 180);
    g_assert_cmpuint(framerate, <=, 10);
}

/* Whoever wants no small picture gets none. */
static void
test_least_height(void)
{
    CcLayerShaper shaper;
    gint64 now_us = SECOND;
    cc_layer_shaper_init(&shaper, &hd, 300);
    pass(&shaper, 10000, 0, 10, &now_us);
    g_assert_cmpuint(shaper.now.height, ==, 360);
}

/* A moment is no reason for another size; too little is one the sooner the less it is, and at once
 * where the rate has just fallen by far. */
static void
test_falls_soon_and_climbs_slowly(void)
{
    CcLayerShaper shaper;
    gint64 now_us = SECOND;
    cc_layer_shaper_init(&shaper, &hd, 180);
    shaper.ease = 1;
    pass(&shaper, 900000, 0, 5, &now_us);
    for (guint bps = 900000; bps > 110000; bps = bps * 9 / 10)
        pass(&shaper, bps, 0, bps < 250000 ? 0 : 1, &now_us);
    g_assert_cmpuint(pass(&shaper, 110000, 0, 1, &now_us), ==, 0);
    g_assert_cmpuint(pass(&shaper, 900000, 0, 5, &now_us), ==, 0);
    cc_layer_shaper_update(&shaper, 80000, &unknown, now_us);
    g_assert_cmpuint(shaper.now.height, <=, 270);
    pass(&shaper, 80000, 0, 20, &now_us);
    guint low = shaper.now.height;
    g_assert_cmpuint(pass(&shaper, 900000, 0, 1, &now_us), ==, 0);
    g_assert_cmpuint(pass(&shaper, 900000, 0, 2, &now_us), ==, 1);
    g_assert_cmpuint(shaper.now.height, ==, 720);
    g_assert_cmpuint(low, <, 360);
    pass(&shaper, 200000, 0, 2, &now_us);
    g_assert_cmpuint(shaper.now.height, ==, 720);
    pass(&shaper, 170000, 0, 4, &now_us);
    g_assert_cmpuint(shaper.now.height, ==, 360);
    /* Just enough for more: not before 10 s. */
    g_assert_cmpuint(pass(&shaper, 230000, 0, 6, &now_us), ==, 0);
    g_assert_cmpuint(pass(&shaper, 230000, 0, 6, &now_us), ==, 1);
    g_assert_cmpuint(shaper.now.height, ==, 540);
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
            cc_layer_shaper_update(&shaper, rate, &unknown, SECOND + i * SECOND / 10)->height !=
            height;
    }
    g_assert_cmpuint(changes, <=, 1);
}

/* Slides stay large where a moving picture shrinks: only so far that the encoder can keep to its
 * rate, for the larger one is nearer to the source (docs/codecs.md). */
static void
test_quantizer(void)
{
    CcLayerShaper shaper;
    gint64 now_us = SECOND;
    cc_layer_shaper_init(&shaper, &hd, 180);
    pass(&shaper, 120000, 20000, 30, &now_us);
    g_assert_cmpuint(shaper.now.height, ==, 720);
    g_assert_cmpuint(pass(&shaper, 120000, 100000, 60, &now_us), ==, 0);
    g_assert_cmpuint(pass(&shaper, 120000, 1000000, 3, &now_us), ==, 0); /* a cut */
    g_assert_cmpuint(pass(&shaper, 120000, 100000, 60, &now_us), ==, 0);
    g_assert_cmpuint(pass(&shaper, 120000, 400000, 60, &now_us), >=, 1); /* a walk */
    g_assert_cmpuint(shaper.now.height, <=, 360);
    g_assert_cmpuint(shaper.now.height, >=, 180);
    g_assert_cmpuint(pass(&shaper, 120000, 400000, 60, &now_us), ==, 0);
    pass(&shaper, 120000, 50000, 60, &now_us);
    g_assert_cmpuint(shaper.now.height, ==, 720);
}

/* What is left out makes the rest coarser first, and the picture smaller where that does not help.
 */
static void
test_motion_before_sharpness(void)
{
    CcLayerShaper shaper;
    gint64 now_us = SECOND;
    CcLayerLook look = {.quantizer = 0.4, .picture_bytes = 800};
    cc_layer_shaper_init(&shaper, &hd, 180);
    shaper.ease = 3;
    for (guint i = 0; i < 20; i++, now_us += SECOND / 20)
        cc_layer_shaper_update(&shaper, 200000, &look, now_us);
    g_assert_cmpfloat(shaper.now.finest, ==, 0);
    look.left_out = 0.3;
    for (guint i = 0; i < 20; i++, now_us += SECOND / 20)
        cc_layer_shaper_update(&shaper, 200000, &look, now_us);
    g_assert_cmpfloat(shaper.now.finest, >, 0.45);
    g_assert_cmpfloat(shaper.now.finest, <, 0.6);
    g_assert_cmpuint(shaper.now.height, ==, 720);
    double finest = shaper.now.finest;
    look.left_out = 0;
    for (guint i = 0; i < 40; i++, now_us += SECOND / 20)
        cc_layer_shaper_update(&shaper, 200000, &look, now_us);
    g_assert_cmpfloat(shaper.now.finest, <, finest);
    g_assert_cmpfloat(shaper.now.finest, >, finest - 0.15);
    look.picture_bytes = 200; /* the link takes more now: no reason to stay coarse */
    for (guint i = 0; i < 50; i++, now_us += SECOND / 20)
        cc_layer_shaper_update(&shaper, 800000, &look, now_us);
    g_assert_cmpfloat(shaper.now.finest, <, 0.05);
    look = (CcLayerLook){.quantizer = 0.4, .picture_bytes = 800, .left_out = 0.3};
    guint seconds = 0;
    for (; shaper.now.height == 720 && seconds < 60; seconds++)
        for (guint i = 0; i < 20; i++, now_us += SECOND / 20) {
            look.quantizer = MAX(look.quantizer, shaper.now.finest);
            cc_layer_shaper_update(&shaper, 200000, &look, now_us);
        }
    g_assert_cmpuint(seconds, >=, 3);
    g_assert_cmpuint(seconds, <=, 15);
    g_assert_cmpuint(shaper.now.height, ==, 540);
    g_assert_cmpfloat(shaper.now.finest, <, 0.8);
}

static void
test_off_and_on(void)
{
    CcLayerShaper shaper;
    cc_layer_shaper_init(&shaper, &hd, 180);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 0, &unknown, SECOND)->bitrate_bps, ==, 0);
    g_assert_cmpuint(cc_layer_shaper_update(&shaper, 900000, &unknown, 2 * SECOND)->bitrate_bps, >,
                     0);
    g_assert_cmpuint(shaper.now.height, ==, 720);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/layer-shape/configured", test_configured);
    g_test_add_func("/layer-shape/headers", test_headers_are_counted);
    g_test_add_func("/layer-shape/sizes", test_sizes_follow_the_rate);
    g_test_add_func("/layer-shape/least-height", test_least_height);
    g_test_add_func("/layer-shape/falls-and-climbs", test_falls_soon_and_climbs_slowly);
    g_test_add_func("/layer-shape/wavering", test_wavering_rate);
    g_test_add_func("/layer-shape/quantizer", test_quantizer);
    g_test_add_func("/layer-shape/motion", test_motion_before_sharpness);
    g_test_add_func("/layer-shape/off-and-on", test_off_and_on);
    return g_test_run();
}
