/* Raw pictures and sound in, RTP packets out: the scaling, encoding and packetising parts of the
 * sending pipeline. Main thread makes them; they run in GStreamer's threads. */
#pragma once

#include <gst/gst.h>

#include "client/send/settings.h"

G_BEGIN_DECLS

/* Payload types inside our own pipeline; the uplink writes the negotiated ones. */
enum {
    CC_SEND_PT_AUDIO = 111,
    CC_SEND_PT_RED = 63,
    CC_SEND_PT_AUDIO_RTX = 112,
    CC_SEND_PT_VIDEO = 96,
    CC_SEND_PT_RTX = 97,
    CC_SEND_PT_SCREEN = 98,
    CC_SEND_PT_SCREEN_RTX = 99,
};

typedef struct {
    const char *element;
    CcCodec codec;
    gboolean hardware;
    const char *launch; /* gst-launch fragment with the element's fixed settings */
} CcVideoEncoderChoice;

/* The @index'th candidate for @codec in order of preference, hardware left out unless @hardware;
 * NULL at the end. Pure. */
const CcVideoEncoderChoice *cc_video_encoder_candidate(CcCodec codec, gboolean hardware,
                                                       guint index);

/* A simulcast layer's scaler, encoder and payloader. All owned. */
typedef struct {
    GstElement *bin; /* pads "sink" (raw pictures) and "src" (RTP) */
    GstElement *valve, *rate, *size, *encoder;
    guint temporal_layers; /* that @encoder makes */
    guint keyframe_interval_s;
    guint framerate, most_framerate; /* of what comes to it now, and what its caps say */
    guint bitrate_bps;
    gboolean rare_keyframes;
    gboolean hardware;
} CcVideoEncoder;

/* The encoder in it is one that really opens. Error: CC_ERROR_MEDIA, and nothing to clear. */
gboolean cc_video_encoder_init(CcVideoEncoder *encoder, const CcSendSettings *settings,
                               const CcLayerSettings *layer, guint32 ssrc, GError **error);
void cc_video_encoder_clear(CcVideoEncoder *encoder);
/* While it runs. A new size begins with a keyframe. */
void cc_video_encoder_set_size(CcVideoEncoder *encoder, guint width, guint height);
/* So few pictures are let through to it, of as many as it was made for; its caps do not change. */
void cc_video_encoder_set_framerate(CcVideoEncoder *encoder, guint framerate);
void cc_video_encoder_set_bitrate(CcVideoEncoder *encoder, guint bitrate_bps);
/* TRUE: hardly any keyframe but those that are asked for. */
void cc_video_encoder_set_rare_keyframes(CcVideoEncoder *encoder, gboolean rare);
/* The finest quantizer that it may use from now on, as a share of its coarsest, 0..1; libvpx only.
 */
void cc_video_encoder_set_finest(CcVideoEncoder *encoder, double finest);

/* A bin from the gst-launch fragment @launch, whose element "pay" makes packets of @payload_type
 * with @ssrc; it has pads at both of its ends. (transfer floating) Error: CC_ERROR_MEDIA. */
GstElement *cc_payloader_bin_new(const char *launch, guint payload_type, guint32 ssrc,
                                 GError **error);

/* A bin "sound" with pads "sink" (raw) and "src" (RTP with @ssrc). (transfer floating) */
GstElement *cc_audio_encoder_new(const CcSendSettings *settings, guint32 ssrc, GError **error);
/* While it runs. */
void cc_audio_encoder_set_paused(GstElement *sound, gboolean paused);
void cc_audio_encoder_set_bitrate(GstElement *sound, guint bitrate_bps);

G_END_DECLS
