/* `classcast relay`. */
#define CC_LOG_AREA "relay"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <sys/resource.h>
#include <sysexits.h>

#include "common/base/command-line.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "relay/relay.h"

static const CcOptionKey options[] = {
    {"http-port", 'p', "relay.http-port", NULL, NULL, N_("PORT"), N_("Port of the web server")},
    {"http-address", 0, "relay.http-address", NULL, NULL, N_("ADDRESS"),
     N_("Address of the web server")},
    {"udp-port", 'u', "relay.udp-port", NULL, NULL, N_("PORT"), N_("Port for media, UDP and TCP")},
    {"udp-address", 0, "relay.udp-address", NULL, NULL, N_("ADDRESS"), N_("Address for media")},
    {"advertise", 0, "relay.advertise", NULL, NULL, N_("ADDRESS"),
     N_("Address at which clients reach this machine, if behind NAT")},
    {"open", 0, "auth.mode", "open", NULL, NULL, N_("Let anybody teach and watch without a token")},
    {"tls-certificate", 0, "relay.tls-certificate", NULL, NULL, N_("FILE"),
     N_("Certificate for HTTPS (PEM)")},
    {"tls-key", 0, "relay.tls-key", NULL, NULL, N_("FILE"), N_("Its key (PEM)")},
    {NULL},
};

static const CcCommandLine command_line = {
    .name = "relay",
    .summary =
        N_("The server in between: takes the teacher's lesson and gives it to every classroom."),
    .options = options,
    .log_level_key = "relay.log-level",
};

typedef struct {
    CcRelay *relay;
    GMainLoop *loop;
    int argc; /* as the command was called, to read the settings again */
    char **argv;
} Running;

static CcConfig *
load(int argc, char **argv, GError **error)
{
    /* The arguments are taken out of the array while they are parsed. */
    g_autofree char **rest = g_memdup2(argv, sizeof(char *) * (gsize)(argc + 1));
    char **parsed = rest;
    g_autoptr(CcConfig) config = cc_command_line_load(&command_line, &argc, &parsed, error);

    if (config == NULL || !cc_command_line_check_positional(argc, parsed, 0, error))
        return NULL;
    if (g_str_equal(cc_config_get_string(config, "auth", "mode"), "token") &&
        cc_config_get_list(config, "auth", "secrets")[0] == NULL) {
        g_set_error(
            error, CC_ERROR, CC_ERROR_CONFIG, "[auth] secrets %s",
            _("is empty, so nobody could come in; \"classcast token --generate-secret\" makes "
              "one, and --open lets everybody in"));
        return NULL;
    }
    return g_steal_pointer(&config);
}

static gboolean
on_terminate(gpointer user_data)
{
    Running *running = user_data;

    cc_info("stopping");
    g_main_loop_quit(running->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup(gpointer user_data)
{
    Running *running = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = load(running->argc, running->argv, &error);

    if (config == NULL)
        cc_warning("the old settings stay in force: %s", error->message);
    else
        cc_relay_reload(running->relay, config);
    return G_SOURCE_CONTINUE;
}

/* A socket for each classroom on TCP and each page: the usual soft limit of 1024 is too small. */
static void
raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int
cc_relay_main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = load(argc, argv, &error);
    g_autoptr(CcRelay) relay = NULL;
    g_autoptr(GMainLoop) loop = NULL;
    Running running;

    if (config == NULL)
        return cc_command_line_fail(&command_line, error);
    raise_file_limit();
    /* Before the relay says that it listens: whoever reads that may send signals at once. */
    loop = g_main_loop_new(NULL, FALSE);
    running = (Running){.loop = loop, .argc = argc, .argv = argv};
    g_unix_signal_add(SIGTERM, on_terminate, &running);
    g_unix_signal_add(SIGINT, on_terminate, &running);
    g_unix_signal_add(SIGHUP, on_hangup, &running);
    running.relay = relay = cc_relay_new(config, &error);
    if (relay == NULL)
        return cc_command_line_fail(&command_line, error);

    g_main_loop_run(loop);
    return EX_OK;
}
