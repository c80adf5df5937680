/* The one place that knows of X11 and Wayland:
 *
 *   where (screen-x11.h), or whether (screen-portal.h) → screen-pipeline.h → taken, in screen-shape.h
 */
#define CC_LOG_AREA "send"
#include "client/send/screen-capture.h"

#include <glib/gi18n.h>

#include "client/send/screen-pipeline.h"
#include "client/send/screen-portal.h"
#include "client/send/screen-x11.h"
#include "common/base/error.h"
#include "common/base/log.h"

#define LOOK_S 1

struct CcScreenCapture {
    CcScreenSettings settings;
    CcScreenArea area;
    CcScreenX11 *x11;       /* or */
    CcScreenPortal *portal; /* the other is NULL */
    CcScreenShape *shape;   /* of who takes */
    guint look_timer;
    char *source; /* what is captured, for gst_parse_launch(); NULL: nothing */

    GMutex lock;                /* of who sets them, and who takes */
    CcScreenPipeline *pipeline; /* NULL: nothing is captured */
    gboolean over;
};

/* @pipeline: (transfer full) (nullable) in place of what there is. */
static void
set_pipeline(CcScreenCapture *capture, CcScreenPipeline *pipeline)
{
    g_mutex_lock(&capture->lock);
    CcScreenPipeline *before = capture->pipeline;
    capture->pipeline = pipeline;
    g_mutex_unlock(&capture->lock);
    cc_screen_pipeline_free(before);
}

/* --- X11 --- */

/* (transfer full) NULL if there is nothing like that to be shown. */
static char *
find_on_x11(CcScreenCapture *capture, GError **error)
{
    CcScreenPlace place = {0};
    if (!cc_screen_x11_find(capture->x11, &capture->area, &place, error))
        return NULL;
    return g_strdup_printf(
        "ximagesrc name=source use-damage=false show-pointer=true xid=%" G_GUINT64_FORMAT
        " startx=%u starty=%u endx=%u endy=%u ! video/x-raw,framerate=%u/1",
        place.window, place.left, place.top, place.left + place.width - 1,
        place.top + place.height - 1, capture->settings.framerate);
}

/* @source: (transfer full) */
static gboolean
capture_x11(CcScreenCapture *capture, char *source, GError **error)
{
    g_free(capture->source);
    capture->source = source;
    set_pipeline(capture, cc_screen_pipeline_new(source, -1, error));
    return capture->pipeline != NULL;
}

/* Is all as it was? Else what is captured is captured anew, or not at all for now. */
static void
look_at_x11(CcScreenCapture *capture)
{
    g_autoptr(GError) error = NULL;
    char *source = find_on_x11(capture, &error);
    gboolean works = capture->pipeline != NULL && !cc_screen_pipeline_has_failed(capture->pipeline);
    if (source == NULL) {
        set_pipeline(capture, NULL);
        cc_warning_limited("%s", error->message);
    } else if (works && g_strcmp0(source, capture->source) == 0) {
        g_free(source);
    } else if (!capture_x11(capture, source, &error)) {
        cc_warning_limited("%s", error->message);
    }
}

/* --- the portal --- */

static void
on_opened(int fd, guint32 node, gpointer user_data)
{
    CcScreenCapture *capture = user_data;
    g_autoptr(GError) error = NULL;
    /* A desktop that can send fewer pictures than its monitor shows is asked to. */
    g_autofree char *source =
        g_strdup_printf("pipewiresrc name=source fd=%d path=%u "
                        "! video/x-raw,max-framerate=(fraction)[1/1,%u/1];video/x-raw",
                        fd, node, capture->settings.framerate);
    set_pipeline(capture, cc_screen_pipeline_new(source, fd, &error));
    if (capture->pipeline == NULL) {
        cc_warning_limited("%s", error->message);
        cc_screen_portal_renew(capture->portal);
    }
}

static void
on_lost(gpointer user_data)
{
    set_pipeline(user_data, NULL);
}

