/* CcPeer against a relay in miniature (lite-server.c), over real sockets on loopback. */
#include "common/base/error.h"
#include "common/transport/peer.h"
#include "common/wire/bytes.h"
#include "tests/unit/transport/lite-server.h"

#define DEADLINE_S 20

typedef struct {
    GMainContext *context;
    LiteServer *server;
    CcPeer *peer;
    CcPeerState state;
    GError *error;
    guint candidates, udp_candidates, tcp_candidates, gathering_done, rtp, rtcp;
    guint32 last_timestamp;
    gboolean free_on_rtp, free_on_failure;
    gboolean deadline_passed;
    GSource *deadline;
} Fixture;

static void
on_state(CcPeerState state, const GError *error, gpointer user_data)
{
    Fixture *f = user_data;
    f->state = state;
    g_clear_error(&f->error);
    f->error = error ? g_error_copy(error) : NULL;
    g_assert_cmpint(state == CC_PEER_FAILED, ==, error != NULL);
    if (state == CC_PEER_FAILED && f->free_on_failure)
        g_clear_pointer(&f->peer, cc_peer_free);
}

static void
on_candidate(const char *candidate, gpointer user_data)
{
    Fixture *f = user_data;
    if (!candidate) {
        f->gathering_done++;
        return;
    }
    g_assert_true(g_str_has_prefix(candidate, "candidate:"));
    f->candidates++;
    f->udp_candidates += strcasestr(candidate, " udp ") != NULL;
    f->tcp_candidates += strcasestr(candidate, " tcp ") != NULL;
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *f = user_data;
    g_assert_cmpuint(length, ==, 200);
    g_assert_cmpint(arrival_us, >, 0);
    f->rtp++;
    f->last_timestamp = cc_read_u32(packet + 4);
    if (f->free_on_rtp)
        g_clear_pointer(&f->peer, cc_peer_free);
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *f = user_data;
    g_assert_cmpuint(length, ==, 28);
    f->rtcp++;
}

static const CcPeerCallbacks callbacks = {on_state, on_candidate, on_rtp, on_rtcp};

static gboolean
on_deadline(gpointer user_data)
{
    ((Fixture *)user_data)->deadline_passed = TRUE;
    return G_SOURCE_REMOVE;
}

static void
fixture_setup(Fixture *f, gboolean tcp, const CcSrtpProfile *profiles)
{
    *f = (Fixture){.context = g_main_context_new()};
    g_main_context_push_thread_default(f->context);
    f->deadline = g_timeout_source_new_seconds(DEADLINE_S);
    g_source_set_callback(f->deadline, on_deadline, f, NULL);
    g_source_attach(f->deadline, f->context);
    f->server = lite_server_new(tcp, profiles);
    CcPeerOptions options = {.enable_udp = !tcp, .enable_tcp = tcp, .local_address = "127.0.0.1"};
    g_autoptr(GError) error = NULL;
    f->peer = cc_peer_new(&options, &callbacks, f, &error);
    g_assert_no_error(error);
    g_assert_nonnull(f->peer);
}

static void
fixture_teardown(Fixture *f)
{
    cc_peer_free(f->peer);
    lite_server_free(f->server);
    g_source_destroy(f->deadline);
    g_source_unref(f->deadline);
    while (g_main_context_iteration(f->context, FALSE))
        ;
    g_main_context_pop_thread_default(f->context);
    g_main_context_unref(f->context);
    g_clear_error(&f->error);
}

#define WAIT_FOR(f, condition)                                                                     \
    while (!(condition)) {                                                                         \
        g_assert_false((f)->deadline_passed);                                                      \
        g_main_context_iteration((f)->context, TRUE);                                              \
    }

static void
exchange(Fixture *f, const char *fingerprint)
{
    g_autoptr(GError) error = NULL;
    lite_server_set_remote(f->server, cc_peer_local_ufrag(f->peer), cc_peer_local_pwd(f->peer),
                           cc_peer_fingerprint(f->peer));
    g_assert_true(cc_peer_set_remote(f->peer, lite_server_ufrag(f->server),
                                     lite_server_pwd(f->server), TRUE,
                                     fingerprint ? "sha-256" : NULL, fingerprint, TRUE, &error));
    g_assert_no_error(error);
    g_autofree char *candidate = lite_server_candidate(f->server);
    g_assert_true(cc_peer_add_remote_candidate(f->peer, candidate));
}

static void
connect_peer(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_peer_start_gathering(f->peer, &error));
    exchange(f, lite_server_fingerprint(f->server));
    WAIT_FOR(f, f->state == CC_PEER_CONNECTED);
}

static gboolean
send_rtp(Fixture *f, guint16 sequence)
{
    guint8 packet[200] = {0x80, 96};
    cc_write_u16(packet + 2, sequence);
    cc_write_u32(packet + 4, sequence * 10u);
    return cc_peer_send_rtp(f->peer, packet, sizeof packet);
}

