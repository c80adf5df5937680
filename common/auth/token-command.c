#include "common/auth/token-command.h"

#include "common/auth/token.h"
#include "common/base/command-line.h"
#include "common/base/error.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sysexits.h>

#define MAX_EXPIRES_S (G_GINT64_CONSTANT(3650) * 24 * 3600)

typedef struct {
    char *room, *role, *name, *expires, *show;
    gboolean generate_secret, speak;
} TokenOptions;

static void
token_options_clear(TokenOptions *options)
{
    g_free(options->room);
    g_free(options->role);
    g_free(options->name);
    g_free(options->expires);
    g_free(options->show);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TokenOptions, token_options_clear)

/* "90s", "30m", "12h", "7d" in seconds. */
static gboolean
parse_duration(const char *text, gint64 *duration_s)
{
    static const struct {
        char unit;
        gint64 seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    gsize length = strlen(text);

    for (gsize i = 0; length > 0 && i < G_N_ELEMENTS(units); i++) {
        g_autofree char *number = g_strndup(text, length - 1);
        if (text[length - 1] != units[i].unit)
            continue;
        if (!g_ascii_string_to_signed(number, 10, 1, MAX_EXPIRES_S / units[i].seconds, duration_s,
                                      NULL))
            return FALSE;
        *duration_s *= units[i].seconds;
        return TRUE;
    }
    return FALSE;
}

static gboolean
usage_error(GError **error, const char *message)
{
    g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE, message);
    return FALSE;
}

static gboolean
fill_claims(const TokenOptions *options, CcTokenClaims *claims, GError **error)
{
    gint64 duration_s;

    if (!options->room)
        return usage_error(error,
                           _("--room is missing: which room is the token for? * is every room"));
    if (strcmp(options->room, "*") != 0 && !cc_room_name_is_valid(options->room))
        return usage_error(error,
                           _("--room: expected 1 to 64 letters, digits, '.', '_' or '-', not "
                             "beginning with '.'"));
    if (!options->role)
        return usage_error(error, _("--role is missing: expected teacher, classroom or viewer"));
    if (!cc_role_from_string(options->role, &claims->role))
        return usage_error(error, _("--role: expected teacher, classroom or viewer"));
    if (!parse_duration(options->expires ? options->expires : "12h", &duration_s))
        return usage_error(error,
                           _("--expires: expected a time such as 45m, 12h or 7d, at most 3650d"));
    if (options->name && (!g_utf8_validate(options->name, -1, NULL) || strlen(options->name) > 200))
        return usage_error(error, _("--name: expected UTF-8 text of at most 200 bytes"));
    if (options->speak && claims->role == CC_ROLE_VIEWER)
        return usage_error(error, _("--speak: a viewer may not speak; a classroom may"));
    claims->room = g_strdup(options->room);
    claims->speak = options->speak;
    claims->name = g_strdup(options->name);
    claims->expires_s = g_get_real_time() / G_USEC_PER_SEC + duration_s;
    return TRUE;
}

static gboolean
print_token(const CcConfig *config, const TokenOptions *options, GError **error)
{
    const char *const *secrets = cc_config_get_list(config, "auth", "secrets");
    g_auto(CcTokenClaims) claims = {0};
    g_autofree char *token = NULL;

    if (!fill_claims(options, &claims, error))
        return FALSE;
    if (!secrets[0]) {
        g_set_error_literal(
            error, CC_ERROR, CC_ERROR_CONFIG,
            _("there is no secret to sign with. Make one with classcast token --generate-secret, "
              "put it into [auth] secrets of the relay's configuration, and name that file with "
              "--config"));
        return FALSE;
    }
    token = cc_token_sign(secrets[0], &claims);
    g_print("%s\n", token);
    return TRUE;
}

/* Says what is in a token and whether this configuration's relay would take it. */
static gboolean
show_token(const CcConfig *config, const char *token, GError **error)
{
    const char *const *secrets = cc_config_get_list(config, "auth", "secrets");
    g_auto(CcTokenClaims) claims = {0};
    g_auto(CcTokenClaims) verified = {0};
    g_autofree char *until = NULL;

    if (!cc_token_read_unchecked(token, &claims, error))
        return FALSE;
    g_autoptr(GDateTime) expires = g_date_time_new_from_unix_local(claims.expires_s);
    until = expires ? g_date_time_format(expires, "%F %T %z") : NULL;
    g_print(_("room: %s\n"), claims.room);
    g_print(_("role: %s\n"), cc_role_to_string(claims.role));
    if (claims.name)
        g_print(_("name: %s\n"), claims.name);
    if (claims.role == CC_ROLE_CLASSROOM)
        g_print("%s\n", claims.speak ? _("may speak when called on") : _("may not speak"));
    g_print(_("expires: %s\n"), until ? until : "?");
    if (!secrets[0]) {
        g_set_error_literal(error, CC_ERROR, CC_ERROR_CONFIG,
                            _("whether it is valid cannot be said: [auth] secrets is empty here"));
        return FALSE;
    }
    if (!cc_token_verify(secrets, token, g_get_real_time() / G_USEC_PER_SEC, &verified, error)) {
        g_prefix_error(error, "%s", _("not valid: "));
        return FALSE;
    }
    g_print("%s\n", _("valid"));
    return TRUE;
}

int
cc_token_main(int argc, char **argv)
{
    g_auto(TokenOptions) options = {0};
    /* FILENAME takes raw bytes: names are UTF-8 in whatever locale. */
    const GOptionEntry extra[] = {
        {"room", 0, 0, G_OPTION_ARG_FILENAME, &options.room, N_("Room; * is every room"),
         N_("ROOM")},
        {"role", 0, 0, G_OPTION_ARG_FILENAME, &options.role, N_("teacher, classroom or viewer"),
         N_("ROLE")},
        {"name", 0, 0, G_OPTION_ARG_FILENAME, &options.name, N_("Name shown to the others"),
         N_("NAME")},
        {"speak", 0, 0, G_OPTION_ARG_NONE, &options.speak,
         N_("A classroom that may be called on: its camera and microphone may be sent"), NULL},
        {"expires", 0, 0, G_OPTION_ARG_FILENAME, &options.expires,
         N_("How long it is valid, such as 45m, 12h (the default) or 7d"), N_("TIME")},
        {"show", 0, 0, G_OPTION_ARG_FILENAME, &options.show,
         N_("Show what is in this token and whether it is valid"), N_("TOKEN")},
        {"generate-secret", 0, 0, G_OPTION_ARG_NONE, &options.generate_secret,
         N_("Print a fresh secret for [auth] secrets"), NULL},
        {NULL},
    };
    const CcCommandLine command = {
        .name = "token",
        .summary = N_("Makes an access token for a room, signed with the first of [auth] secrets."),
        .extra = extra,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(CcParsedLine) parsed = cc_command_line_parse(&command, &argc, &argv, &error);
    g_autoptr(CcConfig) config = NULL;
    gboolean done;

    if (!parsed || !cc_command_line_check_positional(argc, argv, 0, &error))
        return cc_command_line_fail(&command, error);
    if (options.generate_secret) {
        g_autofree char *secret = cc_token_generate_secret();
        g_print("%s\n", secret);
        return EX_OK;
    }
    config = cc_parsed_line_load(parsed, &error);
    if (!config)
        return cc_command_line_fail(&command, error);
    done = options.show ? show_token(config, options.show, &error)
                        : print_token(config, &options, &error);
    return done ? EX_OK : cc_command_line_fail(&command, error);
}
