/* What each key takes and what it refuses, in which words. */
#include "config-fixture.h"

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
        {"[network]\nrelay-url = https://relay.example.com/watch/math?token=a\n",
         ":2: [network] relay-url: expected the relay's address alone, such as "
         "https://relay.example.com; room and token have keys of their own, got "
         "\"https://relay.example.com/watch/math?token=a\""},
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
    assert_accepted(files, "[network]\nrelay-url=https://school.example/classcast\n");
    assert_accepted(files, "[network]\nrelay-url=https://school.example/whep/math\n");
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
        {"[ladder]\norder = voice;slides;face;hd\n",
         ":2: [ladder] order: lacks pupil; it takes all of voice;slides;pupil;face;hd"},
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

#define ADD(name, function, data)                                                                  \
    g_test_add("/config/" name, Files, data, files_set_up, function, files_tear_down)

int
main(int argc, char **argv)
{
    g_autofree char *home = config_fixture_begin(&argc, &argv);

    ADD("values", test_values, NULL);
    ADD("good-values", test_good_values, NULL);
    ADD("structure", test_structure, NULL);
    ADD("contradictions", test_contradictions, NULL);
    return config_fixture_run(home);
}
