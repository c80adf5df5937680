/* Which slot is drawn where: slots that carry a picture → rectangles. The screen is what matters
 * most, then whom the teacher has called on, then she herself. Pure; any thread. */
#pragma once

#include <glib.h>

#include "common/base/slots.h"

G_BEGIN_DECLS

typedef enum {
    CC_LAYOUT_AUTO,  /* what matters most is large, the others small beside it */
    CC_LAYOUT_EQUAL, /* all of the same size */
    CC_LAYOUT_ONE,   /* what matters most, alone */
    CC_N_LAYOUTS,
} CcLayout;

typedef struct {
    guint slot;                /* a video slot: common/base/slots.h */
    guint x, y, width, height; /* in pixels of the canvas, all even; the picture keeps its shape in
                                * it */
} CcLayoutPlace;

/* @present: which slots carry a picture. Returns how many places there are, in the order in which
 * they are drawn: what is small lies over what is large, and the first is the largest one. */
guint cc_layout_arrange(CcLayout layout, const gboolean present[CC_WATCHED_VIDEOS], guint width,
                        guint height, CcLayoutPlace places[CC_WATCHED_VIDEOS]);

/* The one that a key goes on to. */
CcLayout cc_layout_next(CcLayout layout);

G_END_DECLS
