#include "common/base/command-line.h"
#include "common/base/config-command.h"
#include "common/base/config-rules.h"
#include "common/base/error.h"

#include <string.h>
#include <sysexits.h>

static const CcOptionKey option_keys[] = {
    {"relay", 'r', "network.relay-url", NULL, NULL, "URL", "Address"},
    {"file", 0, "send.file", NULL, "send.source=file", "FILE", "Teach from a file"},
    {"loop", 0, "send.loop", "true", NULL, NULL, "Again"},
    {"test", 't', "send.source", "test", NULL, NULL, "Send a test pattern"},
    {"screen", 0, "send.screen", "monitor", NULL, "AREA", "Show the screen"},
    {"name", 0, "network.name", NULL, NULL, "NAME", "Name"},
    {NULL},
};
static const CcCommandLine command = {.name = "send",
                                      .parameters = "[ROOM]",
                                      .summary = "Teaches.",
                                      .options = option_keys,
                                      .log_level_key = "send.log-level"};

typedef struct {
    int argc;
    char **argv;
    char *storage[16];
} Arguments;

static CcConfig *
load(Arguments *arguments, const char *line, GError **error)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);

    memset(arguments, 0, sizeof *arguments);
    arguments->argv = arguments->storage;
    for (char **word = words; *word; word++)
        arguments->storage[arguments->argc++] = (char *)g_intern_string(*word);
    return cc_command_line_load(&command, &arguments->argc, &arguments->argv, error);
}

static void
test_options(void)
{
    Arguments arguments;
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = load(&arguments,
                                      "send -r https://a.example 数学 --file=x.mp4 --loop --set "
                                      "video.bitrate-kbps=600 --name 湖里",
                                      &error);

    g_assert_no_error(error);
    g_assert_cmpstr(cc_config_get_string(config, "network", "relay-url"), ==, "https://a.example");
    g_assert_cmpstr(cc_config_get_string(config, "send", "file"), ==, "x.mp4");
    g_assert_cmpstr(cc_config_get_string(config, "send", "source"), ==, "file");
    g_assert_true(cc_config_get_bool(config, "send", "loop"));
    g_assert_cmpint(cc_config_get_int(config, "video", "bitrate-kbps"), ==, 600);
    g_assert_cmpstr(cc_config_get_string(config, "network", "name"), ==, "湖里");
    g_assert_cmpstr(cc_config_get_origin(config, "network", "relay-url"), ==, "--relay");
    g_assert_cmpstr(cc_config_get_origin(config, "send", "source"), ==, "--file");
    g_assert_cmpstr(cc_config_get_origin(config, "video", "bitrate-kbps"), ==, "--set");
    g_assert_cmpint(arguments.argc, ==, 2);
    g_assert_cmpstr(arguments.argv[1], ==, "数学");
}

static void
test_last_one_wins(void)
{
    Arguments arguments;
    g_autoptr(GError) error = NULL;
    g_autoptr(CcConfig) config = load(&arguments, "send --file x.mp4 -t", &error);

    g_assert_no_error(error);
    g_assert_cmpstr(cc_config_get_string(config, "send", "source"), ==, "test");
    g_assert_cmpstr(cc_config_get_origin(config, "send", "source"), ==, "--test");
}

/* An argument that may be left out does not take the room for itself. */
static void
test_optional_argument(void)
{
    static const struct {
        const char *line, *screen;
        int argc;
    } cases[] = {
        {"send --screen 数学", "monitor", 2},
        {"send 数学 --screen", "monitor", 2},
        {"send --screen=window:课件 数学", "window:课件", 2},
        {"send --screen=", "", 1},
        {"send -- --screen", "", 3}, /* GOption leaves the -- */
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        Arguments arguments;
        g_autoptr(GError) error = NULL;
        g_autoptr(CcConfig) config = load(&arguments, cases[i].line, &error);
        g_test_message("%s", cases[i].line);
        g_assert_no_error(error);
        g_assert_cmpstr(cc_config_get_string(config, "send", "screen"), ==, cases[i].screen);
        g_assert_cmpint(arguments.argc, ==, cases[i].argc);
    }
}

