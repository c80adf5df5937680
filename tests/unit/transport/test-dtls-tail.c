/* A CcDtls after its handshake, against OpenSSL itself at the other end. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "common/transport/dtls-bio.h"
#include "common/transport/dtls-identity.h"
#include "common/transport/dtls-provider.h"
#include "common/transport/dtls-tail.h"

#define FATAL 2
#define USER_CANCELED 90
#define INTERNAL_ERROR 80

typedef struct {
    CcDtlsIdentity *ours, *theirs;
    CcDtls *dtls;
    GQueue towards_us, towards_peer; /* GBytes * */
    SSL_CTX *peer_context;
    SSL *peer;
    CcDtlsPipe peer_pipe;
    CcDtlsTail peer_tail; /* the peer's keys, for alerts that OpenSSL has no function for */
} Pair;

static void
on_our_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    g_queue_push_tail(&((Pair *)user_data)->towards_peer, g_bytes_new(datagram, length));
}

static void
on_peer_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    Pair *pair = user_data;
    cc_dtls_tail_note_sent(&pair->peer_tail, datagram, length);
    g_queue_push_tail(&pair->towards_us, g_bytes_new(datagram, length));
}

static unsigned int
on_timer(SSL *ssl, unsigned int timeout_us)
{
    return timeout_us == 0 ? 100000 : 2 * timeout_us;
}

static void
open_peer(Pair *pair, gboolean client, const char *ciphers)
{
    SSL_CTX *identity = cc_dtls_identity_context(pair->theirs);
    pair->peer_context = SSL_CTX_new(DTLS_method());
    g_assert_cmpint(SSL_CTX_set_cipher_list(pair->peer_context, ciphers), ==, 1);
    SSL_CTX_use_certificate(pair->peer_context, SSL_CTX_get0_certificate(identity));
    SSL_CTX_use_PrivateKey(pair->peer_context, SSL_CTX_get0_privatekey(identity));
    SSL_CTX_set_tlsext_use_srtp(pair->peer_context, "SRTP_AEAD_AES_128_GCM");
    pair->peer = SSL_new(pair->peer_context);
    pair->peer_pipe = (CcDtlsPipe){.send = on_peer_datagram, .user_data = pair};
    BIO *bio = cc_dtls_bio_new(&pair->peer_pipe);
    SSL_set_bio(pair->peer, bio, bio);
    SSL_set_options(pair->peer, SSL_OP_NO_QUERY_MTU);
    DTLS_set_link_mtu(pair->peer, 1200);
    DTLS_set_timer_cb(pair->peer, on_timer);
    if (client)
        SSL_set_connect_state(pair->peer);
    else
        SSL_set_accept_state(pair->peer);
}

/* @ciphers: what the peer accepts. */
static Pair *
pair_new(gboolean we_are_client, const char *ciphers)
{
    Pair *pair = g_new0(Pair, 1);
    pair->ours = cc_dtls_identity_new(NULL, NULL);
    pair->theirs = cc_dtls_identity_new(NULL, NULL);
    g_queue_init(&pair->towards_us);
    g_queue_init(&pair->towards_peer);
    open_peer(pair, !we_are_client, ciphers);
    return pair;
}

static void
pair_start(Pair *pair)
{
    gboolean we_are_client = SSL_is_server(pair->peer);
    g_autofree char *fingerprint =
        cc_dtls_certificate_fingerprint(SSL_get_certificate(pair->peer), "sha-256");
    pair->dtls =
        cc_dtls_new(pair->ours, we_are_client, "sha-256", fingerprint, on_our_datagram, pair);
    cc_dtls_start(pair->dtls);
    if (!we_are_client)
        SSL_do_handshake(pair->peer);
}

static void
pair_free(Pair *pair)
{
    cc_dtls_free(pair->dtls);
    cc_dtls_identity_free(pair->ours);
    cc_dtls_identity_free(pair->theirs);
    SSL_free(pair->peer);
    SSL_CTX_free(pair->peer_context);
    g_queue_clear_full(&pair->towards_us, (GDestroyNotify)g_bytes_unref);
    g_queue_clear_full(&pair->towards_peer, (GDestroyNotify)g_bytes_unref);
    g_free(pair);
}

static CcDrop
give_us(Pair *pair, GBytes *bytes)
{
    gsize length;
    const guint8 *data = g_bytes_get_data(bytes, &length);
    g_autofree guint8 *copy = g_memdup2(data, length); /* exactly sized, for the sanitizer */
    return cc_dtls_receive(pair->dtls, copy, length);
}

/* Returns what SSL_get_error() says. */
static int
give_peer(Pair *pair, GBytes *bytes)
{
    guint8 ignored[100];
    pair->peer_pipe.input = g_bytes_get_data(bytes, &pair->peer_pipe.input_length);
    int result = SSL_read(pair->peer, ignored, sizeof ignored);
    pair->peer_pipe.input = NULL;
    return SSL_get_error(pair->peer, result);
}

