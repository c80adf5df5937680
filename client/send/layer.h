/* One encoding of the picture: a simulcast layer with its own size, bitrate and SSRC, all of which
 * but the SSRC change while it runs. Main thread; its pictures flow in GStreamer's threads. */
#pragma once

#include <gst/gst.h>

#include "client/send/settings.h"

G_BEGIN_DECLS

typedef struct CcLayer CcLayer;

typedef struct {
    guint width, height, framerate;
    guint bitrate_bps; /* 0: off */
} CcLayerStatus;

/* @index: of @settings->layers. Its packets carry @ssrc. Error: CC_ERROR_MEDIA. */
CcLayer *cc_layer_new(const CcSendSettings *settings, guint index, guint32 ssrc, GError **error);
/* After the pipeline with its bin has stopped. */
void cc_layer_free(CcLayer *layer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcLayer, cc_layer_free)

/* Its element: raw pictures into "sink", RTP out of "src". (transfer floating, the first time) */
GstElement *cc_layer_get_bin(CcLayer *layer);

/* From now on the layer may take @wire_bps with all headers: 0 ends encoding, -1 is what is
 * configured. Only a change of size makes a keyframe, and coming back from 0 after more than a
 * moment. Also to be called
 * about once a second without a change, for what was put off. */
void cc_layer_set_rate(CcLayer *layer, gint64 wire_bps, gint64 now_us);
void cc_layer_request_keyframe(CcLayer *layer);
void cc_layer_get_status(const CcLayer *layer, CcLayerStatus *status);

G_END_DECLS
