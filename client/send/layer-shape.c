#include "client/send/layer-shape.h"

#include <math.h>

/* An average picture of 1280x720 at 25 pictures a second and the quantizer at which a size is worth
 * its bits. Smaller ones take bits in proportion to the pixels' number to the power of
 * SIZE_EXPONENT. */
#define FULL_BPS 250000
#define FULL_PIXELS (1280.0 * 720)
#define SIZE_EXPONENT 0.6
#define MIN_BPS 8000

/* Coarse: even then the larger picture is nearer to the source than a smaller one with finer
 * steps, as long as the encoder keeps to its rate at all (docs/codecs.md). */
#define RIGHT_QUANTIZER 0.78
#define QUANTIZER_OCTAVE 0.37 /* so much coarser for half of the bits */

#define MIN_EASE 0.3
#define MAX_EASE 8
#define FIRST_EASE 2       /* large at first: shrinking shows sooner whether that was right */
#define EASIER_WEIGHT 0.35 /* in each second */
#define HARDEST 0.4
#define HARDER_WEIGHT 0.12 /* a scene that changes is hard for a moment only */
#define EASE_PAUSE_US (G_USEC_PER_SEC)

/* Of what a size needs: more is room for it, less is too little for it, and less still shows. */
#define ROOM 1.15
#define TIGHT 0.8
#define TOO_TIGHT 0.5
#define PLENTY 1.6
#define ROOM_US (2 * G_USEC_PER_SEC)
#define TIGHT_US (3 * G_USEC_PER_SEC)
#define TOO_TIGHT_US (1500 * G_TIME_SPAN_MILLISECOND)
/* Another link than before: a picture of the old size would take seconds of it. */
#define FALLEN 0.4 /* of the bitrate so far */
#define FALLEN_US (2 * G_USEC_PER_SEC)
#define JERKY 0.15 /* of the pictures left out: motion before sharpness */
#define JERKY_US (3 * G_USEC_PER_SEC)
/* While pictures are left out, none becomes finer for it: they would take what the next ones need.
 */
#define SOME_LEFT_OUT 0.05
#define FINEST_US (250 * G_TIME_SPAN_MILLISECOND)
#define COARSER_STEP 0.03
#define FINER_STEP 0.01
#define UNUSED 0.7 /* of the bitrate: who takes less than that may be finer at once */
#define UNUSED_STEP 0.08
#define CLIMB_PAUSE_US (10 * G_USEC_PER_SEC)
#define SOON_US (3 * G_USEC_PER_SEC) /* where there is plenty of room for more */

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
    } slower[] = {{25000, 5}, {38000, 8}, {55000, 10}, {80000, 15}, {110000, 20}};
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

/* How much the picture needs, by the bits that its quantizer has taken. */
static void
learn_ease(CcLayerShaper *shaper, const CcLayerLook *look, gint64 now_us)
{
    if (look->quantizer < 0 || look->picture_bytes == 0 ||
        now_us - shaper->eased_us < EASE_PAUSE_US || now_us - shaper->sized_us < EASE_PAUSE_US)
        return;
    shaper->eased_us = now_us;
    double taken_bps = look->picture_bytes * 8.0 * shaper->now.framerate;
    double needed = taken_bps * exp2((look->quantizer - RIGHT_QUANTIZER) / QUANTIZER_OCTAVE);
    double easier = MAX(needed_bps(shaper, shaper->step) / needed, HARDEST);
    shaper->ease *= pow(easier, easier > 1 ? EASIER_WEIGHT : HARDER_WEIGHT);
    shaper->ease = CLAMP(shaper->ease, MIN_EASE, MAX_EASE);
}

/* The largest size that needs no more than @bitrate_bps, or the smallest there is. */
static guint
find_step(const CcLayerShaper *shaper, double bitrate_bps)
{
    guint step = 0;
    while (bitrate_bps < needed_bps(shaper, step) && step_exists(shaper, step + 1))
        step++;
    return step;
}

/* TRUE if @is_so, and has been for @long_us. */
static gboolean
has_lasted(gint64 *since_us, gboolean is_so, gint64 long_us, gint64 now_us)
{
    if (!is_so)
        *since_us = 0;
    else if (*since_us == 0)
        *since_us = now_us;
    return is_so && now_us - *since_us >= long_us;
}