/* Until nothing is under way. */
static void
deliver(Pair *pair)
{
    GBytes *bytes;
    do {
        while ((bytes = g_queue_pop_head(&pair->towards_us))) {
            give_us(pair, bytes);
            g_bytes_unref(bytes);
        }
        if ((bytes = g_queue_pop_head(&pair->towards_peer))) {
            give_peer(pair, bytes);
            g_bytes_unref(bytes);
        }
    } while (!g_queue_is_empty(&pair->towards_us) || !g_queue_is_empty(&pair->towards_peer));
}

static GBytes *
pop_only(GQueue *queue)
{
    g_assert_cmpuint(queue->length, ==, 1);
    return g_queue_pop_head(queue);
}

static Pair *
pair_connected(gboolean we_are_client, const char *ciphers)
{
    Pair *pair = pair_new(we_are_client, ciphers);
    pair_start(pair);
    deliver(pair);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
    g_assert_true(SSL_is_init_finished(pair->peer));
    g_assert_true(cc_dtls_is_slim(pair->dtls));
    return pair;
}

typedef struct {
    gboolean we_are_client;
    const char *cipher;
} Case;

static void
assert_peer_sees_our_close(Pair *pair)
{
    cc_dtls_close(pair->dtls);
    g_autoptr(GBytes) ours = pop_only(&pair->towards_peer);
    g_assert_cmpint(give_peer(pair, ours), ==, SSL_ERROR_ZERO_RETURN);

    SSL_shutdown(pair->peer);
    g_autoptr(GBytes) answer = pop_only(&pair->towards_us);
    g_assert_cmpint(give_us(pair, answer), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CLOSED);
    g_assert_true(g_queue_is_empty(&pair->towards_peer)); /* and no word after the last one */
}

static void
test_we_close(gconstpointer data)
{
    const Case *c = data;
    Pair *pair = pair_connected(c->we_are_client, c->cipher);
    g_assert_cmpstr(SSL_get_cipher_name(pair->peer), ==, c->cipher);
    assert_peer_sees_our_close(pair);
    pair_free(pair);
}

static void
test_peer_closes(gconstpointer data)
{
    const Case *c = data;
    Pair *pair = pair_connected(c->we_are_client, c->cipher);
    g_assert_cmpint(SSL_shutdown(pair->peer), ==, 0);
    g_autoptr(GBytes) theirs = pop_only(&pair->towards_us);
    g_assert_cmpint(give_us(pair, theirs), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CLOSED);

    g_autoptr(GBytes) answer = pop_only(&pair->towards_peer);
    g_assert_cmpint(give_peer(pair, answer), ==, SSL_ERROR_ZERO_RETURN);
    g_assert_cmpint(SSL_shutdown(pair->peer), ==, 1);
    pair_free(pair);
}

/* Every bit counts. */
static void
test_forged_close(gconstpointer data)
{
    const Case *c = data;
    Pair *pair = pair_connected(c->we_are_client, c->cipher);
    SSL_shutdown(pair->peer);
    g_autoptr(GBytes) genuine = pop_only(&pair->towards_us);
    gsize length;
    const guint8 *datagram = g_bytes_get_data(genuine, &length);
    for (gsize bit = 0; bit < 8 * length; bit++) {
        g_autofree guint8 *forged = g_memdup2(datagram, length);
        forged[bit / 8] ^= (guint8)(1 << bit % 8);
        g_assert_cmpint(cc_dtls_receive(pair->dtls, forged, length), !=, CC_DROP_NONE);
    }
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
    g_assert_true(g_queue_is_empty(&pair->towards_peer));
    g_assert_cmpint(give_us(pair, genuine), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CLOSED);
    pair_free(pair);
}

static void
wait_for_peer_timer(Pair *pair)
{
    struct timeval left;
    g_assert_cmpint(DTLSv1_get_timeout(pair->peer, &left), ==, 1);
    g_usleep((gulong)(left.tv_sec * G_USEC_PER_SEC + left.tv_usec));
    g_assert_cmpint(DTLSv1_handle_timeout(pair->peer), ==, 1);
}

