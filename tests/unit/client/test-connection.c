/* The lasting connection against a scripted relay, with real HTTP, ICE, DTLS and SRTP over
 * loopback. */
#include <string.h>

#include "client/connection.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "tests/unit/client/scripted-relay.h"

#define WATCHDOG_MS 600
#define BEAT_MS 20

typedef struct {
    GMainLoop *loop;
    ScriptedRelay *relay;
    CcConfig *config;
    CcConnection *connection;

    /* What the test's beat sends, for the relay to echo. */
    gboolean send_rtp, send_rtcp;
    guint16 sequence;
    guint beat;

    CcConnectionState state;
    char *message;
    GString *history; /* one letter a state */
    guint negotiated, rtp, rtcp, rtp_before_negotiated;
    gint64 on_us;
    char *audience;
    gboolean stopped;
} Fixture;

static gboolean
on_watchdog(gpointer user_data)
{
    Fixture *fixture = user_data;
    g_error("the test hangs: states %s, \"%s\", posts %u, patches %u", fixture->history->str,
            fixture->message, fixture->relay != NULL ? fixture->relay->posts : 0,
            fixture->relay != NULL ? fixture->relay->patches : 0);
    return G_SOURCE_REMOVE;
}

/* Runs the main context until @condition holds. */
#define wait_until(fixture, condition)                                                             \
    G_STMT_START                                                                                   \
    {                                                                                              \
        guint watchdog_ = g_timeout_add_seconds(20, on_watchdog, fixture);                         \
        while (!(condition))                                                                       \
            g_main_context_iteration(NULL, TRUE);                                                  \
        g_source_remove(watchdog_);                                                                \
    }                                                                                              \
    G_STMT_END

static gboolean
on_beat(gpointer user_data)
{
    Fixture *fixture = user_data;
    guint8 rtp[32] = {0x80, 111, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78};
    guint8 rtcp[8] = {0x80, 201, 0, 1, 0x12, 0x34, 0x56, 0x78};

    if (fixture->connection == NULL)
        return G_SOURCE_CONTINUE;
    if (fixture->send_rtp) {
        rtp[2] = fixture->sequence >> 8;
        rtp[3] = fixture->sequence & 0xff;
        if (cc_connection_send_rtp(fixture->connection, rtp, sizeof rtp, FALSE))
            fixture->sequence++;
    }
    if (fixture->send_rtcp)
        cc_connection_send_rtcp(fixture->connection, rtcp, sizeof rtcp);
    return G_SOURCE_CONTINUE;
}

static void
on_state(CcConnectionState state, const char *message, gpointer user_data)
{
    Fixture *fixture = user_data;
    if (fixture->history->len == 0 || state != fixture->state)
        g_string_append_c(fixture->history, "CWOLAVR"[state]);
    fixture->state = state;
    g_free(fixture->message);
    fixture->message = g_strdup(message);
    if (state == CC_CONNECTION_ON)
        fixture->on_us = g_get_monotonic_time();
}

static void
on_negotiated(const CcSdp *answer, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->negotiated++;
    g_assert_cmpuint(answer->media->len, ==, 1);
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->rtp++;
    if (fixture->negotiated == 0)
        fixture->rtp_before_negotiated++;
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->rtcp++;
}

static void
on_audience(guint n, const char *const *names, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_assert_cmpuint(g_strv_length((char **)names), ==, n);
    g_free(fixture->audience);
    fixture->audience = g_strjoinv("|", (char **)names);
}

static const CcConnectionCallbacks callbacks = {
    .state_changed = on_state,
    .negotiated = on_negotiated,
    .rtp = on_rtp,
    .rtcp = on_rtcp,
    .audience_changed = on_audience,
};

static CcSdp *
make_offer(gpointer user_data)
{
    CcSdp *offer = cc_sdp_new();
    CcSdpMedia *media = cc_sdp_add_media(offer, CC_MEDIA_AUDIO, NULL);
    media->direction = CC_SDP_SENDONLY;
    cc_sdp_media_add_codec(media, 111, "opus", 48000, 2, NULL);
    return offer;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    CcConfigOverride overrides[] = {
        {"network.watchdog-ms", G_STRINGIFY(WATCHDOG_MS), "test"},
        {"network.backoff-max-ms", "400", "test"},
        {"network.enable-tcp", "false", "test"},
        {NULL},
    };
    fixture->config = cc_config_load(NULL, overrides, &error);
    g_assert_no_error(error);
    fixture->history = g_string_new(NULL);
    fixture->relay = scripted_relay_new(0);
    fixture->send_rtp = fixture->send_rtcp = TRUE;
    fixture->beat = g_timeout_add(BEAT_MS, on_beat, fixture);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_source_remove(fixture->beat);
    cc_connection_free(fixture->connection);
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(fixture->rtp_before_negotiated, ==, 0);
    cc_config_free(fixture->config);
    g_string_free(fixture->history, TRUE);
    g_free(fixture->message);
    g_free(fixture->audience);
}

