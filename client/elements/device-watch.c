#include "client/elements/device-watch.h"

#include <gst/gst.h>

#define TOGETHER_MS 300 /* one plug brings several devices */

struct CcDeviceWatch {
    GstDeviceMonitor *monitor;
    guint bus_watch, timer;
    void (*changed)(gpointer user_data);
    gpointer user_data;
};

static gboolean
on_timer(gpointer user_data)
{
    CcDeviceWatch *watch = user_data;
    watch->timer = 0;
    watch->changed(watch->user_data);
    return G_SOURCE_REMOVE;
}

static gboolean
on_message(GstBus *bus, GstMessage *message, gpointer user_data)
{
    CcDeviceWatch *watch = user_data;
    GstMessageType type = GST_MESSAGE_TYPE(message);
    if ((type == GST_MESSAGE_DEVICE_ADDED || type == GST_MESSAGE_DEVICE_REMOVED ||
         type == GST_MESSAGE_DEVICE_CHANGED) &&
        watch->timer == 0)
        watch->timer = g_timeout_add(TOGETHER_MS, on_timer, watch);
    return G_SOURCE_CONTINUE;
}

CcDeviceWatch *
cc_device_watch_new(void (*changed)(gpointer user_data), gpointer user_data)
{
    static const char *const classes[] = {"Video/Source", "Audio/Source", "Audio/Sink"};
    CcDeviceWatch *watch = g_new0(CcDeviceWatch, 1);
    watch->changed = changed;
    watch->user_data = user_data;
    watch->monitor = gst_device_monitor_new();
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++)
        gst_device_monitor_add_filter(watch->monitor, classes[i], NULL);
    g_autoptr(GstBus) bus = gst_device_monitor_get_bus(watch->monitor);
    watch->bus_watch = gst_bus_add_watch(bus, on_message, watch);
    gst_device_monitor_start(watch->monitor); /* FALSE: nobody here knows of devices */
    return watch;
}

void
cc_device_watch_renew(CcDeviceWatch *watch)
{
    gst_device_monitor_stop(watch->monitor);
    gst_device_monitor_start(watch->monitor);
    if (watch->timer == 0)
        watch->timer = g_timeout_add(TOGETHER_MS, on_timer, watch);
}

void
cc_device_watch_free(CcDeviceWatch *watch)
{
    if (watch == NULL)
        return;
    gst_device_monitor_stop(watch->monitor);
    g_clear_handle_id(&watch->timer, g_source_remove);
    g_clear_handle_id(&watch->bus_watch, g_source_remove);
    gst_clear_object(&watch->monitor);
    g_free(watch);
}
