#include "common/wire/bytes.h"
#include "common/wire/sequence.h"

static void
test_newer(void)
{
    g_assert_true(cc_sequence_newer(1, 0));
    g_assert_true(cc_sequence_newer(0, 65535));
    g_assert_true(cc_sequence_newer(32767, 0));
    g_assert_false(cc_sequence_newer(32768, 0));
    g_assert_false(cc_sequence_newer(5, 5));
    g_assert_false(cc_sequence_newer(65535, 0));
}

static void
test_distance(void)
{
    g_assert_cmpint(cc_sequence_distance(2, 65534), ==, 4);
    g_assert_cmpint(cc_sequence_distance(65534, 2), ==, -4);
    g_assert_cmpint(cc_sequence_distance(7, 7), ==, 0);
}

static void
test_unwrap(void)
{
    CcSequenceUnwrapper unwrapper = {0};
    gint64 first = cc_sequence_unwrap(&unwrapper, 65530);
    gint64 expected = first;
    /* Three times round, with every tenth packet a little late. */
    for (guint i = 1; i < 3 * 65536; i++) {
        expected = first + i;
        g_assert_cmpint(cc_sequence_unwrap(&unwrapper, (guint16)(65530 + i)), ==, expected);
        if (i % 10 == 0)
            g_assert_cmpint(cc_sequence_unwrap(&unwrapper, (guint16)(65530 + i - 7)), ==,
                            expected - 7);
    }
    /* Older than the very first one is still not negative. */
    CcSequenceUnwrapper other = {0};
    g_assert_cmpint(cc_sequence_unwrap(&other, 0), >, 0x8000);
    g_assert_cmpint(cc_sequence_unwrap(&other, 65535), ==, 0xffff);
}

static void
test_bytes(void)
{
    const guint8 data[8] = {0x81, 0x02, 0x03, 0x04, 0xf5, 0x06, 0x07, 0x08};
    g_assert_cmphex(cc_read_u16(data), ==, 0x8102);
    g_assert_cmphex(cc_read_u24(data), ==, 0x810203);
    g_assert_cmphex(cc_read_u32(data), ==, 0x81020304);
    g_assert_cmphex(cc_read_u64(data), ==, G_GUINT64_CONSTANT(0x81020304f5060708));
    guint8 out[8] = {0};
    cc_write_u64(out, G_GUINT64_CONSTANT(0x81020304f5060708));
    g_assert_cmpmem(out, 8, data, 8);
    cc_write_u24(out, 0xff123456);
    g_assert_cmphex(cc_read_u32(out), ==, 0x12345604);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/sequence/newer", test_newer);
    g_test_add_func("/wire/sequence/distance", test_distance);
    g_test_add_func("/wire/sequence/unwrap", test_unwrap);
    g_test_add_func("/wire/bytes", test_bytes);
    return g_test_run();
}
