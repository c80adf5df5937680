/* A picture in the memory that is shared with the program, as an image without a copy. Main thread.
 */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* @released: once nobody looks at it any more. @data outlives. (transfer full) */
typedef void (*CcSharedPictureFunc)(guint slot, guint place, gpointer user_data);
cairo_surface_t *cc_shared_picture_new(const guint8 *data, guint slot, guint place, int width,
                                       int height, CcSharedPictureFunc released,
                                       gpointer user_data);
/* Where it lies. FALSE: it is another image. */
gboolean cc_shared_picture_find(cairo_surface_t *picture, guint *slot, guint *place);

G_END_DECLS