static void
begin(Fixture *fixture, gboolean publish)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", fixture->relay->port);
    CcConnectionOptions options = {
        .relay_url = url,
        .room = "math",
        .publish = publish,
        .make_offer = make_offer,
        .config = fixture->config,
    };
    fixture->connection = cc_connection_new(&options, &callbacks, fixture, &error);
    g_assert_no_error(error);
    cc_connection_start(fixture->connection);
}

static gint64
ms_since(gint64 then_us)
{
    return (g_get_monotonic_time() - then_us) / 1000;
}

static void
test_publish(Fixture *fixture, gconstpointer data)
{
    begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    g_assert_cmpstr(fixture->history->str, ==, "CO");
    gint64 took_ms = (fixture->on_us - cc_connection_post_us(fixture->connection)) / 1000;
    g_test_message("POST to connected: %d ms", (int)took_ms);
    g_assert_cmpint(took_ms, <, 1000);

    CcPeerStats stats;
    cc_connection_get_stats(fixture->connection, &stats);
    g_assert_cmpstr(stats.protocol, ==, "udp");
    g_assert_cmpstr(stats.srtp_profile, ==, "SRTP_AEAD_AES_128_GCM");

    g_autoptr(CcSdp) offer = cc_sdp_parse(fixture->relay->last_offer, -1, NULL);
    CcSdpMedia *media = offer->media->pdata[0];
    g_assert_true(media->bundled && media->rtcp_mux && media->setup == CC_SDP_ACTPASS);
    g_assert_true(offer->trickle);
    g_assert_nonnull(media->mid);
    g_assert_cmpuint(media->candidates->len, >, 0);
    g_assert_true(media->end_of_candidates);
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
}

static void
test_watch_states(Fixture *fixture, gconstpointer data)
{
    fixture->relay->lesson = "none";
    fixture->send_rtp = FALSE;
    begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_WAITING && fixture->audience != NULL &&
                            fixture->rtcp > 0);
    g_assert_cmpstr(fixture->audience, ==, "Huli");

    scripted_relay_send_event(fixture->relay, "{\"type\":\"lesson\",\"lesson\":\"on\"}");
    fixture->send_rtp = TRUE;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    scripted_relay_send_event(fixture->relay, "{\"type\":\"lesson\",\"lesson\":\"away\"}");
    wait_until(fixture, fixture->state == CC_CONNECTION_AWAY);
    scripted_relay_send_event(fixture->relay, "garbage");
    scripted_relay_send_event(fixture->relay, "{\"type\":\"lesson\",\"lesson\":\"on\"}");
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    scripted_relay_send_event(fixture->relay, "{\"type\":\"left\",\"id\":\"p2\",\"reason\":\"x\"}");
    wait_until(fixture, strcmp(fixture->audience, "") == 0);
    scripted_relay_send_event(fixture->relay, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    wait_until(fixture, fixture->state == CC_CONNECTION_OVER);
    g_assert_cmpstr(fixture->history->str, ==, "CWOAOV");
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
    g_assert_cmpuint(fixture->relay->patches, ==, 0);
}

static void
test_without_events(Fixture *fixture, gconstpointer data)
{
    fixture->relay->without_events = TRUE;
    begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    fixture->send_rtp = FALSE;
    wait_until(fixture, fixture->state == CC_CONNECTION_AWAY);
    fixture->send_rtp = TRUE;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
}

