#include "client/send/screen-codec.h"

#include <string.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

#define WIDTH 320
#define HEIGHT 180

typedef struct {
    guint8 bytes[WIDTH * HEIGHT * 3 / 2];
    CcFrame frame;
} Picture;

/* Dark letters on white, each another one; the colours are those of paper. */
static void
write_page(Picture *page, guint number)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(number);
    guint8 *luma = page->bytes;
    memset(luma, 235, WIDTH * HEIGHT);
    memset(luma + WIDTH * HEIGHT, 128, WIDTH * HEIGHT / 2);
    for (guint y = 20; y + 20 < HEIGHT; y += 20)
        for (guint x = 20; x + 20 < WIDTH; x += 10)
            for (guint stroke = 0; stroke < 3; stroke++)
                memset(luma + (y + g_rand_int_range(random, 0, 12)) * WIDTH + x, 20,
                       g_rand_int_range(random, 2, 8));
    page->frame = (CcFrame){WIDTH,
                            HEIGHT,
                            {luma, luma + WIDTH * HEIGHT, luma + WIDTH * HEIGHT * 5 / 4},
                            {WIDTH, WIDTH / 2, WIDTH / 2}};
}

typedef struct {
    CcScreenCodec *codec;
    vpx_codec_ctx_t decoder;
    gsize bytes; /* of the newest */
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->codec = cc_screen_codec_new(WIDTH, HEIGHT, NULL);
    g_assert_nonnull(fixture->codec);
    g_assert_cmpint(vpx_codec_dec_init(&fixture->decoder, vpx_codec_vp9_dx(), NULL, 0), ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    vpx_codec_destroy(&fixture->decoder);
    cc_screen_codec_free(fixture->codec);
}

/* The mean square by which what is seen differs from @page. */
static double
send(Fixture *fixture, const Picture *page, guint quantizer, gboolean keyframe)
{
    g_autoptr(GBytes) coded =
        cc_screen_codec_encode(fixture->codec, &page->frame, quantizer, keyframe, FALSE);
    vpx_codec_iter_t iterator = NULL;
    guint64 sum = 0;
    g_assert_nonnull(coded);
    const guint8 *data = g_bytes_get_data(coded, &fixture->bytes);
    g_assert_cmpint(vpx_codec_decode(&fixture->decoder, data, (guint)fixture->bytes, NULL, 0), ==,
                    VPX_CODEC_OK);
    const vpx_image_t *seen = vpx_codec_get_frame(&fixture->decoder, &iterator);
    g_assert_nonnull(seen);
    for (guint y = 0; y < HEIGHT; y++)
        for (guint x = 0; x < WIDTH; x++) {
            int difference =
                seen->planes[0][(gssize)y * seen->stride[0] + x] - page->bytes[y * WIDTH + x];
            sum += (guint64)(difference * difference);
        }
    return (double)sum / (WIDTH * HEIGHT);
}

/* A new page comes coarsely, and is then refined without being sent again as a whole. */
static void
test_refined(Fixture *fixture, gconstpointer data)
{
    static Picture first, second;
    write_page(&first, 1);
    write_page(&second, 2);
    send(fixture, &first, 16, TRUE);
    gsize whole = fixture->bytes;
    double coarse = send(fixture, &second, 56, FALSE);
    g_assert_cmpuint(fixture->bytes, <, whole / 2);
    double fine = send(fixture, &second, 16, FALSE);
    g_assert_cmpuint(fixture->bytes, <, whole);
    g_assert_cmpfloat(fine, <, coarse / 4);
    for (guint i = 0; i < 5; i++)
        send(fixture, &second, 16, FALSE);
    g_assert_cmpuint(fixture->bytes, <, whole / 20); /* nothing moves */
}

/* Who comes later needs nothing of what went before. */
static void
test_keyframe(Fixture *fixture, gconstpointer data)
{
    static Picture page;
    write_page(&page, 3);
    send(fixture, &page, 16, FALSE);
    send(fixture, &page, 16, FALSE);
    vpx_codec_destroy(&fixture->decoder);
    g_assert_cmpint(vpx_codec_dec_init(&fixture->decoder, vpx_codec_vp9_dx(), NULL, 0), ==, 0);
    g_assert_cmpfloat(send(fixture, &page, 16, TRUE), <, 20);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/screen-codec/refined", Fixture, NULL, set_up, test_refined, tear_down);
    g_test_add("/screen-codec/keyframe", Fixture, NULL, set_up, test_keyframe, tear_down);
    return g_test_run();
}
