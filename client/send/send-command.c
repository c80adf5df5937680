/* `classcast send`. */
#include <glib/gi18n.h>
#include <gst/gst.h>

#include "client/client.h"
#include "client/send/send.h"
#include "common/base/command-line.h"

static const CcOptionKey options[] = {
    {"relay", 'r', "network.relay-url", NULL, NULL, N_("URL"), N_("Address of the relay")},
    {"name", 'n', "network.name", NULL, NULL, N_("NAME"),
     N_("Name of the school, shown to the others")},
    {"token", 0, "auth.token", NULL, NULL, N_("TOKEN"), N_("Access token from classcast token")},
    {"file", 'f', "send.file", NULL, "send.source=file", N_("FILE"), N_("Teach from a video file")},
    {"loop", 0, "send.loop", "true", NULL, NULL, N_("Begin the file again at its end")},
    {"screen", 0, "send.screen", "monitor", NULL, N_("AREA"),
     N_("Show the screen beside the picture; or window:TITLE, region:WIDTHxHEIGHT+LEFT+TOP")},
    {"camera", 0, "send.camera", NULL, "send.source=camera", N_("DEVICE"),
     N_("Teach with this camera")},
    {"microphone", 0, "send.microphone", NULL, NULL, N_("DEVICE"),
     N_("Speak into this microphone; none for silence")},
    {"deck", 0, "send.deck", NULL, NULL, N_("PDF"),
     N_("Show the pages of a PDF beside the picture")},
    {"test", 0, "send.source", "test", NULL, NULL, N_("Send a test pattern with a clock")},
    {"codec", 0, "video.codec", NULL, NULL, N_("CODEC"), N_("Video codec: vp8, h264 or vp9")},
    {"preview", 0, "send.preview", "true", NULL, NULL, N_("Show the own picture in a window")},
    {"no-preview", 0, "send.preview", "false", NULL, NULL, N_("Show no window")},
    {NULL},
};

static const CcCommandLine command_line = {
    .name = "send",
    .parameters = N_("[ROOM]"),
    .summary = N_("Teaches: sends camera and microphone, the screen or a file to the relay. In the "
                  "terminal: 1 to 9 to call on a classroom or to thank it, h to call on who raised "
                  "a hand first, m to mute those on the stage, x to thank all, w to take "
                  "the next camera, v the next microphone."),
    .options = options,
    .log_level_key = "send.log-level",
};

int
cc_send_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &argv, &error);
    if (config == NULL || !cc_command_line_check_positional(argc, argv, 1, &error))
        return cc_command_line_fail(&command_line, error);
    gst_init(NULL, NULL);
    const char *room = argc > 1 ? argv[1] : cc_config_get_string(config, "network", "room");
    int exit_code = cc_send_run(config, room, &error);
    return error != NULL ? cc_command_line_fail(&command_line, error) : exit_code;
}
