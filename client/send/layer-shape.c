#include "client/send/layer-shape.h"

#include <math.h>

/* An average picture of 1280x720 at 25 pictures a second. Smaller ones take bits in proportion to
 * the pixels' number to the power of SIZE_EXPONENT. */
#define FULL_BPS 250000
#define FULL_PIXELS (1280.0 * 720)
#define SIZE_EXPONENT 0.8
#define CLIMB 1.2 /* so much more than a size needs before going up to it */
#define MIN_BPS 8000

#define MIN_EASE 0.4
#define MAX_EASE 8
#define FIRST_EASE 2 /* large at first: shrinking shows sooner whether that was right */
#define COARSE 0.8
#define FINE 0.6

#define CLIMB_PAUSE_US (5 * G_USEC_PER_SEC)
#define EASE_PAUSE_US (G_USEC_PER_SEC)
#define PACKET_PAYLOAD 1150

static const double scales[] = {1, 0.75, 0.5, 0.375, 0.25};

void
cc_layer_shaper_init(CcLayerShaper *shaper, const CcLayerShape *most, guint min_height)
{
    *shaper =
        (CcLayerShaper){.most = *most, .min_height = min_height, .now = *most, .ease = FIRST_EASE};
}

static guint
scaled(guint length, guint step)
{
    guint pixels = (guint)lrint(length * scales[step] / 2) * 2;
    return MAX(pixels, 2);
}

static gboolean
step_exists(const CcLayerShaper *shaper, guint step)
{
    return step < G_N_ELEMENTS(scales) &&
           (step == 0 || (scaled(shaper->most.height, step) >= shaper->min_height &&
                          scaled(shaper->most.width, step) >= 16));
}

/* At low bitrates fewer pictures, each of which can then be seen; and fewer headers. */
static guint
choose_framerate(const CcLayerShaper *shaper, gint64 wire_bps)
{
    static const struct {
        gint64 below_bps;
        guint framerate;
    } slower[] = {{30000, 5}, {45000, 8}, {70000, 10}, {100000, 15}, {140000, 20}};
    for (guint i = 0; i < G_N_ELEMENTS(slower); i++)
        if (wire_bps < slower[i].below_bps)
            return MIN(shaper->most.framerate, slower[i].framerate);
    return shaper->most.framerate;
}

/* What is left of @wire_bps for the encoder: each picture's last packet is half empty. */
static guint
without_headers(gint64 wire_bps, guint framerate)
{
    const double header_bits = CC_LAYER_PACKET_OVERHEAD * 8;
    double left =
        ((double)wire_bps - framerate * header_bits / 2) / (1 + header_bits / (PACKET_PAYLOAD * 8));
    /* Each picture has a packet of its own at least. */
    left = MIN(left, (double)wire_bps - framerate * header_bits);
    return (guint)MAX(left, MIN_BPS);
}

static double
needed_bps(const CcLayerShaper *shaper, guint step)
{
    double pixels = (double)scaled(shaper->most.width, step) * scaled(shaper->most.height, step);
    return FULL_BPS * pow(pixels / FULL_PIXELS, SIZE_EXPONENT) / shaper->ease;
}

static void
learn_ease(CcLayerShaper *shaper, double quantizer, gint64 now_us)
{
    if (quantizer < 0 || now_us - shaper->eased_us < EASE_PAUSE_US ||
        now_us - shaper->sized_us < EASE_PAUSE_US)
        return;
    shaper->eased_us = now_us;
    if (quantizer > COARSE)
        shaper->ease = MAX(shaper->ease * 0.85, MIN_EASE);
    else if (quantizer < FINE)
        shaper->ease = MIN(shaper->ease * 1.15, MAX_EASE);
}

/* The bitrate's own fall shrinks at once; what the quantizer says waits its turn. */
static void
choose_step(CcLayerShaper *shaper, guint bitrate_bps, gboolean falling, gint64 now_us)
{
    guint step = 0;
    while (bitrate_bps < needed_bps(shaper, step) * (step < shaper->step ? CLIMB : 1) &&
           step_exists(shaper, step + 1))
        step++;
    gboolean pause = shaper->sized_us != 0 && now_us - shaper->sized_us < CLIMB_PAUSE_US;
    if (step == shaper->step || (pause && !(falling && step > shaper->step)))
        return;
    shaper->step = step;
    shaper->sized_us = now_us;
}

const CcLayerShape *
cc_layer_shaper_update(CcLayerShaper *shaper, gint64 wire_bps, double quantizer, gint64 now_us)
{
    if (wire_bps == 0) {
        shaper->now.bitrate_bps = 0;
        return &shaper->now;
    }
    guint framerate = shaper->most.framerate;
    guint bitrate_bps = shaper->most.bitrate_bps;
    if (wire_bps > 0) {
        framerate = choose_framerate(shaper, wire_bps);
        bitrate_bps = MIN(bitrate_bps, without_headers(wire_bps, framerate));
    }
    learn_ease(shaper, quantizer, now_us);
    choose_step(shaper, bitrate_bps, bitrate_bps < shaper->now.bitrate_bps, now_us);
    shaper->now = (CcLayerShape){
        .width = scaled(shaper->most.width, shaper->step),
        .height = scaled(shaper->most.height, shaper->step),
        .framerate = framerate,
        .bitrate_bps = bitrate_bps,
    };
    return &shaper->now;
}
