/* What `classcast check` makes of what it measures: colours, next steps, settings, lines. */
#include <glib/gstdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "client/check/advice.h"
#include "client/check/judge.h"
#include "client/check/probe-server.h"
#include "client/check/report.h"
#include "client/ui/display-width.h"
#include "common/base/config.h"

/* Takes the finding. */
static void
assert_judged(CcFinding *finding, CcColour colour, const char *text, const char *next)
{
    g_assert_cmpstr(cc_colour_name(finding->colour), ==, cc_colour_name(colour));
    g_assert_nonnull(strstr(finding->text, text));
    if (next == NULL)
        g_assert_null(finding->next);
    else
        g_assert_nonnull(strstr(finding->next, next));
    cc_finding_free(finding);
}

static void
test_name(void)
{
    CcNameFacts facts = {.host = (char *)"relay.example"};
    assert_judged(cc_judge_name(&facts), CC_RED, "no server called relay.example", "relay-url");
    facts.timed_out = TRUE;
    assert_judged(cc_judge_name(&facts), CC_RED, "relay.example", "DNS");
    facts.offline = TRUE;
    assert_judged(cc_judge_name(&facts), CC_RED, "not connected", "cable");
    facts = (CcNameFacts){
        .host = (char *)"relay.example", .found = TRUE, .ms = 12, .addresses = (char *)"192.0.2.1"};
    assert_judged(cc_judge_name(&facts), CC_GREEN, "192.0.2.1 (12 ms)", NULL);
}

static void
test_server(void)
{
    CcServerFacts facts = {.host = (char *)"relay.example", .port = 8443, .https = TRUE};
    facts.reach = CC_REACH_REFUSED;
    assert_judged(cc_judge_server(&facts), CC_RED, "does not accept", "TCP port 8443");
    facts.reach = CC_REACH_TIMED_OUT;
    assert_judged(cc_judge_server(&facts), CC_RED, "does not answer", "firewall");
    facts.reach = CC_REACHED;
    assert_judged(cc_judge_server(&facts), CC_RED, "no HTTPS", "http or https");
    facts.slow = TRUE;
    assert_judged(cc_judge_server(&facts), CC_AMBER, "very long", "downloads");
    facts.slow = FALSE;
    facts.encrypted = facts.answered = TRUE;
    assert_judged(cc_judge_server(&facts), CC_GREEN, "8443", NULL);
}

/* A certificate that looks expired may be the clock's fault: the server's Date tells. */
static void
test_certificate_and_clock(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_utc(2026, 3, 1, 0, 0, 0);
    g_autoptr(GDateTime) soon = g_date_time_add_days(now, 5);
    g_autoptr(GDateTime) later = g_date_time_add_days(now, 100);
    CcServerFacts facts = {.https = TRUE, .encrypted = TRUE, .dated = TRUE, .valid_until = later};
    assert_judged(cc_judge_certificate(&facts, now), CC_GREEN, "2026-06-09", NULL);
    assert_judged(cc_judge_clock(&facts), CC_GREEN, "right", NULL);
    facts.valid_until = soon;
    assert_judged(cc_judge_certificate(&facts, now), CC_AMBER, "2026-03-06", "renew");
    facts.distrust = G_TLS_CERTIFICATE_EXPIRED;
    assert_judged(cc_judge_certificate(&facts, now), CC_RED, "expired", "administrator must renew");
    facts.ahead_s = 3 * 365 * 86400;
    assert_judged(cc_judge_certificate(&facts, now), CC_RED, "expired", "clock of this PC");
    assert_judged(cc_judge_clock(&facts), CC_RED, "1095 days fast", "battery");
    facts.ahead_s = -180;
    assert_judged(cc_judge_clock(&facts), CC_AMBER, "3 minutes slow", "automatically");
    facts.distrust = G_TLS_CERTIFICATE_UNKNOWN_CA;
    assert_judged(cc_judge_certificate(&facts, now), CC_RED, "no authority", "Do not teach");
}

