#define CC_LOG_AREA "send"
#include "client/send/encoder.h"

#include <math.h>

#include "client/elements/opens.h"
#include "client/send/temporal-layers.h"
#include "common/base/error.h"
#include "common/base/log.h"

/* Bytes of one RTP packet with its header; leaves room for our extensions, SRTP, UDP, IPv6, TURN.
 */
#define MTU 1200

/* libvpx counts its quantizers from 0 to 63, about like this power of those in the stream. */
#define FINEST_VPX 4
#define COARSEST_VPX 63
#define VPX_EXPONENT 0.6

#define RARE_KEYFRAMES 20 /* times the usual distance */

#define H264_CAPS                                                                                  \
    "! video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au "
#define HARDWARE_H264_CAPS "! h264parse ! video/x-h264,stream-format=byte-stream,alignment=au "

static const CcVideoEncoderChoice choices[] = {
    {"vah264enc", CC_CODEC_H264, TRUE,
     "vah264enc name=encoder rate-control=cbr b-frames=0 " HARDWARE_H264_CAPS},
    {"vaapih264enc", CC_CODEC_H264, TRUE,
     "vaapih264enc name=encoder rate-control=cbr max-bframes=0 " HARDWARE_H264_CAPS},
    {"nvh264enc", CC_CODEC_H264, TRUE,
     "nvh264enc name=encoder rc-mode=cbr-ld-hq zerolatency=true bframes=0 " HARDWARE_H264_CAPS},
    {"v4l2h264enc", CC_CODEC_H264, TRUE, "v4l2h264enc name=encoder " HARDWARE_H264_CAPS},
    {"x264enc", CC_CODEC_H264, FALSE,
     "x264enc name=encoder tune=zerolatency speed-preset=superfast bframes=0 "
     "vbv-buf-capacity=300 " H264_CAPS},
    {"vp8enc", CC_CODEC_VP8, FALSE,
     "vp8enc name=encoder deadline=1 cpu-used=-6 token-partitions=2 end-usage=cbr lag-in-frames=0 "
     "error-resilient=default buffer-size=400 buffer-initial-size=200 buffer-optimal-size=300 "
     "undershoot=95 overshoot=15 min-quantizer=4 max-quantizer=58 static-threshold=1 "},
    {"vp9enc", CC_CODEC_VP9, FALSE,
     "vp9enc name=encoder deadline=1 cpu-used=8 row-mt=true end-usage=cbr lag-in-frames=0 "
     "error-resilient=default buffer-size=400 buffer-initial-size=200 buffer-optimal-size=300 "
     "min-quantizer=4 max-quantizer=58 static-threshold=1 "},
};

const CcVideoEncoderChoice *
cc_video_encoder_candidate(CcCodec codec, gboolean hardware, guint index)
{
    for (guint i = 0; i < G_N_ELEMENTS(choices); i++)
        if (choices[i].codec == codec && (hardware || !choices[i].hardware) && index-- == 0)
            return &choices[i];
    return NULL;
}

static const CcVideoEncoderChoice *
choose(const CcSendSettings *settings)
{
    const CcVideoEncoderChoice *choice;
    for (guint i = 0;
         (choice = cc_video_encoder_candidate(settings->video_codec, settings->hardware, i)); i++)
        if (cc_element_factory_opens(choice->element))
            return choice;
    return NULL;
}

static void
set_if_there(GstElement *encoder, const char *property, gint64 value)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(encoder), property);
    if (spec == NULL)
        return;
    g_auto(GValue) typed = G_VALUE_INIT;
    g_auto(GValue) number = G_VALUE_INIT;
    g_value_init(&number, G_TYPE_INT64);
    g_value_set_int64(&number, value);
    g_value_init(&typed, spec->value_type);
    if (g_value_transform(&number, &typed))
        g_object_set_property(G_OBJECT(encoder), property, &typed);
}

/* libvpx goes by the pictures' times. H.264's encoders give each picture its share of as many as
 * the caps say, however few come. */
void
cc_video_encoder_set_bitrate(CcVideoEncoder *encoder, guint bitrate_bps)
{
    GstElement *element = encoder->encoder;
    encoder->bitrate_bps = bitrate_bps;
    if (encoder->temporal_layers > 1)
        cc_temporal_layers_set_bitrate(element, encoder->temporal_layers, bitrate_bps);
    set_if_there(element, "target-bitrate", bitrate_bps); /* libvpx: bit/s */
    gint64 counted_bps = (gint64)bitrate_bps * encoder->most_framerate / encoder->framerate;
    set_if_there(element, "bitrate", counted_bps / 1000); /* H.264: kbit/s */
}

