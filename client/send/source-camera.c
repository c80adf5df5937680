/* The camera:   (v4l2src / pipewiresrc … ! caps [! jpegdec], by capture.c) ! queue(video)    and
 * the microphone. Most cameras reach 720p only as Motion JPEG. */
#define CC_LOG_AREA "send"
#include "client/send/source.h"

/* Of what the device offers: the wanted size before any other, raw before JPEG. @jpeg: (out): it is
 * that. NULL: neither. */
static GstCaps *
choose_format(GstElement *device, guint width, guint height, gboolean *jpeg)
{
    static const char *const kinds[] = {"video/x-raw", "image/jpeg"};
    g_autoptr(GstPad) pad = gst_element_get_static_pad(device, "src");
    g_autoptr(GstCaps) offered = gst_pad_query_caps(pad, NULL);
    for (guint any = 0; any < 2; any++)
        for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
            g_autoptr(GstCaps) caps = gst_caps_new_empty_simple(kinds[i]);
            if (!any)
                gst_caps_set_simple(caps, "width", G_TYPE_INT, (int)width, "height", G_TYPE_INT,
                                    (int)height, NULL);
            *jpeg = i == 1;
            if (gst_caps_can_intersect(caps, offered))
                return g_steal_pointer(&caps);
        }
    return NULL;
}

/* No decodebin: it would hold the running bin's state until the first picture. */
static GstElement *
make_camera(GstElement *device, guint width, guint height)
{
    GstElement *bin = gst_bin_new(NULL), *filter = gst_element_factory_make("capsfilter", NULL);
    GstElement *last = filter;
    gboolean jpeg;
    gst_bin_add_many(GST_BIN(bin), device, filter, NULL);
    gst_element_set_state(device, GST_STATE_READY); /* so that it knows its formats */
    g_autoptr(GstCaps) format = choose_format(device, width, height, &jpeg);
    g_object_set(filter, "caps", format, NULL);
    gboolean linked = format != NULL && gst_element_link(device, filter);
    if (linked && jpeg) {
        last = gst_element_factory_make("jpegdec", NULL);
        g_object_set(last, "max-errors", -1, NULL); /* a broken picture is left out */
        gst_bin_add(GST_BIN(bin), last);
        linked = gst_element_link(filter, last);
    }
    if (!linked) {
        gst_element_set_state(device, GST_STATE_NULL);
        gst_object_unref(gst_object_ref_sink(bin));
        return NULL;
    }
    g_autoptr(GstPad) pad = gst_element_get_static_pad(last, "src");
    gst_element_add_pad(bin, gst_ghost_pad_new("src", pad));
    return bin;
}

/* How else she could teach. */
static void
name_ways_out(GError **error)
{
    char *message = g_strconcat((*error)->message,
                                "; --file FILE plays a recording, --screen shows the screen, "
                                "--test sends a test pattern",
                                NULL);
    g_free((*error)->message);
    (*error)->message = message;
}

CcSource *
cc_source_camera_new(const CcSendSettings *settings, GError **error)
{
    g_autoptr(CcSource) source = cc_source_from_description(
        "queue name=video leaky=downstream max-size-buffers=2", TRUE, FALSE, "camera", error);
    if (source == NULL)
        return NULL;
    g_autoptr(GstElement) queue = gst_bin_get_by_name(GST_BIN(source->bin), "video");
    CcCaptureOptions options = {.kind = CC_DEVICE_CAMERA,
                                .device = settings->camera,
                                .to = queue,
                                .make = make_camera,
                                .width = settings->width,
                                .height = settings->height};
    source->camera = cc_capture_new(GST_BIN(source->bin), &options, error);
    if (source->camera == NULL) {
        if (settings->speak)
            return NULL;
        g_prefix_error(error, "cannot teach with a camera: ");
        if (error != NULL && *error != NULL && g_str_equal(settings->camera, "auto"))
            name_ways_out(error);
        return NULL;
    }
    g_free(source->description);
    source->description = g_strdup(cc_capture_get_name(source->camera));
    source->previewed = TRUE;
    if (!cc_source_add_microphone(source, settings, error))
        return NULL;
    return g_steal_pointer(&source);
}
