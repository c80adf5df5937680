/* The lasting connection after silence, a lost session, a relay that is gone and comes back. */
#include <string.h>

#include "common/base/log.h"
#include "tests/unit/client/connection-fixture.h"

static gint64
ms_since(gint64 then_us)
{
    return (g_get_monotonic_time() - then_us) / 1000;
}

/* Silence, an ICE restart that the relay accepts, and media on the same session. */
static void
test_watchdog_restarts_ice(Fixture *fixture, gconstpointer data)
{
    fixture_begin(fixture, TRUE);
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
    fixture_begin(fixture, TRUE);
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
    fixture_begin(fixture, FALSE);
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
    fixture_begin(fixture, data != NULL);
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
    fixture_begin(fixture, FALSE);
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
    fixture_begin(fixture, TRUE);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON && fixture->rtp > 5);
    lite_server_close_dtls(fixture->relay->media);
    gint64 closed_us = g_get_monotonic_time();
    wait_until(fixture, fixture->relay->posts == 2);
    g_assert_cmpint(ms_since(closed_us), <, WATCHDOG_MS);
    wait_until(fixture, fixture->state == CC_CONNECTION_ON);
}

static void
test_no_relay_yet(Fixture *fixture, gconstpointer data)
{
    guint16 port = fixture->relay->port;
    fixture_begin(fixture, TRUE);
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
    fixture_begin(fixture, TRUE);
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

int
main(int argc, char **argv)
{
    g_setenv("XDG_CONFIG_HOME", "/nonexistent", TRUE);
    g_test_init(&argc, &argv, NULL);
    cc_log_init(g_test_verbose() ? CC_LOG_DEBUG : CC_LOG_ERROR);
#define ADD(name, func, data)                                                                      \
    g_test_add("/connection-recovery/" name, Fixture, data, fixture_set_up, func, fixture_tear_down)
    ADD("watchdog-restarts-ice", test_watchdog_restarts_ice, NULL);
    ADD("unknown-session", test_unknown_session, NULL);
    ADD("restart-in-vain", test_restart_in_vain, NULL);
    ADD("relay-restart/watch", test_relay_restart, NULL);
    ADD("relay-restart/publish", test_relay_restart, "publish");
    ADD("quick-relay-restart", test_quick_relay_restart, NULL);
    ADD("relay-closes-dtls", test_relay_closes_dtls, NULL);
    ADD("no-relay-yet", test_no_relay_yet, NULL);
    ADD("trickle-to-full-ice", test_trickle_to_full_ice, NULL);
    return g_test_run();
}
