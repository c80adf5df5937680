#include "common/wire/vp8.h"

#include <string.h>

#include "tests/unit/wire/hostile.h"

/* As libvpx's encoder with three temporal layers gives it to Chromium's packetizer: X, S; I, L, T,
 * K; picture id 0x1234 in 15 bits, TL0PICIDX 200, TID 2, Y, KEYIDX 17; a keyframe's header. */
static const guint8 full[] = {0x90, 0xf0, 0x92, 0x34, 200,  0xb1,
                              0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a};
/* GStreamer's rtpvp8pay with picture-id-mode=7-bit; an inter frame, not used as a reference. */
static const guint8 narrow[] = {0xb0, 0x80, 0x7f, 0x31, 0xaa};
/* The plainest: a keyframe; the middle of one. */
static const guint8 plain[] = {0x10, 0x50, 0x01};
static const guint8 middle[] = {0x00, 0x50, 0x01};
static const guint8 second_partition[] = {0x11, 0x50, 0x01};

static void
test_full(void)
{
    CcVp8Descriptor d;
    g_assert_true(cc_vp8_parse(full, sizeof full, &d));
    g_assert_true(d.start);
    g_assert_false(d.non_reference);
    g_assert_cmpuint(d.partition, ==, 0);
    g_assert_true(d.has_picture_id && d.wide_picture_id);
    g_assert_cmphex(d.picture_id, ==, 0x1234);
    g_assert_true(d.has_tl0picidx);
    g_assert_cmpuint(d.tl0picidx, ==, 200);
    g_assert_true(d.has_tid && d.layer_sync);
    g_assert_cmpuint(d.tid, ==, 2);
    g_assert_true(d.has_keyidx);
    g_assert_cmpuint(d.keyidx, ==, 17);
    g_assert_cmpuint(d.length, ==, 6);
    g_assert_true(d.begins_keyframe);
}

static void
test_others(void)
{
    CcVp8Descriptor d;
    g_assert_true(cc_vp8_parse(narrow, sizeof narrow, &d));
    g_assert_true(d.has_picture_id && !d.wide_picture_id && d.non_reference);
    g_assert_cmpuint(d.picture_id, ==, 127);
    g_assert_false(d.has_tl0picidx || d.has_tid || d.has_keyidx);
    g_assert_cmpuint(d.length, ==, 3);
    g_assert_false(d.begins_keyframe);

    g_assert_true(cc_vp8_parse(plain, sizeof plain, &d));
    g_assert_cmpuint(d.length, ==, 1);
    g_assert_true(d.begins_keyframe);
    g_assert_true(cc_vp8_parse(middle, sizeof middle, &d));
    g_assert_false(d.begins_keyframe);
    g_assert_true(cc_vp8_parse(second_partition, sizeof second_partition, &d));
    g_assert_cmpuint(d.partition, ==, 1);
    g_assert_false(d.begins_keyframe);
}

static void
test_truncated(void)
{
    CcVp8Descriptor d;
    for (gsize n = 0; n <= 6; n++) {
        guint8 copy[6];
        memcpy(copy, full, n);
        g_assert_false(cc_vp8_parse(full, n, &d));
        g_assert_false(cc_vp8_rewrite(copy, n, 1, 1));
        g_assert_cmpmem(copy, n, full, n);
    }
    for (gsize n = 0; n <= 3; n++)
        g_assert_false(cc_vp8_parse(narrow, n, &d));
}

static void
test_rewrite(void)
{
    guint8 copy[sizeof full];
    CcVp8Descriptor d;

    memcpy(copy, full, sizeof full);
    g_assert_true(cc_vp8_rewrite(copy, sizeof copy, 0x8001, 7)); /* beyond 15 bits: cut */
    g_assert_true(cc_vp8_parse(copy, sizeof copy, &d));
    g_assert_true(d.wide_picture_id);
    g_assert_cmpuint(d.picture_id, ==, 1);
    g_assert_cmpuint(d.tl0picidx, ==, 7);
    g_assert_cmpuint(d.tid, ==, 2);
    g_assert_cmpuint(d.keyidx, ==, 17);
    g_assert_cmpmem(copy + 5, sizeof copy - 5, full + 5, sizeof full - 5);

    memcpy(copy, narrow, sizeof narrow);
    g_assert_true(cc_vp8_rewrite(copy, sizeof narrow, 0x0182, 7));
    g_assert_true(cc_vp8_parse(copy, sizeof narrow, &d));
    g_assert_false(d.wide_picture_id);
    g_assert_cmpuint(d.picture_id, ==, 2);
    g_assert_cmpmem(copy + 3, 2, narrow + 3, 2);

    memcpy(copy, plain, sizeof plain);
    g_assert_true(cc_vp8_rewrite(copy, sizeof plain, 9, 9));
    g_assert_cmpmem(copy, sizeof plain, plain, sizeof plain);
}

