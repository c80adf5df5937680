/* Redundant audio from a publisher: packets of any content, one after the other, read and put back
 * in order as the relay does; no number is given twice. Input: for each packet its length, 16 bits,
 * its number and timestamp, then the payload. */
#include "common/wire/bytes.h"
#include "common/wire/opus.h"
#include "common/wire/red-order.h"
#include "common/wire/red.h"

#define HEADER 8 /* bytes in front of each payload */

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
receive(CcRedOrder *order, guint16 number, guint32 timestamp, const guint8 *payload, gsize length)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    guint n = cc_red_read(payload, length, blocks);
    for (guint i = 0; i + 1 < n; i++) {
        guint samples = cc_opus_duration(blocks[i].data, blocks[i].length);
        guint16 sequence;
        if (!cc_red_order_find(order, number, timestamp, timestamp - blocks[i].offset, samples,
                               &sequence))
            continue;
        guint at = sequence % CC_RED_ORDER_KEPT;
        g_assert_cmpuint((guint16)(number - sequence), <, CC_RED_ORDER_KEPT);
        g_assert_false(order->kept[at].known && order->kept[at].sequence == sequence);
        cc_red_order_add(order, sequence, timestamp - blocks[i].offset, samples);
    }
    if (n > 0)
        cc_red_order_add(order, number, timestamp,
                         cc_opus_duration(blocks[n - 1].data, blocks[n - 1].length));
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    CcRedOrder order = {0};
    while (size >= HEADER) {
        gsize length = MIN(cc_read_u16(data), size - HEADER);
        receive(&order, cc_read_u16(data + 2), cc_read_u32(data + 4), data + HEADER, length);
        data += HEADER + length;
        size -= HEADER + length;
    }
    return 0;
}
