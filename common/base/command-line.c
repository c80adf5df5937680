#include "common/base/command-line.h"

#include "common/base/error.h"
#include "common/base/log.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

struct CcParsedLine {
    const CcCommandLine *command;
    GPtrArray *overrides; /* CcConfigOverride, in the order of the command line */
    char *file;
    gboolean version;
};

static void
override_free(gpointer data)
{
    CcConfigOverride *override = data;

    g_free((char *) override->key);
    g_free((char *) override->value);
    g_free((char *) override->origin);
    g_free(override);
}

void
cc_parsed_line_free(CcParsedLine *parsed)
{
    if (!parsed)
        return;
    g_ptr_array_unref(parsed->overrides);
    g_free(parsed->file);
    g_free(parsed);
}

static void
add_override(CcParsedLine *parsed, const char *key, const char *value, const char *origin)
{
    CcConfigOverride *override = g_new0(CcConfigOverride, 1);

    override->key = g_strdup(key);
    override->value = g_strdup(value);
    override->origin = g_strdup(origin);
    g_ptr_array_add(parsed->overrides, override);
}

/* Adds "section.key=value". Returns FALSE if it is not of that form. */
static gboolean
add_assignment(CcParsedLine *parsed, const char *assignment, const char *origin)
{
    g_auto(GStrv) parts = g_strsplit(assignment, "=", 2);

    if (g_strv_length(parts) != 2 || !strchr(parts[0], '.'))
        return FALSE;
    add_override(parsed, g_strstrip(parts[0]), g_strstrip(parts[1]), origin);
    return TRUE;
}

static gboolean
refuse(GError **error, const char *origin, const char *what)
{
    g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "%s: %s", origin, what);
    return FALSE;
}

static gboolean
on_set(const char *option, const char *argument, gpointer data, GError **error)
{
    if (!g_utf8_validate(argument, -1, NULL))
        return refuse(error, option, _("expected UTF-8 text"));
    if (!add_assignment(data, argument, option))
        return refuse(error, option,
                      _("expected SECTION.KEY=VALUE, such as video.bitrate-kbps=600"));
    return TRUE;
}

static gboolean
on_log_level(const char *option, const char *argument, gpointer data, GError **error)
{
    CcParsedLine *parsed = data;

    if (!g_utf8_validate(argument, -1, NULL))
        return refuse(error, option, _("expected UTF-8 text"));
    add_override(parsed, parsed->command->log_level_key, argument, option);
    return TRUE;
}

static gboolean
takes_argument(const CcOptionKey *option)
{
    return !option->value || option->placeholder;
}

static gboolean
is_option(const CcOptionKey *option, const char *given)
{
    if (g_str_has_prefix(given, "--"))
        return strcmp(given + 2, option->name) == 0;
    return option->letter && given[1] == option->letter;
}

static gboolean
on_key_option(const char *given, const char *argument, gpointer data, GError **error)
{
    CcParsedLine *parsed = data;
    const CcOptionKey *option = parsed->command->options;

    while (!is_option(option, given))
        option++; /* GOption calls with names of the table alone */
    g_autofree char *origin = g_strdup_printf("--%s", option->name);
    const char *value = takes_argument(option) ? argument : option->value;
    if (!g_utf8_validate(value, -1, NULL))
        return refuse(error, origin, _("expected UTF-8 text"));
    add_override(parsed, option->key, value, origin);
    if (option->implies)
        add_assignment(parsed, option->implies, origin);
    return TRUE;
}

/* The arguments are taken as raw bytes (FILENAME), because GOption would refuse Chinese names where
 * a service runs in the C locale. */
static GArray *
option_entries(const CcCommandLine *command)
{
    GArray *entries = g_array_new(TRUE, TRUE, sizeof(GOptionEntry));

    for (const CcOptionKey *option = command->options; option && option->name; option++) {
        GOptionEntry entry = {
            option->name,
            option->letter,
            takes_argument(option) ? G_OPTION_FLAG_FILENAME : G_OPTION_FLAG_NO_ARG,
            G_OPTION_ARG_CALLBACK,
            (gpointer)on_key_option,
            option->help,
            takes_argument(option) ? option->placeholder : NULL,
        };
        g_array_append_val(entries, entry);
    }
    return entries;
}

