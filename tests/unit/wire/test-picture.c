#include "common/wire/picture.h"

#include <string.h>

#include "common/wire/h264.h"
#include "common/wire/vp9.h"
#include "tests/unit/wire/hostile.h"

/* What x264, libvpx and GStreamer's payloaders make of 638x358. */
static const guint8 vp8_keyframe[] = {0x90, 0xe0, 0x92, 0x34, 200,  0x20, 0xb0, 0xaa, 0x00,
                                      0x9d, 0x01, 0x2a, 0x7e, 0x02, 0x66, 0x01, 0x01, 0x07};
static const guint8 vp9_frame[] = {0xb1, 0x24, 0xc1, 0xa1, 0x48, 0x01, 0x3e, 0x80, 0xb2, 0xb0};
static const guint8 baseline_sps[] = {0x67, 0x42, 0xc0, 0x1e, 0xd9, 0x00, 0xa0, 0x2f, 0xea,
                                      0x6c, 0x05, 0xa8, 0x30, 0x30, 0x35, 0x28, 0x00, 0x00,
                                      0x03, 0x00, 0x08, 0x00, 0x00, 0x03, 0x01, 0xe4, 0x78};
static const guint8 high_sps[] = {0x67, 0x64, 0x00, 0x1e, 0xac, 0xb2, 0x01, 0x40, 0x5f,
                                  0xd4, 0xd8, 0x0b, 0x50, 0x60, 0x60, 0x6a, 0x50, 0x00,
                                  0x00, 0x03, 0x00, 0x10, 0x00, 0x00, 0x03, 0x03, 0xc8};

static CcPicture
read_picture(CcCodec codec, const guint8 *payload, gsize length)
{
    CcPicture picture;
    cc_picture_read(codec, payload, length, &picture);
    return picture;
}

static void
test_vp8(void)
{
    CcPicture picture = read_picture(CC_CODEC_VP8, vp8_keyframe, sizeof vp8_keyframe);
    g_assert_true(picture.begins && picture.numbered && picture.layer_sync);
    g_assert_cmphex(picture.picture_id, ==, 0x1234);
    g_assert_cmpuint(picture.tl0picidx, ==, 200);
    g_assert_cmpuint(picture.width, ==, 638);
    g_assert_cmpuint(picture.height, ==, 358);
}

/* Descriptor with picture id, layers and a scalability structure; then a keyframe. */
static void
test_vp9(void)
{
    guint8 payload[64] = {0xaa,                    /* I, L, B, V */
                          0x92, 0x34,              /* 15 bits of picture id */
                          0x50,                    /* TID 2, U */
                          77,                      /* TL0PICIDX */
                          0x18,                    /* one spatial layer, Y, G */
                          0x02, 0x7e, 0x01, 0x66,  /* its size */
                          2,    0x04, 9,    0x00}; /* a group of two; one reference, none */
    memcpy(payload + 14, vp9_frame, sizeof vp9_frame);
    gsize length = 14 + sizeof vp9_frame;
    CcVp9Descriptor vp9;
    g_assert_true(cc_vp9_parse(payload, length, &vp9));
    g_assert_cmpuint(vp9.length, ==, 14);
    g_assert_true(vp9.begins && !vp9.ends && !vp9.predicted && vp9.switch_up);
    g_assert_cmpuint(vp9.tid, ==, 2);

    CcPicture picture = read_picture(CC_CODEC_VP9, payload, length);
    g_assert_true(picture.begins && picture.numbered && picture.switch_up);
    g_assert_cmphex(picture.picture_id, ==, 0x1234);
    g_assert_cmpuint(picture.tl0picidx, ==, 77);
    g_assert_cmpuint(picture.tid, ==, 2);
    g_assert_cmpuint(picture.width, ==, 638);
    g_assert_cmpuint(picture.height, ==, 358);

    g_assert_true(cc_picture_rewrite(CC_CODEC_VP9, payload, length, 0x7ffe, 5));
    picture = read_picture(CC_CODEC_VP9, payload, length);
    g_assert_cmphex(picture.picture_id, ==, 0x7ffe);
    g_assert_cmpuint(picture.tl0picidx, ==, 5);
    g_assert_cmpmem(payload + 14, sizeof vp9_frame, vp9_frame, sizeof vp9_frame);
}