static void
test_date(void)
{
    gint64 ahead_s = 0;
    g_assert_true(
        cc_probe_server_read_date("HTTP/1.1 200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
                                  784111777 + 90, &ahead_s));
    g_assert_cmpint(ahead_s, ==, 90);
    g_assert_false(cc_probe_server_read_date("HTTP/1.1 200 OK\r\n\r\n", 0, &ahead_s));
    g_assert_false(cc_probe_server_read_date("Date: Sun, 06 Foo 1994 08:49:37 GMT", 0, &ahead_s));
    g_assert_false(cc_probe_server_read_date("Date: Sun, 96 Nov 1994 08:49:37 GMT", 0, &ahead_s));
}

static void
test_room(void)
{
    CcRoomFacts facts = {.room = "math", .status = 401, .now_s = 1000000};
    assert_judged(cc_judge_room(&facts), CC_RED, "there is none here", "--room math");
    facts.has_token = TRUE;
    assert_judged(cc_judge_room(&facts), CC_RED, "is no token", "new token");
    facts.token_readable = TRUE;
    facts.claims = (CcTokenClaims){.room = (char *)"math", .expires_s = 999999};
    assert_judged(cc_judge_room(&facts), CC_RED, "has expired", "new token");
    facts.claims = (CcTokenClaims){.room = (char *)"art", .expires_s = 2000000};
    facts.status = 403;
    assert_judged(cc_judge_room(&facts), CC_RED, "for the room \"art\", not for \"math\"",
                  "[network] room");
    facts.claims.room = (char *)"math";
    facts.status = 201;
    assert_judged(cc_judge_room(&facts), CC_GREEN, "math", NULL);
    facts.claims.expires_s = facts.now_s + 3 * 86400;
    assert_judged(cc_judge_room(&facts), CC_AMBER, "another 3 days", "before it expires");
    facts.status = 409;
    assert_judged(cc_judge_room(&facts), CC_AMBER, "before the lesson", "during a lesson");
    facts.status = 503;
    assert_judged(cc_judge_room(&facts), CC_RED, "full", "few minutes");
    facts.status = 404;
    assert_judged(cc_judge_room(&facts), CC_RED, "no classcast relay", "relay-url");
    facts.status = 0;
    assert_judged(cc_judge_room(&facts), CC_RED, "no answer", "again");
}

static void
test_paths(void)
{
    CcPathFacts open = {.enabled = TRUE, .port = 8189, .open = TRUE};
    CcPathFacts closed = {.enabled = TRUE, .port = 8189};
    assert_judged(cc_judge_udp(&open, &closed), CC_GREEN, "8189 is open", NULL);
    assert_judged(cc_judge_tcp(&closed, &open), CC_GREY, "not needed", NULL);
    assert_judged(cc_judge_udp(&closed, &open), CC_AMBER, "nothing comes back",
                  "UDP port 8189 opened");
    assert_judged(cc_judge_udp(&closed, &closed), CC_RED, "8189", "UDP port 8189");
    assert_judged(cc_judge_tcp(&closed, &closed), CC_RED, "no way",
                  "UDP port 8189 (better) or TCP port 8189");
    closed.refused = TRUE;
    assert_judged(cc_judge_udp(&closed, &closed), CC_RED, "refused", "firewall");
}

static void
test_delay(void)
{
    CcDelayFacts facts = {.measured = TRUE};
    assert_judged(cc_judge_delay(&facts), CC_GREY, "old version", NULL);
    facts = (CcDelayFacts){.measured = TRUE,
                           .answered = TRUE,
                           .received = 90,
                           .least_ms = 40,
                           .median_ms = 45,
                           .usual_ms = 60};
    assert_judged(cc_judge_delay(&facts), CC_GREEN, "45 ms", NULL);
    assert_judged(cc_judge_jitter(&facts), CC_GREEN, "20 ms", NULL);
    assert_judged(cc_judge_loss(&facts), CC_GREEN, "0 are lost", NULL);
    facts.median_ms = 900;
    facts.usual_ms = 700;
    facts.loss_up = 0.12;
    assert_judged(cc_judge_delay(&facts), CC_AMBER, "900 ms", "Wait");
    assert_judged(cc_judge_jitter(&facts), CC_AMBER, "660 ms", "cable");
    assert_judged(cc_judge_loss(&facts), CC_AMBER, "12 on the way to the relay", "repairs");
    facts.loss_down = 0.7;
    assert_judged(cc_judge_loss(&facts), CC_RED, "70 are lost", "provider");
    facts.tcp = TRUE;
    assert_judged(cc_judge_loss(&facts), CC_GREY, "TCP", NULL);
}

