#include "client/recv/rtx.h"

#include <string.h>

#include "common/wire/bytes.h"

#define PADDING_BIT 0x20
#define MARKER_BIT 0x80

gboolean
cc_rtx_read(const CcRtpHeader *rtp, guint16 *sequence)
{
    if (rtp->payload_length <= CC_RTX_HEADER)
        return FALSE;
    *sequence = cc_read_u16(rtp->payload);
    return TRUE;
}

gsize
cc_rtx_restore(const CcRtpHeader *rtp, const guint8 *packet, guint8 payload_type, guint32 ssrc,
               guint8 *out, gsize capacity)
{
    guint16 sequence;
    if (!cc_rtx_read(rtp, &sequence))
        return 0;
    gsize payload = (gsize)rtp->payload_length - CC_RTX_HEADER;
    if (rtp->header_length + payload > capacity)
        return 0;
    memcpy(out, packet, rtp->header_length);
    memcpy(out + rtp->header_length, rtp->payload + CC_RTX_HEADER, payload);
    out[0] &= (guint8)~PADDING_BIT;
    out[1] = (guint8)((packet[1] & MARKER_BIT) | payload_type);
    cc_write_u16(out + 2, sequence);
    cc_write_u32(out + 8, ssrc);
    return rtp->header_length + payload;
}
