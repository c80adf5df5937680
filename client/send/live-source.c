#include "client/send/live-source.h"

static GstPadProbeReturn
on_event(GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
    GstEvent *event = gst_pad_probe_info_get_event(info);
    return GST_EVENT_TYPE(event) == GST_EVENT_EOS ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

void
cc_live_source_add(GstBin *bin, GstElement *element, GstElement *to)
{
    g_autoptr(GstPad) pad = gst_element_get_static_pad(element, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, NULL, NULL);
    gst_element_set_locked_state(element, TRUE);
    gst_bin_add(bin, element);
    gst_element_link(element, to);
}

void
cc_live_source_start(GstBin *bin, GstElement *element)
{
    gst_element_set_base_time(element, gst_element_get_base_time(GST_ELEMENT(bin)));
    gst_element_set_locked_state(element, FALSE);
    gst_element_sync_state_with_parent(element);
}

void
cc_live_source_stop(GstElement *element)
{
    gst_element_set_locked_state(element, TRUE);
    gst_element_set_state(element, GST_STATE_READY);
}

GstElement *
cc_live_source_remove(GstBin *bin, GstElement *element)
{
    gst_object_ref(element);
    gst_element_set_locked_state(element, TRUE);
    gst_bin_remove(bin, element);
    return element;
}
