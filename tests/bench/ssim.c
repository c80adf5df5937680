#include "tests/bench/ssim.h"

#include <math.h>

enum { BLOCK = 8, STEP = 4 };

static double
ssim_block(const guint8 *a, gsize a_stride, const guint8 *b, gsize b_stride)
{
    static const double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
    const double n = BLOCK * BLOCK;
    guint32 sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0;
    for (guint y = 0; y < BLOCK; y++, a += a_stride, b += b_stride)
        for (guint x = 0; x < BLOCK; x++) {
            sum_a += a[x];
            sum_b += b[x];
            sum_aa += (guint32)a[x] * a[x];
            sum_bb += (guint32)b[x] * b[x];
            sum_ab += (guint32)a[x] * b[x];
        }
    double mean_a = sum_a / n, mean_b = sum_b / n;
    double var_a = sum_aa / n - mean_a * mean_a, var_b = sum_bb / n - mean_b * mean_b;
    double covariance = sum_ab / n - mean_a * mean_b;
    return (2 * mean_a * mean_b + c1) * (2 * covariance + c2) /
           ((mean_a * mean_a + mean_b * mean_b + c1) * (var_a + var_b + c2));
}

double
ssim_luma(const guint8 *a, gsize a_stride, const guint8 *b, gsize b_stride, guint width,
          guint height)
{
    double sum = 0;
    guint n = 0;
    for (guint y = 0; y + BLOCK <= height; y += STEP)
        for (guint x = 0; x + BLOCK <= width; x += STEP, n++)
            sum += ssim_block(a + y * a_stride + x, a_stride, b + y * b_stride + x, b_stride);
    return n > 0 ? sum / n : 0;
}

double
mean_square_luma(const guint8 *a, gsize a_stride, const guint8 *b, gsize b_stride, guint width,
                 guint height)
{
    guint64 sum = 0;
    for (guint y = 0; y < height; y++, a += a_stride, b += b_stride)
        for (guint x = 0; x < width; x++) {
            int difference = a[x] - b[x];
            sum += (guint64)(difference * difference);
        }
    return (double)sum / ((double)width * height);
}

double
psnr(double mean_square)
{
    return mean_square > 0 ? MIN(100, 10 * log10(255.0 * 255.0 / mean_square)) : 100;
}
