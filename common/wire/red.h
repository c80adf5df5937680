/* Redundant audio (RFC 2198): one RTP payload with the newest frame and copies of earlier ones in
 * front of it. Bytes in, values out; no ownership. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_RED_MAX_BLOCKS 33     /* the primary one and up to 32 earlier ones; more are malformed */
#define CC_RED_MAX_OFFSET 0x3fff /* timestamp units: 14 bits, 341 ms at 48 kHz */
#define CC_RED_MAX_LENGTH 0x3ff  /* bytes of an earlier block: 10 bits */
#define CC_RED_BLOCK_HEADER 4    /* bytes in front, for each earlier block */
#define CC_RED_PRIMARY_HEADER 1  /* and for the primary one */

typedef struct {
    guint8 payload_type; /* 0..127 */
    guint16 offset;      /* timestamp units before the packet's own; 0 for the primary block */
    guint16 length;      /* bytes; an earlier block may be empty */
    const guint8 *data;  /* into the payload, or wherever the writer has it */
} CcRedBlock;

/* Reads @payload. Returns how many blocks there are, in the order they lie there (earlier ones
 * first, as a rule from the oldest on); the last one is the primary. 0 if it is malformed, or has
 * more than CC_RED_MAX_BLOCKS. Offsets are the sender's word: two blocks may have the same one, or
 * none may match a frame. */
guint cc_red_read(const guint8 *payload, gsize length, CcRedBlock blocks[CC_RED_MAX_BLOCKS]);

/* Writes @n_blocks (at least one, the last is the primary; its offset is not looked at). Returns
 * the payload's length; 0 if it does not fit @capacity or a block does not fit RFC 2198. */
gsize cc_red_write(guint8 *out, gsize capacity, const CcRedBlock *blocks, guint n_blocks);

G_END_DECLS
