/* CcPeer against a relay in miniature (lite-server.c), over real sockets on loopback. */
#include "common/base/error.h"
#include "common/wire/bytes.h"
#include "tests/unit/transport/peer-fixture.h"

typedef struct {
    gboolean tcp;
    const CcSrtpProfile *profiles;
    const char *protocol, *srtp;
} MediaCase;

static void
test_media(gconstpointer data)
{
    const MediaCase *c = data;
    Fixture f;
    fixture_setup(&f, c->tcp, c->profiles);
    g_assert_false(fixture_send_rtp(&f, 1));
    fixture_connect(&f);
    for (guint16 i = 1; i <= 20; i++)
        fixture_echo(&f, i);
    guint8 rtcp[28] = {0x80, 201, 0, 6};
    g_assert_true(cc_peer_send_rtcp(f.peer, rtcp, sizeof rtcp));
    WAIT_FOR(&f, f.rtcp == 1);
    WAIT_FOR(&f, f.gathering_done == 1);
    g_assert_cmpuint(f.candidates, ==, f.udp_candidates);
    g_assert_cmpint(c->tcp, ==, f.candidates == 0);

    CcPeerStats stats;
    cc_peer_get_stats(f.peer, &stats);
    g_assert_cmpstr(stats.srtp_profile, ==, c->srtp);
    g_assert_cmpstr(stats.protocol, ==, c->protocol);
    g_assert_true(g_str_has_prefix(stats.remote, "127.0.0.1:"));
    g_assert_cmpuint(stats.packets_received, ==, 21);
    g_assert_cmpuint(stats.packets_sent, ==, 21);
    g_assert_cmpuint(stats.bytes_sent, >, 20 * 200);
    g_assert_cmpint(stats.last_received_us, >, 0);
    fixture_teardown(&f);
}

/* DTLS and SRTP go on; the new sockets are really other ones. Media never stops over UDP; a TCP
 * connection stays as long as it lives. */
static void
test_restart(gconstpointer data)
{
    Fixture f;
    fixture_setup(&f, GPOINTER_TO_INT(data), NULL);
    fixture_connect(&f);
    fixture_echo(&f, 1);
    g_autofree char *ufrag = g_strdup(cc_peer_local_ufrag(f.peer));
    LiteServerSeen before = lite_server_seen(f.server);
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_peer_restart_ice(f.peer, &error));
    g_assert_cmpstr(cc_peer_local_ufrag(f.peer), !=, ufrag);
    fixture_echo(&f, 2);
    fixture_exchange(&f, NULL);
    guint16 sequence = 3;
    if (f.tcp)
        lite_server_hang_up(f.server);
    else
        fixture_echo(&f, sequence++);
    do
        fixture_echo_at_last(&f, &sequence);
    while (g_strcmp0(lite_server_seen(f.server).source, before.source) == 0);
    g_assert_cmpuint(lite_server_seen(f.server).handshakes, ==, 1);
    g_assert_cmpint(f.state, ==, CC_PEER_CONNECTED);
    fixture_teardown(&f);
}

typedef struct {
    CcPeer *peer;
    gint stop;
} Sender;

static gpointer
send_all_the_time(gpointer data)
{
    Sender *sender = data;
    guint8 packet[200] = {0x80, 96};
    for (guint16 i = 0; !g_atomic_int_get(&sender->stop); i++) {
        cc_write_u16(packet + 2, i);
        cc_peer_send_rtp(sender->peer, packet, sizeof packet, FALSE);
        g_usleep(100);
    }
    return NULL;
}

/* Senders in other threads notice neither the connecting nor a restart. */
static void
test_threads(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    Sender sender = {.peer = f.peer};
    GThread *thread = g_thread_new("sender", send_all_the_time, &sender);
    fixture_connect(&f);
    WAIT_FOR(&f, f.rtp >= 10);
    LiteServerSeen before = lite_server_seen(f.server);
    g_assert_true(cc_peer_restart_ice(f.peer, NULL));
    fixture_exchange(&f, NULL);
    WAIT_FOR(&f, g_strcmp0(lite_server_seen(f.server).source, before.source) != 0);
    guint rtp = f.rtp;
    WAIT_FOR(&f, f.rtp >= rtp + 10);
    g_atomic_int_set(&sender.stop, 1);
    g_thread_join(thread);
    fixture_teardown(&f);
}

