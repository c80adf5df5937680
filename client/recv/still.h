/* Pictures for when there are none: a dark screen, or the last picture dimmed, behind the words.
 * Pure. */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

#define CC_STILL_WIDTH 1280
#define CC_STILL_HEIGHT 720

/* (transfer full) I420. */
GstSample *cc_still_dark(void);
/* @sample: I420. Half as bright. (transfer full) */
GstSample *cc_still_dimmed(GstSample *sample);

G_END_DECLS
