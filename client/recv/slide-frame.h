/* A page of the slides as a picture for the screen, with the teacher small in its corner. One
 * thread at a time. */
#pragma once

#include <gst/video/video.h>

#include "client/deck/still.h"

G_BEGIN_DECLS

typedef struct CcSlideFrame CcSlideFrame;

CcSlideFrame *cc_slide_frame_new(const CcDeckImage *page);
void cc_slide_frame_free(CcSlideFrame *frame);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSlideFrame, cc_slide_frame_free)

/* @picture: I420, or NULL for none. Its time is kept. (transfer full) I420. */
GstSample *cc_slide_frame_compose(CcSlideFrame *frame, GstSample *picture);

G_END_DECLS
