/*   sink → depayloader → parser → tee ─┬→ queue → decoder → appsink "decoded"
 *                                      └→ queue → appsink "encoded"   (only when recording)   */
#define CC_LOG_AREA "recv"
#include "client/recv/decoder.h"

#include "client/elements/opens.h"
#include "common/base/error.h"
#include "common/base/log.h"

typedef struct {
    CcCodec codec;
    const char *depay;           /* with parser, up to the tee */
    const char *const *decoders; /* in order of preference, hardware first */
    guint n_hardware;
} Chain;

static const char *const h264_decoders[] = {
    "vah264dec", "vaapih264dec", "v4l2h264dec", "v4l2slh264dec",
    "nvh264dec", "avdec_h264",   "openh264dec", NULL};
static const char *const vp8_decoders[] = {"vavp8dec", "vaapivp8dec", "v4l2vp8dec", "v4l2slvp8dec",
                                           "vp8dec",   "avdec_vp8",   NULL};
static const char *const vp9_decoders[] = {"vavp9dec", "vaapivp9dec", "v4l2vp9dec", "v4l2slvp9dec",
                                           "vp9dec",   "avdec_vp9",   NULL};
static const char *const opus_decoders[] = {"opusdec", NULL};

/* Nothing broken is shown. Keyframes are asked for where gaps are seen (CcPictureOrder): a
 * depayloader does so at the beginning, too, when one has just come. */
#define KEYFRAMES "wait-for-keyframe=true"

static const Chain chains[] = {
    {CC_CODEC_VP8, "rtpvp8depay name=depay " KEYFRAMES, vp8_decoders, 4},
    {CC_CODEC_VP9, "rtpvp9depay name=depay " KEYFRAMES " ! vp9parse", vp9_decoders, 4},
    {CC_CODEC_H264,
     "rtph264depay name=depay " KEYFRAMES " ! h264parse config-interval=-1 "
     "! video/x-h264,stream-format=avc,alignment=au",
     h264_decoders, 5},
    {CC_CODEC_OPUS, "rtpopusdepay name=depay", opus_decoders, 0},
};

/* Larger than any that is ever sent (common/base/config-schema.c): a few bytes may claim a picture
 * for which a decoder would take more memory than the machine has. */
#define MAX_PIXELS (7680 * 4320)

static gboolean
is_too_large(const GstCaps *caps)
{
    int width = 0, height = 0;
    const GstStructure *structure = gst_caps_get_structure(caps, 0);
    gst_structure_get_int(structure, "width", &width);
    gst_structure_get_int(structure, "height", &height);
    return (gint64)width * height > MAX_PIXELS;
}

/* Behind the depayloader, which says how large the next pictures are. */
static GstPadProbeReturn
on_coded(GstPad *pad, GstPadProbeInfo *probe, gpointer user_data)
{
    g_autoptr(GstCaps) caps = gst_pad_get_current_caps(pad);
    if (caps == NULL || !is_too_large(caps))
        return GST_PAD_PROBE_OK;
    cc_warning_limited("a picture of that size is not decoded");
    return GST_PAD_PROBE_DROP;
}

static void
watch_size(GstElement *bin)
{
    g_autoptr(GstElement) tee = gst_bin_get_by_name(GST_BIN(bin), "tee");
    g_autoptr(GstPad) sink = gst_element_get_static_pad(tee, "sink");
    g_autoptr(GstPad) coded = gst_pad_get_peer(sink);
    gst_pad_add_probe(coded, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_coded,
                      NULL, NULL);
}

static const char *
choose(const Chain *chain, gboolean hardware)
{
    for (guint i = hardware ? 0 : chain->n_hardware; chain->decoders[i] != NULL; i++)
        if (cc_element_factory_opens(chain->decoders[i]))
            return chain->decoders[i];
    return NULL;
}

static const char *
decoder_settings(const char *decoder)
{
    if (g_str_equal(decoder, "opusdec"))
        return "plc=true use-inband-fec=true";
    if (g_str_equal(decoder, "avdec_h264"))
        return "max-threads=2 thread-type=slice output-corrupt=false";
    /* Its threads wait for each other by spinning, which costs more than they save. */
    if (g_str_equal(decoder, "vp8dec"))
        return "threads=1";
    return "";
}

GstElement *
cc_decoder_new(CcCodec codec, gboolean hardware, gboolean record, GError **error)
{
    const Chain *chain = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(chains); i++)
        if (chains[i].codec == codec)
            chain = &chains[i];
    const char *decoder = chain != NULL ? choose(chain, hardware) : NULL;
    if (decoder == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "there is no %s decoder on this machine",
                    cc_codec_name(codec));
        return NULL;
    }
    gboolean audio = codec == CC_CODEC_OPUS;
    g_autofree char *launch = g_strdup_printf(
        "%s ! tee name=tee tee. ! queue max-size-buffers=%u max-size-bytes=0 max-size-time=0 ! %s "
        "%s "
        "! %s ! appsink name=decoded sync=false async=false enable-last-sample=false "
        "%s",
        chain->depay, audio ? 50 : 8, decoder, decoder_settings(decoder),
        audio ? "audioconvert ! audioresample ! "
                "audio/x-raw,format=S16LE,rate=48000,layout=interleaved"
              : "videoconvert ! video/x-raw,format=I420",
        record ? "tee. ! queue max-size-time=3000000000 max-size-bytes=0 max-size-buffers=0 "
                 "! appsink name=encoded sync=false async=false enable-last-sample=false"
               : "");
    GstElement *bin = gst_parse_bin_from_description_full(launch, FALSE, NULL,
                                                          GST_PARSE_FLAG_FATAL_ERRORS, error);
    if (bin == NULL)
        return NULL;
    g_autoptr(GstElement) depay = gst_bin_get_by_name(GST_BIN(bin), "depay");
    g_autoptr(GstPad) pad = gst_element_get_static_pad(depay, "sink");
    gst_element_add_pad(bin, gst_ghost_pad_new("sink", pad));
    watch_size(bin);
    cc_info("decoder: %s", decoder);
    return bin;
}
