/* Which size and how many pictures a second make the best of a bitrate. Few bits want a smaller
 * picture; how few depends on the picture, and the quantizer that the encoder needs tells: a slide
 * with a small face stays sharp where a walk through the school does not. Pure; one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    guint width, height; /* even */
    guint framerate;
    guint bitrate_bps; /* for the encoder: without headers; 0: off */
} CcLayerShape;

typedef struct {
    CcLayerShape most; /* the configured size, rate and bitrate */
    guint min_height;
    CcLayerShape now;
    double ease; /* 1: an average picture; more: one that needs fewer bits */
    guint step;  /* of the sizes, 0 is the largest */
    gint64 sized_us, eased_us;
} CcLayerShaper;

/* Bytes that each packet costs besides its payload: IP, UDP, RTP with our extensions, SRTP. */
#define CC_LAYER_PACKET_OVERHEAD 76

void cc_layer_shaper_init(CcLayerShaper *shaper, const CcLayerShape *most, guint min_height);
/* What the layer shall be from now on. @wire_bps: what it may take with all headers; 0: nothing;
 * -1: what is configured. @quantizer: of late, as a share of the encoder's coarsest, 0..1; below 0
 * if unknown. Sizes grow at most every 5 s; they shrink at once when the bitrate falls. */
const CcLayerShape *cc_layer_shaper_update(CcLayerShaper *shaper, gint64 wire_bps, double quantizer,
                                           gint64 now_us);

G_END_DECLS
