/* Pages as stills: what is drawn comes back as it looked, photographs small, and hostile bytes not
 * at all. */
#include "client/deck/fewer-colours.h"

#include <math.h>
#include <string.h>

#include "client/signalling/room-deck.h"
#include "common/base/error.h"
#include "tests/bench/ssim.h"

#define WIDTH 800
#define HEIGHT 450

/* Letters, more or less: dark strokes with soft edges. */
static guint8
drawn(guint x, guint y)
{
    return y % 30 < 18 && (x / 7 + y / 30) % 3 == 0 ? (guint8)(x % 7 * 30) : 255;
}

static guint8
photographed(guint x, guint y)
{
    return (guint8)(128 + 60 * sin(x * 0.021) + 50 * cos(y * 0.017 + x * 0.003) +
                    (x * 7919 + y * 104729) % 9);
}

static CcDeckImage *
make(guint8 (*pixel)(guint x, guint y))
{
    guint8 *rgba = g_malloc(WIDTH * HEIGHT * 4);

    for (guint y = 0; y < HEIGHT; y++)
        for (guint x = 0; x < WIDTH; x++) {
            guint8 *out = rgba + (y * WIDTH + x) * 4;
            out[0] = out[1] = out[2] = pixel(x, y);
            out[3] = 255;
        }
    return cc_deck_image_new(g_bytes_new_take(rgba, WIDTH * HEIGHT * 4), WIDTH, HEIGHT);
}

static double
compare(const CcDeckImage *a, const CcDeckImage *b)
{
    const guint8 *pixels[] = {g_bytes_get_data(a->rgba, NULL), g_bytes_get_data(b->rgba, NULL)};
    g_autofree guint8 *luma = g_malloc(2 * WIDTH * HEIGHT);

    for (guint i = 0; i < 2 * WIDTH * HEIGHT; i++)
        luma[i] = pixels[i / (WIDTH * HEIGHT)][i % (WIDTH * HEIGHT) * 4 + 1];
    return ssim_luma(luma, WIDTH, luma + WIDTH * HEIGHT, WIDTH, WIDTH, HEIGHT);
}

static void
test_drawn(void)
{
    g_autoptr(CcDeckImage) image = make(drawn);
    g_autoptr(GBytes) still = cc_deck_still_encode(image, NULL);
    g_autoptr(CcDeckImage) back = cc_deck_still_decode(still, 0, 0, NULL);

    g_assert_cmpuint(g_bytes_get_size(still), <, 60000);
    g_assert_cmpuint(back->width, ==, WIDTH);
    g_assert_true(g_bytes_equal(image->rgba, back->rgba));
}

/* Round dots, whose edges have nearly every shade, and a grey area. */
static guint8
edged(guint x, guint y)
{
    double away = hypot((x % 40) - 19.3 - 0.117 * (x / 40), (y % 45) - 21.7 + 0.171 * (y / 45));

    if (y >= 360)
        return 0xe9;
    return (guint8)CLAMP(20 + (away - 12) * 160, 20, 255);
}

static guint8
graded(guint x, guint y)
{
    return (guint8)(x * 255 / WIDTH);
}

static void
test_shades(void)
{
    g_autoptr(CcDeckImage) image = make(edged);
    g_autoptr(CcDeckImage) fewer = cc_deck_image_with_fewer_colours(image);
    g_autoptr(CcDeckImage) again = cc_deck_image_with_fewer_colours(fewer);
    g_autoptr(CcDeckImage) gradient = make(graded);
    g_autoptr(CcDeckImage) bands = cc_deck_image_with_fewer_colours(gradient);
    const guint8 *a = g_bytes_get_data(image->rgba, NULL);
    const guint8 *b = g_bytes_get_data(fewer->rgba, NULL);
    g_autoptr(GHashTable) shades = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < WIDTH * HEIGHT * 4; i++)
        g_assert_cmpint(ABS(a[i] - b[i]), <=, CC_FEWER_COLOURS_MOST);
    g_assert_cmpmem(a + 360 * WIDTH * 4, 90 * WIDTH * 4, b + 360 * WIDTH * 4, 90 * WIDTH * 4);
    for (guint i = 0; i < WIDTH * 360; i++)
        g_hash_table_add(shades, GUINT_TO_POINTER(b[i * 4]));
    g_assert_cmpuint(g_hash_table_size(shades), <, 20);
    g_assert_cmpfloat(compare(image, fewer), >, 0.99);
    g_assert_null(again);
    g_assert_null(bands);
}