/* A poke is a check along the path in use; a probe one from a new socket, and media do not follow
 * it. */
static void
test_poke_and_probe(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    fixture_connect(&f);
    fixture_echo(&f, 1);
    LiteServerSeen before = lite_server_seen(f.server);
    cc_peer_poke(f.peer);
    WAIT_FOR(&f, lite_server_seen(f.server).nominations > before.nominations);
    CcPeerStats stats;
    cc_peer_get_stats(f.peer, &stats);
    g_assert_cmpint(stats.udp_answered_us, ==, 0);
    gint64 answered_us = 0;
    for (guint i = 0; i < 300; i++) { /* more than libnice's STUN agent remembers */
        cc_peer_probe_udp(f.peer, i % 100 == 0);
        do {
            g_assert_false(f.deadline_passed);
            g_main_context_iteration(f.context, TRUE);
            cc_peer_get_stats(f.peer, &stats);
        } while (stats.udp_answered_us == answered_us);
        answered_us = stats.udp_answered_us;
    }
    fixture_echo(&f, 2);
    g_assert_cmpstr(lite_server_seen(f.server).source, ==, before.source);
    fixture_teardown(&f);
}

/* The relay forgets the credentials in use. A restart finds it again, and DTLS and SRTP go on where
 * they were; one that is cancelled changes nothing. */
static void
test_lost_and_found(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    fixture_connect(&f);
    fixture_echo(&f, 1);
    lite_server_set_remote(f.server, "other", "other-password-of-a-stranger", "");
    g_assert_true(cc_peer_restart_ice(f.peer, NULL));
    cc_peer_cancel_restart(f.peer);
    fixture_echo(&f, 2);
    LiteServerSeen before = lite_server_seen(f.server);
    g_assert_true(cc_peer_restart_ice(f.peer, NULL));
    fixture_exchange(&f, NULL);
    guint16 sequence = 3;
    do
        fixture_echo(&f, sequence++);
    while (g_strcmp0(lite_server_seen(f.server).source, before.source) == 0);
    g_assert_cmpuint(lite_server_seen(f.server).handshakes, ==, 1);
    fixture_teardown(&f);
}

static void
test_remote_close(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    fixture_connect(&f);
    lite_server_close_dtls(f.server);
    WAIT_FOR(&f, f.state == CC_PEER_FAILED);
    g_assert_error(f.error, CC_ERROR, CC_ERROR_NETWORK);
    g_autoptr(GError) error = NULL;
    g_assert_false(cc_peer_restart_ice(f.peer, &error));
    g_assert_nonnull(error);
    fixture_teardown(&f);
}

static void
test_local_close(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    fixture_connect(&f);
    g_clear_pointer(&f.peer, cc_peer_free);
    WAIT_FOR(&f, lite_server_dtls_state(f.server) == CC_DTLS_CLOSED);
    fixture_teardown(&f);
}

static void
test_wrong_fingerprint(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    f.free_on_failure = TRUE; /* from within the callback, too */
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_peer_start_gathering(f.peer, &error));
    fixture_exchange(&f, cc_peer_fingerprint(f.peer)); /* our own is not the server's */
    WAIT_FOR(&f, f.state == CC_PEER_FAILED);
    g_assert_error(f.error, CC_ERROR, CC_ERROR_PROTOCOL);
    g_assert_nonnull(strstr(f.error->message, "certificate"));
    fixture_teardown(&f);
}

static void
test_free_from_callback(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    fixture_connect(&f);
    f.free_on_rtp = TRUE;
    g_assert_true(fixture_send_rtp(&f, 1));
    WAIT_FOR(&f, f.peer == NULL);
    WAIT_FOR(&f, lite_server_dtls_state(f.server) == CC_DTLS_CLOSED);
    fixture_teardown(&f);
}

static void
test_free_early(void)
{
    for (guint i = 0; i < 3; i++) {
        Fixture f;
        fixture_setup(&f, FALSE, NULL);
        if (i > 0)
            g_assert_true(cc_peer_start_gathering(f.peer, NULL));
        if (i > 1)
            fixture_exchange(&f, lite_server_fingerprint(f.server));
        fixture_teardown(&f);
    }
}

