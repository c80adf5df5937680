#define CC_LOG_AREA "send"
#include "client/send/source.h"

#include "client/elements/echo.h"
#include "common/base/error.h"
#include "common/base/log.h"

/* A classroom without a camera can still be heard, and a teacher without one show her screen. */
static CcSource *
source_of_devices(const CcSendSettings *settings, GError **error)
{
    g_autoptr(GError) no_camera = NULL;
    CcSource *camera = cc_source_camera_new(settings, &no_camera);
    if (camera != NULL)
        return camera;
    g_autoptr(CcSource) source = g_new0(CcSource, 1);
    source->bin = gst_object_ref_sink(gst_bin_new("microphone-alone"));
    source->description = g_strdup("microphone");
    if (!cc_source_add_microphone(source, settings, error))
        return NULL;
    gboolean silent = source->microphone == NULL || cc_capture_is_missing(source->microphone);
    if (silent && settings->speak) {
        g_propagate_error(error, g_steal_pointer(&no_camera));
        return NULL;
    }
    cc_warning("%s", settings->speak ? "no camera: this classroom can be heard, not seen"
                                     : "no camera: the lesson shows the screen alone");
    return g_steal_pointer(&source);
}

CcSource *
cc_source_new(const CcSendSettings *settings, GError **error)
{
    switch (settings->source) {
    case CC_SEND_TEST:
        return cc_source_test_new(settings, error);
    case CC_SEND_FILE:
        return cc_source_file_new(settings, error);
    case CC_SEND_AUTO:
        if (!settings->speak && *settings->file != '\0')
            return cc_source_file_new(settings, error);
        if (settings->speak || *settings->screen.area != '\0')
            return source_of_devices(settings, error);
        return cc_source_camera_new(settings, error);
    case CC_SEND_CAMERA:
        break;
    }
    return cc_source_camera_new(settings, error);
}

/* What stands still by itself does not follow the pipeline to its end. */
static void
let_go(CcSource *source, const char *name)
{
    g_autoptr(GstElement) element = gst_bin_get_by_name(GST_BIN(source->bin), name);
    if (element == NULL || !gst_element_is_locked_state(element))
        return;
    gst_element_set_locked_state(element, FALSE);
    gst_element_set_state(element, GST_STATE_NULL);
}

void
cc_source_free(CcSource *source)
{
    if (source == NULL)
        return;
    if (source->free_player != NULL)
        source->free_player(source->player);
    cc_capture_free(source->camera);
    cc_capture_free(source->microphone);
    if (source->bin != NULL) {
        let_go(source, CC_SOURCE_CAMERA);
        let_go(source, CC_SOURCE_MICROPHONE);
    }
    gst_clear_object(&source->bin);
    g_free(source->description);
    g_free(source);
}

CcCapture *
cc_source_get_capture(const CcSource *source, CcDeviceKind kind)
{
    return kind == CC_DEVICE_CAMERA ? source->camera : source->microphone;
}

void
cc_source_listen(CcSource *source, CcCaptureFunc changed, gpointer user_data)
{
    if (source->camera != NULL)
        cc_capture_listen(source->camera, changed, user_data);
    if (source->microphone != NULL)
        cc_capture_listen(source->microphone, changed, user_data);
}

gboolean
cc_source_take_error(CcSource *source, GstObject *origin, const char *reason)
{
    return (source->camera != NULL && cc_capture_take_error(source->camera, origin, reason)) ||
           (source->microphone != NULL &&
            cc_capture_take_error(source->microphone, origin, reason));
}

void
cc_source_capture(CcSource *source, gboolean video, gboolean on)
{
    CcCapture *capture = video ? source->camera : source->microphone;
    if (capture != NULL) {
        cc_capture_run(capture, on);
        return;
    }
    g_autoptr(GstElement) element =
        gst_bin_get_by_name(GST_BIN(source->bin), video ? CC_SOURCE_CAMERA : CC_SOURCE_MICROPHONE);
    if (element == NULL || gst_element_is_locked_state(element) == !on)
        return;
    gst_element_set_locked_state(element, !on);
    if (on) {
        gst_element_set_base_time(element, gst_element_get_base_time(source->bin));
        gst_element_sync_state_with_parent(element);
    } else {
        gst_element_set_state(element, GST_STATE_READY);
    }
}

static void
expose(GstElement *bin, const char *name)
{
    g_autoptr(GstElement) last = gst_bin_get_by_name(GST_BIN(bin), name);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(last, "src");
    gst_element_add_pad(bin, gst_ghost_pad_new(name, pad));
}

CcSource *
cc_source_from_description(const char *launch, gboolean video, gboolean audio,
                           const char *description, GError **error)
{
    g_autoptr(GError) cause = NULL;
    GstElement *bin = gst_parse_bin_from_description_full(launch, FALSE, NULL,
                                                          GST_PARSE_FLAG_FATAL_ERRORS, &cause);
    if (bin == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "cannot set up %s: %s", description,
                    cause->message);
        return NULL;
    }
    if (video)
        expose(bin, "video");
    if (audio)
        expose(bin, "audio");
    CcSource *source = g_new0(CcSource, 1);
    source->bin = gst_object_ref_sink(bin);
    source->has_video = video;
    source->has_audio = audio;
    source->description = g_strdup(description);
    return source;
}

/* NULL where there is no loudspeaker beside this microphone, or nothing to cancel its echo with. */
static GstElement *
make_canceller(const CcSendSettings *settings)
{
    return settings->echo_probe != NULL ? cc_echo_canceller_new(settings->echo_probe) : NULL;
}

gboolean
cc_source_add_microphone(CcSource *source, const CcSendSettings *settings, GError **error)
{
    if (g_str_equal(settings->microphone, "none"))
        return TRUE;
    GstElement *queue = gst_element_factory_make("queue", "audio");
    GstElement *canceller = make_canceller(settings);
    g_object_set(queue, "leaky", 2, "max-size-time", (guint64)500 * GST_MSECOND, NULL);
    gst_bin_add(GST_BIN(source->bin), queue);
    if (canceller != NULL) {
        gst_bin_add(GST_BIN(source->bin), canceller);
        gst_element_link(canceller, queue);
    }
    CcCaptureOptions options = {.kind = CC_DEVICE_MICROPHONE,
                                .device = settings->microphone,
                                .to = canceller != NULL ? canceller : queue,
                                .may_be_missing = g_str_equal(settings->microphone, "auto")};
    source->microphone = cc_capture_new(GST_BIN(source->bin), &options, error);
    if (source->microphone == NULL)
        return FALSE;
    if (cc_capture_is_missing(source->microphone))
        cc_warning("no microphone: NOBODY HEARS what is said here until there is one");
    expose(source->bin, "audio");
    source->has_audio = TRUE;
    return TRUE;
}
