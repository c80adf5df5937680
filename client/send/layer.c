/*   sink → valve → videorate → leaky queue → scale, add borders, convert → encoder → payloader → src
 *
 * The valve is shut while nobody wants the layer. A picture's quantizer is read behind the encoder,
 * where it is VP8's. */
#define CC_LOG_AREA "send"
#include "client/send/layer.h"

#include <gst/video/video.h>

#include "client/send/encoder.h"
#include "client/send/layer-shape.h"
#include "common/base/log.h"
#include "common/wire/vp8.h"

#define COARSEST_VP8 127.0
#define REWORTH 0.03 /* a bitrate that differs by less is left alone */

struct CcLayer {
    CcVideoEncoder parts;
    CcSendSettings settings;
    const char *name; /* of settings.layers */
    CcLayerShaper shaper;
    CcLayerShape now; /* as the encoder has it */
    double quantizer; /* of late, 0..1; -1: unknown */
    gint quantizers;  /* atomic: sum since the last look */
    gint n_pictures;  /* atomic */
};

static GstPadProbeReturn
on_coded(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    CcLayer *layer = user_data;
    guint8 head[64];
    gsize length = gst_buffer_extract(GST_PAD_PROBE_INFO_BUFFER(info), 0, head, sizeof head);
    int quantizer = cc_vp8_frame_quantizer(head, length);
    if (quantizer >= 0) {
        g_atomic_int_add(&layer->quantizers, quantizer);
        g_atomic_int_inc(&layer->n_pictures);
    }
    return GST_PAD_PROBE_OK;
}

CcLayer *
cc_layer_new(const CcSendSettings *settings, guint index, guint32 ssrc, GError **error)
{
    const CcLayerSettings *own = &settings->layers[index];
    g_autoptr(CcLayer) layer = g_new0(CcLayer, 1);
    layer->settings = *settings;
    layer->name = own->rid;
    layer->quantizer = -1;
    layer->now = (CcLayerShape){own->width, own->height, own->framerate, own->bitrate_bps};
    cc_layer_shaper_init(&layer->shaper, &layer->now, settings->min_height);
    if (!cc_video_encoder_init(&layer->parts, settings, own, ssrc, error))
        return NULL;
    if (settings->video_codec == CC_CODEC_VP8) {
        g_autoptr(GstPad) pad = gst_element_get_static_pad(layer->parts.encoder, "src");
        gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_coded, layer, NULL);
    }
    return g_steal_pointer(&layer);
}

void
cc_layer_free(CcLayer *layer)
{
    if (layer == NULL)
        return;
    cc_video_encoder_clear(&layer->parts);
    g_free(layer);
}

GstElement *
cc_layer_get_bin(CcLayer *layer)
{
    return layer->parts.bin;
}

static double
look_at_quantizer(CcLayer *layer)
{
    int n = g_atomic_int_get(&layer->n_pictures);
    if (n >= 5) {
        layer->quantizer = g_atomic_int_get(&layer->quantizers) / (n * COARSEST_VP8);
        g_atomic_int_set(&layer->quantizers, 0);
        g_atomic_int_set(&layer->n_pictures, 0);
    }
    return layer->quantizer;
}

/* Is the new bitrate far enough from @old_bps to trouble the encoder? */
static gboolean
is_worth(guint bps, guint old_bps)
{
    guint difference = bps > old_bps ? bps - old_bps : old_bps - bps;
    return difference > old_bps * REWORTH;
}

void
cc_layer_set_rate(CcLayer *layer, gint64 wire_bps, gint64 now_us)
{
    gboolean was_on = layer->now.bitrate_bps > 0;
    CcLayerShape wanted =
        *cc_layer_shaper_update(&layer->shaper, wire_bps, look_at_quantizer(layer), now_us);
    if (wanted.bitrate_bps == 0) {
        if (was_on)
            cc_debug("layer %s: off", layer->name);
        layer->now.bitrate_bps = 0;
        g_object_set(layer->parts.valve, "drop", TRUE, NULL);
        return;
    }
    if (wanted.width != layer->now.width || wanted.height != layer->now.height) {
        cc_debug("layer %s: %ux%u, %u bit/s", layer->name, wanted.width, wanted.height,
                 wanted.bitrate_bps);
        cc_video_encoder_set_size(&layer->parts, wanted.width, wanted.height);
    }
    if (wanted.framerate != layer->now.framerate)
        cc_video_encoder_set_framerate(&layer->parts, wanted.framerate);
    if (!was_on || is_worth(wanted.bitrate_bps, layer->now.bitrate_bps))
        cc_video_encoder_set_bitrate(&layer->parts, wanted.bitrate_bps);
    else
        wanted.bitrate_bps = layer->now.bitrate_bps;
    layer->now = wanted;
    if (!was_on) {
        cc_debug("layer %s: on, %u bit/s", layer->name, wanted.bitrate_bps);
        g_object_set(layer->parts.valve, "drop", FALSE, NULL);
        cc_layer_request_keyframe(layer);
    }
}

void
cc_layer_request_keyframe(CcLayer *layer)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(layer->parts.encoder, "src");
    gst_pad_send_event(pad,
                       gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void
cc_layer_get_status(const CcLayer *layer, CcLayerStatus *status)
{
    *status = (CcLayerStatus){layer->now.width, layer->now.height, layer->now.framerate,
                              layer->now.bitrate_bps};
}
