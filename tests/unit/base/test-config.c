#include "common/base/config-rules.h"
#include "common/base/config-schema.h"
#include "common/base/config.h"
#include "common/base/error.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
    char *directory, *system_file, *user_file, *file;
} Files;

static void
files_set_up(Files *files, gconstpointer data)
{
    g_autofree char *user_directory = NULL;

    files->directory = g_dir_make_tmp("classcast-XXXXXX", NULL);
    g_assert_nonnull(files->directory);
    files->system_file = g_build_filename(files->directory, "system.conf", NULL);
    files->file = g_build_filename(files->directory, "c.conf", NULL);
    user_directory = g_build_filename(g_get_user_config_dir(), "classcast", NULL);
    g_assert_cmpint(g_mkdir_with_parents(user_directory, 0700), ==, 0);
    files->user_file = g_build_filename(user_directory, "classcast.conf", NULL);
    g_setenv("CLASSCAST_SYSTEM_CONFIG", files->system_file, TRUE);
}

static void
files_tear_down(Files *files, gconstpointer data)
{
    g_unlink(files->system_file);
    g_unlink(files->user_file);
    g_unlink(files->file);
    g_assert_cmpint(g_rmdir(files->directory), ==, 0);
    g_free(files->directory);
    g_free(files->system_file);
    g_free(files->user_file);
    g_free(files->file);
}