static void
test_photographed(void)
{
    g_autoptr(CcDeckImage) image = make(photographed);
    g_autoptr(GBytes) still = cc_deck_still_encode(image, NULL);
    g_autoptr(CcDeckImage) back = cc_deck_still_decode(still, 0, 0, NULL);

    g_assert_cmpuint(g_bytes_get_size(still), <, 100000);
    g_assert_cmpfloat(compare(image, back), >, 0.9);
}

static void
test_size(void)
{
    g_autoptr(CcDeckImage) image = make(drawn);
    g_autoptr(GBytes) still = cc_deck_still_encode(image, NULL);
    g_autoptr(CcDeckImage) wide = cc_deck_still_decode(still, 1920, 300, NULL);
    g_autoptr(CcDeckImage) high = cc_deck_still_decode(still, 400, 3000, NULL);
    g_autoptr(CcDeckImage) large = cc_deck_still_decode(still, 1600, 1200, NULL);

    g_assert_cmpuint(wide->height, ==, 300);
    g_assert_cmpuint(wide->width, ==, 533);
    g_assert_cmpuint(high->width, ==, 400);
    g_assert_cmpuint(high->height, ==, 225);
    g_assert_cmpuint(large->width, ==, 1600);
    g_assert_cmpuint(g_bytes_get_size(large->rgba), ==, 1600 * 900 * 4);
}

static void
assert_broken(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(cc_deck_still_decode(bytes, 0, 0, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_PROTOCOL);
}

static void
test_hostile(void)
{
    g_autoptr(CcDeckImage) image = make(drawn);
    g_autoptr(GBytes) still = cc_deck_still_encode(image, NULL);
    gsize length;
    const guint8 *data = g_bytes_get_data(still, &length);
    g_autoptr(GBytes) nothing = g_bytes_new_static("", 0);
    g_autoptr(GBytes) png = g_bytes_new_static("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    g_autofree guint8 *huge = g_memdup2(data, length);

    assert_broken(nothing);
    assert_broken(png);
    for (gsize cut = 1; cut < length; cut = cut * 2 + 1) {
        g_autoptr(GBytes) part = g_bytes_new(data, cut);
        assert_broken(part);
    }
    huge[21] = 0xff; /* the lossless stream's width: 14 bits from here */
    huge[22] |= 0x3f;
    g_autoptr(GBytes) wide = g_bytes_new(huge, length);
    assert_broken(wide);
}

static void
test_pointer(void)
{
    g_autoptr(CcDeckImage) image = make(drawn);
    static const guint places[][2] = {
        {0, 0}, {CC_POINTER_MAX, CC_POINTER_MAX}, {CC_POINTER_MAX / 2, CC_POINTER_MAX / 2}};

    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(CcDeckImage) pointed = cc_deck_image_point(image, places[i][0], places[i][1]);
        gsize x = (gsize)places[i][0] * (WIDTH - 1) / CC_POINTER_MAX;
        gsize y = (gsize)places[i][1] * (HEIGHT - 1) / CC_POINTER_MAX;
        const guint8 *pixel =
            (const guint8 *)g_bytes_get_data(pointed->rgba, NULL) + (y * WIDTH + x) * 4;
        g_assert_cmpuint(pixel[0], >, 150);
        g_assert_cmpuint(pixel[1], <, 100);
        g_assert_cmpfloat(compare(image, pointed), >, 0.9);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/still/drawn", test_drawn);
    g_test_add_func("/client/still/shades", test_shades);
    g_test_add_func("/client/still/photographed", test_photographed);
    g_test_add_func("/client/still/size", test_size);
    g_test_add_func("/client/still/hostile", test_hostile);
    g_test_add_func("/client/still/pointer", test_pointer);
    return g_test_run();
}