/* The server's ChangeCipherSpec and Finished are lost; the client says its own again. */
static void
test_our_last_flight_is_lost(void)
{
    Pair *pair = pair_new(FALSE, "ECDHE-ECDSA-AES128-GCM-SHA256");
    pair_start(pair);
    while (cc_dtls_state(pair->dtls) != CC_DTLS_CONNECTED) {
        GBytes *bytes = g_queue_pop_head(&pair->towards_us);
        if (bytes)
            give_us(pair, bytes);
        else
            give_peer(pair, (bytes = g_queue_pop_head(&pair->towards_peer)));
        g_bytes_unref(bytes);
    }
    g_assert_true(cc_dtls_is_slim(pair->dtls));
    for (guint lost = 0; lost < 2; lost++) {
        g_assert_cmpuint(pair->towards_peer.length, >, 0);
        g_queue_clear_full(&pair->towards_peer, (GDestroyNotify)g_bytes_unref);
        g_assert_false(SSL_is_init_finished(pair->peer));
        wait_for_peer_timer(pair);
        g_autoptr(GBytes) last = g_bytes_ref(g_queue_peek_tail(&pair->towards_us));
        GBytes *bytes;
        while ((bytes = g_queue_pop_head(&pair->towards_us))) {
            give_us(pair, bytes);
            g_bytes_unref(bytes);
        }
        guint answers = pair->towards_peer.length;
        g_assert_cmpuint(answers, >, 0);
        /* A copy of the client's Finished has been answered already. */
        g_assert_cmpint(give_us(pair, last), ==, CC_DROP_DTLS_UNEXPECTED);
        g_assert_cmpuint(pair->towards_peer.length, ==, answers);
    }
    deliver(pair);
    g_assert_true(SSL_is_init_finished(pair->peer));
    assert_peer_sees_our_close(pair);
    pair_free(pair);
}

/* We say our Finished twice, so the close_notify has another number. */
static void
test_peers_last_flight_is_lost(void)
{
    Pair *pair = pair_new(TRUE, "ECDHE-ECDSA-AES128-GCM-SHA256");
    pair_start(pair);
    while (!SSL_is_init_finished(pair->peer)) {
        GBytes *bytes = g_queue_pop_head(&pair->towards_peer);
        if (bytes)
            give_peer(pair, bytes);
        else
            give_us(pair, (bytes = g_queue_pop_head(&pair->towards_us)));
        g_bytes_unref(bytes);
    }
    g_queue_clear_full(&pair->towards_us, (GDestroyNotify)g_bytes_unref);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_HANDSHAKING);
    gint64 wait_us = cc_dtls_timeout_us(pair->dtls);
    g_assert_cmpint(wait_us, >=, 0);
    g_usleep((gulong)wait_us);
    cc_dtls_handle_timeout(pair->dtls);
    deliver(pair);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
    g_assert_true(cc_dtls_is_slim(pair->dtls));
    assert_peer_sees_our_close(pair);
    pair_free(pair);
}

static CcDrop
send_alert(Pair *pair, guint8 level, guint8 description, guint8 record[CC_DTLS_MAX_ALERT],
           gsize *length)
{
    *length = cc_dtls_tail_write_alert(&pair->peer_tail, level, description, record);
    return cc_dtls_receive(pair->dtls, record, *length);
}

static void
test_alerts(void)
{
    Pair *pair = pair_connected(FALSE, "ECDHE-ECDSA-AES256-GCM-SHA384");
    guint8 record[CC_DTLS_MAX_ALERT];
    gsize length;
    g_assert_true(cc_dtls_tail_take_over(&pair->peer_tail, pair->peer));
    g_assert_cmpint(send_alert(pair, CC_DTLS_WARNING, USER_CANCELED, record, &length), ==,
                    CC_DROP_NONE);
    g_assert_cmpint(cc_dtls_receive(pair->dtls, record, length), ==, CC_DROP_DTLS_UNEXPECTED);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
    g_assert_cmpint(send_alert(pair, FATAL, INTERNAL_ERROR, record, &length), ==,
                    CC_DROP_DTLS_FAILED);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_FAILED);
    g_assert_true(g_queue_is_empty(&pair->towards_peer));
    pair_free(pair);
}

/* Application data and renegotiation are of no use to us, and harm nobody. */
static void
test_unexpected(void)
{
    Pair *pair = pair_connected(FALSE, "ECDHE-ECDSA-AES128-GCM-SHA256");
    g_assert_cmpint(SSL_write(pair->peer, "data", 4), ==, 4);
    g_autoptr(GBytes) data = pop_only(&pair->towards_us);
    g_assert_cmpint(give_us(pair, data), ==, CC_DROP_DTLS_UNEXPECTED);

    SSL_renegotiate(pair->peer);
    SSL_do_handshake(pair->peer);
    g_autoptr(GBytes) hello = pop_only(&pair->towards_us);
    g_assert_cmpint(give_us(pair, hello), ==, CC_DROP_DTLS_UNEXPECTED);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
    g_assert_true(g_queue_is_empty(&pair->towards_peer));
    pair_free(pair);
}

