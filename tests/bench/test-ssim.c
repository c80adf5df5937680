#include <string.h>

#include "tests/bench/ssim.h"

enum { WIDTH = 64, HEIGHT = 32 };

static void
fill(guint8 *picture, GRand *rand, int noise)
{
    for (guint y = 0; y < HEIGHT; y++)
        for (guint x = 0; x < WIDTH; x++)
            picture[y * WIDTH + x] =
                (guint8)(64 + 2 * x + (noise > 0 ? g_rand_int_range(rand, -noise, noise + 1) : 0));
}

static double
compare(const guint8 *a, const guint8 *b)
{
    return ssim_luma(a, WIDTH, b, WIDTH, WIDTH, HEIGHT);
}

static void
test_equal(void)
{
    guint8 picture[WIDTH * HEIGHT];
    fill(picture, NULL, 0);
    g_assert_cmpfloat(compare(picture, picture), ==, 1);
    g_assert_cmpfloat(mean_square_luma(picture, WIDTH, picture, WIDTH, WIDTH, HEIGHT), ==, 0);
    g_assert_cmpfloat(psnr(0), ==, 100);
}

/* Two flat pictures: what is left is the luminance term, (2ab + c1) / (a² + b² + c1). */
static void
test_flat(void)
{
    guint8 a[WIDTH * HEIGHT], b[WIDTH * HEIGHT];
    memset(a, 100, sizeof a);
    memset(b, 120, sizeof b);
    g_assert_cmpfloat_with_epsilon(compare(a, b), 24006.5025 / 24406.5025, 1e-9);
    g_assert_cmpfloat_with_epsilon(mean_square_luma(a, WIDTH, b, WIDTH, WIDTH, HEIGHT), 400, 1e-9);
    g_assert_cmpfloat_with_epsilon(psnr(400), 22.11, 0.01);
}

static void
test_more_noise_is_worse(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    guint8 clean[WIDTH * HEIGHT], noisy[WIDTH * HEIGHT];
    double before = 1;
    fill(clean, rand, 0);
    for (int noise = 4; noise <= 60; noise += 8) {
        fill(noisy, rand, noise);
        double similar = compare(clean, noisy);
        g_assert_cmpfloat(similar, <, before);
        before = similar;
    }
    g_assert_cmpfloat(before, <, 0.5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ssim/equal", test_equal);
    g_test_add_func("/ssim/flat", test_flat);
    g_test_add_func("/ssim/noise", test_more_noise_is_worse);
    return g_test_run();
}
