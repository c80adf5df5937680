/* Two CcDtls joined by a network that loses, repeats and reorders on demand. */
#include <string.h>

#include "common/transport/dtls.h"
#include "common/wire/bytes.h"

typedef enum { FAULT_NONE, FAULT_LOSE, FAULT_REPEAT, FAULT_DELAY } Fault;

typedef struct Pair Pair;
typedef struct {
    Pair *pair;
    guint to;
} Way;

struct Pair {
    CcDtlsIdentity *identity[2]; /* client, server */
    CcDtls *dtls[2];
    GQueue towards[2];
    Way ways[2];
    GBytes *delayed;
    GQueue *delayed_towards;
    guint sent, largest;
    Fault fault;
    guint faulty; /* which datagram of the whole handshake */
};

static void
on_send(const guint8 *datagram, gsize length, gpointer user_data)
{
    Way *way = user_data;
    Pair *pair = way->pair;
    GQueue *queue = &pair->towards[way->to];
    Fault fault = pair->sent++ == pair->faulty ? pair->fault : FAULT_NONE;
    pair->largest = MAX(pair->largest, (guint)length);
    if (fault == FAULT_LOSE)
        return;
    GBytes *bytes = g_bytes_new(datagram, length);
    if (fault == FAULT_REPEAT)
        g_queue_push_tail(queue, g_bytes_ref(bytes));
    if (fault == FAULT_DELAY) {
        pair->delayed = bytes;
        pair->delayed_towards = queue;
        return;
    }
    g_queue_push_tail(queue, bytes);
    if (pair->delayed)
        g_queue_push_tail(pair->delayed_towards, g_steal_pointer(&pair->delayed));
}

static const CcSrtpProfile only_gcm[] = {CC_SRTP_AEAD_AES_128_GCM, 0};
static const CcSrtpProfile only_cm[] = {CC_SRTP_AES128_CM_SHA1_80, 0};
static const CcSrtpProfile cm_first[] = {CC_SRTP_AES128_CM_SHA1_80, CC_SRTP_AEAD_AES_128_GCM, 0};

static Pair *
pair_new(const CcSrtpProfile *client_profiles, const CcSrtpProfile *server_profiles)
{
    Pair *pair = g_new0(Pair, 1);
    const CcSrtpProfile *profiles[2] = {client_profiles, server_profiles};
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        pair->identity[i] = cc_dtls_identity_new(profiles[i], &error);
        g_assert_no_error(error);
        pair->ways[i] = (Way){pair, 1 - i};
        g_queue_init(&pair->towards[i]);
    }
    pair->faulty = G_MAXUINT;
    return pair;
}

static void
pair_open(Pair *pair, guint i, const char *hash, const char *fingerprint)
{
    pair->dtls[i] =
        cc_dtls_new(pair->identity[i], i == 0, hash,
                    fingerprint ? fingerprint : cc_dtls_identity_fingerprint(pair->identity[1 - i]),
                    on_send, &pair->ways[i]);
}

static void
pair_free(Pair *pair)
{
    for (guint i = 0; i < 2; i++) {
        cc_dtls_free(pair->dtls[i]);
        cc_dtls_identity_free(pair->identity[i]);
        g_queue_clear_full(&pair->towards[i], (GDestroyNotify)g_bytes_unref);
    }
    g_clear_pointer(&pair->delayed, g_bytes_unref);
    g_free(pair);
}

/* Delivers what is under way. Returns the first drop that is not CC_DROP_NONE. */
static CcDrop
pair_deliver(Pair *pair)
{
    CcDrop first = CC_DROP_NONE;
    for (guint i = 0; i < 2; i++) {
        for (GBytes *bytes; (bytes = g_queue_pop_head(&pair->towards[i])); g_bytes_unref(bytes)) {
            gsize length;
            const guint8 *data = g_bytes_get_data(bytes, &length);
            /* Exactly sized, so that the sanitizer sees a read beyond. */
            g_autofree guint8 *copy = g_memdup2(data, length);
            CcDrop drop = cc_dtls_receive(pair->dtls[i], copy, length);
            first = first == CC_DROP_NONE ? drop : first;
        }
    }
    return first;
}

