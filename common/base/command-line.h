/* What all subcommands share in reading their command line: --config, --set, --log-level, --help,
 * --version, options that stand for configuration keys, and the loading of the configuration.
 * Called once, early, in the main thread. */
#pragma once

#include "common/base/config.h"

#include <glib.h>

G_BEGIN_DECLS

/* An option that sets configuration keys. Tables of these end with an entry whose name is NULL:
 *   {"relay", 'r', "network.relay-url", NULL, NULL, N_("URL"), N_("Address of the relay")},
 *   {"file", 'f', "send.file", NULL, "send.source=file", N_("FILE"), N_("A video file")},
 *   {"loop", 0, "send.loop", "true", NULL, NULL, N_("Begin the file again at its end")},
 *   {NULL}, */
typedef struct {
    const char *name;    /* "relay" for --relay */
    char letter;         /* 'r' for -r, or 0 */
    const char *key;     /* "section.key" that it sets */
    const char *value;   /* the text it sets; NULL: the option takes an argument, which is set;
                          * with a placeholder: it may take one (--screen=AREA), and this is set
                          * where none is given */
    const char *implies; /* "section.key=value" set together with it, or NULL */
    const char *placeholder; /* N_("URL"): the argument's name in --help; NULL if it takes none */
    const char *help;        /* N_("…"), one line */
} CcOptionKey;

typedef struct {
    const char *name;       /* "send": usage shows "classcast send" */
    const char *parameters; /* N_("[ROOM]") or NULL: shown after [OPTION…] in the usage line */
    const char *summary;    /* N_("…"), a sentence or a paragraph above the options */
    const CcOptionKey *options; /* may be NULL */
    const GOptionEntry *extra;  /* further options that are no configuration keys; may be NULL */
    const char *log_level_key;  /* "send.log-level": what --log-level sets, and at which level the
                                 * log starts; NULL: the log shows warnings only */
} CcCommandLine;

/* Parses @argv, loads the configuration with the options above all files, and starts the log.
 * --help and --version print and exit. What remains in @argv is its first element and the
 * positional arguments, raw bytes as given (not necessarily UTF-8).
 *
 * Returns: (transfer full), or NULL with CC_ERROR_USAGE or CC_ERROR_CONFIG.
 *
 * The usual beginning of a command is:
 *
 *   g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &argv, &error);
 *   if (!config)
 *       return cc_command_line_fail(&command_line, error); */
CcConfig *cc_command_line_load(const CcCommandLine *command, int *argc, char ***argv,
                               GError **error);

/* The same in two steps, for commands that have something to do without a configuration. */
typedef struct CcParsedLine CcParsedLine;
CcParsedLine *cc_command_line_parse(const CcCommandLine *command, int *argc, char ***argv,
                                    GError **error);
CcConfig *cc_parsed_line_load(const CcParsedLine *parsed, GError **error);
void cc_parsed_line_free(CcParsedLine *parsed);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcParsedLine, cc_parsed_line_free)

/* Prints "classcast send: message" on stderr, for CC_ERROR_USAGE with a hint to --help.
 * Returns: the exit code for @error (sysexits). */
int cc_command_line_fail(const CcCommandLine *command, const GError *error);

/* Refuses a command line with more than @max positional arguments, or one that is not UTF-8.
 * Returns FALSE with CC_ERROR_USAGE. */
gboolean cc_command_line_check_positional(int argc, char **argv, int max, GError **error);

G_END_DECLS