static void
test_rate(void)
{
    CcRateFacts facts = {.measured = TRUE, .result = {.kbps = 2592, .at_least = TRUE}};
    assert_judged(cc_judge_rate(&facts, TRUE, TRUE), CC_GREEN, "at least 2592 kbit/s", NULL);
    facts.result = (CcRampResult){.kbps = 90};
    assert_judged(cc_judge_rate(&facts, TRUE, TRUE), CC_AMBER, "90 kbit/s: enough for the voice",
                  "not to use");
    assert_judged(cc_judge_rate(&facts, FALSE, FALSE), CC_GREEN, "90 kbit/s", NULL);
    facts.result.kbps = 12;
    assert_judged(cc_judge_rate(&facts, TRUE, TRUE), CC_RED, "too little", "hotspot");
    assert_judged(cc_judge_rate(&facts, FALSE, FALSE), CC_AMBER, "too little", "hotspot");
    facts.result = (CcRampResult){.kbps = 96, .no_large = TRUE};
    assert_judged(cc_judge_rate(&facts, TRUE, TRUE), CC_RED, "large ones do not", "MTU");
    facts = (CcRateFacts){.busy = TRUE};
    assert_judged(cc_judge_rate(&facts, TRUE, TRUE), CC_AMBER, "no time", "again");
}

static void
test_local(void)
{
    CcDeviceFacts facts = {.wanted = TRUE};
    assert_judged(cc_judge_device(CC_DEVICE_LOUDSPEAKER, &facts, TRUE), CC_RED, "loudspeaker",
                  "Plug");
    assert_judged(cc_judge_device(CC_DEVICE_CAMERA_IN, &facts, FALSE), CC_GREY, "not needed", NULL);
    facts.there = TRUE;
    facts.name = (char *)"USB Camera";
    assert_judged(cc_judge_device(CC_DEVICE_CAMERA_IN, &facts, TRUE), CC_GREEN, "USB Camera", NULL);
    facts.wanted = FALSE;
    assert_judged(cc_judge_device(CC_DEVICE_SCREEN, &facts, TRUE), CC_GREY, "settings", NULL);

    CcDecoderFacts decoder = {.height = 720, .fps = 50};
    assert_judged(cc_judge_decoder(&decoder, TRUE), CC_GREEN, "720p", NULL);
    decoder = (CcDecoderFacts){.height = 180, .fps = 35};
    assert_judged(cc_judge_decoder(&decoder, TRUE), CC_AMBER, "180p and nothing", "smaller");
    decoder = (CcDecoderFacts){.fps = 9};
    assert_judged(cc_judge_decoder(&decoder, TRUE), CC_AMBER, "(9 a second)", "Close");
    decoder = (CcDecoderFacts){.no_decoder = TRUE};
    assert_judged(cc_judge_decoder(&decoder, TRUE), CC_RED, "missing", "GStreamer");
}

static void
add(GPtrArray *findings, CcColour colour, int exit_code)
{
    CcFinding *finding = cc_finding_new("x", "X");
    cc_finding_say(finding, colour, "said");
    cc_finding_advise(finding, exit_code, "do");
    g_ptr_array_add(findings, finding);
}