static GOptionContext *
option_context(CcParsedLine *parsed)
{
    const CcCommandLine *command = parsed->command;
    const GOptionEntry common[] = {
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &parsed->file,
         N_("Read this configuration file after the system's and the user's"), N_("FILE")},
        {"set", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)on_set,
         N_("Set one configuration key; may be given several times"), N_("SECTION.KEY=VALUE")},
        {"version", 0, 0, G_OPTION_ARG_NONE, &parsed->version, N_("Show which version this is"),
         NULL},
        {NULL},
    };
    const GOptionEntry log[] = {
        {"log-level", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)on_log_level,
         N_("How much is logged: error, warning, info or debug"), N_("LEVEL")},
        {NULL},
    };
    g_autoptr(GArray) entries = option_entries(command);
    GOptionContext *context =
        g_option_context_new(command->parameters ? _(command->parameters) : NULL);
    GOptionGroup *group = g_option_group_new("main", "", "", parsed, NULL);

    g_option_group_add_entries(group, (const GOptionEntry *)(gpointer)entries->data);
    if (command->extra)
        g_option_group_add_entries(group, command->extra);
    g_option_group_add_entries(group, common);
    if (command->log_level_key)
        g_option_group_add_entries(group, log);
    g_option_group_set_translation_domain(group, GETTEXT_PACKAGE);
    g_option_context_set_main_group(context, group);
    g_option_context_set_summary(context, _(command->summary));
    return context;
}

/* An argument that may be left out is given behind = alone: GOption would take the next word for
 * it.
 */
static void
complete_options(const CcCommandLine *command, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        for (const CcOptionKey *option = command->options; option && option->name; option++) {
            if (!option->value || !option->placeholder || !g_str_has_prefix(argv[i], "--") ||
                strcmp(argv[i] + 2, option->name) != 0)
                continue;
            g_autofree char *whole = g_strdup_printf("--%s=%s", option->name, option->value);
            argv[i] = (char *)g_intern_string(whole);
        }
    }
}

static gboolean
parse_options(CcParsedLine *parsed, int *argc, char ***argv, GError **error)
{
    g_autoptr(GOptionContext) context = option_context(parsed);
    g_autoptr(GError) local = NULL;
    g_autofree char *usage_name = g_strdup_printf("classcast %s", parsed->command->name);
    gboolean is_right;

    complete_options(parsed->command, *argc, *argv);
    g_set_prgname(usage_name); /* for the usage line of --help */
    is_right = g_option_context_parse(context, argc, argv, &local);
    g_set_prgname("classcast");
    if (!is_right) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE, local->message);
        return FALSE;
    }
    if (parsed->version) {
        g_print("classcast %s\n", CC_VERSION);
        exit(EXIT_SUCCESS);
    }
    return TRUE;
}

static void
start_log(const CcCommandLine *command, const CcConfig *config)
{
    CcLogLevel level = CC_LOG_WARNING;

    if (command->log_level_key) {
        g_auto(GStrv) parts = g_strsplit(command->log_level_key, ".", 2);
        cc_log_level_from_string(cc_config_get_string(config, parts[0], parts[1]), &level);
    }
    cc_log_init(level);
}

CcParsedLine *
cc_command_line_parse(const CcCommandLine *command, int *argc, char ***argv, GError **error)
{
    g_autoptr(CcParsedLine) parsed = g_new0(CcParsedLine, 1);

    parsed->command = command;
    parsed->overrides = g_ptr_array_new_with_free_func(override_free);
    if (!parse_options(parsed, argc, argv, error))
        return NULL;
    return g_steal_pointer(&parsed);
}

CcConfig *
cc_parsed_line_load(const CcParsedLine *parsed, GError **error)
{
    g_autofree CcConfigOverride *overrides = g_new0(CcConfigOverride, parsed->overrides->len + 1);
    CcConfig *config;

    for (guint i = 0; i < parsed->overrides->len; i++)
        overrides[i] = *(const CcConfigOverride *)g_ptr_array_index(parsed->overrides, i);
    config = cc_config_load(parsed->file, overrides, error);
    if (config)
        start_log(parsed->command, config);
    return config;
}

CcConfig *
cc_command_line_load(const CcCommandLine *command, int *argc, char ***argv, GError **error)
{
    g_autoptr(CcParsedLine) parsed = cc_command_line_parse(command, argc, argv, error);
    return parsed ? cc_parsed_line_load(parsed, error) : NULL;
}

int
cc_command_line_fail(const CcCommandLine *command, const GError *error)
{
    g_printerr("classcast %s: %s\n", command->name, error->message);
    if (g_error_matches(error, CC_ERROR, CC_ERROR_USAGE))
        g_printerr(_("classcast %s --help shows the options.\n"), command->name);
    return cc_error_exit_code(error);
}

gboolean
cc_command_line_check_positional(int argc, char **argv, int max, GError **error)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *shown = g_utf8_make_valid(argv[i], -1);
        if (i > max) {
            g_set_error(error, CC_ERROR, CC_ERROR_USAGE, _("unexpected argument \"%s\""), shown);
            return FALSE;
        }
        if (!g_utf8_validate(argv[i], -1, NULL)) {
            g_set_error(error, CC_ERROR, CC_ERROR_USAGE, _("argument \"%s\" is not UTF-8 text"),
                        shown);
            return FALSE;
        }
    }
    return TRUE;
}
