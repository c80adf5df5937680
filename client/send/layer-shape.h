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
    guint limit_bps;   /* the same where a link is the reason for it, else 0 */
    double finest;     /* quantizer that it may use, as a share of its coarsest, 0..1 */
} CcLayerShape;

/* What the encoder has made of late. */
typedef struct {
    double quantizer;    /* in the mean, as a share of its coarsest, 0..1; below 0: unknown */
    guint picture_bytes; /* likewise */
    double left_out;     /* of all pictures, ahead of it, for it had spent too much; 0..1 */
} CcLayerLook;

typedef struct {
    CcLayerShape most; /* the configured size, rate and bitrate */
    guint min_height;
    CcLayerShape now;
    double ease; /* 1: an average picture; more: one that needs fewer bits */
    guint step;  /* of the sizes, 0 is the largest */
    gint64 sized_us, eased_us;
    gint64 room_us, tight_us; /* since when there has been room for a larger size, or too little */
    gint64 fallen_us;         /* when the bitrate last fell by far */
    gint64 jerky_us;          /* since when too many pictures have been left out */
    gint64 finest_us;         /* when now.finest was looked at */
} CcLayerShaper;

/* Bytes that each packet costs besides its payload: IP, UDP, RTP with our extensions, SRTP. */
#define CC_LAYER_PACKET_OVERHEAD 76

void cc_layer_shaper_init(CcLayerShaper *shaper, const CcLayerShape *most, guint min_height);
/* What the layer shall be from now on. @wire_bps: what it may take with all headers; 0: nothing;
 * -1: what is configured. Sizes shrink at once when the bitrate falls by far and after a moment
 * when by less; they grow 10 s after the last change at the soonest. */
const CcLayerShape *cc_layer_shaper_update(CcLayerShaper *shaper, gint64 wire_bps,
                                           const CcLayerLook *look, gint64 now_us);

G_END_DECLS