/* Silence, an ICE restart that the relay accepts, and media on the same session. */
static void
test_watchdog_restarts_ice(Fixture *fixture, gconstpointer data)
{
    begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    fixture->send_rtp = fixture->send_rtcp = FALSE;
    gint64 silent_us = g_get_monotonic_time();
    wait_until(fixture, fixture->relay->patches == 1);
    g_assert_cmpint(ms_since(silent_us), >=, WATCHDOG_MS - 2 * BEAT_MS);
    g_assert_cmpint(ms_since(silent_us), <, WATCHDOG_MS + 1000);
    fixture->send_rtp = TRUE;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    guint rtp = fixture->rtp;
    guint checks = lite_server_seen(fixture->relay->media).checks;
    wait_until(fixture,
               fixture->rtp > rtp + 20 && lite_server_seen(fixture->relay->media).checks > checks);
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
    g_assert_cmpuint(lite_server_seen(fixture->relay->media).handshakes, ==, 1);
}

static void
test_unknown_session(Fixture *fixture, gconstpointer data)
{
    static const guint statuses[] = {404, 405, 412, 500};
    begin(fixture, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
        fixture->send_rtp = fixture->send_rtcp = TRUE;
        wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
        fixture->send_rtp = fixture->send_rtcp = FALSE;
        fixture->relay->patch_status = statuses[i];
        guint posts = fixture->relay->posts;
        gint64 patched_us = 0;
        wait_until(fixture, fixture->relay->patches == i + 1);
        patched_us = g_get_monotonic_time();
        wait_until(fixture, fixture->relay->posts == posts + 1);
        g_assert_cmpint(ms_since(patched_us), <, 400);
        fixture->rtp = 0;
    }
    g_assert_cmpuint(fixture->negotiated, >=, 4);
    g_assert_cmpuint(fixture->relay->deletes, ==, 0); /* that would end the lesson */
}

/* The restart is accepted but leads nowhere. */
static void
test_restart_in_vain(Fixture *fixture, gconstpointer data)
{
    begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    fixture->send_rtp = fixture->send_rtcp = FALSE;
    wait_until(fixture, fixture->relay->patches == 1);
    wait_until(fixture, fixture->relay->posts == 2 && fixture->relay->deletes == 1);
    fixture->send_rtp = TRUE;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    g_assert_nonnull(strstr(fixture->history->str, "OLO"));
}

/* kill -9 and a new relay on the same port, which knows nothing of the session. */
static void
test_relay_restart(Fixture *fixture, gconstpointer data)
{
    begin(fixture, data != NULL);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    guint16 port = fixture->relay->port;
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    wait_until(fixture, fixture->state == CC_CONNECTION_LOST);
    fixture->relay = scripted_relay_new(port);
    fixture->relay->patch_status = 404;
    gint64 back_us = g_get_monotonic_time();
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    g_test_message("restarted to connected: %d ms", (int)ms_since(back_us));
    g_assert_cmpint(ms_since(back_us), <, 2500);
    g_assert_cmpstr(fixture->history->str, ==, "COLO");
}

/* The relay is back before the watchdog has noticed anything: the WebSocket is the hint. */
static void
test_quick_relay_restart(Fixture *fixture, gconstpointer data)
{
    cc_config_free(fixture->config);
    CcConfigOverride overrides[] = {
        {"network.watchdog-ms", "10000", "test"}, {"network.enable-tcp", "false", "test"}, {NULL}};
    fixture->config = cc_config_load(NULL, overrides, NULL);
    begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->audience != NULL);
    guint16 port = fixture->relay->port;
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    fixture->relay = scripted_relay_new(port);
    fixture->relay->patch_status = 404;
    fixture->relay->lesson = "none"; /* it knows no better yet, and that is not for the screen */
    gint64 back_us = g_get_monotonic_time();
    guint rtp = fixture->rtp;
    wait_until(fixture, fixture->relay->posts == 1 && fixture->rtp > rtp + 5);
    g_test_message("media again after %d ms", (int)ms_since(back_us));
    g_assert_cmpint(ms_since(back_us), <, 3000);
    wait_until(fixture, fixture->state == CC_CONNECTION_WAITING);
    g_assert_cmpstr(fixture->history->str, ==, "COLW");
}

static void
test_relay_closes_dtls(Fixture *fixture, gconstpointer data)
{
    begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    lite_server_close_dtls(fixture->relay->media);
    gint64 closed_us = g_get_monotonic_time();
    wait_until(fixture, fixture->relay->posts == 2);
    g_assert_cmpint(ms_since(closed_us), <, WATCHDOG_MS);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
}

