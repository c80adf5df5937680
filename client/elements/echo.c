/*   probe:      sink → tee ─┬→ convert → webrtcechoprobe → fakesink
 *                           └→ src
 *   canceller:  sink → convert → webrtcdsp → src
 *
 * What the probe sees comes before it is heard: the tee serves that branch first. */
#include "client/elements/echo.h"

#define FORMAT "audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1"

gboolean
cc_echo_is_available(void)
{
    g_autoptr(GstElementFactory) dsp = gst_element_factory_find("webrtcdsp");
    g_autoptr(GstElementFactory) probe = gst_element_factory_find("webrtcechoprobe");
    return dsp != NULL && probe != NULL;
}

static void
expose(GstElement *bin, const char *element, const char *pad)
{
    g_autoptr(GstElement) inner = gst_bin_get_by_name(GST_BIN(bin), element);
    g_autoptr(GstPad) target = gst_element_get_static_pad(inner, pad);
    gst_element_add_pad(bin, gst_ghost_pad_new(pad, target));
}

static GstElement *
make_bin(const char *launch, const char *first, const char *last)
{
    GstElement *bin =
        gst_parse_bin_from_description_full(launch, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
    if (bin == NULL)
        return NULL;
    expose(bin, first, "sink");
    expose(bin, last, "src");
    return bin;
}

GstElement *
cc_echo_probe_new(const char *name)
{
    if (!cc_echo_is_available())
        return NULL;
    g_autofree char *launch =
        g_strdup_printf("tee name=tee tee. ! " FORMAT " ! webrtcechoprobe name=%s "
                        "! fakesink sync=false async=false enable-last-sample=false "
                        "tee. ! identity name=out",
                        name);
    return make_bin(launch, "tee", "out");
}

GstElement *
cc_echo_canceller_new(const char *probe)
{
    if (!cc_echo_is_available())
        return NULL;
    g_autofree char *launch =
        g_strdup_printf("audioconvert name=in ! audioresample ! "
                        "audio/x-raw,format=S16LE,rate=48000,channels=1 "
                        "! webrtcdsp name=dsp probe=%s echo-suppression-level=high "
                        "noise-suppression-level=high gain-control=false",
                        probe);
    return make_bin(launch, "in", "dsp");
}