static void
echo(Fixture *f, guint16 sequence)
{
    guint before = f->rtp;
    g_assert_true(send_rtp(f, sequence));
    WAIT_FOR(f, f->rtp > before);
    g_assert_cmpuint(f->last_timestamp, ==, sequence * 10u);
}

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
    g_assert_false(send_rtp(&f, 1));
    connect_peer(&f);
    for (guint16 i = 1; i <= 20; i++)
        echo(&f, i);
    guint8 rtcp[28] = {0x80, 201, 0, 6};
    g_assert_true(cc_peer_send_rtcp(f.peer, rtcp, sizeof rtcp));
    WAIT_FOR(&f, f.rtcp == 1);
    WAIT_FOR(&f, f.gathering_done == 1);
    g_assert_cmpuint(f.candidates, >, 0);
    g_assert_cmpuint(f.candidates, ==, c->tcp ? f.tcp_candidates : f.udp_candidates);

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

/* DTLS and SRTP go on; media never stops; the new sockets are really other ones. */
static void
test_restart(gconstpointer data)
{
    Fixture f;
    fixture_setup(&f, GPOINTER_TO_INT(data), NULL);
    connect_peer(&f);
    echo(&f, 1);
    g_autofree char *ufrag = g_strdup(cc_peer_local_ufrag(f.peer));
    LiteServerSeen before = lite_server_seen(f.server);
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_peer_restart_ice(f.peer, &error));
    g_assert_cmpstr(cc_peer_local_ufrag(f.peer), !=, ufrag);
    echo(&f, 2);
    exchange(&f, NULL);
    guint16 sequence = 3;
    do
        echo(&f, sequence++);
    while (g_strcmp0(lite_server_seen(f.server).source, before.source) == 0);
    g_assert_cmpuint(lite_server_seen(f.server).handshakes, ==, 1);
    g_assert_cmpint(f.state, ==, CC_PEER_CONNECTED);
    fixture_teardown(&f);
}

static void
test_remote_close(void)
{
    Fixture f;
    fixture_setup(&f, FALSE, NULL);
    connect_peer(&f);
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
    connect_peer(&f);
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
    exchange(&f, cc_peer_fingerprint(f.peer)); /* our own is not the server's */
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
    connect_peer(&f);
    f.free_on_rtp = TRUE;
    g_assert_true(send_rtp(&f, 1));
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
            exchange(&f, lite_server_fingerprint(f.server));
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
    exchange(&f, lite_server_fingerprint(f.server));
    WAIT_FOR(&f, f.state == CC_PEER_CONNECTED);
    fixture_teardown(&f);
}

static void
test_options(void)
{
    static const CcIceServer servers[] = {{"turn:", NULL, NULL},
                                          {"turn:host:99999", NULL, NULL},
                                          {"turn:host?transport=sctp", NULL, NULL},
                                          {"http://host", NULL, NULL},
                                          {"stun:[::1", NULL, NULL}};
    for (guint i = 0; i < G_N_ELEMENTS(servers); i++) {
        CcPeerOptions options = {.servers = &servers[i], .n_servers = 1, .enable_udp = TRUE};
        g_autoptr(GError) error = NULL;
        g_assert_null(cc_peer_new(&options, &callbacks, NULL, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
    }
    CcPeerOptions none = {0}, relay_only = {.enable_udp = TRUE, .relay_only = TRUE};
    CcPeerOptions address = {.enable_udp = TRUE, .local_address = "localhost"};
    g_assert_null(cc_peer_new(&none, &callbacks, NULL, NULL));
    g_assert_null(cc_peer_new(&relay_only, &callbacks, NULL, NULL));
    g_assert_null(cc_peer_new(&address, &callbacks, NULL, NULL));
    static const CcIceServer good[] = {{"turn:[::1]:3478?transport=tcp", "u", "p"},
                                       {"stun:localhost", NULL, NULL},
                                       {"turns:localhost:5349", "u", "p"}};
    CcPeerOptions options = {.servers = good, .n_servers = 3, .enable_udp = TRUE};
    g_autoptr(GError) error = NULL;
    g_autoptr(CcPeer) peer = cc_peer_new(&options, &callbacks, NULL, &error);
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
    g_test_add_func("/peer/remote-close", test_remote_close);
    g_test_add_func("/peer/local-close", test_local_close);
    g_test_add_func("/peer/wrong-fingerprint", test_wrong_fingerprint);
    g_test_add_func("/peer/free-from-callback", test_free_from_callback);
    g_test_add_func("/peer/free-early", test_free_early);
    g_test_add_func("/peer/unusable-candidates", test_unusable_candidates);
    g_test_add_func("/peer/options", test_options);
    return g_test_run();
}