static void
check_hostile(const guint8 *data, gsize length)
{
    CcVp8Descriptor before, after;
    gboolean valid = cc_vp8_parse(data, length, &before);
    g_autofree guint8 *copy = length > 0 ? g_memdup2(data, length) : NULL;
    g_assert_cmpint(cc_vp8_rewrite(copy, length, 0x5a5a, 0x77), ==, valid);
    if (!valid)
        return;
    g_assert_cmpuint(before.length, <, length);
    g_assert_true(cc_vp8_parse(copy, length, &after));
    g_assert_cmpuint(before.length, ==, after.length);
    if (after.has_picture_id)
        g_assert_cmphex(after.picture_id, ==, after.wide_picture_id ? 0x5a5a : 0x5a);
    g_assert_cmpmem(copy + after.length, length - after.length, data + before.length,
                    length - before.length);
}

/* libvpx's, with the quantizer held at its steps 30 and 58, which are indices 39 and 112. */
static void
test_quantizer(void)
{
    static const guint8 fine_key[] = {0x90, 0x08, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x00,
                                      0x40, 0x00, 0x03, 0x87, 0x08, 0x85, 0x85, 0x88,
                                      0x99, 0x84, 0x88, 0x13, 0x82, 0x01, 0xdc, 0x2f};
    static const guint8 fine[] = {0xf1, 0x01, 0x00, 0x0e, 0x10, 0x9c, 0x00, 0x18, 0x00, 0x1b};
    static const guint8 coarse_key[] = {0x30, 0x05, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x00,
                                        0x40, 0x00, 0x0a, 0x87, 0x08, 0x85, 0x85, 0x88,
                                        0x99, 0x84, 0x88, 0x38, 0x02, 0x01, 0xe3, 0x45};
    static const guint8 coarse[] = {0xf1, 0x01, 0x00, 0x34, 0x11, 0xc0, 0x00, 0x18, 0x00, 0x1e};
    g_assert_cmpint(cc_vp8_frame_quantizer(fine_key, sizeof fine_key), ==, 39);
    g_assert_cmpint(cc_vp8_frame_quantizer(fine, sizeof fine), ==, 39);
    g_assert_cmpint(cc_vp8_frame_quantizer(coarse_key, sizeof coarse_key), ==, 112);
    g_assert_cmpint(cc_vp8_frame_quantizer(coarse, sizeof coarse), ==, 112);
    for (gsize length = 0; length < 20; length++)
        g_assert_cmpint(cc_vp8_frame_quantizer(coarse_key, length), ==, -1);
    g_assert_cmpint(cc_vp8_frame_quantizer(coarse, 4), ==, -1);
}

static void
check_quantizer(const guint8 *data, gsize length)
{
    int quantizer = cc_vp8_frame_quantizer(data, length);
    g_assert_cmpint(quantizer, >=, -1);
    g_assert_cmpint(quantizer, <=, 127);
}

static void
test_hostile(void)
{
    hostile_all(check_hostile, full, sizeof full);
    hostile_all(check_hostile, narrow, sizeof narrow);
    hostile_all(check_hostile, plain, sizeof plain);
    hostile_all(check_quantizer, full + 6, sizeof full - 6);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/vp8/full", test_full);
    g_test_add_func("/wire/vp8/others", test_others);
    g_test_add_func("/wire/vp8/truncated", test_truncated);
    g_test_add_func("/wire/vp8/rewrite", test_rewrite);
    g_test_add_func("/wire/vp8/quantizer", test_quantizer);
    g_test_add_func("/wire/vp8/hostile", test_hostile);
    return g_test_run();
}