/* The second POST comes when Retry-After said, and not before. */
static void
assert_asks_again(Fixture *fixture, guint status, gboolean publish, const char *words)
{
    fixture->relay->post_status = status;
    fixture->relay->retry_after = "1";
    begin(fixture, publish);
    wait_until(fixture, fixture->relay->posts == 1 && fixture->message != NULL &&
                            strstr(fixture->message, words) != NULL);
    gint64 first_us = cc_connection_post_us(fixture->connection);
    wait_until(fixture, fixture->relay->posts == 2);
    gint64 gap_ms = (cc_connection_post_us(fixture->connection) - first_us) / 1000;
    g_assert_cmpint(gap_ms, >=, 990);
    g_assert_cmpint(gap_ms, <, 2000);
    fixture->relay->post_status = 0;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
}

static void
test_another_teacher(Fixture *fixture, gconstpointer data)
{
    assert_asks_again(fixture, 409, TRUE, "another teacher is here");
    g_assert_null(strstr(fixture->message, "another teacher"));
}

/* An overloaded relay is no end either. */
static void
test_overloaded(Fixture *fixture, gconstpointer data)
{
    assert_asks_again(fixture, 503, FALSE, "503 ");
    g_assert_cmpstr(fixture->history->str, ==, "CO");
}

static void
test_lesson_not_begun(Fixture *fixture, gconstpointer data)
{
    fixture->relay->post_status = 409;
    fixture->relay->lesson = "none";
    begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_WAITING);
    wait_until(fixture, fixture->relay->posts == 3);
    g_assert_cmpstr(fixture->history->str, ==, "CW");
}

static void
test_refused(Fixture *fixture, gconstpointer data)
{
    fixture->relay->post_status = GPOINTER_TO_UINT(data);
    begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_REFUSED);
    g_assert_nonnull(strstr(fixture->message, "scripted: as the test wants"));
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
}

static void
test_bad_answers(Fixture *fixture, gconstpointer data)
{
#define HEAD "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define LINE "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
#define ICE "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuv\r\na=setup:passive\r\n"
    static const char *const answers[] = {
        "garbage",   (HEAD),          (HEAD "m=audio 0 UDP/TLS/RTP/SAVPF 111\r\n"),
        (HEAD LINE), (HEAD LINE ICE), (HEAD LINE ICE LINE ICE),
    };
    fixture->relay->post_body = answers[0];
    begin(fixture, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        fixture->relay->post_body = answers[i];
        guint posts = fixture->relay->posts;
        wait_until(fixture, fixture->relay->posts == posts + 2);
    }
    g_assert_cmpstr(fixture->history->str, ==, "C");
    g_assert_cmpuint(fixture->negotiated, ==, 0);
    fixture->relay->post_body = NULL;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
}

static void
test_no_relay_yet(Fixture *fixture, gconstpointer data)
{
    guint16 port = fixture->relay->port;
    begin(fixture, TRUE);
    g_clear_pointer(&fixture->relay, scripted_relay_free);
    wait_until(fixture, fixture->message != NULL && strstr(fixture->message, "127.0.0.1") != NULL);
    fixture->relay = scripted_relay_new(port);
    gint64 back_us = g_get_monotonic_time();
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    g_assert_cmpint(ms_since(back_us), <, 2500);
    g_assert_cmpstr(fixture->history->str, ==, "CO");
}

/* A full ICE agent wants to hear of candidates that were found after the restart began. */
static void
test_trickle_to_full_ice(Fixture *fixture, gconstpointer data)
{
    fixture->relay->full_ice = TRUE;
    begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    fixture->send_rtp = fixture->send_rtcp = FALSE;
    wait_until(fixture, fixture->relay->patches == 1);
    fixture->send_rtp = TRUE;
    wait_until(fixture, fixture->relay->trickles > 0 ||
                            strstr(fixture->relay->last_patch, "candidate:") != NULL);
    g_assert_nonnull(strstr(fixture->relay->last_patch, "a=candidate:"));
    g_assert_nonnull(strstr(fixture->relay->last_patch, "a=ice-options:trickle\r\n"));
    g_assert_nonnull(strstr(fixture->relay->last_patch, "a=group:BUNDLE 0\r\n"));
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
}

static void
on_stopped(gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->stopped = TRUE;
    g_clear_pointer(&fixture->connection, cc_connection_free);
}

static void
test_stop(Fixture *fixture, gconstpointer data)
{
    begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 0);
    cc_connection_stop(fixture->connection, on_stopped, fixture);
    wait_until(fixture, fixture->stopped);
    g_assert_cmpuint(fixture->relay->deletes, ==, 1);
    wait_until(fixture, lite_server_dtls_state(fixture->relay->media) == CC_DTLS_CLOSED);
}

