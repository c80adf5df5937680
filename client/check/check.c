/* `classcast check`: before class, whether everything is there that a lesson needs. */
#include <glib/gi18n.h>
#include <gst/gst.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client/check/examination.h"
#include "client/check/report.h"
#include "client/client.h"
#include "common/base/command-line.h"

#define DEFAULT_COLUMNS 80
#define MIN_COLUMNS 50
#define MAX_COLUMNS 100

static gboolean as_json, as_teacher, network_only;

static const CcOptionKey options[] = {
    {"relay", 'r', "network.relay-url", NULL, NULL, N_("URL"), N_("Address of the relay")},
    {"token", 0, "auth.token", NULL, NULL, N_("TOKEN"), N_("Access token from classcast token")},
    {NULL},
};

static const GOptionEntry extra[] = {
    {"teacher", 0, 0, G_OPTION_ARG_NONE, &as_teacher,
     N_("Judge as a teacher's school, which sends; a teacher's token says so too"), NULL},
    {"network-only", 0, 0, G_OPTION_ARG_NONE, &network_only,
     N_("Leave devices and the speed of this PC out"), NULL},
    {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_("Print all that was measured as JSON"), NULL},
    G_OPTION_ENTRY_NULL,
};

static const CcCommandLine command_line = {
    .name = "check",
    .parameters = N_("[ROOM]"),
    .summary =
        N_("Before class: measures in half a minute whether this PC and its network are ready "
           "for a lesson in a room, and says what to do where they are not. Ends with 0 if "
           "all is well, 1 if something could be better, else with the code of what is in "
           "the way."),
    .options = options,
    .extra = extra,
};

typedef struct {
    gboolean terminal;
    guint columns;
} Output;

static void
open_output(Output *output)
{
    struct winsize size;
    output->terminal = isatty(STDOUT_FILENO);
    output->columns = DEFAULT_COLUMNS;
    if (output->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        output->columns = CLAMP(size.ws_col, MIN_COLUMNS, MAX_COLUMNS);
}

/* A line that the next one takes the place of. */
static void
on_began(const char *what, gpointer user_data)
{
    const Output *output = user_data;
    if (!as_json && output->terminal)
        g_print("\r\033[K  …  %s", what);
}

static void
on_found(const CcFinding *finding, gpointer user_data)
{
    const Output *output = user_data;
    if (as_json)
        return;
    g_autofree char *lines = cc_report_finding(finding, output->columns, output->terminal);
    g_print("%s%s", output->terminal ? "\r\033[K" : "", lines);
}

static void
print_end(const CcExamination *examination, const CcExaminationOptions *how, const Output *output)
{
    g_autofree char *text = as_json ? cc_report_json(examination, how)
                                    : cc_report_end(examination, output->columns, output->terminal);
    g_print("%s%s", text, as_json ? "\n" : "");
}

int
cc_check_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &argv, &error);
    if (config == NULL || !cc_command_line_check_positional(argc, argv, 1, &error))
        return cc_command_line_fail(&command_line, error);
    gst_init(NULL, NULL);
    g_auto(CcExamination) examination = {0};
    Output output;
    open_output(&output);
    CcExaminationOptions how = {
        .config = config,
        .room = argc > 1 ? argv[1] : cc_config_get_string(config, "network", "room"),
        .network_only = network_only,
        .teacher = as_teacher,
        .began = on_began,
        .found = on_found,
        .user_data = &output,
    };
    if (!cc_examination_run(&examination, &how, &error))
        return cc_command_line_fail(&command_line, error);
    print_end(&examination, &how, &output);
    return cc_findings_exit_code(examination.findings);
}
