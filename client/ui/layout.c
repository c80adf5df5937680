#include "client/ui/layout.h"

#define SMALL 4   /* a small picture is so many times less wide than the canvas */
#define MARGIN 40 /* from the border: this part of the canvas' width */
#define COLUMN 4  /* beside a large one: this part of the width */

static CcLayoutPlace
place(guint slot, guint x, guint y, guint width, guint height)
{
    return (CcLayoutPlace){slot, x & ~1u, y & ~1u, MAX(width & ~1u, 2), MAX(height & ~1u, 2)};
}

/* In the lower right corner. */
static CcLayoutPlace
corner(guint slot, guint width, guint height)
{
    guint w = width / SMALL, h = height / SMALL, margin = width / MARGIN;
    return place(slot, width - w - margin, height - h - margin, w, h);
}

/* One beside the other, or in two rows. */
static guint
tiles(const guint *slots, guint n, guint width, guint height, CcLayoutPlace *places)
{
    guint columns = n > 1 ? 2 : 1, rows = (n + columns - 1) / columns;
    guint w = width / columns, h = height / rows;
    for (guint i = 0; i < n; i++)
        places[i] = place(slots[i], i % columns * w, i / columns * h, w, h);
    return n;
}

/* @slots[0] large on the left, the others in a column beside it. */
static guint
column(const guint *slots, guint n, guint width, guint height, CcLayoutPlace *places)
{
    guint w = width / COLUMN, h = height / (n - 1);
    places[0] = place(slots[0], 0, 0, width - w, height);
    for (guint i = 1; i < n; i++)
        places[i] = place(slots[i], width - w, (i - 1) * h, w, h);
    return n;
}

/* What is there, what matters most first. */
static guint
order(const gboolean present[CC_WATCHED_VIDEOS], guint slots[CC_WATCHED_VIDEOS])
{
    guint n = 0;
    if (present[CC_VIDEO_SCREEN])
        slots[n++] = CC_VIDEO_SCREEN;
    for (guint i = CC_VIDEO_GUESTS; i < CC_WATCHED_VIDEOS; i++)
        if (present[i])
            slots[n++] = i;
    if (present[CC_VIDEO_CAMERA])
        slots[n++] = CC_VIDEO_CAMERA;
    return n;
}

static guint
arrange_by_weight(const gboolean *present, const guint *slots, guint n, guint width, guint height,
                  CcLayoutPlace *places)
{
    guint n_guests = 0;
    for (guint i = CC_VIDEO_GUESTS; i < CC_WATCHED_VIDEOS; i++)
        n_guests += present[i] ? 1 : 0;
    if (present[CC_VIDEO_SCREEN] && n > 2)
        return column(slots, n, width, height, places);
    guint n_large = present[CC_VIDEO_SCREEN] ? 1 : MAX(n_guests, 1);
    tiles(slots, n_large, width, height, places);
    if (n > n_large) /* the last one: the teacher, or a lone guest beside the screen */
        places[n_large] = corner(slots[n_large], width, height);
    return n;
}

guint
cc_layout_arrange(CcLayout layout, const gboolean present[CC_WATCHED_VIDEOS], guint width,
                  guint height, CcLayoutPlace places[CC_WATCHED_VIDEOS])
{
    guint slots[CC_WATCHED_VIDEOS];
    guint n = order(present, slots);
    if (n == 0)
        return 0;
    if (layout == CC_LAYOUT_ONE || n == 1)
        return tiles(slots, 1, width, height, places);
    if (layout == CC_LAYOUT_EQUAL)
        return tiles(slots, n, width, height, places);
    return arrange_by_weight(present, slots, n, width, height, places);
}

CcLayout
cc_layout_next(CcLayout layout)
{
    return (layout + 1) % CC_N_LAYOUTS;
}
