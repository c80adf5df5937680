/* The VP9 payload descriptor (RFC 9628 section 4.2), in front of each RTP payload. Bytes in, values
 * out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean begins;    /* B: a frame begins here */
    gboolean ends;      /* E */
    gboolean predicted; /* P: from an earlier picture; else the picture needs none */
    gboolean has_picture_id;
    gboolean wide_picture_id; /* 15 bits instead of 7 */
    guint16 picture_id;
    gboolean has_layers;
    guint8 tid;             /* temporal layer */
    guint8 sid;             /* spatial layer */
    gboolean switch_up;     /* U: from here on nothing refers to upper temporal layers before */
    gboolean has_tl0picidx; /* only with layers, and not in flexible mode */
    guint8 tl0picidx;
    gsize length; /* bytes of the descriptor */
} CcVp9Descriptor;

/* FALSE if truncated, or nothing follows the descriptor; then @descriptor is undefined. */
gboolean cc_vp9_parse(const guint8 *payload, gsize length, CcVp9Descriptor *descriptor);

/* As cc_vp8_rewrite(). */
gboolean cc_vp9_rewrite(guint8 *payload, gsize length, guint16 picture_id, guint8 tl0picidx);

/* The frame size in a keyframe's uncompressed header (VP9 bitstream specification section 6.2),
 * which is what follows the descriptor. FALSE if it is not one. */
gboolean cc_vp9_read_size(const guint8 *frame, gsize length, guint16 *width, guint16 *height);

G_END_DECLS