static void
test_stop_without_session(Fixture *fixture, gconstpointer data)
{
    fixture->relay->post_status = 503;
    begin(fixture, TRUE);
    wait_until(fixture, fixture->relay->posts == 2);
    cc_connection_stop(fixture->connection, on_stopped, fixture);
    wait_until(fixture, fixture->stopped);
    g_assert_cmpuint(fixture->relay->deletes, ==, 0);
}

static void
on_state_then_free(CcConnectionState state, const char *message, gpointer user_data)
{
    Fixture *fixture = user_data;
    on_state(state, message, user_data);
    if (state == CC_CONNECTION_ON)
        g_clear_pointer(&fixture->connection, cc_connection_free);
}

/* Freed at every step of its life: nothing may come afterwards. */
static void
test_free_any_time(Fixture *fixture, gconstpointer data)
{
    CcConnectionCallbacks freeing = callbacks;
    freeing.state_changed = on_state_then_free;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", fixture->relay->port);
    CcConnectionOptions options = {url, "math", TRUE, make_offer, fixture->config};

    fixture->connection = cc_connection_new(&options, &freeing, fixture, NULL);
    g_clear_pointer(&fixture->connection, cc_connection_free);
    fixture->connection = cc_connection_new(&options, &freeing, fixture, NULL);
    cc_connection_start(fixture->connection);
    wait_until(fixture, fixture->connection == NULL);
    for (guint iterations = 1; iterations < 60; iterations += 4) {
        fixture->connection = cc_connection_new(&options, &freeing, fixture, NULL);
        cc_connection_start(fixture->connection);
        for (guint i = 0; i < iterations && fixture->connection != NULL; i++)
            g_main_context_iteration(NULL, TRUE);
        guint before = fixture->history->len;
        gboolean was_there = fixture->connection != NULL;
        g_clear_pointer(&fixture->connection, cc_connection_free);
        while (g_main_context_iteration(NULL, FALSE))
            ;
        g_assert_cmpuint(fixture->history->len, ==, before);
        if (was_there)
            g_test_message("freed after %u turns", iterations);
    }
}

static void
test_bad_options(void)
{
    g_autoptr(CcConfig) config = cc_config_new_default();
    g_autoptr(GError) error = NULL;
    CcConnectionOptions options = {"relay.example", "math", TRUE, make_offer, config};
    g_assert_null(cc_connection_new(&options, &callbacks, NULL, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
}

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_test_init(&argc, &argv, NULL);
    cc_log_init(g_test_verbose() ? CC_LOG_DEBUG : CC_LOG_ERROR);
#define ADD(name, func, data)                                                                      \
    g_test_add("/connection/" name, Fixture, data, set_up, func, tear_down)
    ADD("publish", test_publish, NULL);
    ADD("watch-states", test_watch_states, NULL);
    ADD("without-events", test_without_events, NULL);
    ADD("watchdog-restarts-ice", test_watchdog_restarts_ice, NULL);
    ADD("unknown-session", test_unknown_session, NULL);
    ADD("restart-in-vain", test_restart_in_vain, NULL);
    ADD("relay-restart/watch", test_relay_restart, NULL);
    ADD("relay-restart/publish", test_relay_restart, "publish");
    ADD("quick-relay-restart", test_quick_relay_restart, NULL);
    ADD("relay-closes-dtls", test_relay_closes_dtls, NULL);
    ADD("another-teacher", test_another_teacher, NULL);
    ADD("overloaded", test_overloaded, NULL);
    ADD("lesson-not-begun", test_lesson_not_begun, NULL);
    ADD("refused/401", test_refused, GUINT_TO_POINTER(401));
    ADD("refused/403", test_refused, GUINT_TO_POINTER(403));
    ADD("refused/422", test_refused, GUINT_TO_POINTER(422));
    ADD("bad-answers", test_bad_answers, NULL);
    ADD("no-relay-yet", test_no_relay_yet, NULL);
    ADD("trickle-to-full-ice", test_trickle_to_full_ice, NULL);
    ADD("stop", test_stop, NULL);
    ADD("stop-without-session", test_stop_without_session, NULL);
    ADD("free-any-time", test_free_any_time, NULL);
    g_test_add_func("/connection/bad-options", test_bad_options);
    return g_test_run();
}
