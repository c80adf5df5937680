#include "client/recv/retransmission.h"

/* "payload type of the repeated packet = payload type of the retransmission", for each. */
static GstStructure *
payload_type_map(const CcRtpRoute *route)
{
    GstStructure *types = gst_structure_new_empty("application/x-rtp-pt-map");
    for (guint i = 0; i < route->n_formats; i++) {
        const CcRouteFormat *format = &route->formats[i];
        if (format->codec != CC_CODEC_NONE || format->apt == 0)
            continue;
        g_autofree char *repaired = g_strdup_printf("%u", format->apt);
        gst_structure_set(types, repaired, G_TYPE_UINT, (guint)format->payload_type, NULL);
    }
    return types;
}

GstElement *
cc_retransmission_bin_new(const CcRtpRoute *route, guint session)
{
    static const char *const directions[] = {"sink", "src"};
    g_autoptr(GstStructure) types = payload_type_map(route);
    GstElement *bin = gst_bin_new(NULL);
    GstElement *rtx = gst_element_factory_make("rtprtxreceive", NULL);
    g_object_set(rtx, "payload-type-map", types, NULL);
    gst_bin_add(GST_BIN(bin), rtx);
    for (guint i = 0; i < G_N_ELEMENTS(directions); i++) {
        g_autoptr(GstPad) pad = gst_element_get_static_pad(rtx, directions[i]);
        g_autofree char *name = g_strdup_printf("%s_%u", directions[i], session);
        gst_element_add_pad(bin, gst_ghost_pad_new(name, pad));
    }
    return bin;
}