static void
on_ended(const char *words, gpointer user_data)
{
    CcScreenCapture *capture = user_data;
    set_pipeline(capture, NULL);
    cc_warning("%s", words);
    g_mutex_lock(&capture->lock);
    capture->over = TRUE;
    g_mutex_unlock(&capture->lock);
}

static gboolean
open_portal(CcScreenCapture *capture, GError **error)
{
    static const CcScreenPortalCallbacks callbacks = {
        .opened = on_opened, .lost = on_lost, .ended = on_ended};
    g_autoptr(GstElementFactory) factory = gst_element_factory_find("pipewiresrc");
    if (factory == NULL) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                            _("to show the screen of a Wayland desktop, install "
                              "gstreamer1.0-pipewire"));
        return FALSE;
    }
    capture->portal =
        cc_screen_portal_new(capture->settings.area, &capture->area, &callbacks, capture, error);
    return capture->portal != NULL;
}

/* --- either --- */

static gboolean
on_look(gpointer user_data)
{
    CcScreenCapture *capture = user_data;
    if (capture->x11 != NULL)
        look_at_x11(capture);
    else if (capture->pipeline != NULL && cc_screen_pipeline_has_failed(capture->pipeline))
        cc_screen_portal_renew(capture->portal);
    return G_SOURCE_CONTINUE;
}

static gboolean
is_wayland(void)
{
    const char *display = g_getenv("WAYLAND_DISPLAY");
    return (display != NULL && *display != '\0') ||
           g_strcmp0(g_getenv("XDG_SESSION_TYPE"), "wayland") == 0;
}

static gboolean
open_x11(CcScreenCapture *capture, GError **error)
{
    capture->x11 = cc_screen_x11_new(error);
    g_autofree char *source = capture->x11 != NULL ? find_on_x11(capture, error) : NULL;
    return source != NULL;
}

CcScreenCapture *
cc_screen_capture_new(const CcScreenSettings *settings, GError **error)
{
    g_autoptr(CcScreenCapture) capture = g_new0(CcScreenCapture, 1);
    g_mutex_init(&capture->lock);
    capture->settings = *settings;
    if (!cc_screen_area_parse(settings->area, &capture->area, error))
        return NULL;
    if (!(is_wayland() ? open_portal(capture, error) : open_x11(capture, error)))
        return NULL;
    gboolean cut = capture->portal != NULL && capture->area.kind == CC_SCREEN_REGION;
    capture->shape = cc_screen_shape_new(settings->max_height, cut ? &capture->area : NULL);
    return g_steal_pointer(&capture);
}

void
cc_screen_capture_free(CcScreenCapture *capture)
{
    if (capture == NULL)
        return;
    g_clear_handle_id(&capture->look_timer, g_source_remove);
    cc_screen_pipeline_finish(capture->pipeline);
    cc_screen_portal_free(capture->portal);
    cc_screen_x11_free(capture->x11);
    cc_screen_shape_free(capture->shape);
    g_mutex_clear(&capture->lock);
    g_free(capture->source);
    g_free(capture);
}

gboolean
cc_screen_capture_start(CcScreenCapture *capture, GError **error)
{
    capture->look_timer = g_timeout_add_seconds(LOOK_S, on_look, capture);
    if (capture->portal != NULL) {
        cc_screen_portal_start(capture->portal);
        return TRUE;
    }
    char *source = find_on_x11(capture, error);
    return source != NULL && capture_x11(capture, source, error);
}

GstSample *
cc_screen_capture_take(CcScreenCapture *capture)
{
    g_autoptr(CcScreenPipeline) pipeline = NULL;
    g_mutex_lock(&capture->lock);
    if (capture->pipeline != NULL)
        pipeline = cc_screen_pipeline_ref(capture->pipeline);
    g_mutex_unlock(&capture->lock);
    return pipeline != NULL ? cc_screen_pipeline_take(pipeline, capture->shape) : NULL;
}

gboolean
cc_screen_capture_is_over(CcScreenCapture *capture)
{
    g_mutex_lock(&capture->lock);
    gboolean over = capture->over;
    g_mutex_unlock(&capture->lock);
    return over;
}