static gboolean
in_state(const Pair *pair, CcDtlsState state)
{
    return cc_dtls_state(pair->dtls[0]) == state && cc_dtls_state(pair->dtls[1]) == state;
}

static gboolean
quiet(Pair *pair)
{
    return g_queue_is_empty(&pair->towards[0]) && g_queue_is_empty(&pair->towards[1]);
}

/* Delivers and serves the timers until both are connected, or one has failed, or @flights
 * retransmissions were not enough. */
static void
pair_run(Pair *pair, guint flights)
{
    cc_dtls_start(pair->dtls[0]);
    while (!in_state(pair, CC_DTLS_CONNECTED) || !quiet(pair)) {
        pair_deliver(pair);
        if (!quiet(pair) || in_state(pair, CC_DTLS_CONNECTED))
            continue;
        gint64 wait = -1;
        for (guint i = 0; i < 2; i++) {
            if (cc_dtls_state(pair->dtls[i]) == CC_DTLS_FAILED)
                return;
            gint64 due = cc_dtls_timeout_us(pair->dtls[i]);
            wait = wait < 0 ? due : due < 0 ? wait : MIN(wait, due);
        }
        if (wait < 0 || flights-- == 0)
            return;
        g_usleep((gulong)wait);
        for (guint i = 0; i < 2; i++) {
            if (cc_dtls_timeout_us(pair->dtls[i]) == 0)
                cc_dtls_handle_timeout(pair->dtls[i]);
        }
    }
}

static void
assert_media_flows(Pair *pair, CcSrtpProfile expected)
{
    g_autoptr(CcSrtp) client_out = NULL, client_in = NULL, server_out = NULL, server_in = NULL;
    CcSrtpProfile profile[2];
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_dtls_export_srtp(pair->dtls[0], &profile[0], &client_out, &client_in, &error));
    g_assert_true(cc_dtls_export_srtp(pair->dtls[1], &profile[1], &server_out, &server_in, &error));
    g_assert_cmphex(profile[0], ==, expected);
    g_assert_cmphex(profile[1], ==, expected);

    guint8 packet[100 + CC_SRTP_MAX_TRAILER] = {0x80, 96, 0, 1};
    gsize length = 100;
    g_assert_cmpint(cc_srtp_protect_rtp(client_out, packet, &length), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_srtp_unprotect_rtp(server_in, packet, &length), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_srtp_protect_rtp(server_out, packet, &length), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_srtp_unprotect_rtp(client_in, packet, &length), ==, CC_DROP_NONE);
    g_assert_cmpuint(length, ==, 100);
}

typedef struct {
    const CcSrtpProfile *client, *server;
    CcSrtpProfile expected; /* 0: none in common */
} ProfileCase;

static void
test_profiles(gconstpointer data)
{
    const ProfileCase *c = data;
    Pair *pair = pair_new(c->client, c->server);
    pair_open(pair, 0, "sha-256", NULL);
    pair_open(pair, 1, "SHA-256", NULL);
    pair_run(pair, 0);
    g_assert_cmpuint(pair->largest, <=, 1200);
    if (c->expected != 0) {
        g_assert_true(in_state(pair, CC_DTLS_CONNECTED));
        assert_media_flows(pair, c->expected);
    } else {
        g_assert_cmpint(cc_dtls_state(pair->dtls[1]), ==, CC_DTLS_FAILED);
        CcSrtpProfile profile;
        CcSrtp *out, *in;
        g_autoptr(GError) error = NULL;
        g_assert_false(cc_dtls_export_srtp(pair->dtls[1], &profile, &out, &in, &error));
        g_assert_nonnull(error);
    }
    pair_free(pair);
}