/* TRUE if the encoder cannot keep to its rate at this size, whatever its quantizer says: then it
 * needs more bits than was thought. */
static gboolean
is_jerky(CcLayerShaper *shaper, const CcLayerLook *look, guint bitrate_bps, gint64 now_us)
{
    if (!has_lasted(&shaper->jerky_us, look->left_out > JERKY, JERKY_US, now_us))
        return FALSE;
    shaper->jerky_us = 0;
    double hard = needed_bps(shaper, shaper->step) * shaper->ease * TIGHT / bitrate_bps;
    shaper->ease = CLAMP(hard, MIN_EASE, shaper->ease);
    return TRUE;
}

static double
choose_finest(CcLayerShaper *shaper, const CcLayerLook *look, gint64 now_us)
{
    double finest = shaper->now.finest;
    if (look->quantizer < 0 || now_us - shaper->finest_us < FINEST_US)
        return finest;
    shaper->finest_us = now_us;
    if (look->left_out > SOME_LEFT_OUT)
        return MIN(MAX(finest, look->quantizer) + COARSER_STEP, RIGHT_QUANTIZER);
    double taken_bps = look->picture_bytes * 8.0 * shaper->now.framerate;
    gboolean unused = taken_bps < UNUSED * shaper->now.bitrate_bps;
    return MAX(finest - (unused ? UNUSED_STEP : FINER_STEP), 0);
}

/* How long too little has to last before the size follows. */
static gint64
patience(CcLayerShaper *shaper, guint bitrate_bps, gint64 now_us)
{
    double share = bitrate_bps / needed_bps(shaper, shaper->step);
    if (bitrate_bps < FALLEN * shaper->now.bitrate_bps)
        shaper->fallen_us = now_us;
    if (share >= TOO_TIGHT)
        return TIGHT_US;
    gboolean fallen = shaper->fallen_us != 0 && now_us - shaper->fallen_us < FALLEN_US;
    return fallen ? 0 : TOO_TIGHT_US;
}

/* Each size begins with a keyframe and everybody sees it change: what does not last is no reason.
 */
static void
choose_step(CcLayerShaper *shaper, guint bitrate_bps, gboolean jerky, gint64 now_us)
{
    double share = bitrate_bps / needed_bps(shaper, shaper->step);
    guint larger = find_step(shaper, bitrate_bps / ROOM);
    guint step = shaper->step;
    gint64 patience_us = patience(shaper, bitrate_bps, now_us);
    gint64 pause_us = find_step(shaper, bitrate_bps / PLENTY) < step ? SOON_US : CLIMB_PAUSE_US;
    gboolean tight = has_lasted(&shaper->tight_us, share < TIGHT, patience_us, now_us);
    gboolean room = has_lasted(&shaper->room_us, larger < step, ROOM_US, now_us);
    if (tight || jerky)
        step = MAX(find_step(shaper, bitrate_bps), step);
    else if (room && (shaper->sized_us == 0 || now_us - shaper->sized_us >= pause_us))
        step = larger;
    if (step == shaper->step)
        return;
    shaper->step = step;
    shaper->sized_us = now_us;
    shaper->room_us = shaper->tight_us = 0;
}

const CcLayerShape *
cc_layer_shaper_update(CcLayerShaper *shaper, gint64 wire_bps, const CcLayerLook *look,
                       gint64 now_us)
{
    if (wire_bps == 0) {
        shaper->now.bitrate_bps = 0;
        return &shaper->now;
    }
    guint framerate = shaper->most.framerate;
    guint bitrate_bps = shaper->most.bitrate_bps, limit_bps = 0;
    if (wire_bps > 0) {
        framerate = choose_framerate(shaper, wire_bps);
        guint left_bps = without_headers(wire_bps, framerate);
        if (left_bps < bitrate_bps)
            bitrate_bps = limit_bps = left_bps;
    }
    learn_ease(shaper, look, now_us);
    gboolean jerky = is_jerky(shaper, look, bitrate_bps, now_us);
    choose_step(shaper, bitrate_bps, jerky, now_us);
    shaper->now = (CcLayerShape){
        .width = scaled(shaper->most.width, shaper->step),
        .height = scaled(shaper->most.height, shaper->step),
        .framerate = framerate,
        .bitrate_bps = bitrate_bps,
        .limit_bps = limit_bps,
        .finest = choose_finest(shaper, look, now_us),
    };
    return &shaper->now;
}
