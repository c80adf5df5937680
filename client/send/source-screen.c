/* The screen, over X11:   ximagesrc ! queue(video)    and the microphone. */
#include "client/send/source.h"
#include "common/base/error.h"

CcSource *
cc_source_screen_new(const CcSendSettings *settings, GError **error)
{
    if (g_getenv("WAYLAND_DISPLAY") != NULL) {
        g_set_error_literal(
            error, CC_ERROR, CC_ERROR_NO_DEVICE,
            "this desktop runs on Wayland, whose screen cannot be captured yet: log in "
            "with an Xorg session, or share the screen from the browser (/teach)");
        return NULL;
    }
    if (g_getenv("DISPLAY") == NULL) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_NO_DEVICE,
                            "there is no screen to capture: DISPLAY is not set");
        return NULL;
    }
    g_autofree char *launch =
        g_strdup_printf("ximagesrc use-damage=false show-pointer=true ! video/x-raw,framerate=%u/1 "
                        "! queue name=video leaky=downstream max-size-buffers=2",
                        settings->framerate);
    g_autoptr(CcSource) source = cc_source_from_description(launch, TRUE, FALSE, "screen", error);
    if (source == NULL || !cc_source_add_microphone(source, settings, error))
        return NULL;
    return g_steal_pointer(&source);
}