/* The peer shows another kind of certificate, made by OpenSSL's default context. */
static void
show_certificate(Pair *pair, EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), -1000);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 1000);
    X509_set_pubkey(certificate, key);
    g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
    SSL_certs_clear(pair->peer); /* or it would choose between the two */
    g_assert_cmpint(SSL_use_certificate(pair->peer, certificate), ==, 1);
    g_assert_cmpint(SSL_use_PrivateKey(pair->peer, key), ==, 1);
    X509_free(certificate);
}

typedef struct {
    const char *kind; /* a curve, if @bits is 0 */
    guint bits;
} Key;

/* What WebRTC's certificates are made of (RFC 8827 section 6.5), cc_dtls_library() can read. */
static void
test_certificates(gconstpointer data)
{
    const Key *kind = data;
    EVP_PKEY *key = kind->bits > 0 ? EVP_RSA_gen(kind->bits) : EVP_EC_gen(kind->kind);
    g_assert_nonnull(key);
    for (guint we_are_client = 0; we_are_client < 2; we_are_client++) {
        Pair *pair = pair_new(we_are_client == 1, "ECDHE+AESGCM");
        show_certificate(pair, key);
        pair_start(pair);
        deliver(pair);
        g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
        g_assert_true(SSL_is_init_finished(pair->peer));
        pair_free(pair);
    }
    EVP_PKEY_free(key);
}

/* Where OpenSSL would search anew for each certificate, it knows nothing that it need not. */
static void
test_library(void)
{
    OSSL_LIB_CTX *library = cc_dtls_library();
    gboolean searches = OPENSSL_version_major() == 3 && OPENSSL_version_minor() < 2;
    g_assert_cmpint(library != NULL, ==, searches);
    if (!library)
        return;
    EVP_KEYMGMT *needed = EVP_KEYMGMT_fetch(library, "EC", NULL);
    g_assert_nonnull(needed);
    EVP_KEYMGMT_free(needed);
    g_assert_null(EVP_KEYMGMT_fetch(library, "DSA", NULL));
    ERR_clear_error();
}

/* With a cipher suite that the tail does not know OpenSSL goes on. */
static void
test_fallback(gconstpointer data)
{
    gboolean we_are_client = GPOINTER_TO_INT(data);
    Pair *pair = pair_new(we_are_client, "ECDHE-ECDSA-AES128-CCM");
    SSL_CTX_set_cipher_list(cc_dtls_identity_context(pair->ours), "ECDHE-ECDSA-AES128-CCM");
    pair_start(pair);
    deliver(pair);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CONNECTED);
    g_assert_false(cc_dtls_is_slim(pair->dtls));
    SSL_shutdown(pair->peer);
    g_autoptr(GBytes) theirs = pop_only(&pair->towards_us);
    g_assert_cmpint(give_us(pair, theirs), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_dtls_state(pair->dtls), ==, CC_DTLS_CLOSED);
    pair_free(pair);
}

int
main(int argc, char **argv)
{
    static const char *const ciphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256",
                                          "ECDHE-ECDSA-AES256-GCM-SHA384",
                                          "ECDHE-ECDSA-CHACHA20-POLY1305"};
    static const struct {
        const char *name;
        GTestDataFunc func;
    } tests[] = {{"we-close", test_we_close},
                 {"peer-closes", test_peer_closes},
                 {"forged-close", test_forged_close}};
    static Case cases[2 * G_N_ELEMENTS(ciphers)];
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        cases[i] = (Case){i % 2 == 0, ciphers[i / 2]};
        for (guint k = 0; k < G_N_ELEMENTS(tests); k++) {
            g_autofree char *path =
                g_strdup_printf("/dtls-tail/%s/%s/%s", tests[k].name,
                                i % 2 == 0 ? "client" : "server", ciphers[i / 2]);
            g_test_add_data_func(path, &cases[i], tests[k].func);
        }
    }
    static const Key keys[] = {{"P-256", 0}, {"P-384", 0}, {"RSA", 2048}};
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autofree char *path = g_strdup_printf("/dtls-tail/certificate/%s", keys[i].kind);
        g_test_add_data_func(path, &keys[i], test_certificates);
    }
    g_test_add_func("/dtls-tail/library", test_library);
    g_test_add_func("/dtls-tail/lost/our-last-flight", test_our_last_flight_is_lost);
    g_test_add_func("/dtls-tail/lost/peers-last-flight", test_peers_last_flight_is_lost);
    g_test_add_func("/dtls-tail/alerts", test_alerts);
    g_test_add_func("/dtls-tail/unexpected", test_unexpected);
    g_test_add_data_func("/dtls-tail/fallback/client", GINT_TO_POINTER(TRUE), test_fallback);
    g_test_add_data_func("/dtls-tail/fallback/server", GINT_TO_POINTER(FALSE), test_fallback);
    return g_test_run();
}
