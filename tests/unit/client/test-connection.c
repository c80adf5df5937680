/* The lasting connection: how it begins, what it says of itself, how it is refused and ends. */
#include <string.h>

#include "common/base/error.h"
#include "common/base/log.h"
#include "tests/unit/client/connection-fixture.h"

/* Without the moments in which a busy machine lets nothing come. */
static void
assert_history(const Fixture *fixture, const char *expected)
{
    g_autoptr(GString) history = g_string_new(NULL);

    for (const char *state = fixture->history->str; *state != '\0'; state++)
        if (*state != 'L' && (history->len == 0 || history->str[history->len - 1] != *state))
            g_string_append_c(history, *state);
    g_assert_cmpstr(history->str, ==, expected);
}

static void
test_publish(Fixture *fixture, gconstpointer data)
{
    fixture_begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    assert_history(fixture, "CO");
    gint64 took_ms = (fixture->on_us - cc_connection_post_us(fixture->connection)) / 1000;
    g_test_message("POST to connected: %d ms", (int)took_ms);
    g_assert_cmpint(took_ms, <, 5000);

    CcPeerStats stats;
    cc_connection_get_stats(fixture->connection, &stats);
    g_assert_cmpstr(stats.protocol, ==, "udp");
    g_assert_cmpstr(stats.srtp_profile, ==, "SRTP_AEAD_AES_128_GCM");

    g_autoptr(CcSdp) offer = cc_sdp_parse(fixture->relay->last_offer, -1, NULL);
    CcSdpMedia *media = offer->media->pdata[0];
    g_assert_true(media->bundled && media->rtcp_mux && media->setup == CC_SDP_ACTPASS);
    g_assert_true(offer->trickle);
    g_assert_nonnull(media->mid);
    /* A busy machine may gather them too late; a relay that is lite learns them from the checks. */
    g_assert_true(media->candidates->len > 0 || !media->end_of_candidates);
    g_assert_cmpuint(fixture->relay->patches, ==, 0);
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
}

static void
test_watch_states(Fixture *fixture, gconstpointer data)
{
    fixture->relay->lesson = "none";
    fixture->send_rtp = FALSE;
    fixture_begin(fixture, FALSE);
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
    assert_history(fixture, "CWOAOV");
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
    g_assert_cmpuint(fixture->relay->patches, ==, 0);
}

static void
test_without_events(Fixture *fixture, gconstpointer data)
{
    fixture->relay->without_events = TRUE;
    fixture_begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    fixture->send_rtp = FALSE;
    wait_until(fixture, fixture->state == CC_CONNECTION_AWAY);
    fixture->send_rtp = TRUE;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
    g_assert_cmpuint(fixture->relay->posts, ==, 1);
}

/* The second POST comes when Retry-After said, and not before. */
static void
assert_asks_again(Fixture *fixture, guint status, gboolean publish, const char *words)
{
    fixture->relay->post_status = status;
    fixture->relay->retry_after = "1";
    fixture_begin(fixture, publish);
    wait_until(fixture, fixture->relay->posts == 1 && fixture->message != NULL &&
                            strstr(fixture->message, words) != NULL);
    gint64 first_us = cc_connection_post_us(fixture->connection);
    wait_until(fixture, fixture->relay->posts == 2);
    gint64 gap_ms = (cc_connection_post_us(fixture->connection) - first_us) / 1000;
    g_assert_cmpint(gap_ms, >=, 990);
    g_assert_cmpint(gap_ms, <, 5000);
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
    assert_history(fixture, "CO");
}

static void
test_lesson_not_begun(Fixture *fixture, gconstpointer data)
{
    fixture->relay->post_status = 409;
    fixture->relay->lesson = "none";
    fixture_begin(fixture, FALSE);
    wait_until(fixture, fixture->state == CC_CONNECTION_WAITING);
    wait_until(fixture, fixture->relay->posts == 3);
    assert_history(fixture, "CW");
}

static void
test_refused(Fixture *fixture, gconstpointer data)
{
    fixture->relay->post_status = GPOINTER_TO_UINT(data);
    fixture_begin(fixture, TRUE);
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
    fixture_begin(fixture, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
        fixture->relay->post_body = answers[i];
        guint posts = fixture->relay->posts;
        wait_until(fixture, fixture->relay->posts == posts + 2);
    }
    assert_history(fixture, "C");
    g_assert_cmpuint(fixture->negotiated, ==, 0);
    fixture->relay->post_body = NULL;
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
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
    fixture_begin(fixture, TRUE);
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
    fixture_begin(fixture, TRUE);
    wait_until(fixture, fixture->relay->posts == 2);
    cc_connection_stop(fixture->connection, on_stopped, fixture);
    wait_until(fixture, fixture->stopped);
    g_assert_cmpuint(fixture->relay->deletes, ==, 0);
}

static void
on_state_then_free(CcConnectionState state, const char *message, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture_on_state(state, message, user_data);
    if (state == CC_CONNECTION_ON)
        g_clear_pointer(&fixture->connection, cc_connection_free);
}

/* Freed at every step of its life: nothing may come afterwards. */
static void
test_free_any_time(Fixture *fixture, gconstpointer data)
{
    CcConnectionCallbacks freeing = fixture_callbacks;
    freeing.state_changed = on_state_then_free;
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u", fixture->relay->port);
    CcConnectionOptions options = {url, "math", TRUE, fixture_make_offer, fixture->config};

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
    CcConnectionOptions options = {"relay.example", "math", TRUE, fixture_make_offer, config};
    g_assert_null(cc_connection_new(&options, &fixture_callbacks, NULL, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
}

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_test_init(&argc, &argv, NULL);
    cc_log_init(g_test_verbose() ? CC_LOG_DEBUG : CC_LOG_ERROR);
#define ADD(name, func, data)                                                                      \
    g_test_add("/connection/" name, Fixture, data, fixture_set_up, func, fixture_tear_down)
    ADD("publish", test_publish, NULL);
    ADD("watch-states", test_watch_states, NULL);
    ADD("without-events", test_without_events, NULL);
    ADD("another-teacher", test_another_teacher, NULL);
    ADD("overloaded", test_overloaded, NULL);
    ADD("lesson-not-begun", test_lesson_not_begun, NULL);
    ADD("refused/401", test_refused, GUINT_TO_POINTER(401));
    ADD("refused/403", test_refused, GUINT_TO_POINTER(403));
    ADD("refused/422", test_refused, GUINT_TO_POINTER(422));
    ADD("bad-answers", test_bad_answers, NULL);
    ADD("stop", test_stop, NULL);
    ADD("stop-without-session", test_stop_without_session, NULL);
    ADD("free-any-time", test_free_any_time, NULL);
    g_test_add_func("/connection/bad-options", test_bad_options);
    return g_test_run();
}
