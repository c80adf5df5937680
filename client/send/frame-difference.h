/* Whether anything has moved between two pictures of a screen, and how much. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* I420: strides in bytes. */
typedef struct {
    guint width, height; /* pixels, even */
    const guint8 *planes[3];
    gsize strides[3];
} CcFrame;

/* Which part of the picture is another one, in blocks of 16 by 16 pixels: 0 nothing, 1 all, also if
 * the sizes differ. */
double cc_frame_changed(const CcFrame *before, const CcFrame *after);

G_END_DECLS
