/* A picture of a screen in, a coded one out: VP9 by libvpx with its screen mode, which GStreamer's
 * elements cannot set, and with the quantizer chosen for each picture. VP8 takes half as much
 * again. One thread at a time. */
#pragma once

#include "client/send/frame-difference.h"

G_BEGIN_DECLS

typedef struct CcScreenCodec CcScreenCodec;

/* Error: CC_ERROR_MEDIA. */
CcScreenCodec *cc_screen_codec_new(guint width, guint height, GError **error);
void cc_screen_codec_free(CcScreenCodec *codec);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcScreenCodec, cc_screen_codec_free)

/* @quantizer: 0, the finest, to 63. @quick: in half the time, to half as many bytes again.
 * (transfer full) NULL on failure, of which nothing is known but that the next one has to be a
 * keyframe. The first one is a keyframe anyway. @frame has the codec's size. */
GBytes *cc_screen_codec_encode(CcScreenCodec *codec, const CcFrame *frame, guint quantizer,
                               gboolean keyframe, gboolean quick);

G_END_DECLS
