#include <string.h>

#include "common/wire/framing.h"

static gsize
feed(CcFrameReader *reader, const guint8 *data, gsize length)
{
    gsize space;
    guint8 *to = cc_frame_reader_space(reader, &space);
    gsize n = MIN(space, length);
    memcpy(to, data, n);
    cc_frame_reader_filled(reader, n);
    return n;
}

/* A frame of @size bytes, all of them @fill. */
static void
append_frame(GByteArray *stream, guint16 size, guint8 fill)
{
    guint8 header[2] = {(guint8)(size >> 8), (guint8)size};
    g_autofree guint8 *payload = g_malloc(size + 1u);
    memset(payload, fill, size + 1u);
    g_byte_array_append(stream, header, 2);
    g_byte_array_append(stream, payload, size);
}

static const guint16 sizes[] = {1, 2, 0, 1200, 3, CC_FRAME_MAX, CC_FRAME_MAX, 0, 0, 77, 1500};

/* The same stream in pieces of every size up to @piece. */
static void
check_pieces(gsize piece)
{
    g_autoptr(GByteArray) stream = g_byte_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        append_frame(stream, sizes[i], (guint8)(i + 1));

    CcFrameReader reader;
    cc_frame_reader_init(&reader);
    gsize fed = 0;
    guint expected = 0;
    while (fed < stream->len) {
        gsize n = feed(&reader, stream->data + fed, MIN(piece, stream->len - fed));
        g_assert_cmpuint(n, >, 0); /* never without room after all frames were taken out */
        fed += n;
        const guint8 *frame;
        gsize length;
        for (;;) {
            g_assert_cmpint(cc_frame_reader_next(&reader, &frame, &length), ==, CC_DROP_NONE);
            if (frame == NULL)
                break;
            while (sizes[expected] == 0)
                expected++; /* empty frames are passed over */
            g_assert_cmpuint(length, ==, sizes[expected]);
            g_assert_cmpuint(frame[0], ==, expected + 1);
            g_assert_cmpuint(frame[length - 1], ==, expected + 1);
            expected++;
        }
    }
    g_assert_cmpuint(expected, ==, G_N_ELEMENTS(sizes));
}

static void
test_pieces(void)
{
    for (gsize piece = 1; piece <= 64; piece++)
        check_pieces(piece);
    check_pieces(1201);
    check_pieces(CC_FRAME_MAX + 1);
    check_pieces(100000);
}

static void
test_too_large(void)
{
    const guint8 header[] = {(CC_FRAME_MAX + 1) >> 8, (CC_FRAME_MAX + 1) & 0xff};
    CcFrameReader reader;
    const guint8 *frame;
    gsize length;

    cc_frame_reader_init(&reader);
    feed(&reader, header, 1);
    g_assert_cmpint(cc_frame_reader_next(&reader, &frame, &length), ==, CC_DROP_NONE);
    g_assert_null(frame);
    feed(&reader, header + 1, 1);
    g_assert_cmpint(cc_frame_reader_next(&reader, &frame, &length), ==, CC_DROP_FRAME_TOO_LARGE);
    g_assert_null(frame);
    /* It does not get better. */
    feed(&reader, header, 2);
    g_assert_cmpint(cc_frame_reader_next(&reader, &frame, &length), ==, CC_DROP_FRAME_TOO_LARGE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/framing/pieces", test_pieces);
    g_test_add_func("/wire/framing/too-large", test_too_large);
    return g_test_run();
}