static void
write_bytes(const char *file, const char *text, gssize length)
{
    g_assert_true(
        g_file_set_contents_full(file, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

/* @expected: the message after the file's name. */
static void
assert_refused(Files *files, const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *message = g_strconcat(files->file, expected, NULL);

    g_autofree char *shown = g_strescape(text, NULL);
    g_test_message("%s", shown);
    write_bytes(files->file, text, -1);
    g_assert_false(cc_config_check(files->file, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    g_assert_cmpstr(error->message, ==, message);
}

static void
assert_accepted(Files *files, const char *text)
{
    g_autoptr(GError) error = NULL;

    write_bytes(files->file, text, -1);
    cc_config_check(files->file, &error);
    g_assert_no_error(error);
}

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
test_values(Files *files, gconstpointer data)
{
    static const struct {
        const char *text, *expected;
    } bad[] = {
        {"[video]\n\nbitrate-kbps = fast\n",
         ":3: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"fast\""},
        {"[video]\nbitrate-kbps = 29\n",
         ":2: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"29\""},
        {"[video]\nbitrate-kbps = 20001\n",
         ":2: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"20001\""},
        {"[video]\nbitrate-kbps =\n",
         ":2: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"\""},
        {"[video]\nbitrate-kbps = 99999999999999999999\n",
         ":2: [video] bitrate-kbps: expected a whole number from 30 to 20000, got "
         "\"99999999999999999999\""},
        {"[video]\nbitrate-kbps = 900 # good\n",
         ":2: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"900 # good\""},
        {"[video]\nbitrate-kbps = 0x100\n",
         ":2: [video] bitrate-kbps: expected a whole number from 30 to 20000, got \"0x100\""},
        {"[video]\nheight = 361\n", ":2: [video] height: expected an even number, got \"361\""},
        {"[video]\ncodec = av1\n", ":2: [video] codec: expected one of vp8|h264|vp9, got \"av1\""},
        {"[video]\ncodec =\n", ":2: [video] codec: expected one of vp8|h264|vp9, got \"\""},
        {"[audio]\nframe-ms = 30\n",
         ":2: [audio] frame-ms: expected one of 10|20|40|60, got \"30\""},
        {"[audio]\nframe-ms = 5\n", ":2: [audio] frame-ms: expected one of 10|20|40|60, got \"5\""},
        {"[audio]\nfec = yes\n", ":2: [audio] fec: expected true or false, got \"yes\""},
        {"[relay]\nhttp-port = 65536\n",
         ":2: [relay] http-port: expected a whole number from 0 to 65535, got \"65536\""},
        {"[relay]\nhttp-port = -1\n",
         ":2: [relay] http-port: expected a whole number from 0 to 65535, got \"-1\""},
        {"[relay]\nhttp-address = 300.1.2.3\n", ":2: [relay] http-address: expected an IP address "
                                                "such as 192.0.2.1 or ::, got \"300.1.2.3\""},
        {"[relay]\nhttp-address = localhost\n", ":2: [relay] http-address: expected an IP address "
                                                "such as 192.0.2.1 or ::, got \"localhost\""},
        {"[relay]\nhttp-address =\n", ":2: [relay] http-address: expected a value, got \"\""},
        {"[relay]\nudp-address = 127.0.0.1;::g\n",
         ":2: [relay] udp-address: expected an IP address such as 192.0.2.1 or ::, got \"::g\""},
        {"[relay]\nudp-address = ;\n",
         ":2: [relay] udp-address: expected at least one part, got \";\""},
        {"[relay]\nadvertise = 1.2.3.4;bad_name\n",
         ":2: [relay] advertise: expected an IP address or a host name, got \"bad_name\""},
        {"[relay]\nadvertise = 256.1.1.1\n",
         ":2: [relay] advertise: expected an IP address or a host name, got \"256.1.1.1\""},
        {"[relay]\ncodecs = opus;theora\n",
         ":2: [relay] codecs: expected one of opus|vp8|h264|vp9, got \"theora\""},
        {"[relay]\ncodecs = opus;vp8;opus\n",
         ":2: [relay] codecs: expected each part once, got \"opus\""},
        {"[relay]\nallow-origin = school.example.com\n",
         ":2: [relay] allow-origin: expected * or a web origin such as https://school.example.com, "
         "got "
         "\"school.example.com\""},
        {"[relay]\nallow-origin = https://school.example.com/a\n",
         ":2: [relay] allow-origin: expected * or a web origin such as https://school.example.com, "
         "got "
         "\"https://school.example.com/a\""},
        {"[relay]\nice-servers = http://turn.example.com\n",
         ":2: [relay] ice-servers: expected a server such as turn:turn.example.com:3478 or "
         "stun:stun.example.com, got \"http://turn.example.com\""},
        {"[relay]\nice-servers = turn:a.example:70000\n",
         ":2: [relay] ice-servers: expected a server such as turn:turn.example.com:3478 or "
         "stun:stun.example.com, got \"turn:a.example:70000\""},
        {"[relay]\nlog-level = loud\n",
         ":2: [relay] log-level: expected one of error|warning|info|debug, got \"loud\""},
        {"[network]\nturn-servers = stun:stun.example.com\n",
         ":2: [network] turn-servers: expected a server such as "
         "turn:turn.example.com:3478?transport=udp, "
         "got \"stun:stun.example.com\""},
        {"[network]\nrelay-url = relay.example.com:8080\n",
         ":2: [network] relay-url: expected an address such as https://relay.example.com, got "
         "\"relay.example.com:8080\""},
        {"[network]\nrelay-url = ftp://relay.example.com\n",
         ":2: [network] relay-url: expected an address such as https://relay.example.com, got "
         "\"ftp://relay.example.com\""},
        {"[network]\nsrtp = gcm;des\n", ":2: [network] srtp: expected one of gcm|cm, got \"des\""},
        {"[network]\nsrtp =\n", ":2: [network] srtp: expected at least one part, got \"\""},
        {"[network]\nlocal-address = eth0\n", ":2: [network] local-address: expected an IP address "
                                              "such as 192.0.2.1 or ::, got \"eth0\""},
        {"[auth]\nmode = none\n", ":2: [auth] mode: expected one of token|open, got \"none\""},
        /* A secret is never shown, not even a bad one. */
        {"[auth]\nsecrets = 0123456789abcdef;tooshort\n",
         ":2: [auth] secrets: expected a secret of at least 16 bytes"},
        {"[recv]\nrecord = a\\qb\n", ":2: [recv] record: expected \\ only in \\s \\n \\t \\r \\\\"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused(files, bad[i].text, bad[i].expected);
}

static void
test_good_values(Files *files, gconstpointer data)
{
    assert_accepted(files, "");
    assert_accepted(files, "# nothing\n\n   # at all\n");
    assert_accepted(files, "\xef\xbb\xbf[video]\r\nwidth=640\r\n"); /* Windows' Notepad */
    assert_accepted(files, "[video]\nwidth=640\n[audio]\nfec=false\n[video]\nheight=360\n");
    assert_accepted(files,
                    "[relay]\nhttp-address = 127.0.0.1\nudp-address = 0.0.0.0;::\nhttp-port=0\n");
    assert_accepted(files, "[relay]\nadvertise = 203.0.113.10;2001:db8::1;relay.example.com;\n");
    assert_accepted(
        files,
        "[relay]\nice-servers=stun:stun.example.com;turns:[2001:db8::1]:443?transport=tcp\n");
    assert_accepted(files, "[relay]\nallow-origin=https://school.example.com:8443\n");
    assert_accepted(files, "[network]\nrelay-url=http://[::1]:8080/\nname=湖里 小学\n");
    assert_accepted(files, "[auth]\nsecrets = 0123456789abcdef;另一个秘密另一个秘密\n");
}

static void
test_structure(Files *files, gconstpointer data)
{
    static const struct {
        const char *text, *expected;
    } bad[] = {
        {"[video]\nbitrate-kbp = 1\n",
         ":2: [video] bitrate-kbp: unknown key; did you mean bitrate-kbps?"},
        {"[video]\nbitrate = 1\n", ":2: [video] bitrate: unknown key; did you mean bitrate-kbps?"},
        {"[relay]\nhttp_port = 1\n", ":2: [relay] http_port: unknown key; did you mean http-port?"},
        {"[relay]\nHTTP-Port = 1\n", ":2: [relay] HTTP-Port: unknown key; did you mean http-port?"},
        {"[recv]\nwatchdog-ms = 1\n",
         ":2: [recv] watchdog-ms: unknown key; it belongs into section [network]"},
        {"[recv]\ncolour = red\n",
         ":2: [recv] colour: unknown key; classcast config --example shows all keys"},
        {"[recv]\nmute[zh] = true\n",
         ":2: [recv] mute[zh]: unknown key; classcast config --example shows all keys"},
        {"[vidoe]\n", ":1: there is no section [vidoe]; did you mean [video]?"},
        {"[Relay]\n", ":1: there is no section [Relay]; did you mean [relay]?"},
        {"\n[something]\n",
         ":2: there is no section [something]; expected [relay], [auth], [network], [video], "
         "[audio], [send] or [recv]"},
        {"[relay\n", ":1: expected ] at the end of the section's name, got \"[relay\""},
        {"http-port = 1\n", ":1: http-port: expected a line such as [relay] before the first key"},
        {"[relay]\nhttp-port 1\n",
         ":2: expected [section], key = value or # comment, got \"http-port 1\""},
        {"[relay]\n= 1\n", ":2: expected [section], key = value or # comment, got \"= 1\""},
        {"[relay]\n; a comment\n",
         ":2: expected [section], key = value or # comment, got \"; a comment\""},
        {"[relay]\nhttp-port = 1\xff\n", ":2: expected UTF-8 text"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused(files, bad[i].text, bad[i].expected);

    g_autofree char *twice =
        g_strconcat(":5: [relay] udp-port: is already set at ", files->file, ":2", NULL);
    assert_refused(files, "[relay]\nudp-port=1\n[send]\n[relay]\nudp-port=1\n", twice);
}

static void
test_contradictions(Files *files, gconstpointer data)
{
    static const struct {
        const char *text, *expected;
    } bad[] = {
        {"[relay]\ntls-certificate = a.pem\n",
         ":2: [relay] tls-certificate: is set, but tls-key is not; both belong together"},
        {"[relay]\ntls-key = a.pem\n",
         ":2: [relay] tls-key: is set, but tls-certificate is not; both belong together"},
        {"[relay]\nice-server-username = a\n", ":2: [relay] ice-server-username: is set, but "
                                               "ice-server-password is not; both belong together"},
        {"[network]\nturn-password = a\n",
         ":2: [network] turn-password: is set, but turn-username is not; both belong together"},
        {"[network]\nrelay-only = true\n",
         ":2: [network] relay-only: is true, but turn-servers is empty"},
        {"[network]\nenable-udp = false\nenable-tcp = false\n",
         ":3: [network] enable-tcp: is false, and enable-udp too; nothing is left to connect with"},
        {"[relay]\nhttp-port = 443\nudp-port = 443\n",
         ":3: [relay] udp-port: is http-port too, but it is also listened on over TCP; expected "
         "another number, or enable-tcp = false"},
        {"[relay]\nworkers = 4\nudp-port = 8078\n",
         ":3: [relay] udp-port: and the numbers after it, one for each further worker, take in "
         "http-port, but they are also listened on over TCP; expected others, or enable-tcp = "
         "false"},
        {"[relay]\nworkers = 2\nudp-port = 65535\n",
         ":3: [relay] udp-port: leaves too few numbers up to 65535; each of the workers takes one"},
        {"[send]\nsource = file\n", ":2: [send] source: is file, but [send] file is empty"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused(files, bad[i].text, bad[i].expected);

    assert_accepted(files, "[relay]\nworkers = 3\nhttp-port = 443\nudp-port = 444\n");
    assert_accepted(files, "[relay]\nworkers = 4\nudp-port = 8078\nenable-tcp = false\n");
    assert_accepted(files, "[relay]\ntls-certificate=a\ntls-key=b\n");
    assert_accepted(files, "[network]\nrelay-only=true\nturn-servers=turn:t.example.com\nturn-"
                           "username=u\nturn-password=p\n");
    assert_accepted(files, "[send]\nsource=file\nfile=lecture.mp4\n");
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
    g_autofree char *home = g_dir_make_tmp("classcast-XXXXXX", NULL);
    g_autofree char *user_directory = g_build_filename(home, "classcast", NULL);
    int result;

    g_assert_nonnull(home);
    g_setenv("XDG_CONFIG_HOME", home, TRUE); /* before GLib looks */
    g_test_init(&argc, &argv, NULL);
    ADD("defaults", test_defaults, NULL);
    ADD("layers", test_layers, NULL);
    ADD("describe-reads-back", test_describe_reads_back, NULL);
    ADD("broken-layers", test_broken_layers, NULL);
    ADD("overrides", test_overrides, NULL);
    ADD("values", test_values, NULL);
    ADD("good-values", test_good_values, NULL);
    ADD("structure", test_structure, NULL);
    ADD("contradictions", test_contradictions, NULL);
    ADD("unreadable", test_unreadable, NULL);
    ADD("secrets-hidden", test_secrets_hidden, NULL);
    ADD("public-secrets", test_public_secrets, GINT_TO_POINTER(0644));
    ADD("private-secrets", test_public_secrets, GINT_TO_POINTER(0640));
    ADD("wrong-getter", test_wrong_getter, NULL);
    result = g_test_run();
    g_rmdir(user_directory);
    g_rmdir(home);
    return result;
}
