/* A TCP stream cut into reads: the first byte of the input chooses how long they are. The frames
 * must be the same however the stream was cut. */
#include <string.h>

#include "common/wire/framing.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

/* A checksum of the frames' lengths and contents, and of how it ended. */
static guint32
read_stream(const guint8 *data, gsize size, gsize piece)
{
    CcFrameReader reader;
    guint32 sum = 0;

    cc_frame_reader_init(&reader);
    while (size > 0) {
        const guint8 *frame;
        gsize length, space;
        guint8 *to = cc_frame_reader_space(&reader, &space);
        gsize n = MIN(MIN(piece, space), size);

        g_assert_cmpuint(n, >, 0);
        memcpy(to, data, n);
        cc_frame_reader_filled(&reader, n);
        data += n;
        size -= n;
        for (;;) {
            if (cc_frame_reader_next(&reader, &frame, &length) == CC_DROP_FRAME_TOO_LARGE)
                return sum ^ 0xffffffff;
            if (frame == NULL)
                break;
            g_assert_true(length > 0 && length <= CC_FRAME_MAX);
            sum = sum * 31 + (guint32)length;
            for (gsize i = 0; i < length; i++)
                sum = sum * 31 + frame[i];
        }
    }
    return sum;
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    if (size > 0)
        g_assert_cmpuint(read_stream(data + 1, size - 1, data[0] + 1u), ==,
                         read_stream(data + 1, size - 1, G_MAXSIZE));
    return 0;
}
