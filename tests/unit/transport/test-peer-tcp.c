/* A peer's way over TCP beside UDP: taken while UDP is blocked, and left again. */
#include "tests/unit/transport/peer-fixture.h"

/* A peer that has both of its server's addresses, connected over UDP. */
static void
connect_with_both(Fixture *f)
{
    CcPeerOptions options = {.enable_udp = TRUE, .enable_tcp = TRUE, .local_address = "127.0.0.1"};
    fixture_setup_with(f, FALSE, NULL, &options);
    g_assert_true(cc_peer_start_gathering(f->peer, NULL));
    fixture_exchange(f, lite_server_fingerprint(f->server));
    g_autofree char *candidate = lite_server_tcp_candidate(f->server);
    g_assert_true(cc_peer_add_remote_candidate(f->peer, candidate));
    WAIT_FOR(f, f->state == CC_PEER_CONNECTED);
    fixture_echo(f, 1);
}

static const char *
protocol(Fixture *f, gboolean *has_spare)
{
    CcPeerStats stats;
    cc_peer_get_stats(f->peer, &stats);
    if (has_spare)
        *has_spare = stats.has_spare;
    return stats.protocol;
}

/* UDP is blocked: TCP carries on in the same session, without a restart; the TCP connection may
 * break; and when UDP passes again, a restart goes back to it while TCP goes on. */
static void
test_udp_blocked(void)
{
    Fixture f;
    guint16 sequence = 2;
    gboolean has_spare;
    connect_with_both(&f);
    g_autofree char *ufrag = g_strdup(cc_peer_local_ufrag(f.peer));
    lite_server_block_udp(f.server, TRUE);
    cc_peer_seek(f.peer);
    fixture_echo_at_last(&f, &sequence);
    g_assert_cmpstr(protocol(&f, &has_spare), ==, "tcp");
    g_assert_false(has_spare);
    g_assert_cmpstr(cc_peer_local_ufrag(f.peer), ==, ufrag);
    g_assert_cmpuint(lite_server_seen(f.server).handshakes, ==, 1);

    lite_server_hang_up(f.server);
    fixture_echo_at_last(&f, &sequence);
    g_assert_cmpstr(protocol(&f, &has_spare), ==, "tcp");

    lite_server_block_udp(f.server, FALSE);
    g_assert_true(cc_peer_restart_ice(f.peer, NULL));
    fixture_echo(&f, sequence++);
    fixture_exchange(&f, NULL);
    while (g_str_equal(protocol(&f, &has_spare), "tcp"))
        fixture_echo_at_last(&f, &sequence);
    g_assert_true(has_spare);
    fixture_echo(&f, sequence++);
    cc_peer_close_tcp(f.peer);
    fixture_echo(&f, sequence++);
    g_assert_cmpuint(lite_server_seen(f.server).handshakes, ==, 1);
    fixture_teardown(&f);
}

/* A search while UDP does pass ends where it began. */
static void
test_udp_not_blocked(void)
{
    Fixture f;
    guint16 sequence = 2;
    connect_with_both(&f);
    g_assert_true(fixture_send_rtp(&f, sequence++));
    cc_peer_seek(f.peer);
    WAIT_FOR(&f, f.rtp == 2);
    guint checks = lite_server_seen(f.server).checks;
    fixture_echo(&f, sequence++);
    g_assert_cmpstr(protocol(&f, NULL), ==, "udp");
    g_assert_cmpuint(lite_server_seen(f.server).checks, ==, checks);
    fixture_teardown(&f);
}

/* The relay knows only the credentials of a restart that has led to nothing over UDP. */
static void
test_udp_blocked_in_a_restart(void)
{
    Fixture f;
    guint16 sequence = 2;
    connect_with_both(&f);
    lite_server_block_udp(f.server, TRUE);
    g_assert_true(cc_peer_restart_ice(f.peer, NULL));
    fixture_exchange(&f, NULL);
    g_autofree char *candidate = lite_server_tcp_candidate(f.server);
    g_assert_true(cc_peer_add_remote_candidate(f.peer, candidate));
    guint before = f.rtp;
    while (f.rtp == before) {
        cc_peer_seek(f.peer);
        fixture_send_rtp(&f, sequence++);
        g_assert_false(f.deadline_passed);
        g_main_context_iteration(f.context, FALSE);
    }
    g_assert_cmpstr(protocol(&f, NULL), ==, "tcp");
    fixture_teardown(&f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/peer-tcp/udp-blocked", test_udp_blocked);
    g_test_add_func("/peer-tcp/udp-not-blocked", test_udp_not_blocked);
    g_test_add_func("/peer-tcp/udp-blocked-in-a-restart", test_udp_blocked_in_a_restart);
    return g_test_run();
}
