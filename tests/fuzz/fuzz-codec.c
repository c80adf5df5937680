/* RTP payloads of every codec: the look for keyframes, layers and sizes, and the rewriting of
 * descriptors. */
#include "common/wire/codec.h"
#include "common/wire/picture.h"
#include "common/wire/vp8.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
rewrite(CcCodec codec, const guint8 *data, gsize size)
{
    CcPicture before, after;
    g_autofree guint8 *copy = g_memdup2(data, size);

    cc_picture_read(codec, data, size, &before);
    gboolean rewritten = size > 0 && cc_picture_rewrite(codec, copy, size, 0x1234, 0x56);
    g_assert_true(rewritten || !before.numbered);
    cc_picture_read(codec, copy, size, &after);
    g_assert_cmpuint(after.tid, ==, before.tid);
    g_assert_cmpuint(after.width, ==, before.width);
    g_assert_cmpint(after.begins, ==, before.begins);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    CcVp8Descriptor before, after;

    for (CcCodec codec = CC_CODEC_NONE; codec <= CC_CODEC_H264; codec++) {
        cc_codec_payload_begins_keyframe(codec, data, size);
        rewrite(codec, data, size);
    }

    g_assert_cmpint(cc_vp8_frame_quantizer(data, size), <, 128);
    if (cc_vp8_parse(data, size, &before)) {
        g_autofree guint8 *copy = g_memdup2(data, size);

        g_assert_cmpuint(before.length, <, size);
        g_assert_true(cc_vp8_rewrite(copy, size, 0x1234, 0x56));
        g_assert_true(cc_vp8_parse(copy, size, &after));
        g_assert_cmpuint(after.length, ==, before.length);
        g_assert_cmpmem(copy + after.length, size - after.length, data + before.length,
                        size - before.length);
    }
    return 0;
}
