/*   sink → tee ─┬→ queue → src
 *               └→ leaky queue → videorate → scale → video sink, or the window     */
#include "client/send/preview.h"

#define PREVIEW_FPS 15 /* enough to see oneself */

static GstElement *
add_plain_window(GstElement *bin)
{
    GstElement *window = gst_parse_bin_from_description(
        "videoconvertscale ! video/x-raw,width=480,height=270,pixel-aspect-ratio=1/1 "
        "! autovideosink sync=false",
        TRUE, NULL);
    if (window != NULL)
        gst_bin_add(GST_BIN(bin), window);
    return window;
}

GstElement *
cc_preview_new(CcTeacherDisplay *display)
{
    if (g_getenv("DISPLAY") == NULL && g_getenv("WAYLAND_DISPLAY") == NULL)
        return NULL;
    g_autofree char *launch = g_strdup_printf(
        "tee name=tee tee. ! queue name=out max-size-buffers=2 max-size-bytes=0 max-size-time=0 "
        "tee. ! queue leaky=downstream max-size-buffers=1 ! videorate name=rate drop-only=true "
        "max-rate=%u",
        PREVIEW_FPS);
    GstElement *bin =
        gst_parse_bin_from_description_full(launch, FALSE, NULL, GST_PARSE_FLAG_FATAL_ERRORS, NULL);
    if (bin == NULL)
        return NULL;
    GstElement *window =
        display != NULL ? cc_teacher_display_add_preview(display, bin) : add_plain_window(bin);
    g_autoptr(GstElement) rate = gst_bin_get_by_name(GST_BIN(bin), "rate");
    if (window == NULL || !gst_element_link(rate, window)) {
        gst_object_unref(gst_object_ref_sink(bin));
        return NULL;
    }
    g_autoptr(GstElement) tee = gst_bin_get_by_name(GST_BIN(bin), "tee");
    g_autoptr(GstElement) out = gst_bin_get_by_name(GST_BIN(bin), "out");
    g_autoptr(GstPad) sink = gst_element_get_static_pad(tee, "sink");
    g_autoptr(GstPad) src = gst_element_get_static_pad(out, "src");
    gst_element_add_pad(bin, gst_ghost_pad_new("sink", sink));
    gst_element_add_pad(bin, gst_ghost_pad_new("src", src));
    gst_object_set_name(GST_OBJECT(bin), "preview");
    return bin;
}
