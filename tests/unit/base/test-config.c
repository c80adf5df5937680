/* The configuration as a whole: layers, overrides, secrets, and what it says of itself. */
#include "config-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/base/config-schema.h"
#include "common/base/error.h"

static void
test_defaults(Files *files, gconstpointer data)
{
    g_autoptr(CcConfig) config = cc_config_new_default();

    g_assert_cmpint(cc_config_get_int(config, "relay", "http-port"), ==, 8080);
    g_assert_cmpint(cc_config_get_int(config, "audio", "frame-ms"), ==, 20);
    g_assert_true(cc_config_get_bool(config, "relay", "enable-tcp"));
    g_assert_false(cc_config_get_bool(config, "recv", "mute"));
    g_assert_cmpstr(cc_config_get_string(config, "auth", "mode"), ==, "token");
    g_assert_cmpstr(cc_config_get_string(config, "auth", "token"), ==, "");
    g_assert_null(cc_config_get_list(config, "auth", "secrets")[0]);
    const char *const *codecs = cc_config_get_list(config, "relay", "codecs");
    g_assert_cmpstr(codecs[0], ==, "opus");
    g_assert_cmpstr(codecs[3], ==, "vp9");
    g_assert_null(codecs[4]);
    g_assert_cmpstr(cc_config_get_origin(config, "relay", "http-port"), ==, "default");
}

static void
test_layers(Files *files, gconstpointer data)
{
    static const CcConfigOverride overrides[] = {{"recv.latency-ms", "5", "--latency"}, {NULL}};
    g_autoptr(GError) error = NULL;
    g_autofree char *from_system = g_strconcat(files->system_file, ":2", NULL);
    g_autofree char *from_user = g_strconcat(files->user_file, ":3", NULL);
    g_autofree char *from_file = g_strconcat(files->file, ":4", NULL);

    write_bytes(files->system_file,
                "[video]\nwidth=640\nheight=360\nframerate=10\n[recv]\nlatency-ms=1\n", -1);
    write_bytes(files->user_file,
                "[video]\n# mine\nheight=480\nframerate=12\n[recv]\nlatency-ms=2\n", -1);
    write_bytes(files->file, "\n\n[video]\n framerate = 15 \r\n[recv]\nlatency-ms=3\n", -1);
    g_autoptr(CcConfig) config = cc_config_load(files->file, overrides, &error);
    g_assert_no_error(error);
    g_assert_cmpint(cc_config_get_int(config, "video", "width"), ==, 640);
    g_assert_cmpint(cc_config_get_int(config, "video", "height"), ==, 480);
    g_assert_cmpint(cc_config_get_int(config, "video", "framerate"), ==, 15);
    g_assert_cmpint(cc_config_get_int(config, "recv", "latency-ms"), ==, 5);
    g_assert_cmpstr(cc_config_get_origin(config, "video", "width"), ==, from_system);
    g_assert_cmpstr(cc_config_get_origin(config, "video", "height"), ==, from_user);
    g_assert_cmpstr(cc_config_get_origin(config, "video", "framerate"), ==, from_file);
    g_assert_cmpstr(cc_config_get_origin(config, "recv", "latency-ms"), ==, "--latency");

    g_autofree char *text = cc_config_describe(config);
    g_autofree char *line = g_strdup_printf("# %s\nheight = 480\n", from_user);
    g_assert_nonnull(strstr(text, line));
    g_assert_nonnull(strstr(text, "[recv]\n"));
    g_assert_nonnull(strstr(text, "# --latency\nlatency-ms = 5\n"));
    g_assert_nonnull(strstr(text, "# default\nmute = false\n"));
}

static void
test_describe_reads_back(Files *files, gconstpointer data)
{
    g_autoptr(CcConfig) config = cc_config_new_default();
    g_autofree char *text = cc_config_describe(config);
    assert_accepted(files, text);
}

