#include "client/send/frame-difference.h"

#include <string.h>

#define BLOCK 16

static gboolean
rows_differ(const CcFrame *a, const CcFrame *b, guint plane, guint left, guint width, guint top,
            guint height)
{
    for (guint y = top; y < top + height; y++)
        if (memcmp(a->planes[plane] + y * a->strides[plane] + left,
                   b->planes[plane] + y * b->strides[plane] + left, width) != 0)
            return TRUE;
    return FALSE;
}

/* Of the pixels from @left, @top on. */
static gboolean
part_differs(const CcFrame *a, const CcFrame *b, guint left, guint width, guint top, guint height)
{
    return rows_differ(a, b, 0, left, width, top, height) ||
           rows_differ(a, b, 1, left / 2, width / 2, top / 2, height / 2) ||
           rows_differ(a, b, 2, left / 2, width / 2, top / 2, height / 2);
}

double
cc_frame_changed(const CcFrame *before, const CcFrame *after)
{
    guint width = after->width, height = after->height, n = 0, n_changed = 0;
    if (before->width != width || before->height != height)
        return 1;
    for (guint y = 0; y < height; y += BLOCK) {
        guint rows = MIN(BLOCK, height - y);
        n += (width + BLOCK - 1) / BLOCK;
        if (!part_differs(before, after, 0, width, y, rows)) /* most of a screen stands still */
            continue;
        for (guint x = 0; x < width; x += BLOCK)
            n_changed += part_differs(before, after, x, MIN(BLOCK, width - x), y, rows);
    }
    return n > 0 ? (double)n_changed / n : 0;
}
