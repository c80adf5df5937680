/* What `classcast send` captures and how it is encoded: the configuration read once into plain
 * values. Immutable after loading; any thread. */
#pragma once

#include "common/base/config.h"
#include "common/wire/codec.h"

G_BEGIN_DECLS

typedef enum {
    CC_SEND_AUTO, /* the camera, if there is one */
    CC_SEND_CAMERA,
    CC_SEND_FILE,
    CC_SEND_TEST,
} CcSendSource;

#define CC_SEND_MAX_LAYERS 3
/* What goes out as pictures: the layers, and behind them the screen. */
#define CC_SEND_SCREEN CC_SEND_MAX_LAYERS
#define CC_SEND_PICTURES (CC_SEND_SCREEN + 1)

/* One of the sizes in which the picture is encoded at the same time (simulcast). */
typedef struct {
    const char *rid; /* "h", "m", "l" (RFC 8851) */
    guint width, height, framerate;
    guint bitrate_bps; /* of the encoder: without headers */
} CcLayerSettings;

/* The screen beside the teacher's picture. */
typedef struct {
    const char *area; /* as in the configuration; "": none */
    guint max_height, framerate;
    guint bitrate_bps; /* with headers, at most */
} CcScreenSettings;

typedef struct {
    CcSendSource source;
    const char *camera;     /* "auto" or a device id */
    const char *microphone; /* "auto", "none" or a device id */
    const char *file;
    gboolean loop;
    gboolean preview;
    const char *deck;       /* a PDF, or "" */
    CcScreenSettings screen;
    gboolean speak;         /* a classroom's: not the lesson itself */
    const char *echo_probe; /* what the loudspeaker's chain is known by; NULL: no echo to cancel */
    guint64 base_time;      /* of running times, nanoseconds; 0: the pipeline's own */

    CcCodec video_codec;
    guint width, height, framerate;             /* what is captured, and the first layer's */
    CcLayerSettings layers[CC_SEND_MAX_LAYERS]; /* the largest first */
    guint n_layers;                             /* at least 1 */
    guint min_height; /* a layer that gets too few bits shrinks down to it */
    guint temporal_layers;
    guint keyframe_interval_s;
    gboolean hardware; /* use a hardware encoder where there is one */

    guint audio_bitrate_bps;
    guint frame_ms; /* of Opus packets */
    gboolean fec, dtx;
    guint channels;
} CcSendSettings;

/* Strings point into @config, which outlives @settings. The configuration has been validated. */
void cc_send_settings_load(CcSendSettings *settings, const CcConfig *config);
/* Of a classroom that speaks: the same devices and codecs, small pictures and few of them. */
void cc_send_settings_load_speaking(CcSendSettings *settings, const CcConfig *config);

G_END_DECLS
