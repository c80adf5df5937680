#include "client/send/device-opening.h"

#include <gio/gio.h>

#include "common/base/error.h"

struct CcDeviceOpening {
    CcCaptureOptions options;
    char *device, *first;
    CcDeviceOpenedFunc done; /* NULL: nobody waits for it any more */
    gpointer user_data;
    CcOpenedDevice opened;
};

static gboolean
open_one(CcOpenedDevice *opened, const CcCaptureOptions *options, const char *id)
{
    cc_opened_device_clear(opened);
    GstElement *element =
        cc_devices_open(options->kind, id, &opened->id, &opened->name, &opened->error);
    if (element == NULL)
        return FALSE;
    if (options->make != NULL)
        element = options->make(element, options->width, options->height);
    if (element != NULL)
        opened->element = gst_object_ref_sink(element);
    if (element != NULL &&
        gst_element_set_state(element, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE)
        return TRUE;
    g_set_error(&opened->error, CC_ERROR, CC_ERROR_MEDIA,
                element != NULL ? "\"%s\" does not open" : "\"%s\" has no usable format",
                opened->name);
    if (element != NULL)
        cc_device_close(g_steal_pointer(&opened->element));
    return FALSE;
}

void
cc_device_open(CcOpenedDevice *opened, const CcCaptureOptions *options, const char *first)
{
    *opened = (CcOpenedDevice){0};
    if (first == NULL || !g_str_equal(options->device, "auto") || !open_one(opened, options, first))
        open_one(opened, options, options->device);
}

void
cc_opened_device_clear(CcOpenedDevice *opened)
{
    if (opened->element != NULL)
        cc_device_close(opened->element);
    g_free(opened->id);
    g_free(opened->name);
    g_clear_error(&opened->error);
    *opened = (CcOpenedDevice){0};
}

static void
open_in_thread(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    CcDeviceOpening *opening = task_data;
    cc_device_open(&opening->opened, &opening->options, opening->first);
    g_task_return_boolean(task, TRUE);
}

static void
on_opened(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CcDeviceOpening *opening = user_data;
    if (opening->done != NULL)
        opening->done(&opening->opened, opening->user_data);
    cc_opened_device_clear(&opening->opened);
    g_free(opening->device);
    g_free(opening->first);
    g_free(opening);
}

CcDeviceOpening *
cc_device_opening_new(const CcCaptureOptions *options, const char *first, CcDeviceOpenedFunc done,
                      gpointer user_data)
{
    CcDeviceOpening *opening = g_new0(CcDeviceOpening, 1);
    opening->options = *options;
    opening->options.device = opening->device = g_strdup(options->device);
    opening->first = g_strdup(first);
    opening->done = done;
    opening->user_data = user_data;
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_opened, opening);
    g_task_set_task_data(task, opening, NULL);
    g_task_run_in_thread(task, open_in_thread);
    return opening;
}

void
cc_device_opening_cancel(CcDeviceOpening *opening)
{
    if (opening != NULL)
        opening->done = NULL;
}

static void
close_in_thread(GstElement *element, gpointer user_data)
{
    gst_element_set_state(element, GST_STATE_NULL);
}

void
cc_device_close(GstElement *element)
{
    gst_element_call_async(element, close_in_thread, NULL, NULL); /* holds it meanwhile */
    gst_object_unref(element);
}
