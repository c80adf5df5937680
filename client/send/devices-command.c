/* `classcast devices`: what can be captured here, with the ids for the configuration. */
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <sysexits.h>

#include "client/client.h"
#include "client/elements/devices.h"
#include "common/base/command-line.h"

static const CcCommandLine command_line = {
    .name = "devices",
    .summary =
        N_("Lists cameras and microphones, with the ids that [send] camera and microphone take."),
};

static void
print_kind(CcDeviceKind kind, const char *title)
{
    g_autoptr(GPtrArray) devices = cc_devices_list(kind);
    g_print("%s\n", title);
    for (guint i = 0; i < devices->len; i++) {
        const CcDevice *device = devices->pdata[i];
        g_print("  %s%s\n      %s\n", device->name, i == 0 ? _("  (used by itself)") : "",
                device->id);
    }
    if (devices->len == 0)
        g_print("  %s\n", _("none"));
}

int
cc_devices_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &argv, &error);
    if (config == NULL || !cc_command_line_check_positional(argc, argv, 0, &error))
        return cc_command_line_fail(&command_line, error);
    gst_init(NULL, NULL);
    print_kind(CC_DEVICE_CAMERA, _("Cameras"));
    print_kind(CC_DEVICE_MICROPHONE, _("Microphones"));
    return EX_OK;
}
