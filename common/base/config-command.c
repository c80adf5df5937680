#include "common/base/config-command.h"

#include "common/base/command-line.h"
#include "common/base/config-schema.h"

#include <glib/gi18n.h>
#include <sysexits.h>

int
cc_config_main(int argc, char **argv)
{
    g_autofree char *check = NULL;
    gboolean example = FALSE;
    const GOptionEntry extra[] = {
        {"check", 0, 0, G_OPTION_ARG_FILENAME, &check,
         N_("Say whether this file by itself is right, and do nothing else"), N_("FILE")},
        {"example", 0, 0, G_OPTION_ARG_NONE, &example,
         N_("Print a file that explains every key and shows its default"), NULL},
        {NULL},
    };
    const CcCommandLine command = {
        .name = "config",
        .summary = N_("Shows the settings in effect and where each one comes from."),
        .extra = extra,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(CcParsedLine) parsed = cc_command_line_parse(&command, &argc, &argv, &error);
    g_autoptr(CcConfig) config = NULL;
    g_autofree char *text = NULL;

    if (!parsed || !cc_command_line_check_positional(argc, argv, 0, &error))
        return cc_command_line_fail(&command, error);
    if (check) {
        if (!cc_config_check(check, &error))
            return cc_command_line_fail(&command, error);
        g_print(_("%s is right.\n"), check);
        return EX_OK;
    }
    if (example) {
        text = cc_config_schema_example();
    } else {
        config = cc_parsed_line_load(parsed, &error);
        if (!config)
            return cc_command_line_fail(&command, error);
        text = cc_config_describe(config);
    }
    g_print("%s", text);
    return EX_OK;
}