static void
test_fingerprint(gconstpointer data)
{
    guint suspicious = GPOINTER_TO_UINT(data); /* which side expects somebody else */
    Pair *pair = pair_new(NULL, NULL);
    g_autofree char *wrong = g_strdup(cc_dtls_identity_fingerprint(pair->identity[1 - suspicious]));
    wrong[0] = wrong[0] == '0' ? '1' : '0';
    pair_open(pair, suspicious, "sha-256", wrong);
    pair_open(pair, 1 - suspicious, "sha-256", NULL);
    cc_dtls_start(pair->dtls[0]);
    CcDrop drop = CC_DROP_NONE;
    while (!quiet(pair) && drop == CC_DROP_NONE)
        drop = pair_deliver(pair);
    g_assert_cmpint(drop, ==, CC_DROP_DTLS_FINGERPRINT);
    pair_deliver(pair); /* the alert */
    g_assert_true(in_state(pair, CC_DTLS_FAILED));
    pair_free(pair);
}

static void
test_unknown_hash(void)
{
    Pair *pair = pair_new(NULL, NULL);
    pair_open(pair, 0, "md5", NULL);
    pair_open(pair, 1, "sha-256", NULL);
    pair_run(pair, 0);
    g_assert_cmpint(cc_dtls_state(pair->dtls[0]), ==, CC_DTLS_FAILED);
    pair_free(pair);
}

/* Each datagram of the handshake in turn is lost, repeated or late. */
static void
test_faults(gconstpointer data)
{
    Fault fault = (Fault)GPOINTER_TO_UINT(data);
    guint n = G_MAXUINT;
    for (guint i = 0; i < n; i++) {
        Pair *pair = pair_new(NULL, NULL);
        pair_open(pair, 0, "sha-256", NULL);
        pair_open(pair, 1, "sha-256", NULL);
        pair->fault = fault;
        pair->faulty = i;
        pair_run(pair, 3);
        g_assert_true(in_state(pair, CC_DTLS_CONNECTED));
        assert_media_flows(pair, CC_SRTP_AEAD_AES_128_GCM);
        n = MIN(n, pair->sent);
        pair_free(pair);
    }
    g_assert_cmpuint(n, >=, 4);
}

static void
test_garbage(void)
{
    Pair *pair = pair_new(NULL, NULL);
    pair_open(pair, 0, "sha-256", NULL);
    pair_open(pair, 1, "sha-256", NULL);
    static const guint8 short_header[] = {22, 0xfe, 0xfd, 0, 0};
    static const guint8 too_long[] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0xff, 0xff, 1};
    g_assert_cmpint(cc_dtls_receive(pair->dtls[1], short_header, 0), ==, CC_DROP_DTLS_MALFORMED);
    g_assert_cmpint(cc_dtls_receive(pair->dtls[1], short_header, sizeof short_header), ==,
                    CC_DROP_DTLS_MALFORMED);
    g_assert_cmpint(cc_dtls_receive(pair->dtls[1], too_long, sizeof too_long), ==,
                    CC_DROP_DTLS_MALFORMED);

    /* Records of the next epoch, which must be kept for later: only so many. */
    guint refused = 0;
    for (guint i = 0; i < 200; i++) {
        guint8 early[14] = {22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, (guint8)i, 0, 1, 0};
        refused += cc_dtls_receive(pair->dtls[1], early, sizeof early) != CC_DROP_NONE;
    }
    g_assert_cmpuint(refused, >=, 100);
    g_assert_cmpint(cc_dtls_state(pair->dtls[1]), ==, CC_DTLS_HANDSHAKING);
    pair_free(pair);
}

/* After the handshake nobody without the keys can end it. */
static void
test_forgery_when_connected(void)
{
    Pair *pair = pair_new(NULL, NULL);
    pair_open(pair, 0, "sha-256", NULL);
    pair_open(pair, 1, "sha-256", NULL);
    pair_run(pair, 0);
    g_assert_true(in_state(pair, CC_DTLS_CONNECTED));
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    for (guint i = 0; i < 3000; i++) {
        guint8 record[80] = {(guint8)(20 + i % 4), 0xfe, 0xfd, 0, (guint8)(i / 4 % 3)};
        guint length = (guint)g_rand_int_range(random, 1, 60);
        for (guint j = 5; j < 13 + length; j++)
            record[j] = (guint8)g_rand_int(random);
        cc_write_u16(record + 11, (guint16)length);
        cc_dtls_receive(pair->dtls[i % 2], record, 13 + length);
    }
    g_assert_true(in_state(pair, CC_DTLS_CONNECTED));
    assert_media_flows(pair, CC_SRTP_AEAD_AES_128_GCM);
    pair_free(pair);
}

