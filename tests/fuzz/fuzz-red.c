/* RFC 2198 payloads: what can be read is within the payload and can be written again. */
#include "common/wire/red.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    guint n = cc_red_read(data, size, blocks);

    if (n > 0) {
        g_autofree guint8 *out = g_malloc(size);

        g_assert_cmpuint(cc_red_write(out, size, blocks, n), ==, size);
        g_assert_cmpmem(out, size, data, size);
    }
    return 0;
}
