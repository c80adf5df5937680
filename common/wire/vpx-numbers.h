/* What the payload descriptors of VP8 (RFC 7741) and VP9 (RFC 9628) number alike. Private to the
 * two. */
#pragma once

#include "common/wire/bytes.h"

#define CC_VPX_LONG_PICTURE_ID 0x80 /* M: fifteen bits instead of seven */

/* Overwrites the numbers in place. @picture_id_at, @tl0picidx_at: where they stand, 0 where there
 * is none; both have been found within the payload. */
static inline void
cc_vpx_write_numbers(guint8 *payload, gsize picture_id_at, gsize tl0picidx_at, guint16 picture_id,
                     guint8 tl0picidx)
{
    guint8 *p = payload + picture_id_at;
    if (picture_id_at != 0 && p[0] & CC_VPX_LONG_PICTURE_ID)
        cc_write_u16(p, 0x8000 | (picture_id & 0x7fff));
    else if (picture_id_at != 0)
        p[0] = picture_id & 0x7f;
    if (tl0picidx_at != 0)
        payload[tl0picidx_at] = tl0picidx;
}