void
cc_video_encoder_set_finest(CcVideoEncoder *encoder, double finest)
{
    gint64 quantizer = lrint(COARSEST_VPX * pow(CLAMP(finest, 0, 1), VPX_EXPONENT));
    set_if_there(encoder->encoder, "min-quantizer", MAX(quantizer, FINEST_VPX));
}

static void
set_keyframe_distance(CcVideoEncoder *encoder)
{
    guint times = encoder->rare_keyframes ? RARE_KEYFRAMES : 1;
    guint keyframe_distance = encoder->keyframe_interval_s * encoder->framerate * times;
    set_if_there(encoder->encoder, "keyframe-max-dist", keyframe_distance); /* libvpx */
    set_if_there(encoder->encoder, "key-int-max", keyframe_distance);       /* x264enc, vah264enc */
    set_if_there(encoder->encoder, "keyframe-period", keyframe_distance);   /* vaapih264enc */
    set_if_there(encoder->encoder, "gop-size", keyframe_distance);          /* nvh264enc */
}

void
cc_video_encoder_set_framerate(CcVideoEncoder *encoder, guint framerate)
{
    encoder->framerate = framerate;
    set_keyframe_distance(encoder);
    cc_video_encoder_set_bitrate(encoder, encoder->bitrate_bps);
}

void
cc_video_encoder_set_rare_keyframes(CcVideoEncoder *encoder, gboolean rare)
{
    if (encoder->rare_keyframes == rare)
        return;
    encoder->rare_keyframes = rare;
    set_keyframe_distance(encoder);
    /* libvpx keeps the distance with which it began. */
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(encoder->encoder), "keyframe-mode") != NULL)
        gst_util_set_object_arg(G_OBJECT(encoder->encoder), "keyframe-mode",
                                rare ? "disabled" : "auto");
}

void
cc_video_encoder_set_size(CcVideoEncoder *encoder, guint width, guint height)
{
    g_autoptr(GstCaps) caps =
        gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, (int)width, "height", G_TYPE_INT,
                            (int)height, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, NULL);
    if (!encoder->hardware)
        gst_caps_set_simple(caps, "format", G_TYPE_STRING, "I420", NULL);
    g_object_set(encoder->size, "caps", caps, NULL);
}

static void
set_up(CcVideoEncoder *encoder, const CcLayerSettings *layer)
{
    GstElement *element = encoder->encoder;
    /* libvpx's threads wait for each other by spinning: not where there is nothing to spare. */
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "target-bitrate") != NULL)
        set_if_there(element, "threads", CLAMP((gint64)g_get_num_processors() - 1, 1, 4));
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "extra-controls") != NULL) {
        g_autoptr(GstStructure) controls = gst_structure_new(
            "controls", "video_bitrate", G_TYPE_INT, (int)layer->bitrate_bps, "h264_i_frame_period",
            G_TYPE_INT, (int)(encoder->keyframe_interval_s * layer->framerate), NULL);
        g_object_set(element, "extra-controls", controls, NULL); /* v4l2h264enc */
    }
    if (encoder->temporal_layers > 1)
        cc_temporal_layers_set_up(element, encoder->temporal_layers);
    g_object_set(encoder->rate, "max-rate", (int)layer->framerate, NULL);
    set_keyframe_distance(encoder);
    cc_video_encoder_set_bitrate(encoder, layer->bitrate_bps);
    cc_video_encoder_set_size(encoder, layer->width, layer->height);
}

static const char *
payloader(CcCodec codec)
{
    switch (codec) {
    case CC_CODEC_H264:
        return "rtph264pay name=pay config-interval=-1 aggregate-mode=zero-latency";
    case CC_CODEC_VP9:
        return "rtpvp9pay name=pay picture-id-mode=15-bit";
    default:
        return "rtpvp8pay name=pay picture-id-mode=15-bit";
    }
}

GstElement *
cc_payloader_bin_new(const char *launch, guint payload_type, guint32 ssrc, GError **error)
{
    g_autoptr(GError) cause = NULL;
    GstElement *bin = gst_parse_bin_from_description_full(launch, TRUE, NULL,
                                                          GST_PARSE_FLAG_FATAL_ERRORS, &cause);
    if (bin == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "cannot set up the encoder: %s",
                    cause->message);
        return NULL;
    }
    g_autoptr(GstElement) pay = gst_bin_get_by_name(GST_BIN(bin), "pay");
    /* Below 2^15: see common/transport/srtp.h. */
    g_object_set(pay, "pt", payload_type, "ssrc", ssrc, "mtu", MTU, "seqnum-offset",
                 g_random_int_range(0, 1 << 15), NULL);
    return bin;
}