/* Flexible mode: references by distance, and no TL0PICIDX; a narrow picture id. */
static void
test_vp9_flexible(void)
{
    guint8 payload[] = {0xf8, 0x05, 0x20, 0x03, 0x04, 0x86}; /* I, P, L, F, B; two references */
    CcPicture picture = read_picture(CC_CODEC_VP9, payload, sizeof payload);
    g_assert_true(picture.begins && picture.numbered && !picture.switch_up);
    g_assert_cmpuint(picture.picture_id, ==, 5);
    g_assert_cmpuint(picture.tid, ==, 1);
    g_assert_cmpuint(picture.width, ==, 0);
    g_assert_true(cc_picture_rewrite(CC_CODEC_VP9, payload, sizeof payload, 0x1234, 99));
    g_assert_cmphex(payload[1], ==, 0x34);
    g_assert_cmphex(payload[2], ==, 0x20);
}

static void
test_h264_size(void)
{
    guint8 aggregate[4 + sizeof high_sps + 4] = {24, 0, sizeof high_sps};
    guint16 width = 0, height = 0;
    memcpy(aggregate + 3, high_sps, sizeof high_sps);
    const struct {
        const guint8 *payload;
        gsize length;
    } cases[] = {{baseline_sps, sizeof baseline_sps},
                 {high_sps, sizeof high_sps},
                 {aggregate, 3 + sizeof high_sps}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_true(cc_h264_read_size(cases[i].payload, cases[i].length, &width, &height));
        g_assert_cmpuint(width, ==, 638);
        g_assert_cmpuint(height, ==, 358);
    }
    g_assert_false(cc_h264_read_size(baseline_sps, 7, &width, &height));
}

/* Slices that are no reference, and what stands with them, can be left out; all else is kept. */
static void
test_h264_disposable(void)
{
    static const struct {
        guint8 payload[8];
        gboolean disposable;
    } cases[] = {
        {{0x01, 0x9a}, TRUE},
        {{0x41, 0x9a}, FALSE},
        {{0x65, 0x88}, FALSE},
        {{0x06, 0x05}, TRUE},
        {{0x09, 0x10}, TRUE},
        {{0x68, 0xce}, FALSE},
        {{0x1c, 0x81, 0x9a}, TRUE}, /* FU-A */
        {{0x5c, 0x81, 0x9a}, FALSE},
        {{0x18, 0, 2, 0x01, 0x9a, 0, 1, 0x01}, TRUE}, /* STAP-A */
        {{0x18, 0, 2, 0x01, 0x9a, 0, 1, 0x41}, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcPicture picture = read_picture(CC_CODEC_H264, cases[i].payload, sizeof cases[i].payload);
        g_assert_cmpuint(picture.tid, ==, cases[i].disposable ? 1 : 0);
        g_assert_cmpint(picture.layer_sync, ==, cases[i].disposable);
        g_assert_false(picture.numbered);
    }
}

static void
read_hostile(const guint8 *payload, gsize length)
{
    for (CcCodec codec = CC_CODEC_NONE; codec <= CC_CODEC_H264; codec++) {
        CcPicture picture = read_picture(codec, payload, length);
        g_autofree guint8 *copy = g_memdup2(payload, length);
        gboolean rewritten = length > 0 && cc_picture_rewrite(codec, copy, length, 1, 2);
        g_assert_true(rewritten || !picture.numbered);
    }
}

static void
test_hostile(void)
{
    hostile_all(read_hostile, vp8_keyframe, sizeof vp8_keyframe);
    hostile_all(read_hostile, vp9_frame, sizeof vp9_frame);
    hostile_all(read_hostile, baseline_sps, sizeof baseline_sps);
    hostile_all(read_hostile, high_sps, sizeof high_sps);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/picture/vp8", test_vp8);
    g_test_add_func("/wire/picture/vp9", test_vp9);
    g_test_add_func("/wire/picture/vp9-flexible", test_vp9_flexible);
    g_test_add_func("/wire/picture/h264-size", test_h264_size);
    g_test_add_func("/wire/picture/h264-disposable", test_h264_disposable);
    g_test_add_func("/wire/picture/hostile", test_hostile);
    return g_test_run();
}
