/* The camera:   v4l2src / pipewiresrc … ! caps ! decodebin ! queue(video)    and the microphone.
 * Most cameras reach 720p only as Motion JPEG; decodebin unpacks that and lets raw pictures
 * through. */
#define CC_LOG_AREA "send"
#include "client/elements/devices.h"
#include "client/send/source.h"
#include "common/base/error.h"
#include "common/base/log.h"

/* The widest format that the device offers up to the wanted size, raw before JPEG if equal. */
static GstCaps *
choose_format(GstElement *camera, const CcSendSettings *settings)
{
    g_autofree char *wanted =
        g_strdup_printf("video/x-raw,width=%u,height=%u;image/jpeg,width=%u,height=%u",
                        settings->width, settings->height, settings->width, settings->height);
    g_autoptr(GstCaps) exact = gst_caps_from_string(wanted);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(camera, "src");
    g_autoptr(GstCaps) offered = gst_pad_query_caps(pad, NULL);
    g_autoptr(GstCaps) common = gst_caps_intersect_full(exact, offered, GST_CAPS_INTERSECT_FIRST);
    if (!gst_caps_is_empty(common))
        return g_steal_pointer(&exact);
    return gst_caps_from_string("video/x-raw;image/jpeg");
}

static void
on_decoded(GstElement *decodebin, GstPad *pad, gpointer queue)
{
    g_autoptr(GstPad) sink = gst_element_get_static_pad(queue, "sink");
    if (!gst_pad_is_linked(sink))
        gst_pad_link(pad, sink);
}

CcSource *
cc_source_camera_new(const CcSendSettings *settings, GError **error)
{
    g_autofree char *name = NULL;
    GstElement *camera = cc_devices_open(CC_DEVICE_CAMERA, settings->camera, &name, error);
    if (camera == NULL) {
        if (settings->speak)
            return NULL;
        g_prefix_error(error, "cannot teach with a camera: ");
        if (error != NULL && *error != NULL && g_str_equal(settings->camera, "auto")) {
            char *message =
                g_strconcat((*error)->message,
                            "; --file FILE plays a recording, --screen shows the screen, "
                            "--test sends a test pattern",
                            NULL);
            g_free((*error)->message);
            (*error)->message = message;
        }
        return NULL;
    }
    gst_element_set_state(camera, GST_STATE_READY); /* so that it knows its formats */
    g_autoptr(GstCaps) format = choose_format(camera, settings);
    g_autoptr(CcSource) source = cc_source_from_description(
        "decodebin name=decoder queue name=video leaky=downstream max-size-buffers=2", TRUE, FALSE,
        name, error);
    if (source == NULL) {
        gst_element_set_state(camera, GST_STATE_NULL);
        gst_object_unref(gst_object_ref_sink(camera));
        return NULL;
    }
    g_autoptr(GstElement) decoder = gst_bin_get_by_name(GST_BIN(source->bin), "decoder");
    g_autoptr(GstElement) queue = gst_bin_get_by_name(GST_BIN(source->bin), "video");
    gst_object_set_name(GST_OBJECT(camera), CC_SOURCE_CAMERA);
    gst_bin_add(GST_BIN(source->bin), camera);
    if (!gst_element_link_filtered(camera, decoder, format)) {
        gst_element_set_state(camera, GST_STATE_NULL);
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "the camera \"%s\" has no usable format",
                    name);
        return NULL;
    }
    g_signal_connect(decoder, "pad-added", G_CALLBACK(on_decoded), queue);
    source->previewed = TRUE;
    cc_info("camera: %s", name);
    if (!cc_source_add_microphone(source, settings, error))
        return NULL;
    return g_steal_pointer(&source);
}
