/* How alike two pictures are, by their luma. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Structural similarity (Wang, Bovik, Sheikh, Simoncelli 2004) with blocks of 8 by 8 pixels, every
 * fourth pixel a block, all of equal weight: 1 if equal. Strides in bytes; sizes in pixels, at
 * least 8. */
double ssim_luma(const guint8 *a, gsize a_stride, const guint8 *b, gsize b_stride, guint width,
                 guint height);
double mean_square_luma(const guint8 *a, gsize a_stride, const guint8 *b, gsize b_stride,
                        guint width, guint height);
/* In dB; 100 if @mean_square is 0. */
double psnr(double mean_square);

G_END_DECLS