static void
test_close(gconstpointer data)
{
    guint closer = GPOINTER_TO_UINT(data);
    Pair *pair = pair_new(NULL, NULL);
    pair_open(pair, 0, "sha-256", NULL);
    pair_open(pair, 1, "sha-256", NULL);
    pair_run(pair, 0);
    g_assert_cmpint(cc_dtls_timeout_us(pair->dtls[0]), ==, -1);
    cc_dtls_close(pair->dtls[closer]);
    g_assert_false(quiet(pair));
    g_assert_cmpint(pair_deliver(pair), ==, CC_DROP_NONE);
    g_assert_true(in_state(pair, CC_DTLS_CLOSED));
    pair_free(pair);
}

/* Nobody answers: it ends by itself, and the timer with it. Only the first steps are waited for. */
static void
test_retransmission_timer(void)
{
    Pair *pair = pair_new(NULL, NULL);
    pair_open(pair, 0, "sha-256", NULL);
    g_assert_cmpint(cc_dtls_timeout_us(pair->dtls[0]), ==, -1);
    cc_dtls_start(pair->dtls[0]);
    guint before = pair->sent;
    gint64 wait = cc_dtls_timeout_us(pair->dtls[0]);
    g_assert_cmpint(wait, >, 0);
    g_assert_cmpint(wait, <=, 400000);
    cc_dtls_handle_timeout(pair->dtls[0]); /* not due */
    g_assert_cmpuint(pair->sent, ==, before);
    g_usleep((gulong)wait);
    cc_dtls_handle_timeout(pair->dtls[0]);
    g_assert_cmpuint(pair->sent, >, before);
    g_assert_cmpint(cc_dtls_timeout_us(pair->dtls[0]), >, 400000);
    pair_free(pair);
}

static void
add_profile_tests(void)
{
    static const ProfileCase defaults = {NULL, NULL, CC_SRTP_AEAD_AES_128_GCM};
    static const ProfileCase cm_client = {only_cm, NULL, CC_SRTP_AES128_CM_SHA1_80};
    static const ProfileCase server_order = {cm_first, NULL, CC_SRTP_AEAD_AES_128_GCM};
    static const ProfileCase cm_server = {NULL, cm_first, CC_SRTP_AES128_CM_SHA1_80};
    static const ProfileCase none = {only_gcm, only_cm, 0};
    g_test_add_data_func("/dtls/profiles/gcm-preferred", &defaults, test_profiles);
    g_test_add_data_func("/dtls/profiles/cm-accepted", &cm_client, test_profiles);
    g_test_add_data_func("/dtls/profiles/server-order-wins", &server_order, test_profiles);
    g_test_add_data_func("/dtls/profiles/cm-preferred", &cm_server, test_profiles);
    g_test_add_data_func("/dtls/profiles/none-in-common", &none, test_profiles);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_profile_tests();
    g_test_add_data_func("/dtls/fingerprint/client", GUINT_TO_POINTER(0), test_fingerprint);
    g_test_add_data_func("/dtls/fingerprint/server", GUINT_TO_POINTER(1), test_fingerprint);
    g_test_add_func("/dtls/fingerprint/unknown-hash", test_unknown_hash);
    g_test_add_data_func("/dtls/faults/lose", GUINT_TO_POINTER(FAULT_LOSE), test_faults);
    g_test_add_data_func("/dtls/faults/repeat", GUINT_TO_POINTER(FAULT_REPEAT), test_faults);
    g_test_add_data_func("/dtls/faults/delay", GUINT_TO_POINTER(FAULT_DELAY), test_faults);
    g_test_add_func("/dtls/garbage", test_garbage);
    g_test_add_func("/dtls/forgery-when-connected", test_forgery_when_connected);
    g_test_add_data_func("/dtls/close/client", GUINT_TO_POINTER(0), test_close);
    g_test_add_data_func("/dtls/close/server", GUINT_TO_POINTER(1), test_close);
    g_test_add_func("/dtls/retransmission-timer", test_retransmission_timer);
    return g_test_run();
}
