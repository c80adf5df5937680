/* `classcast recv`: joins a connection, a receiver for each of its sessions, and the screen that
 * stays. */
#define CC_LOG_AREA "recv"
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <sysexits.h>

#include "client/client.h"
#include "client/connection.h"
#include "client/recv/classroom.h"
#include "common/base/command-line.h"
#include "common/base/error.h"
#include "common/base/log.h"

static const CcOptionKey options[] = {
    {"relay", 'r', "network.relay-url", NULL, NULL, N_("URL"), N_("Address of the relay")},
    {"name", 'n', "network.name", NULL, NULL, N_("NAME"),
     N_("Name of the school, shown to the others")},
    {"token", 0, "auth.token", NULL, NULL, N_("TOKEN"), N_("Access token from classcast token")},
    {"headless", 0, "recv.headless", "true", NULL, NULL,
     N_("Receive and decode without window and sound")},
    {"fullscreen", 'F', "recv.fullscreen", "true", NULL, NULL,
     N_("Fill the screen from the start")},
    {"latency", 0, "recv.latency-ms", NULL, NULL, N_("MS"), N_("Jitter buffer in milliseconds")},
    {"record", 0, "recv.record", NULL, NULL, N_("FILE"),
     N_("Record to a Matroska file, as received")},
    {"snapshot", 0, "recv.snapshot", NULL, NULL, N_("FILE"),
     N_("Write the first picture as PNG and end")},
    {"mute", 0, "recv.mute", "true", NULL, NULL, N_("Without sound")},
    {NULL},
};

static const CcCommandLine command_line = {
    .name = "recv",
    .parameters = N_("[ROOM]"),
    .summary =
        N_("The classroom: waits for the lesson of a room and shows it. In the window: F11, f or a "
           "double click for the full screen, Escape to leave it, h to raise your hand or lower "
           "it, t to mute your microphone or open it again, l for another layout, w and v for the "
           "next camera and microphone, q to end; where it has buttons also + and - for the volume "
           "and m for silence."),
    .options = options,
    .log_level_key = "recv.log-level",
};

static gboolean
on_signal(gpointer user_data)
{
    cc_classroom_stop(user_data);
    return G_SOURCE_CONTINUE;
}

int
cc_recv_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &argv, &error);
    if (config == NULL || !cc_command_line_check_positional(argc, argv, 1, &error))
        return cc_command_line_fail(&command_line, error);
    gst_init(NULL, NULL);
    const char *room = argc > 1 ? argv[1] : cc_config_get_string(config, "network", "room");
    int exit_code = EX_OK;
    g_autoptr(CcClassroom) classroom = cc_classroom_new(config, room, &error);
    if (classroom == NULL)
        return cc_command_line_fail(&command_line, error);
    guint interrupt = g_unix_signal_add(SIGINT, on_signal, classroom);
    guint terminate = g_unix_signal_add(SIGTERM, on_signal, classroom);
    exit_code = cc_classroom_run(classroom);
    g_source_remove(terminate);
    g_source_remove(interrupt);
    return exit_code;
}
