/* Raw pictures and sound in, RTP packets out: the scaling, encoding and packetising parts of the
 * sending pipeline. Main thread makes them; they run in GStreamer's threads. */
#pragma once

#include <gst/gst.h>

#include "client/send/settings.h"

G_BEGIN_DECLS

/* Payload types inside our own pipeline; the uplink writes the negotiated ones. */
enum { CC_SEND_PT_AUDIO = 111, CC_SEND_PT_VIDEO = 96, CC_SEND_PT_RTX = 97 };

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

/* A bin "picture" with pads "sink" (raw) and "src" (RTP with @ssrc). The encoder in it is one that
 * really opens. (transfer floating) Error: CC_ERROR_MEDIA. */
GstElement *cc_video_encoder_new(const CcSendSettings *settings, guint32 ssrc, GError **error);
GstElement *cc_audio_encoder_new(const CcSendSettings *settings, guint32 ssrc, GError **error);

G_END_DECLS