static void
test_wrong_lines(void)
{
    static const struct {
        const char *line, *message;
    } bad[] = {
        {"send --nonsense", "Unknown option --nonsense"},
        {"send --relay", "Missing argument for --relay"},
        {"send --relay nowhere", "--relay: [network] relay-url: expected an address such as "
                                 "https://relay.example.com, got \"nowhere\""},
        {"send --set bitrate=3",
         "--set: expected SECTION.KEY=VALUE, such as video.bitrate-kbps=600"},
        {"send --set video.width",
         "--set: expected SECTION.KEY=VALUE, such as video.bitrate-kbps=600"},
        {"send --set video.widht=640",
         "--set: there is no key video.widht; did you mean video.width?"},
        {"send --log-level loud",
         "--log-level: [send] log-level: expected one of error|warning|info|debug, got \"loud\""},
        {"send --name \xff", "--name: expected UTF-8 text"},
        {"send --log-level \xff", "--log-level: expected UTF-8 text"},
        {"send --set \xff", "--set: expected UTF-8 text"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        Arguments arguments;
        g_autoptr(GError) error = NULL;
        g_test_message("%" G_GSIZE_FORMAT, i);
        g_assert_null(load(&arguments, bad[i].line, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
        g_assert_cmpstr(error->message, ==, bad[i].message);
    }
}

static void
test_missing_config(void)
{
    Arguments arguments;
    g_autoptr(GError) error = NULL;

    g_assert_null(load(&arguments, "send --config /nonexistent/c.conf", &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "/nonexistent/c.conf"));
}

static void
test_positional(void)
{
    char *good[] = {(char *)"send", (char *)"数学", NULL};
    char *bad[] = {(char *)"send", (char *)"\xff", NULL};
    g_autoptr(GError) error = NULL;

    g_assert_true(cc_command_line_check_positional(1, good, 0, &error));
    g_assert_true(cc_command_line_check_positional(2, good, 1, &error));
    g_assert_no_error(error);
    g_assert_false(cc_command_line_check_positional(2, good, 0, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
    g_assert_cmpstr(error->message, ==, "unexpected argument \"数学\"");
    g_clear_error(&error);
    g_assert_false(cc_command_line_check_positional(2, bad, 1, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
}

static void
test_fail(void)
{
    if (g_test_subprocess()) {
        g_autoptr(GError) usage = g_error_new_literal(CC_ERROR, CC_ERROR_USAGE, "wrong");
        g_autoptr(GError) config = g_error_new_literal(CC_ERROR, CC_ERROR_CONFIG, "f.conf:1: bad");
        g_assert_cmpint(cc_command_line_fail(&command, usage), ==, EX_USAGE);
        g_assert_cmpint(cc_command_line_fail(&command, config), ==, EX_CONFIG);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("classcast send: wrong\nclasscast send --help shows the options.\n"
                              "classcast send: f.conf:1: bad\n");
}

static void
test_help(void)
{
    if (g_test_subprocess()) {
        Arguments arguments;
        load(&arguments, "send --help", NULL);
        g_assert_not_reached(); /* --help exits */
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout(
        "*classcast send ?OPTION*] ?ROOM]*Teaches.*-r, --relay=URL*--config=FILE*"
        "--set=SECTION.KEY=VALUE*--log-level=LEVEL*");
}

static int
run_config(const char *first, const char *second)
{
    char *arguments[] = {(char *)"config", (char *)first, (char *)second, NULL};
    return cc_config_main(second ? 3 : first ? 2 : 1, arguments);
}

static void
test_config_command(void)
{
    if (g_test_subprocess()) {
        g_assert_cmpint(run_config("--check", CC_SOURCE_ROOT "/configs/send.conf"), ==, EX_OK);
        g_assert_cmpint(run_config("--check", CC_SOURCE_ROOT "/LICENSE"), ==, EX_CONFIG);
        g_assert_cmpint(run_config("--set", "audio.channels=2"), ==, EX_OK);
        g_assert_cmpint(run_config("surplus", NULL), ==, EX_USAGE);
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*send.conf is right.\n*# --set\nchannels = 2\n*");
    g_test_trap_assert_stderr(
        "*classcast config: *LICENSE:1: *classcast config: unexpected argument \"surplus\"\n*");
}

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_setenv("CLASSCAST_SYSTEM_CONFIG", "/nonexistent/classcast.conf", TRUE);
    g_test_add_func("/command-line/options", test_options);
    g_test_add_func("/command-line/last-one-wins", test_last_one_wins);
    g_test_add_func("/command-line/optional-argument", test_optional_argument);
    g_test_add_func("/command-line/wrong-lines", test_wrong_lines);
    g_test_add_func("/command-line/missing-config", test_missing_config);
    g_test_add_func("/command-line/positional", test_positional);
    g_test_add_func("/command-line/fail", test_fail);
    g_test_add_func("/command-line/help", test_help);
    g_test_add_func("/command-line/config-command", test_config_command);
    return g_test_run();
}
