#include "client/send/settings.h"

/* Of a classroom's pictures: its link is the weak one, and it is seen beside others. */
#define SPEAK_HEIGHT 360
#define SPEAK_FRAMERATE 15
#define SPEAK_BPS 250000

static CcSendSource
source_from_name(const char *name)
{
    static const char *const names[] = {"auto", "camera", "file", "test"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_str_equal(name, names[i]))
            return (CcSendSource)i;
    return CC_SEND_AUTO;
}

/* A smaller layer keeps the shape of the picture. */
static void
add_layer(CcSendSettings *settings, const CcConfig *config, const char *rid, const char *prefix)
{
    g_autofree char *height_key = g_strconcat(prefix, "height", NULL);
    g_autofree char *framerate_key = g_strconcat(prefix, "framerate", NULL);
    g_autofree char *bitrate_key = g_strconcat(prefix, "bitrate-kbps", NULL);
    guint height = (guint)cc_config_get_int(config, "video", height_key);
    guint framerate = (guint)cc_config_get_int(config, "video", framerate_key);
    settings->layers[settings->n_layers++] = (CcLayerSettings){
        .rid = rid,
        .width = (settings->width * height / settings->height + 1) & ~1u,
        .height = height,
        .framerate = MIN(framerate, settings->framerate),
        .bitrate_bps = (guint)cc_config_get_int(config, "video", bitrate_key) * 1000,
    };
}

/* Only layers that are smaller than the one before. */
static void
load_layers(CcSendSettings *settings, const CcConfig *config)
{
    static const struct {
        const char *rid, *prefix;
    } smaller[] = {{"m", "medium-"}, {"l", "low-"}};
    add_layer(settings, config, "h", "");
    if (!cc_config_get_bool(config, "video", "simulcast"))
        return;
    for (guint i = 0; i < G_N_ELEMENTS(smaller); i++) {
        add_layer(settings, config, smaller[i].rid, smaller[i].prefix);
        const CcLayerSettings *last = &settings->layers[settings->n_layers - 1];
        if (last->height == 0 || last->height >= last[-1].height)
            settings->n_layers--;
    }
}

static CcScreenSettings
load_screen(const CcConfig *config)
{
    return (CcScreenSettings){
        .area = cc_config_get_string(config, "send", "screen"),
        .max_height = (guint)cc_config_get_int(config, "send", "screen-height"),
        .framerate = (guint)cc_config_get_int(config, "send", "screen-framerate"),
        .bitrate_bps = (guint)cc_config_get_int(config, "send", "screen-bitrate-kbps") * 1000,
    };
}

void
cc_send_settings_load(CcSendSettings *settings, const CcConfig *config)
{
    *settings = (CcSendSettings){
        .source = source_from_name(cc_config_get_string(config, "send", "source")),
        .camera = cc_config_get_string(config, "send", "camera"),
        .microphone = cc_config_get_string(config, "send", "microphone"),
        .file = cc_config_get_string(config, "send", "file"),
        .loop = cc_config_get_bool(config, "send", "loop"),
        .deck = cc_config_get_string(config, "send", "deck"),
        .screen = load_screen(config),
        .preview = cc_config_get_bool(config, "send", "preview"),
        .video_codec = cc_codec_from_name(cc_config_get_string(config, "video", "codec")),
        .width = (guint)cc_config_get_int(config, "video", "width"),
        .height = (guint)cc_config_get_int(config, "video", "height"),
        .framerate = (guint)cc_config_get_int(config, "video", "framerate"),
        .min_height = (guint)cc_config_get_int(config, "video", "min-height"),
        .temporal_layers = (guint)cc_config_get_int(config, "video", "temporal-layers"),
        .keyframe_interval_s = (guint)cc_config_get_int(config, "video", "keyframe-interval-s"),
        .hardware = g_str_equal(cc_config_get_string(config, "video", "hardware"), "auto"),
        .audio_bitrate_bps = (guint)cc_config_get_int(config, "audio", "bitrate-kbps") * 1000,
        .frame_ms = (guint)cc_config_get_int(config, "audio", "frame-ms"),
        .fec = cc_config_get_bool(config, "audio", "fec"),
        .dtx = cc_config_get_bool(config, "audio", "dtx"),
        .channels = (guint)cc_config_get_int(config, "audio", "channels"),
    };
    load_layers(settings, config);
}

void
cc_send_settings_load_speaking(CcSendSettings *settings, const CcConfig *config)
{
    cc_send_settings_load(settings, config);
    settings->speak = TRUE;
    settings->screen.area = "";
    settings->preview = FALSE;
    guint first = 0;
    while (first + 1 < settings->n_layers && settings->layers[first].height > SPEAK_HEIGHT)
        first++;
    settings->n_layers -= first;
    for (guint i = 0; i < settings->n_layers; i++) {
        CcLayerSettings *layer = &settings->layers[i];
        *layer = settings->layers[i + first];
        layer->framerate = MIN(layer->framerate, SPEAK_FRAMERATE);
        layer->bitrate_bps = MIN(layer->bitrate_bps, SPEAK_BPS);
    }
    CcLayerSettings *largest = &settings->layers[0];
    if (largest->height > SPEAK_HEIGHT) {
        largest->width = (largest->width * SPEAK_HEIGHT / largest->height + 1) & ~1u;
        largest->height = SPEAK_HEIGHT;
    }
    settings->width = largest->width;
    settings->height = largest->height;
    settings->framerate = largest->framerate;
}
