/*   sink → valve → videorate → leaky queue → scale, add borders, convert → encoder → payloader → src
 *
 * The valve is shut while nobody wants the layer. Behind it pictures are left out while fewer are
 * worth more (picture-pace.h), and ahead of the encoder while it has spent too much
 * (picture-gate.h); behind it their size is counted, and where it is VP8's their quantizer read. */
#define CC_LOG_AREA "send"
#include "client/send/layer.h"

#include <gst/video/video.h>

#include "client/send/encoder.h"
#include "client/send/layer-shape.h"
#include "client/send/picture-gate.h"
#include "client/send/picture-pace.h"
#include "common/base/log.h"
#include "common/wire/vp8.h"

#define COARSEST_VP8 127.0
#define LOOK_PICTURES 5
#define REWORTH 0.03 /* a bitrate that differs by less is left alone */
#define FINER 0.02   /* likewise a quantizer */
/* A keyframe takes a link that leaves no more than this a second or so, in which the picture stands
 * still: whoever needs one asks. */
#define RARE_KEYFRAMES_BPS 150000
/* A layer that was off for no longer than this goes on where it was: who has come since asks. */
#define REST_US (5 * G_USEC_PER_SEC)

struct CcLayer {
    CcVideoEncoder parts;
    CcSendSettings settings;
    const char *name; /* of settings.layers */
    CcLayerShaper shaper;
    CcLayerShape now; /* as the encoder has it */
    CcLayerLook look; /* of late */
    gint64 off_us;    /* since when it has been off; 0: it has not been on yet */
    GMutex lock;      /* guards what follows */
    CcPicturePace pace;
    CcPictureGate gate;
    guint quantizers, bytes, n_pictures, n_left_out; /* since the last look */
};

static GstPadProbeReturn
on_taken(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    CcLayer *layer = user_data;
    GstClockTime time = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return GST_PAD_PROBE_OK;
    g_mutex_lock(&layer->lock);
    gboolean passes = cc_picture_pace_passes(&layer->pace, (gint64)GST_TIME_AS_USECONDS(time));
    g_mutex_unlock(&layer->lock);
    return passes ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_raw(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    CcLayer *layer = user_data;
    GstClockTime time = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
    if (!GST_CLOCK_TIME_IS_VALID(time))
        return GST_PAD_PROBE_OK;
    g_mutex_lock(&layer->lock);
    gboolean opens = cc_picture_gate_opens(&layer->gate, (gint64)GST_TIME_AS_USECONDS(time));
    layer->n_left_out += !opens;
    g_mutex_unlock(&layer->lock);
    return opens ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_coded(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    CcLayer *layer = user_data;
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    guint8 head[64];
    gsize length = gst_buffer_extract(buffer, 0, head, sizeof head);
    gsize size = gst_buffer_get_size(buffer);
    gboolean vp8 = layer->settings.video_codec == CC_CODEC_VP8;
    int quantizer = vp8 ? cc_vp8_frame_quantizer(head, length) : -1;
    g_mutex_lock(&layer->lock);
    cc_picture_gate_coded(&layer->gate, size);
    if (quantizer >= 0) {
        layer->quantizers += (guint)quantizer;
        layer->bytes += (guint)size;
        layer->n_pictures++;
    }
    g_mutex_unlock(&layer->lock);
    return GST_PAD_PROBE_OK;
}

static void
add_probe(CcLayer *layer, GstElement *element, const char *name, GstPadProbeCallback probe)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, name);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, probe, layer, NULL);
}

CcLayer *
cc_layer_new(const CcSendSettings *settings, guint index, guint32 ssrc, GError **error)
{
    const CcLayerSettings *own = &settings->layers[index];
    g_autoptr(CcLayer) layer = g_new0(CcLayer, 1);
    layer->settings = *settings;
    layer->name = own->rid;
    layer->look.quantizer = -1;
    g_mutex_init(&layer->lock);
    layer->now = (CcLayerShape){own->width, own->height, own->framerate, own->bitrate_bps, 0};
    cc_layer_shaper_init(&layer->shaper, &layer->now, settings->min_height);
    if (!cc_video_encoder_init(&layer->parts, settings, own, ssrc, error))
        return NULL;
    add_probe(layer, layer->parts.rate, "sink", on_taken);
    add_probe(layer, layer->parts.encoder, "sink", on_raw);
    add_probe(layer, layer->parts.encoder, "src", on_coded);
    return g_steal_pointer(&layer);
}

void
cc_layer_free(CcLayer *layer)
{
    if (layer == NULL)
        return;
    cc_video_encoder_clear(&layer->parts);
    g_mutex_clear(&layer->lock);
    g_free(layer);
}

GstElement *
cc_layer_get_bin(CcLayer *layer)
{
    return layer->parts.bin;
}

static const CcLayerLook *
look(CcLayer *layer)
{
    g_mutex_lock(&layer->lock);
    guint n = layer->n_pictures;
    if (n >= LOOK_PICTURES) {
        layer->look.quantizer = layer->quantizers / (n * COARSEST_VP8);
        layer->look.picture_bytes = layer->bytes / n;
        layer->look.left_out = (double)layer->n_left_out / (n + layer->n_left_out);
        layer->quantizers = layer->bytes = layer->n_pictures = layer->n_left_out = 0;
    }
    g_mutex_unlock(&layer->lock);
    return &layer->look;
}

/* The encoder may pass its configured bitrate for a moment: only what a link takes is a reason to
 * leave pictures out. */
static void
set_limit(CcLayer *layer, guint bps)
{
    g_mutex_lock(&layer->lock);
    cc_picture_gate_set(&layer->gate, bps);
    g_mutex_unlock(&layer->lock);
}

/* All pass at the rate that the encoder was made for: nobody's clock is that even. */
static void
set_framerate(CcLayer *layer, guint framerate)
{
    g_mutex_lock(&layer->lock);
    layer->pace.framerate = framerate < layer->parts.most_framerate ? framerate : 0;
    g_mutex_unlock(&layer->lock);
    cc_video_encoder_set_framerate(&layer->parts, framerate);
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
    CcLayerShape wanted = *cc_layer_shaper_update(&layer->shaper, wire_bps, look(layer), now_us);
    if (wanted.bitrate_bps == 0) {
        if (was_on) {
            cc_debug("layer %s: off", layer->name);
            layer->off_us = now_us;
        }
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
        set_framerate(layer, wanted.framerate);
    if (!was_on || is_worth(wanted.bitrate_bps, layer->now.bitrate_bps))
        cc_video_encoder_set_bitrate(&layer->parts, wanted.bitrate_bps);
    else
        wanted.bitrate_bps = layer->now.bitrate_bps;
    if (ABS(wanted.finest - layer->now.finest) >= FINER)
        cc_video_encoder_set_finest(&layer->parts, wanted.finest);
    else
        wanted.finest = layer->now.finest;
    set_limit(layer, wanted.limit_bps);
    cc_video_encoder_set_rare_keyframes(&layer->parts, wanted.limit_bps > 0 &&
                                                           wanted.limit_bps < RARE_KEYFRAMES_BPS);
    layer->now = wanted;
    if (!was_on) {
        cc_debug("layer %s: on, %u bit/s", layer->name, wanted.bitrate_bps);
        g_object_set(layer->parts.valve, "drop", FALSE, NULL);
        if (layer->off_us == 0 || now_us - layer->off_us > REST_US)
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
