/* Picks the subcommand and passes on its exit code (sysexits). */
#include <glib.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>
#include <sysexits.h>

#include "client/client.h"
#include "common/auth/token-command.h"
#include "common/base/config-command.h"
#include "relay/relay.h"

typedef struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} Command;

static const Command commands[] = {
    {"send", cc_send_main, N_("teach: camera, screen or a file to the relay")},
    {"recv", cc_recv_main, N_("the classroom: show the lesson of a room")},
    {"relay", cc_relay_main, N_("the server in between")},
    {"check", cc_check_main, N_("before class: is everything there that a lesson needs?")},
    {"devices", cc_devices_main, N_("list cameras and microphones")},
    {"token", cc_token_main, N_("make an access token for a room")},
    {"config", cc_config_main, N_("show or check the settings")},
};

static void
print_usage(void)
{
    g_print("%s\n\n", _("Usage: classcast COMMAND [OPTION…]"));
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        g_print("  %-8s %s\n", commands[i].name, _(commands[i].summary));
    g_print("\n%s\n",
            _("classcast COMMAND --help tells more; classcast --version says which this is."));
}

/* Room and school names are UTF-8 everywhere; a service is often started in the C locale, which
 * would print them as question marks. */
static void
start_locale(void)
{
    if (!setlocale(LC_ALL, "") || !g_get_charset(NULL))
        setlocale(LC_CTYPE, "C.UTF-8");
    bindtextdomain(GETTEXT_PACKAGE, CC_LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
}

int
main(int argc, char **argv)
{
    start_locale();
    g_set_prgname("classcast");
    if (argc < 2) {
        print_usage();
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_usage();
        return EX_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        g_print("classcast %s\n", CC_VERSION);
        return EX_OK;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    g_printerr(_("classcast: there is no command \"%s\"; see classcast --help\n"), argv[1]);
    return EX_USAGE;
}