/* videorate aborts on a picture without a duration, which files without a frame rate have. */
static GstPadProbeReturn
give_duration(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(probe);
    if (!GST_BUFFER_DURATION_IS_VALID(buffer)) {
        buffer = gst_buffer_make_writable(buffer);
        GST_BUFFER_DURATION(buffer) = GST_SECOND / GPOINTER_TO_UINT(user_data);
        GST_PAD_PROBE_INFO_DATA(probe) = buffer;
    }
    return GST_PAD_PROBE_OK;
}

/* videorate only leaves out: making pictures up would keep each one back until the next. */
gboolean
cc_video_encoder_init(CcVideoEncoder *encoder, const CcSendSettings *settings,
                      const CcLayerSettings *layer, guint32 ssrc, GError **error)
{
    const CcVideoEncoderChoice *choice = choose(settings);
    if (choice == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "there is no %s encoder on this machine",
                    cc_codec_name(settings->video_codec));
        return FALSE;
    }
    cc_info("video encoder: %s %ux%u", choice->element, layer->width, layer->height);
    g_autofree char *launch = g_strdup_printf(
        "valve name=valve ! videorate name=rate drop-only=true "
        "! queue leaky=downstream max-size-buffers=3 max-size-bytes=0 max-size-time=0 "
        "! videoconvertscale add-borders=true ! capsfilter name=size ! %s ! %s",
        choice->launch, payloader(choice->codec));
    GstElement *bin = cc_payloader_bin_new(launch, CC_SEND_PT_VIDEO, ssrc, error);
    if (bin == NULL)
        return FALSE;
    *encoder = (CcVideoEncoder){
        .bin = gst_object_ref_sink(bin),
        .valve = gst_bin_get_by_name(GST_BIN(bin), "valve"),
        .rate = gst_bin_get_by_name(GST_BIN(bin), "rate"),
        .size = gst_bin_get_by_name(GST_BIN(bin), "size"),
        .encoder = gst_bin_get_by_name(GST_BIN(bin), "encoder"),
        .temporal_layers = g_str_equal(choice->element, "vp8enc") ? settings->temporal_layers : 1,
        .keyframe_interval_s = settings->keyframe_interval_s,
        .framerate = layer->framerate,
        .most_framerate = layer->framerate,
        .hardware = choice->hardware,
    };
    g_autofree char *name = g_strdup_printf("picture-%s", layer->rid);
    gst_object_set_name(GST_OBJECT(bin), name);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(encoder->rate, "sink");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, give_duration,
                      GUINT_TO_POINTER(layer->framerate), NULL);
    set_up(encoder, layer);
    return TRUE;
}

void
cc_video_encoder_clear(CcVideoEncoder *encoder)
{
    gst_clear_object(&encoder->valve);
    gst_clear_object(&encoder->rate);
    gst_clear_object(&encoder->size);
    gst_clear_object(&encoder->encoder);
    gst_clear_object(&encoder->bin);
}

/*   sink → valve → convert → resample → opusenc → payloader → src   */
GstElement *
cc_audio_encoder_new(const CcSendSettings *settings, guint32 ssrc, GError **error)
{
    g_autofree char *launch = g_strdup_printf(
        "valve name=valve drop-mode=forward-sticky-events "
        "! queue max-size-time=500000000 leaky=downstream ! audioconvert ! audioresample "
        "! audio/x-raw,format=S16LE,rate=48000,channels=%u "
        "! opusenc name=encoder bitrate=%u frame-size=%u inband-fec=%s dtx=%s "
        "packet-loss-percentage=%u "
        "audio-type=voice bitrate-type=%s ! rtpopuspay name=pay",
        settings->channels, settings->audio_bitrate_bps, settings->frame_ms,
        settings->fec ? "true" : "false", settings->dtx ? "true" : "false", settings->fec ? 10 : 0,
        settings->dtx ? "vbr" : "constrained-vbr");
    GstElement *bin = cc_payloader_bin_new(launch, CC_SEND_PT_AUDIO, ssrc, error);
    if (bin != NULL)
        gst_object_set_name(GST_OBJECT(bin), "sound");
    return bin;
}

void
cc_audio_encoder_set_paused(GstElement *sound, gboolean paused)
{
    g_autoptr(GstElement) valve = gst_bin_get_by_name(GST_BIN(sound), "valve");
    g_object_set(valve, "drop", paused, NULL);
}

void
cc_audio_encoder_set_bitrate(GstElement *sound, guint bitrate_bps)
{
    g_autoptr(GstElement) encoder = gst_bin_get_by_name(GST_BIN(sound), "encoder");
    g_object_set(encoder, "bitrate", (int)bitrate_bps, NULL);
}
