#include "client/elements/opens.h"

gboolean
cc_element_opens(GstElement *element)
{
    gboolean opened = gst_element_set_state(element, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE;

    gst_element_set_state(element, GST_STATE_NULL);
    return opened;
}

gboolean
cc_element_factory_opens(const char *factory)
{
    GstElement *element = gst_element_factory_make(factory, NULL);

    if (element == NULL)
        return FALSE;
    gst_object_ref_sink(element);
    gboolean opened = cc_element_opens(element);
    gst_object_unref(element);
    return opened;
}
