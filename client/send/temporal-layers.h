/* Temporal layers of VP8: which pictures later ones may refer to, so that a relay may leave out
 * half of the pictures or three quarters of them (RFC 7741's TID). Any thread, but one at a time
 * for one encoder. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define CC_MAX_TEMPORAL_LAYERS 3

/* Makes the vp8enc @encoder, which has not started, code in 2 or 3 layers. */
void cc_temporal_layers_set_up(GstElement *encoder, guint n_layers);
/* Divides @bitrate_bps, for all layers together, at any time; no keyframe follows from it. */
void cc_temporal_layers_set_bitrate(GstElement *encoder, guint n_layers, guint bitrate_bps);

G_END_DECLS
