/* What the relay must know of a video payload, the same for VP8 (RFC 7741), VP9 (RFC 9628) and
 * H.264 (RFC 6184): where pictures and keyframes begin, and who can do without them. Bytes in,
 * values out.
 */
#pragma once

#include "common/wire/codec.h"

G_BEGIN_DECLS

typedef struct {
    gboolean begins;     /* the first packet of a picture; H.264: not told */
    gboolean numbered;   /* has a descriptor with numbers, which cc_picture_rewrite() can change */
    gboolean layer_sync; /* needs nothing above the lowest temporal layer */
    gboolean switch_up;  /* from here on nothing needs upper temporal layers before */
    guint8 tid;          /* temporal layer; those below can do without it. 0 if it is not told */
    guint8 tl0picidx;    /* counts pictures of the lowest layer */
    guint16 picture_id;
    guint16 width, height; /* of a keyframe, at its beginning, if they could be read; else 0 */
} CcPicture;

/* Any bytes may be given; @picture is all zero if nothing is known. */
void cc_picture_read(CcCodec codec, const guint8 *payload, gsize length, CcPicture *picture);

/* The picture id and TL0PICIDX in place, as cc_vp8_rewrite(). FALSE and nothing changed where they
 * are none. */
gboolean cc_picture_rewrite(CcCodec codec, guint8 *payload, gsize length, guint16 picture_id,
                            guint8 tl0picidx);

G_END_DECLS
