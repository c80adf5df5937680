#include "common/wire/red.h"

#include <string.h>

#include "tests/unit/wire/hostile.h"

/* RFC 2198 section 4's layout: two earlier blocks, 960 and 480 units old, and the primary. */
static const guint8 example[] = {0x80 | 111, 0x0f, 0x00, 3,   0x80 | 112, 0x07, 0x80,
                                 1, /* headers */
                                 111,        'a',  'b',  'c', 'd',        'e',  'f'};

static void
test_read(void)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    g_assert_cmpuint(cc_red_read(example, sizeof example, blocks), ==, 3);
    g_assert_cmpuint(blocks[0].payload_type, ==, 111);
    g_assert_cmpuint(blocks[0].offset, ==, 960);
    g_assert_cmpmem(blocks[0].data, blocks[0].length, "abc", 3);
    g_assert_cmpuint(blocks[1].payload_type, ==, 112);
    g_assert_cmpuint(blocks[1].offset, ==, 480);
    g_assert_cmpmem(blocks[1].data, blocks[1].length, "d", 1);
    g_assert_cmpuint(blocks[2].payload_type, ==, 111);
    g_assert_cmpuint(blocks[2].offset, ==, 0);
    g_assert_cmpmem(blocks[2].data, blocks[2].length, "ef", 2);

    /* The primary alone, and an empty one. */
    g_assert_cmpuint(cc_red_read(example + 8, sizeof example - 8, blocks), ==, 1);
    g_assert_cmpmem(blocks[0].data, blocks[0].length, "abcdef", 6);
    g_assert_cmpuint(cc_red_read(example + 8, 1, blocks), ==, 1);
    g_assert_cmpuint(blocks[0].length, ==, 0);
}

static void
test_malformed(void)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    /* Headers that do not end, and blocks longer than the packet. */
    for (gsize n = 0; n < 13; n++)
        g_assert_cmpuint(cc_red_read(example, n, blocks), ==, 0);
    g_assert_cmpuint(cc_red_read(example, 13, blocks), ==, 3);

    guint8 many[CC_RED_MAX_BLOCKS * CC_RED_BLOCK_HEADER + 1];
    for (gsize i = 0; i + 1 < sizeof many; i += 4)
        memcpy(many + i, (guint8[]){0xff, 0, 0, 0}, 4);
    many[sizeof many - 1] = 111;
    g_assert_cmpuint(cc_red_read(many, sizeof many, blocks), ==, 0);
    g_assert_cmpuint(cc_red_read(many + 4, sizeof many - 4, blocks), ==, CC_RED_MAX_BLOCKS);
}

static void
test_write(void)
{
    guint8 out[sizeof example];
    CcRedBlock blocks[] = {
        {111, 960, 3, (const guint8 *)"abc"},
        {112, 480, 1, (const guint8 *)"d"},
        {111, 7, 2, (const guint8 *)"ef"},
    };
    g_assert_cmpuint(cc_red_write(out, sizeof out, blocks, 3), ==, sizeof example);
    g_assert_cmpmem(out, sizeof out, example, sizeof example);
    g_assert_cmpuint(cc_red_write(out, sizeof out - 1, blocks, 3), ==, 0);
    g_assert_cmpuint(cc_red_write(out, sizeof out, blocks, 0), ==, 0);
}

static void
test_limits(void)
{
    static const guint8 data[CC_RED_MAX_LENGTH + 1];
    guint8 out[3000];
    CcRedBlock blocks[] = {
        {111, CC_RED_MAX_OFFSET, CC_RED_MAX_LENGTH, data},
        {111, 0, CC_RED_MAX_LENGTH + 1, data}, /* the primary has no length field */
    };
    CcRedBlock back[CC_RED_MAX_BLOCKS];
    gsize length = cc_red_write(out, sizeof out, blocks, 2);
    g_assert_cmpuint(cc_red_read(out, length, back), ==, 2);
    g_assert_cmpuint(back[0].offset, ==, CC_RED_MAX_OFFSET);
    g_assert_cmpuint(back[0].length, ==, CC_RED_MAX_LENGTH);
    g_assert_cmpuint(back[1].length, ==, CC_RED_MAX_LENGTH + 1);

    blocks[0].length = CC_RED_MAX_LENGTH + 1;
    g_assert_cmpuint(cc_red_write(out, sizeof out, blocks, 2), ==, 0);
    blocks[0].length = 1;
    blocks[0].offset = CC_RED_MAX_OFFSET + 1;
    g_assert_cmpuint(cc_red_write(out, sizeof out, blocks, 2), ==, 0);
}

/* What can be read can be written, and is the same again. */
static void
check_hostile(const guint8 *data, gsize length)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    guint n = cc_red_read(data, length, blocks);
    if (n == 0)
        return;
    g_autofree guint8 *out = g_malloc(length);
    g_assert_cmpuint(cc_red_write(out, length, blocks, n), ==, length);
    g_assert_cmpmem(out, length, data, length);
}

static void
test_hostile(void)
{
    hostile_all(check_hostile, example, sizeof example);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/red/read", test_read);
    g_test_add_func("/wire/red/malformed", test_malformed);
    g_test_add_func("/wire/red/write", test_write);
    g_test_add_func("/wire/red/limits", test_limits);
    g_test_add_func("/wire/red/hostile", test_hostile);
    return g_test_run();
}
