#define CC_LOG_AREA "send"
#include "client/send/source.h"

#include "client/elements/devices.h"
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
    if (!source->has_audio && settings->speak) {
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
    if (source->bin != NULL) {
        let_go(source, CC_SOURCE_CAMERA);
        let_go(source, CC_SOURCE_MICROPHONE);
    }
    gst_clear_object(&source->bin);
    g_free(source->description);
    g_free(source);
}

void
cc_source_capture(CcSource *source, gboolean video, gboolean on)
{
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
    g_autoptr(GError) missing = NULL;
    g_autofree char *name = NULL;
    GstElement *microphone =
        cc_devices_open(CC_DEVICE_MICROPHONE, settings->microphone, &name, &missing);
    if (microphone == NULL) {
        if (!g_str_equal(settings->microphone, "auto")) {
            g_propagate_error(error, g_steal_pointer(&missing));
            return FALSE;
        }
        cc_warning("no microphone: the lesson has pictures and no sound");
        return TRUE;
    }
    cc_info("microphone: %s", name);
    gst_object_set_name(GST_OBJECT(microphone), CC_SOURCE_MICROPHONE);
    GstElement *queue = gst_element_factory_make("queue", "audio");
    GstElement *canceller = make_canceller(settings);
    g_object_set(queue, "leaky", 2, "max-size-time", (guint64)500 * GST_MSECOND, NULL);
    gst_bin_add_many(GST_BIN(source->bin), microphone, queue, NULL);
    if (canceller != NULL)
        gst_bin_add(GST_BIN(source->bin), canceller);
    if (canceller != NULL ? !gst_element_link_many(microphone, canceller, queue, NULL)
                          : !gst_element_link(microphone, queue)) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "the microphone \"%s\" has no usable format",
                    name);
        return FALSE;
    }
    expose(source->bin, "audio");
    source->has_audio = TRUE;
    return TRUE;
}
