/* CcPeer through a real TURN server (coturn) on loopback, where nothing but relaying is allowed. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stun/usages/bind.h>

#include "tests/unit/transport/peer-fixture.h"

typedef struct {
    GSubprocess *process;
    guint16 port;
    char *directory;
} TurnServer;

/* A port that is free for UDP and TCP alike. */
static guint16
free_port(void)
{
    for (guint attempt = 0; attempt < 50; attempt++) {
        g_autoptr(GSocketAddress) any = g_inet_socket_address_new_from_string("127.0.0.1", 0);
        g_autoptr(GSocket) udp =
            g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
        g_autoptr(GSocket) tcp =
            g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
        if (!g_socket_bind(udp, any, FALSE, NULL))
            continue;
        g_autoptr(GSocketAddress) bound = g_socket_get_local_address(udp, NULL);
        if (g_socket_bind(tcp, bound, FALSE, NULL))
            return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    }
    g_error("no free port");
}

/* Asks until the server answers a STUN binding request. */
static void
wait_until_it_answers(guint16 port)
{
    g_autoptr(GSocketAddress) server = g_inet_socket_address_new_from_string("127.0.0.1", port);
    StunAgent agent;
    StunMessage message;
    guint8 data[200];
    stun_agent_init(&agent, STUN_ALL_KNOWN_ATTRIBUTES, STUN_COMPATIBILITY_RFC5389, 0);
    gsize length = stun_usage_bind_create(&agent, &message, data, sizeof data);
    for (guint attempt = 0; attempt < 200; attempt++) {
        /* A new socket each time: a refusal of the last datagram must not end the next wait. */
        g_autoptr(GSocket) socket =
            g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
        guint8 reply[500];
        g_socket_send_to(socket, server, (const char *)data, length, NULL, NULL);
        if (g_socket_condition_timed_wait(socket, G_IO_IN, 50000, NULL, NULL) &&
            g_socket_receive(socket, (char *)reply, sizeof reply, NULL, NULL) > 0)
            return;
    }
    g_error("the TURN server does not answer");
}

static TurnServer
turn_server_start(void)
{
    TurnServer turn = {.port = free_port()};
    g_autoptr(GError) error = NULL;
    turn.directory = g_dir_make_tmp("turn-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *port = g_strdup_printf("%u", turn.port);
    g_autofree char *pid = g_build_filename(turn.directory, "pid", NULL);
    g_autofree char *db = g_build_filename(turn.directory, "db", NULL);
    turn.process = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "turnserver",
        "-n", "--no-tls", "--no-dtls", "--no-cli", "--no-rfc5780", "-L", "127.0.0.1", "-E",
        "127.0.0.1", "-p", port, "--allow-loopback-peers", "--lt-cred-mech", "--user",
        "teacher:secret", "--realm", "classcast", "--log-file", "stdout", "--pidfile", pid, "--db",
        db, NULL);
    g_assert_no_error(error);
    wait_until_it_answers(turn.port);
    return turn;
}

static void
turn_server_stop(TurnServer *turn)
{
    g_subprocess_force_exit(turn->process);
    g_subprocess_wait(turn->process, NULL, NULL);
    g_object_unref(turn->process);
    static const char *const files[] = {"pid", "db"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(turn->directory, files[i], NULL);
        g_unlink(path);
    }
    g_rmdir(turn->directory);
    g_free(turn->directory);
}

static void
test_relayed(gconstpointer data)
{
    const char *transport = data;
    TurnServer turn = turn_server_start();
    g_autofree char *url = g_strdup_printf("turn:127.0.0.1:%u?transport=%s", turn.port, transport);
    g_autofree char *protocol = g_strconcat("turn-", transport, NULL);
    CcIceServer server = {url, "teacher", "secret"};
    CcPeerOptions options = {.servers = &server,
                             .n_servers = 1,
                             .enable_udp = TRUE,
                             .relay_only = TRUE,
                             .local_address = "127.0.0.1"};
    Fixture f;
    fixture_setup_with(&f, FALSE, NULL, &options);
    g_assert_true(cc_peer_start_gathering(f.peer, NULL));
    WAIT_FOR(&f, f.relay_candidates > 0);
    fixture_exchange(&f, lite_server_fingerprint(f.server));
    WAIT_FOR(&f, f.state == CC_PEER_CONNECTED);
    for (guint16 i = 1; i <= 10; i++)
        fixture_echo(&f, i);
    g_assert_cmpuint(f.candidates, ==, f.relay_candidates);

    CcPeerStats stats;
    cc_peer_get_stats(f.peer, &stats);
    g_assert_cmpstr(stats.protocol, ==, protocol);
    /* What the relay sees is the TURN server's relayed address, which is our local candidate. */
    g_assert_cmpstr(lite_server_seen(f.server).source, ==, stats.local);
    fixture_teardown(&f);
    turn_server_stop(&turn);
}

/* A TURN server that refuses us must not keep a lesson waiting that needs none. */
static void
test_refused(void)
{
    TurnServer turn = turn_server_start();
    g_autofree char *url = g_strdup_printf("turn:127.0.0.1:%u", turn.port);
    CcIceServer server = {url, "teacher", "guess"};
    CcPeerOptions options = {
        .servers = &server, .n_servers = 1, .enable_udp = TRUE, .local_address = "127.0.0.1"};
    Fixture f;
    fixture_setup_with(&f, FALSE, NULL, &options);
    fixture_connect(&f);
    fixture_echo(&f, 1);
    g_assert_cmpuint(f.relay_candidates, ==, 0);
    CcPeerStats stats;
    cc_peer_get_stats(f.peer, &stats);
    g_assert_cmpstr(stats.protocol, ==, "udp");
    fixture_teardown(&f);
    turn_server_stop(&turn);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/turn/relayed/udp", "udp", test_relayed);
    g_test_add_data_func("/turn/relayed/tcp", "tcp", test_relayed);
    g_test_add_func("/turn/refused", test_refused);
    return g_test_run();
}
