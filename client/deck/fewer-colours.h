/* Fewer colours for a page that was drawn: the many shades along the edges of letters become a few,
 * which nobody sees and lossless coding is glad of. Pure; any thread. */
#pragma once

#include "client/deck/still.h"

G_BEGIN_DECLS

/* The largest difference of a channel, of 255, between a pixel and what it becomes. Colours that
 * fill an area, or a gradient, stay as they are. */
#define CC_FEWER_COLOURS_MOST 24

/* (transfer full); NULL: it has so many colours that it is a photograph, or no rare ones. */
CcDeckImage *cc_deck_image_with_fewer_colours(const CcDeckImage *image);

G_END_DECLS
