#include "tests/weak-link/picture-score.h"

#include <math.h>

#define WINDOW 8
#define STEP 4

/* Where target's sample lies in the source, in 1/256 of a sample. */
static gint
position(guint at, guint from, guint to)
{
    gint place = (gint)(((guint64)at * 2 + 1) * from * 128 / to) - 128;
    return CLAMP(place, 0, (gint)(from - 1) * 256);
}

void
picture_enlarge(const guint8 *source, guint width, guint height, guint8 *target, guint target_width,
                guint target_height)
{
    for (guint row = 0; row < target_height; row++) {
        gint y = position(row, height, target_height);
        const guint8 *upper = source + (gsize)(y >> 8) * width;
        const guint8 *lower = (guint)(y >> 8) + 1 < height ? upper + width : upper;
        for (guint column = 0; column < target_width; column++) {
            gint x = position(column, width, target_width);
            gint left = x >> 8, right = MIN(left + 1, (gint)width - 1);
            gint above = upper[left] * (256 - (x & 255)) + upper[right] * (x & 255);
            gint below = lower[left] * (256 - (x & 255)) + lower[right] * (x & 255);
            target[(gsize)row * target_width + column] =
                (guint8)((above * (256 - (y & 255)) + below * (y & 255) + 32768) >> 16);
        }
    }
}

/* Wang et al. 2004, with even weights in a window of 8 by 8. */
static double
ssim_of_window(const guint8 *a, const guint8 *b, gsize stride)
{
    gint64 sum_a = 0, sum_b = 0, squares = 0, products = 0;
    for (guint row = 0; row < WINDOW; row++)
        for (guint x = 0; x < WINDOW; x++) {
            gint p = a[row * stride + x], q = b[row * stride + x];
            sum_a += p;
            sum_b += q;
            squares += p * p + q * q;
            products += p * q;
        }
    const double n = WINDOW * WINDOW, c1 = 6.5025 * n * n, c2 = 58.5225 * n * n;
    double means = (double)(sum_a * sum_b), mean_squares = (double)(sum_a * sum_a + sum_b * sum_b);
    double covariance = (double)products * n - means;
    double variances = (double)squares * n - mean_squares;
    return (2 * means + c1) * (2 * covariance + c2) / ((mean_squares + c1) * (variances + c2));
}

PictureScore
picture_compare(const guint8 *a, const guint8 *b, guint width, guint height, guint skip_rows)
{
    double ssim = 0;
    guint64 windows = 0, error = 0;
    for (guint row = skip_rows; row + WINDOW <= height; row += STEP)
        for (guint x = 0; x + WINDOW <= width; x += STEP, windows++)
            ssim += ssim_of_window(a + (gsize)row * width + x, b + (gsize)row * width + x, width);
    for (gsize i = (gsize)skip_rows * width; i < (gsize)height * width; i++)
        error += (guint64)((a[i] - b[i]) * (a[i] - b[i]));
    double mean_error = (double)error / ((double)(height - skip_rows) * width);
    double psnr_db = mean_error > 0 ? 10 * log10(255 * 255 / mean_error) : PICTURE_SCORE_MAX_DB;
    return (PictureScore){windows > 0 ? ssim / (double)windows : 0,
                          MIN(psnr_db, PICTURE_SCORE_MAX_DB)};
}
