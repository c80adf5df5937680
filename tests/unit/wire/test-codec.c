#include "common/wire/codec.h"

#include <string.h>

#include "tests/unit/wire/hostile.h"

static void
test_names(void)
{
    g_assert_cmpint(cc_codec_from_name("opus"), ==, CC_CODEC_OPUS);
    g_assert_cmpint(cc_codec_from_name("OPUS"), ==, CC_CODEC_OPUS);
    g_assert_cmpint(cc_codec_from_name("vp8"), ==, CC_CODEC_VP8);
    g_assert_cmpint(cc_codec_from_name("h264"), ==, CC_CODEC_H264);
    g_assert_cmpint(cc_codec_from_name("rtx"), ==, CC_CODEC_NONE);
    g_assert_cmpint(cc_codec_from_name(""), ==, CC_CODEC_NONE);
    g_assert_cmpint(cc_codec_from_name("none"), ==, CC_CODEC_NONE);
    for (CcCodec codec = CC_CODEC_OPUS; codec <= CC_CODEC_H264; codec++) {
        g_assert_cmpint(cc_codec_from_name(cc_codec_name(codec)), ==, codec);
        g_assert_cmpint(cc_codec_kind(codec), ==,
                        codec == CC_CODEC_OPUS ? CC_MEDIA_AUDIO : CC_MEDIA_VIDEO);
        g_assert_cmpuint(cc_codec_clock_rate(codec), ==, codec == CC_CODEC_OPUS ? 48000 : 90000);
    }
}

typedef struct {
    const char *name;
    CcCodec codec;
    gboolean keyframe;
    gsize length;
    guint8 payload[16];
} Vector;

static const Vector vectors[] = {
    {"opus", CC_CODEC_OPUS, TRUE, 3, {0x78, 0x01, 0x02}},
    {"vp8 keyframe", CC_CODEC_VP8, TRUE, 6, {0x90, 0x80, 0x81, 0x01, 0x10, 0x02}},
    {"vp8 inter", CC_CODEC_VP8, FALSE, 6, {0x90, 0x80, 0x81, 0x01, 0x11, 0x02}},
    {"vp8 keyframe continued", CC_CODEC_VP8, FALSE, 6, {0x80, 0x80, 0x81, 0x01, 0x10, 0x02}},
    /* I, B, E; 15-bit picture id */
    {"vp9 keyframe", CC_CODEC_VP9, TRUE, 4, {0x8c, 0x80, 0x01, 0x82}},
    {"vp9 inter", CC_CODEC_VP9, FALSE, 4, {0xcc, 0x80, 0x01, 0x82}},
    {"vp9 keyframe continued", CC_CODEC_VP9, FALSE, 4, {0x84, 0x80, 0x01, 0x82}},
    /* with layer indices: spatial layer 0, and spatial layer 1 of the same picture */
    {"vp9 base layer", CC_CODEC_VP9, TRUE, 5, {0xa8, 0x05, 0x00, 0x01, 0x82}},
    {"vp9 upper layer", CC_CODEC_VP9, FALSE, 5, {0xa8, 0x05, 0x03, 0x01, 0x82}},
    {"vp9 nothing but the flags", CC_CODEC_VP9, FALSE, 1, {0x0c}},
    {"vp9 no picture id there", CC_CODEC_VP9, FALSE, 2, {0x8c, 0x80}},
    {"h264 sps", CC_CODEC_H264, TRUE, 4, {0x67, 0x42, 0xc0, 0x1f}},
    {"h264 pps", CC_CODEC_H264, FALSE, 4, {0x68, 0xce, 0x3c, 0x80}},
    {"h264 idr", CC_CODEC_H264, TRUE, 4, {0x65, 0x88, 0x84, 0x00}},
    {"h264 idr, second slice", CC_CODEC_H264, FALSE, 4, {0x65, 0x02, 0x84, 0x00}},
    {"h264 inter", CC_CODEC_H264, FALSE, 4, {0x41, 0x9a, 0x00, 0x00}},
    {"h264 stap-a of sps, pps",
     CC_CODEC_H264,
     TRUE,
     9,
     {0x78, 0x00, 0x02, 0x67, 0x42, 0x00, 0x02, 0x68, 0xce}},
    {"h264 stap-a of sei, idr",
     CC_CODEC_H264,
     TRUE,
     9,
     {0x78, 0x00, 0x02, 0x06, 0x05, 0x00, 0x02, 0x65, 0x88}},
    {"h264 stap-a of inter slices",
     CC_CODEC_H264,
     FALSE,
     9,
     {0x78, 0x00, 0x02, 0x41, 0x9a, 0x00, 0x02, 0x41, 0x9a}},
    {"h264 stap-a that lies", CC_CODEC_H264, FALSE, 6, {0x78, 0x00, 0x09, 0x67, 0x42, 0x00}},
    {"h264 stap-a of nothing", CC_CODEC_H264, FALSE, 5, {0x78, 0x00, 0x00, 0x67, 0x42}},
    {"h264 fu-a idr begins", CC_CODEC_H264, TRUE, 4, {0x7c, 0x85, 0x88, 0x84}},
    {"h264 fu-a idr continues", CC_CODEC_H264, FALSE, 4, {0x7c, 0x05, 0x88, 0x84}},
    {"h264 fu-a idr ends", CC_CODEC_H264, FALSE, 4, {0x7c, 0x45, 0x88, 0x84}},
    {"h264 fu-a inter begins", CC_CODEC_H264, FALSE, 4, {0x5c, 0x81, 0x9a, 0x84}},
    {"h264 fu-a cut", CC_CODEC_H264, FALSE, 2, {0x7c, 0x85}},
    {"none", CC_CODEC_NONE, FALSE, 4, {0x67, 0x42, 0xc0, 0x1f}},
};

static void
test_keyframes(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
        const Vector *v = &vectors[i];
        g_test_message("%s", v->name);
        g_assert_cmpint(cc_codec_payload_begins_keyframe(v->codec, v->payload, v->length), ==,
                        v->keyframe);
    }
}

static void
check_hostile(const guint8 *data, gsize length)
{
    for (CcCodec codec = CC_CODEC_NONE; codec <= CC_CODEC_H264; codec++) {
        gboolean keyframe = cc_codec_payload_begins_keyframe(codec, data, length);
        g_assert_true(keyframe == TRUE || keyframe == FALSE);
        if (length == 0)
            g_assert_cmpint(keyframe, ==, codec == CC_CODEC_OPUS);
    }
}

static void
test_hostile(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(vectors); i++) {
        hostile_truncations(check_hostile, vectors[i].payload, vectors[i].length + 1);
        hostile_bit_flips(check_hostile, vectors[i].payload, vectors[i].length);
        hostile_random(check_hostile, vectors[i].payload, vectors[i].length, i, 1000);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/codec/names", test_names);
    g_test_add_func("/wire/codec/keyframes", test_keyframes);
    g_test_add_func("/wire/codec/hostile", test_hostile);
    return g_test_run();
}
