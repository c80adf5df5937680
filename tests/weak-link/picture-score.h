/* How much a picture that was shown is like the one that was captured. Luma alone; a smaller
 * picture is enlarged as a window does it (bilinear), so that what it lacks counts. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    double ssim;
    double psnr_db; /* at most PICTURE_SCORE_MAX_DB */
} PictureScore;

#define PICTURE_SCORE_MAX_DB 100

/* @target: @target_width × @target_height bytes. */
void picture_enlarge(const guint8 *source, guint width, guint height, guint8 *target,
                     guint target_width, guint target_height);
/* Two pictures of the same size; the first @skip_rows are not compared. */
PictureScore picture_compare(const guint8 *a, const guint8 *b, guint width, guint height,
                             guint skip_rows);

G_END_DECLS
