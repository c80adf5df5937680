#include "client/recv/outputs.h"

#include "client/elements/opens.h"
#include "client/recv/playout.h"
#include "common/base/error.h"

/* What the sound server holds ahead; it delays picture and sound alike. */
#define AUDIO_BUFFER_US 80000
/* GStreamer gives each sink 20 ms to work on what is due. Sound needs none of it: it is written
 * into a buffer that is ahead of what is heard, and who has no device shows nothing. PulseAudio's
 * did not run empty once sound flowed, with four programs beside that took two processors. */
#define NO_DEADLINE ((guint64)0)
/* On a slow PC a late picture is better than none, as long as lips and voice agree. */
#define MAX_LATENESS (CC_PLAYOUT_MAX_LATENESS_MS * GST_MSECOND)
#define MAX_AHEAD (3 * GST_SECOND) /* that wait for their time */

static GstElement *
try_element(const char *name, const char *device)
{
    GstElement *element = gst_element_factory_make(name, NULL);
    if (element == NULL)
        return NULL;
    if (device != NULL && !g_str_equal(device, "auto"))
        g_object_set(element, "device", device, NULL);
    if (cc_element_opens(element))
        return element;
    gst_object_unref(gst_object_ref_sink(element));
    return NULL;
}

GstElement *
cc_output_video_new(void)
{
    GstElement *sink = NULL;
    if (g_getenv("DISPLAY") != NULL) {
        /* Scaling in the graphics card; else in software. Never OpenGL: on PCs without a driver for
         * it that would be emulated on the processor. */
        sink = try_element("xvimagesink", NULL);
        if (sink == NULL)
            sink = try_element("ximagesink", NULL);
    } else if (g_getenv("WAYLAND_DISPLAY") != NULL) {
        sink = try_element("waylandsink", NULL);
    }
    if (sink != NULL)
        g_object_set(sink, "max-lateness", (gint64)MAX_LATENESS, NULL);
    if (sink != NULL &&
        g_object_class_find_property(G_OBJECT_GET_CLASS(sink), "force-aspect-ratio"))
        g_object_set(sink, "force-aspect-ratio", TRUE, NULL);
    return sink;
}

GstElement *
cc_output_audio_new(const char *device)
{
    static const char *const names[] = {"pulsesink", "alsasink"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        GstElement *sink = try_element(names[i], device);
        if (sink == NULL)
            continue;
        g_object_set(sink, "buffer-time", (gint64)AUDIO_BUFFER_US, "latency-time", (gint64)10000,
                     "processing-deadline", NO_DEADLINE, NULL);
        return sink;
    }
    return NULL;
}

GstElement *
cc_output_none_new(void)
{
    GstElement *sink = gst_element_factory_make("fakesink", NULL);
    g_object_set(sink, "sync", TRUE, "max-lateness", (gint64)MAX_LATENESS, "enable-last-sample",
                 FALSE, "processing-deadline", NO_DEADLINE, NULL);
    return sink;
}

GstElement *
cc_outputs_source_new(GstClockTime latency)
{
    GstElement *src = gst_element_factory_make("appsrc", NULL);
    g_object_set(src, "format", GST_FORMAT_TIME, "is-live", TRUE, "min-latency", (gint64)latency,
                 "max-time", (guint64)(latency + MAX_AHEAD), "max-bytes", (guint64)0, "leaky-type",
                 2, NULL);
    return src;
}

gboolean
cc_outputs_link(GstElement *pipeline, GstElement **chain, guint n, GError **error)
{
    for (guint i = 0; i < n; i++) {
        if (chain[i] == NULL) {
            g_set_error_literal(
                error, CC_ERROR, CC_ERROR_MEDIA,
                "a GStreamer element is missing: install gstreamer1.0-plugins-base");
            return FALSE;
        }
        gst_bin_add(GST_BIN(pipeline), chain[i]);
        if (i > 0 && !gst_element_link(chain[i - 1], chain[i])) {
            g_set_error(error, CC_ERROR, CC_ERROR_MEDIA, "cannot link %s",
                        GST_ELEMENT_NAME(chain[i]));
            return FALSE;
        }
    }
    return TRUE;
}
