#include "common/wire/red.h"

#include <string.h>

#include "common/wire/bytes.h"

#define FOLLOWED 0x80 /* F: another header follows */

guint
cc_red_read(const guint8 *payload, gsize length, CcRedBlock blocks[CC_RED_MAX_BLOCKS])
{
    guint n = 0;
    gsize at = 0;
    gsize promised = 0; /* bytes of all earlier blocks */

    for (; at < length && payload[at] & FOLLOWED; at += CC_RED_BLOCK_HEADER) {
        if (length - at < CC_RED_BLOCK_HEADER || n == CC_RED_MAX_BLOCKS - 1)
            return 0;
        guint32 header = cc_read_u32(payload + at);
        blocks[n++] = (CcRedBlock){
            .payload_type = header >> 24 & 0x7f,
            .offset = header >> 10 & CC_RED_MAX_OFFSET,
            .length = header & CC_RED_MAX_LENGTH,
        };
        promised += header & CC_RED_MAX_LENGTH;
    }
    if (at == length)
        return 0;
    guint8 primary_type = payload[at++];
    if (promised > length - at || length - at - promised > G_MAXUINT16)
        return 0;
    for (guint i = 0; i < n; i++) {
        blocks[i].data = payload + at;
        at += blocks[i].length;
    }
    blocks[n++] = (CcRedBlock){primary_type, 0, (guint16)(length - at), payload + at};
    return n;
}

gsize
cc_red_write(guint8 *out, gsize capacity, const CcRedBlock *blocks, guint n_blocks)
{
    if (n_blocks == 0)
        return 0;
    const CcRedBlock *primary = &blocks[n_blocks - 1];
    gsize total = CC_RED_PRIMARY_HEADER + primary->length;
    for (guint i = 0; i + 1 < n_blocks; i++) {
        if (blocks[i].offset > CC_RED_MAX_OFFSET || blocks[i].length > CC_RED_MAX_LENGTH)
            return 0;
        total += CC_RED_BLOCK_HEADER + blocks[i].length;
    }
    if (total > capacity)
        return 0;
    guint8 *p = out;
    for (guint i = 0; i + 1 < n_blocks; i++, p += CC_RED_BLOCK_HEADER)
        cc_write_u32(p, (guint32)(FOLLOWED | (blocks[i].payload_type & 0x7f)) << 24 |
                            (guint32)blocks[i].offset << 10 | blocks[i].length);
    *p++ = primary->payload_type & 0x7f;
    for (guint i = 0; i < n_blocks; i++) {
        if (blocks[i].length > 0)
            memcpy(p, blocks[i].data, blocks[i].length);
        p += blocks[i].length;
    }
    return total;
}
