/* A page of a deck as a picture, and as the compressed still that travels (WebP, docs/codecs.md).
 * Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_DECK_MAX_SIDE 4096

/* Pixels of four bytes: red, green, blue and one that is 255. */
typedef struct {
    GBytes *rgba; /* rows without gaps */
    guint width, height;
} CcDeckImage;

/* @rgba: (transfer full) */
CcDeckImage *cc_deck_image_new(GBytes *rgba, guint width, guint height);
void cc_deck_image_free(CcDeckImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckImage, cc_deck_image_free)

/* The picture in its own shape, as large as fits into @width by @height; 0 by 0: as large as it is.
 * Error: CC_ERROR_PROTOCOL: no such still, or one that is too large. */
CcDeckImage *cc_deck_still_decode(GBytes *still, guint width, guint height, GError **error);

/* The smaller way to write it that loses nothing people see. Error: CC_ERROR_FAILED: larger than
 * CC_DECK_MAX_PAGE_BYTES however it is written. */
GBytes *cc_deck_still_encode(const CcDeckImage *image, GError **error);

/* A mark at @x and @y, which go from 0 to CC_POINTER_MAX. (transfer full) */
CcDeckImage *cc_deck_image_point(const CcDeckImage *image, guint x, guint y);

G_END_DECLS