static void
test_broken_layers(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *expected = g_strconcat(
        files->user_file, ":2: [video] width: expected an even number, got \"641\"", NULL);

    /* An absent file is fine unless it was asked for. */
    g_autoptr(CcConfig) config = cc_config_load(NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(config);
    g_assert_null(cc_config_load(files->file, NULL, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, files->file));
    g_assert_nonnull(strstr(error->message, "No such file or directory"));
    g_clear_error(&error);

    write_bytes(files->user_file, "[video]\nwidth=641\n", -1);
    g_assert_null(cc_config_load(NULL, NULL, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==, expected);
}

static void
test_overrides(Files *files, gconstpointer data)
{
    static const struct {
        CcConfigOverride override[2];
        const char *message;
    } bad[] = {
        {{{"video.bitrate-kbps", "fast", "--bitrate"}},
         "--bitrate: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"fast\""},
        {{{"video.bitrate", "1", "--set"}},
         "--set: there is no key video.bitrate; did you mean video.bitrate-kbps?"},
        {{{"nowhere.x", "1", "--set"}},
         "--set: there is no key nowhere.x; classcast config --example shows all keys"},
        {{{"video", "1", "--set"}},
         "--set: there is no key video; classcast config --example shows all keys"},
        {{{"recv.record", "\xff", "--record"}}, "--record: [recv] record: expected UTF-8 text"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(cc_config_load(NULL, bad[i].override, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
        g_assert_cmpstr(error->message, ==, bad[i].message);
    }
}

static void
test_unreadable(Files *files, gconstpointer data)
{
    static const char with_nul[] = "[relay]\nhttp-port=1\0\n";
    g_autoptr(GError) error = NULL;
    g_autofree char *large = g_strnfill(1024 * 1024 + 1, '\n');

    g_assert_false(cc_config_check(files->directory, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_nonnull(strstr(error->message, "directory"));
    g_clear_error(&error);

    g_assert_true(cc_config_check("/dev/null", &error)); /* scripts shut a layer out with it */
    g_assert_no_error(error);

    write_bytes(files->file, with_nul, sizeof with_nul - 1);
    g_assert_false(cc_config_check(files->file, &error));
    g_assert_nonnull(strstr(error->message, ":2: expected UTF-8 text"));
    g_clear_error(&error);

    write_bytes(files->file, large, -1);
    g_assert_false(cc_config_check(files->file, &error));
    g_assert_nonnull(strstr(error->message, "too large"));
    g_clear_error(&error);

    g_assert_false(cc_config_check("/dev/zero", &error)); /* no size, and no end */
    g_assert_nonnull(strstr(error->message, "too large"));
}

static void
test_secrets_hidden(Files *files, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    write_bytes(files->file,
                "[auth]\nsecrets=topsecrettopsecret\ntoken=topsecret\n"
                "[network]\nturn-username=visible\nturn-password=topsecret\n",
                -1);
    g_autoptr(CcConfig) config = cc_config_load(files->file, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(cc_config_get_string(config, "auth", "token"), ==, "topsecret");
    g_autofree char *text = cc_config_describe(config);
    g_assert_null(strstr(text, "topsecret"));
    g_assert_nonnull(strstr(text, "secrets = (hidden)\n"));
    g_assert_nonnull(strstr(text, "turn-password = (hidden)\n"));
    g_assert_nonnull(strstr(text, "turn-username = visible\n"));
    g_assert_nonnull(strstr(text, "ice-server-password =\n"));
}

static void
test_public_secrets(Files *files, gconstpointer data)
{
    if (g_test_subprocess()) {
        write_bytes(files->file, "[auth]\ntoken=abc\n", -1);
        g_assert_cmpint(g_chmod(files->file, GPOINTER_TO_INT(data)), ==, 0);
        g_assert_true(cc_config_check(files->file, NULL));
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed();
    if (GPOINTER_TO_INT(data) == 0644)
        g_test_trap_assert_stderr(
            "*WARN  config: everyone on this machine can read*key=auth.token\n");
    else
        g_test_trap_assert_stderr_unmatched("*WARN*");
}

/* Asking for what the schema does not have is a mistake of ours. */
static void
test_wrong_getter(Files *files, gconstpointer data)
{
    if (g_test_subprocess()) {
        g_autoptr(CcConfig) config = cc_config_new_default();
        cc_config_get_int(config, "relay", "allow-origin");
        return;
    }
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*?relay] allow-origin is of another type*");
}

#define ADD(name, function, data)                                                                  \
    g_test_add("/config/" name, Files, data, files_set_up, function, files_tear_down)

int
main(int argc, char **argv)
{
    g_autofree char *home = config_fixture_begin(&argc, &argv);

    ADD("defaults", test_defaults, NULL);
    ADD("layers", test_layers, NULL);
    ADD("describe-reads-back", test_describe_reads_back, NULL);
    ADD("broken-layers", test_broken_layers, NULL);
    ADD("overrides", test_overrides, NULL);
    ADD("unreadable", test_unreadable, NULL);
    ADD("secrets-hidden", test_secrets_hidden, NULL);
    ADD("public-secrets", test_public_secrets, GINT_TO_POINTER(0644));
    ADD("private-secrets", test_public_secrets, GINT_TO_POINTER(0640));
    ADD("wrong-getter", test_wrong_getter, NULL);
    return config_fixture_run(home);
}
