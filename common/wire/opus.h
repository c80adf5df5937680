/* Opus packets from outside (RFC 6716 section 3): which frames are in one, how long they last; and
 * merging packets into fewer, longer ones and taking them apart again, without touching the coded
 * audio. Bytes in, values out; no ownership. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_OPUS_MAX_FRAMES 48     /* of 2.5 ms */
#define CC_OPUS_MAX_FRAME 1275    /* bytes */
#define CC_OPUS_MAX_DURATION 5760 /* samples at 48 kHz: 120 ms */

typedef struct {
    guint8 toc;            /* configuration and channels; the frame count code is 0 */
    guint8 n_frames;       /* 1..CC_OPUS_MAX_FRAMES */
    guint16 frame_samples; /* of each, at 48 kHz: 120..2880 */
    struct {
        const guint8 *data; /* into the packet */
        guint16 length;     /* bytes; 0: nothing was coded (DTX, or lost before it came here) */
    } frames[CC_OPUS_MAX_FRAMES];
} CcOpusPacket;

/* FALSE if @data breaks one of RFC 6716's rules R1 to R7; then @packet is undefined. */
gboolean cc_opus_parse(const guint8 *data, gsize length, CcOpusPacket *packet);

/* Samples at 48 kHz in the packet; 0 if it is malformed. */
guint cc_opus_duration(const guint8 *data, gsize length);

/* TRUE if the packet says "silence" and no more: every frame has at most one byte (RFC 6716 section
 * 2.1.9). The encoder then sends one packet in 400 ms, and the missing ones are not lost. */
gboolean cc_opus_is_dtx(const guint8 *data, gsize length);

/* TRUE if the first frame carries a coarse copy of the frame before it (in-band FEC, RFC 6716
 * section 4.2.5), which opusdec plays if the packet before was lost. */
gboolean cc_opus_has_fec(const guint8 *data, gsize length);

typedef struct {
    const guint8 *data;
    gsize length;
} CcOpusPiece;

/* One packet with all frames of @pieces, which follow each other in time. Returns its length; 0 if
 * one is malformed, they differ in configuration or channels, are longer than 120 ms together, or
 * do not fit @capacity. Padding is left out. */
gsize cc_opus_merge(guint8 *out, gsize capacity, const CcOpusPiece *pieces, guint n_pieces);

/* Writes frame @index as a packet of its own. Returns its length; 0 if there is no such frame or it
 * does not fit @capacity. */
gsize cc_opus_write_frame(guint8 *out, gsize capacity, const CcOpusPacket *packet, guint index);

G_END_DECLS
