/* RFC 4571: packets over a byte stream, each behind a 16-bit length (ICE-TCP, RFC 6544). */
#pragma once

#include "common/wire/drop.h"

G_BEGIN_DECLS

#define CC_FRAME_HEADER 2
#define CC_FRAME_MAX 2048 /* bytes of payload; a longer frame ends the connection */

/* Reassembles frames from whatever a socket gives. Embedded in its connection. */
typedef struct {
    guint8 buffer[CC_FRAME_HEADER + CC_FRAME_MAX];
    guint start; /* bytes in front that were given out */
    guint fill;  /* bytes in use, with those */
} CcFrameReader;

void cc_frame_reader_init(CcFrameReader *reader);
/* Where the next read() may put up to *@space bytes (never 0 after all frames were taken out). */
guint8 *cc_frame_reader_space(CcFrameReader *reader, gsize *space);
/* Says that @length bytes were put there. */
void cc_frame_reader_filled(CcFrameReader *reader, gsize length);
/* CC_DROP_NONE with the next whole frame in @frame/@length (valid until the next call), or with
 * @frame NULL if more bytes are needed (empty frames are passed over); CC_DROP_FRAME_TOO_LARGE:
 * close the connection. */
CcDrop cc_frame_reader_next(CcFrameReader *reader, const guint8 **frame, gsize *length);

G_END_DECLS
