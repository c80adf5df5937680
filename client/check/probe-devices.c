#include "client/check/probe-devices.h"

#include "client/elements/devices.h"
#include "client/elements/opens.h"
#include "client/recv/outputs.h"

/* @element: floating or NULL. */
static void
take_output(GstElement *element, CcDeviceFacts *facts)
{
    facts->there = element != NULL;
    if (element != NULL)
        gst_object_unref(gst_object_ref_sink(element));
}

void
cc_probe_loudspeaker(const CcConfig *config, CcDeviceFacts *facts)
{
    *facts = (CcDeviceFacts){.wanted = !cc_config_get_bool(config, "recv", "headless") &&
                                       !cc_config_get_bool(config, "recv", "mute")};
    if (facts->wanted)
        take_output(cc_output_audio_new(cc_config_get_string(config, "recv", "audio-device")),
                    facts);
}

void
cc_probe_screen(const CcConfig *config, CcDeviceFacts *facts)
{
    *facts = (CcDeviceFacts){.wanted = !cc_config_get_bool(config, "recv", "headless")};
    if (facts->wanted)
        take_output(cc_output_video_new(), facts);
}

static void
probe_input(CcDeviceKind kind, const char *id, CcDeviceFacts *facts)
{
    GstElement *element = cc_devices_open(kind, id, NULL, &facts->name, NULL);
    if (element == NULL)
        return;
    gst_object_ref_sink(element);
    facts->there = cc_element_opens(element);
    gst_object_unref(element);
}

void
cc_probe_microphone(const CcConfig *config, CcDeviceFacts *facts)
{
    const char *id = cc_config_get_string(config, "send", "microphone");
    *facts = (CcDeviceFacts){.wanted = !g_str_equal(id, "none")};
    if (facts->wanted)
        probe_input(CC_DEVICE_MICROPHONE, id, facts);
}

void
cc_probe_camera(const CcConfig *config, CcDeviceFacts *facts)
{
    const char *source = cc_config_get_string(config, "send", "source");
    *facts =
        (CcDeviceFacts){.wanted = g_str_equal(source, "auto") || g_str_equal(source, "camera")};
    if (facts->wanted)
        probe_input(CC_DEVICE_CAMERA, cc_config_get_string(config, "send", "camera"), facts);
}
