#include "client/elements/devices.h"

#include "common/base/error.h"

static void
device_free(gpointer data)
{
    CcDevice *device = data;
    g_free(device->id);
    g_free(device->name);
    gst_clear_object(&device->device);
    g_free(device);
}

/* Providers name devices in their own properties; the first of these that is there is the id. */
static char *
device_id(GstDevice *device, const GstStructure *properties)
{
    static const char *const keys[] = {"node.name", "device.path", "object.path", "device.string",
                                       "device.name"};
    for (guint i = 0; properties != NULL && i < G_N_ELEMENTS(keys); i++) {
        const char *value = gst_structure_get_string(properties, keys[i]);
        if (value != NULL && *value != '\0')
            return g_strdup(value);
    }
    return gst_device_get_display_name(device);
}

static gboolean
is_monitor(const GstStructure *properties)
{
    return properties != NULL &&
           g_strcmp0(gst_structure_get_string(properties, "device.class"), "monitor") == 0;
}

static const struct {
    const char *class, *name;
} kinds[] = {
    [CC_DEVICE_CAMERA] = {"Video/Source", "camera"},
    [CC_DEVICE_MICROPHONE] = {"Audio/Source", "microphone"},
    [CC_DEVICE_SPEAKER] = {"Audio/Sink", "loudspeaker"},
};

static int
default_first(gconstpointer a, gconstpointer b)
{
    const CcDevice *first = *(CcDevice *const *)a, *second = *(CcDevice *const *)b;
    return second->is_default - first->is_default;
}

GPtrArray *
cc_devices_list(CcDeviceKind kind)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(device_free);
    g_autoptr(GstDeviceMonitor) monitor = gst_device_monitor_new();
    gst_device_monitor_add_filter(monitor, kinds[kind].class, NULL);
    if (!gst_device_monitor_start(monitor))
        return found;
    GList *devices = gst_device_monitor_get_devices(monitor);
    for (GList *item = devices; item != NULL; item = item->next) {
        g_autoptr(GstStructure) properties = gst_device_get_properties(item->data);
        if (is_monitor(properties))
            continue;
        CcDevice *device = g_new0(CcDevice, 1);
        device->kind = kind;
        device->id = device_id(item->data, properties);
        device->name = gst_device_get_display_name(item->data);
        device->device = gst_object_ref(item->data);
        if (properties != NULL)
            gst_structure_get_boolean(properties, "is-default", &device->is_default);
        g_ptr_array_add(found, device);
    }
    g_list_free_full(devices, gst_object_unref);
    gst_device_monitor_stop(monitor);
    g_ptr_array_sort(found, default_first);
    return found;
}

GstElement *
cc_devices_open(CcDeviceKind kind, const char *id, char **found_id, char **name, GError **error)
{
    const char *what = kinds[kind].name;
    g_autoptr(GPtrArray) devices = cc_devices_list(kind);
    for (guint i = 0; i < devices->len; i++) {
        const CcDevice *device = devices->pdata[i];
        if (!g_str_equal(id, "auto") && !g_str_equal(id, device->id) &&
            !g_str_equal(id, device->name))
            continue;
        GstElement *element = gst_device_create_element(device->device, NULL);
        if (element == NULL)
            continue;
        if (found_id != NULL)
            *found_id = g_strdup(device->id);
        if (name != NULL)
            *name = g_strdup(device->name);
        return element;
    }
    if (g_str_equal(id, "auto"))
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE, "no %s found", what);
    else
        g_set_error(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                    "there is no %s \"%s\"; \"classcast devices\" lists those that are there", what,
                    id);
    return NULL;
}

gboolean
cc_devices_hears_loudspeaker(GstElement *element)
{
    g_autofree char *device = NULL;
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "current-device") == NULL)
        return FALSE;
    g_object_get(element, "current-device", &device, NULL);
    return device != NULL && g_str_has_suffix(device, ".monitor");
}
