#include "client/recv/outputs.h"

#include "client/elements/opens.h"
#include "client/recv/playout.h"

/* What the sound server holds ahead; it delays picture and sound alike. */
#define AUDIO_BUFFER_US 80000
/* On a slow PC a late picture is better than none, as long as lips and voice agree. */
#define MAX_LATENESS (CC_PLAYOUT_MAX_LATENESS_MS * GST_MSECOND)

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
                     NULL);
        return sink;
    }
    return NULL;
}

GstElement *
cc_output_none_new(void)
{
    GstElement *sink = gst_element_factory_make("fakesink", NULL);
    g_object_set(sink, "sync", TRUE, "max-lateness", (gint64)MAX_LATENESS, "enable-last-sample",
                 FALSE, NULL);
    return sink;
}
