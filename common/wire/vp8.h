/* The VP8 payload descriptor (RFC 7741 section 4.2), in front of each RTP payload. Bytes in, values
 * out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    gboolean non_reference; /* N: may be dropped without harm to later frames */
    gboolean start;         /* S: a partition begins here */
    guint8 partition;       /* PID */
    gboolean has_picture_id;
    gboolean wide_picture_id; /* 15 bits instead of 7 */
    guint16 picture_id;
    gboolean has_tl0picidx;
    guint8 tl0picidx; /* counts frames of temporal layer 0 */
    gboolean has_tid;
    guint8 tid;          /* temporal layer */
    gboolean layer_sync; /* Y: needs nothing above layer 0 */
    gboolean has_keyidx;
    guint8 keyidx;            /* counts keyframes, 5 bits */
    gsize length;             /* bytes of the descriptor */
    gboolean begins_keyframe; /* the frame header follows and is a keyframe's */
} CcVp8Descriptor;

/* FALSE if truncated, or nothing follows the descriptor; then @descriptor is undefined. */
gboolean cc_vp8_parse(const guint8 *payload, gsize length, CcVp8Descriptor *descriptor);

/* Rewrites the picture id and TL0PICIDX in place, in the widths that are there (a 7-bit picture id
 * takes the lower bits); a field that is absent stays absent. FALSE and nothing changed if the
 * descriptor is not valid. */
gboolean cc_vp8_rewrite(guint8 *payload, gsize length, guint16 picture_id, guint8 tl0picidx);

/* The quantizer index (0..127, coarser is higher) of a whole frame, without descriptor, or of its
 * first bytes (RFC 6386 sections 9.1 to 9.6); -1 if @frame is too short to tell. */
int cc_vp8_frame_quantizer(const guint8 *frame, gsize length);

G_END_DECLS
