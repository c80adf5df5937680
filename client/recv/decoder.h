/* From one RTP stream behind the jitter buffer to raw frames: which elements for which codec. */
#pragma once

#include <gst/gst.h>

#include "common/wire/codec.h"

G_BEGIN_DECLS

/* A bin with a pad "sink" (RTP), an appsink "decoded" (raw) and, if @record, an appsink "encoded"
 * (frames as a Matroska file takes them). (transfer floating) Error: CC_ERROR_MEDIA. */
GstElement *cc_decoder_new(CcCodec codec, gboolean hardware, gboolean record, GError **error);

G_END_DECLS