static void
test_unusable_candidates(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    g_assert_true(cc_peer_start_gathering(f.peer, NULL));
    static const char *const lines[] = {"",
                                        "candidate:",
                                        "nonsense",
                                        "candidate:1 1 udp 1 0b7e0a30-7f3c.local 5000 typ host",
                                        "candidate:1 2 udp 1 127.0.0.1 5000 typ host",
                                        "candidate:1 1 udp 1 127.0.0.1 5000 typ x"};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        g_assert_false(cc_peer_add_remote_candidate(f.peer, lines[i]));
    fixture_exchange(&f, lite_server_fingerprint(f.server));
    WAIT_FOR(&f, f.state == CC_PEER_CONNECTED);
    fixture_teardown(&f);
}

static void
test_options(void)
{
    static const CcIceServer servers[] = {{.url = "turn:"},
                                          {.url = "turn:host:99999"},
                                          {.url = "turn:host?transport=sctp"},
                                          {.url = "http://host"},
                                          {.url = "stun:[::1"}};
    for (guint i = 0; i < G_N_ELEMENTS(servers); i++) {
        CcPeerOptions options = {.servers = &servers[i], .n_servers = 1, .enable_udp = TRUE};
        g_autoptr(GError) error = NULL;
        g_assert_null(cc_peer_new(&options, &fixture_callbacks, NULL, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
        /* What the relay announces must not keep anybody from the lesson. */
        CcIceServer announced = {.url = servers[i].url, .announced = TRUE};
        options.servers = &announced;
        g_autoptr(CcPeer) peer = cc_peer_new(&options, &fixture_callbacks, NULL, NULL);
        g_assert_nonnull(peer);
    }
    CcPeerOptions none = {0}, relay_only = {.enable_udp = TRUE, .relay_only = TRUE};
    CcPeerOptions address = {.enable_udp = TRUE, .local_address = "localhost"};
    g_assert_null(cc_peer_new(&none, &fixture_callbacks, NULL, NULL));
    g_assert_null(cc_peer_new(&relay_only, &fixture_callbacks, NULL, NULL));
    g_assert_null(cc_peer_new(&address, &fixture_callbacks, NULL, NULL));
    static const CcIceServer good[] = {
        {.url = "turn:[::1]:3478?transport=tcp", .username = "u", .password = "p"},
        {.url = "stun:localhost"},
        {.url = "turns:localhost:5349", .username = "u", .password = "p"},
        {.url = "stuns:localhost:5349"}};
    CcPeerOptions options = {.servers = good, .n_servers = G_N_ELEMENTS(good), .enable_udp = TRUE};
    g_autoptr(GError) error = NULL;
    g_autoptr(CcPeer) peer = cc_peer_new(&options, &fixture_callbacks, NULL, &error);
    g_assert_no_error(error);
    g_assert_nonnull(peer);
}

int
main(int argc, char **argv)
{
    static const CcSrtpProfile cm[] = {CC_SRTP_AES128_CM_SHA1_80, 0};
    static const MediaCase udp_gcm = {FALSE, NULL, "udp", "SRTP_AEAD_AES_128_GCM"};
    static const MediaCase udp_cm = {FALSE, cm, "udp", "SRTP_AES128_CM_SHA1_80"};
    static const MediaCase tcp_gcm = {TRUE, NULL, "tcp", "SRTP_AEAD_AES_128_GCM"};

    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/peer/media/udp-gcm", &udp_gcm, test_media);
    g_test_add_data_func("/peer/media/udp-cm", &udp_cm, test_media);
    g_test_add_data_func("/peer/media/tcp-gcm", &tcp_gcm, test_media);
    g_test_add_data_func("/peer/restart/udp", GINT_TO_POINTER(FALSE), test_restart);
    g_test_add_data_func("/peer/restart/tcp", GINT_TO_POINTER(TRUE), test_restart);
    g_test_add_func("/peer/threads", test_threads);
    g_test_add_func("/peer/poke-and-probe", test_poke_and_probe);
    g_test_add_func("/peer/lost-and-found", test_lost_and_found);
    g_test_add_func("/peer/remote-close", test_remote_close);
    g_test_add_func("/peer/local-close", test_local_close);
    g_test_add_func("/peer/wrong-fingerprint", test_wrong_fingerprint);
    g_test_add_func("/peer/free-from-callback", test_free_from_callback);
    g_test_add_func("/peer/free-early", test_free_early);
    g_test_add_func("/peer/unusable-candidates", test_unusable_candidates);
    g_test_add_func("/peer/options", test_options);
    return g_test_run();
}