static void
test_exit_code(void)
{
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func((GDestroyNotify)cc_finding_free);
    g_assert_cmpint(cc_findings_exit_code(findings), ==, EX_OK);
    add(findings, CC_GREY, 0);
    add(findings, CC_GREEN, 0);
    g_assert_cmpint(cc_findings_exit_code(findings), ==, EX_OK);
    add(findings, CC_AMBER, EX_CONFIG);
    g_assert_cmpint(cc_findings_exit_code(findings), ==, 1);
    add(findings, CC_RED, EX_NOPERM);
    add(findings, CC_RED, EX_NOINPUT);
    g_assert_cmpint(cc_findings_exit_code(findings), ==, EX_NOPERM);
    g_assert_cmpint(cc_findings_worst(findings), ==, CC_RED);
}

/* The settings are really settings: the configuration takes them. */
static CcConfig *
load(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("classcast-advice-XXXXXX.conf", &path, &error);
    g_assert_no_error(error);
    close(fd);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    CcConfig *config = cc_config_load(path, NULL, &error);
    g_assert_no_error(error);
    g_unlink(path);
    return config;
}

static void
test_advice(void)
{
    CcAdviceFacts facts = {
        .relay_url = "https://relay.example:8443",
        .room = "数学",
        .udp = {.enabled = TRUE, .port = 8189},
        .tcp = {.enabled = TRUE, .port = 8189, .open = TRUE},
        .delay = {.least_ms = 40, .usual_ms = 361},
        .decoder = {.height = 360, .fps = 40},
    };
    g_autofree char *classroom = cc_advice(&facts);
    g_autoptr(CcConfig) config = load(classroom);
    g_assert_cmpstr(cc_config_get_string(config, "network", "room"), ==, "数学");
    g_assert_false(cc_config_get_bool(config, "network", "enable-udp"));
    g_assert_cmpint(cc_config_get_int(config, "recv", "latency-ms"), ==, 350);
    g_assert_nonnull(strstr(classroom, "# height = 360"));

    for (guint kbps = 10; kbps < 1500; kbps += 7) {
        facts.teacher = TRUE;
        facts.up = (CcRateFacts){.measured = TRUE, .result = {.kbps = kbps}};
        g_autofree char *teacher = cc_advice(&facts);
        g_autoptr(CcConfig) taught = load(teacher);
        if (kbps > 150 && kbps < 1200)
            g_assert_cmpint(cc_config_get_int(taught, "video", "bitrate-kbps"), <, kbps - 50);
    }
}

static void
test_wrap(void)
{
    g_autofree char *english = cc_report_wrap("one two three four", 2, 10);
    g_assert_cmpstr(english, ==, "one two\n  three\n  four");
    g_autofree char *chinese = cc_report_wrap("请看看网线，然后重启路由器。", 4, 14);
    g_assert_cmpstr(chinese, ==, "请看看网\n    线，然后重\n    启路由器。");
    g_autofree char *whole = cc_report_wrap("unbreakable-word-that-is-long", 4, 10);
    g_assert_cmpstr(whole, ==, "unbreakable-word-that-is-long");
    CcFinding *finding = cc_judge_loss(
        &(CcDelayFacts){.measured = TRUE, .received = 9, .loss_down = 0.5, .answered = TRUE});
    for (guint columns = 50; columns <= 100; columns++) {
        g_autofree char *lines = cc_report_finding(finding, columns, FALSE);
        g_auto(GStrv) each = g_strsplit(lines, "\n", -1);
        for (guint i = 0; each[i] != NULL; i++)
            g_assert_cmpuint(cc_display_width(each[i]), <=, columns);
    }
    cc_finding_free(finding);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_setenv("CLASSCAST_SYSTEM_CONFIG", "/dev/null", TRUE);
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_test_add_func("/check/name", test_name);
    g_test_add_func("/check/server", test_server);
    g_test_add_func("/check/certificate-and-clock", test_certificate_and_clock);
    g_test_add_func("/check/date", test_date);
    g_test_add_func("/check/room", test_room);
    g_test_add_func("/check/paths", test_paths);
    g_test_add_func("/check/delay", test_delay);
    g_test_add_func("/check/rate", test_rate);
    g_test_add_func("/check/local", test_local);
    g_test_add_func("/check/exit-code", test_exit_code);
    g_test_add_func("/check/advice", test_advice);
    g_test_add_func("/check/wrap", test_wrap);
    return g_test_run();
}
