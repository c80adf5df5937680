/*   ximagesrc → queue → convert, scale → appsink "newest"   */
#define CC_LOG_AREA "send"
#include "client/send/screen-capture.h"

#include <glib/gi18n.h>
#include <gst/app/app.h>
#include <string.h>

#include "client/send/screen-x11.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define LOOK_S 1

struct CcScreenCapture {
    CcScreenSettings settings;
    CcScreenArea area;
    CcScreenX11 *x11;
    CcScreenPlace place; /* width 0: nothing is captured */
    GstElement *pipeline;
    guint look_timer, bus_watch;
    gboolean failed; /* since the last look */
    GMutex lock;
    GstSample *newest; /* under the lock; NULL: taken */
};

static GstFlowReturn
on_picture(GstAppSink *sink, gpointer user_data)
{
    CcScreenCapture *capture = user_data;
    GstSample *sample = gst_app_sink_pull_sample(sink);
    if (sample == NULL)
        return GST_FLOW_EOS;
    g_mutex_lock(&capture->lock);
    GstSample *before = capture->newest;
    capture->newest = sample;
    g_mutex_unlock(&capture->lock);
    if (before != NULL)
        gst_sample_unref(before);
    return GST_FLOW_OK;
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcScreenCapture *capture = user_data;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
        g_autoptr(GError) error = NULL;
        gst_message_parse_error(message, &error, NULL);
        cc_warning_limited("screen: %s", error->message);
        capture->failed = TRUE;
    }
    return G_SOURCE_CONTINUE;
}

static void
close_pipeline(CcScreenCapture *capture)
{
    capture->place.width = 0;
    if (capture->pipeline == NULL)
        return;
    g_clear_handle_id(&capture->bus_watch, g_source_remove);
    gst_element_set_state(capture->pipeline, GST_STATE_NULL);
    gst_clear_object(&capture->pipeline);
}

/* Not more lines than wanted, in the shape of what is captured; both even, for I420. */
static void
choose_size(const CcScreenCapture *capture, guint *width, guint *height)
{
    const CcScreenPlace *place = &capture->place;
    *width = place->width;
    *height = place->height;
    if (*height > capture->settings.max_height) {
        *height = capture->settings.max_height;
        *width = (guint)((guint64)place->width * *height / place->height);
    }
    *width = MAX(*width & ~1u, 2);
    *height = MAX(*height & ~1u, 2);
}

static gboolean
open_pipeline(CcScreenCapture *capture, GError **error)
{
    static const GstAppSinkCallbacks callbacks = {.new_sample = on_picture};
    guint width, height;
    choose_size(capture, &width, &height);
    const CcScreenPlace *place = &capture->place;
    g_autofree char *launch = g_strdup_printf(
        "ximagesrc use-damage=false show-pointer=true xid=%" G_GUINT64_FORMAT
        " startx=%u starty=%u endx=%u endy=%u ! video/x-raw,framerate=%u/1 "
        "! queue leaky=downstream max-size-buffers=1 ! videoconvertscale "
        "! video/x-raw,format=I420,width=%u,height=%u,pixel-aspect-ratio=1/1 "
        "! appsink name=newest sync=false enable-last-sample=false max-buffers=1 drop=true",
        place->window, place->left, place->top, place->left + place->width - 1,
        place->top + place->height - 1, capture->settings.framerate, width, height);
    g_autoptr(GError) cause = NULL;
    capture->pipeline = gst_parse_launch_full(launch, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &cause);
    if (capture->pipeline == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, _("the screen cannot be captured: %s"),
                    cause->message);
        return FALSE;
    }
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(capture->pipeline), "newest");
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), (GstAppSinkCallbacks *)&callbacks, capture,
                               NULL);
    g_autoptr(GstBus) bus = gst_element_get_bus(capture->pipeline);
    capture->bus_watch = gst_bus_add_watch(bus, on_message, capture);
    cc_info("screen: %ux%u shown as %ux%u", place->width, place->height, width, height);
    return gst_element_set_state(capture->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
}

/* Is all as it was? Else what is captured is captured anew, or not at all for now. */
static gboolean
on_look(gpointer user_data)
{
    CcScreenCapture *capture = user_data;
    CcScreenPlace place = {0};
    g_autoptr(GError) error = NULL;
    gboolean found = cc_screen_x11_find(capture->x11, &capture->area, &place, &error);
    if (found && !capture->failed && memcmp(&place, &capture->place, sizeof place) == 0)
        return G_SOURCE_CONTINUE;
    close_pipeline(capture);
    capture->failed = FALSE;
    if (!found) {
        cc_warning_limited("%s", error->message);
        return G_SOURCE_CONTINUE;
    }
    capture->place = place;
    if (!open_pipeline(capture, &error)) {
        cc_warning_limited("%s", error != NULL ? error->message : "the screen cannot be captured");
        close_pipeline(capture);
    }
    return G_SOURCE_CONTINUE;
}

CcScreenCapture *
cc_screen_capture_new(const CcScreenSettings *settings, GError **error)
{
    g_autoptr(CcScreenCapture) capture = g_new0(CcScreenCapture, 1);
    g_mutex_init(&capture->lock);
    capture->settings = *settings;
    if (!cc_screen_area_parse(settings->area, &capture->area, error))
        return NULL;
    if (g_getenv("WAYLAND_DISPLAY") != NULL) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                            _("this desktop runs on Wayland, whose screen cannot be captured yet: "
                              "log in with an Xorg session, or share the screen from the browser "
                              "(/teach)"));
        return NULL;
    }
    capture->x11 = cc_screen_x11_new(error);
    if (capture->x11 == NULL ||
        !cc_screen_x11_find(capture->x11, &capture->area, &capture->place, error))
        return NULL;
    return g_steal_pointer(&capture);
}

void
cc_screen_capture_free(CcScreenCapture *capture)
{
    if (capture == NULL)
        return;
    g_clear_handle_id(&capture->look_timer, g_source_remove);
    close_pipeline(capture);
    cc_screen_x11_free(capture->x11);
    g_clear_pointer(&capture->newest, gst_sample_unref);
    g_mutex_clear(&capture->lock);
    g_free(capture);
}

gboolean
cc_screen_capture_start(CcScreenCapture *capture, GError **error)
{
    capture->look_timer = g_timeout_add_seconds(LOOK_S, on_look, capture);
    if (open_pipeline(capture, error))
        return TRUE;
    if (error != NULL && *error == NULL)
        g_set_error_literal(error, CC_ERROR, CC_ERROR_MEDIA, _("the screen cannot be captured"));
    return FALSE;
}

GstSample *
cc_screen_capture_take(CcScreenCapture *capture)
{
    g_mutex_lock(&capture->lock);
    GstSample *sample = g_steal_pointer(&capture->newest);
    g_mutex_unlock(&capture->lock);
    return sample;
}
