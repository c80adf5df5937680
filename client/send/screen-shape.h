/* Of a captured picture what is shown of it, in the shape that it is sent in: I420, both sides
 * even, not more lines than wanted. Keeps a converter; one thread at a time. */
#pragma once

#include <gst/gst.h>

#include "client/send/screen-area.h"

G_BEGIN_DECLS

typedef struct CcScreenShape CcScreenShape;

/* @region: (nullable) what of the pictures is shown; copied. */
CcScreenShape *cc_screen_shape_new(guint max_height, const CcScreenArea *region);
void cc_screen_shape_free(CcScreenShape *shape);

/* @sample: video/x-raw; of a picture with a GstVideoCropMeta only that part counts. (transfer full)
 * NULL if nothing of it can be shown; says why. */
GstSample *cc_screen_shape_apply(CcScreenShape *shape, GstSample *sample);

G_END_DECLS
