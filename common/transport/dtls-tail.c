#include "common/transport/dtls-tail.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>

#include "common/wire/bytes.h"

#define TAG_LENGTH 16
#define MASTER_SECRET_LENGTH 48
#define RANDOM_LENGTH 32

/* RFC 5246: content types and a handshake type. */
#define CHANGE_CIPHER_SPEC 20
#define ALERT 21
#define HANDSHAKE 22
#define FINISHED 20

#define DTLS_1_2 0xfefd
#define EPOCH_1 (G_GUINT64_CONSTANT(1) << 48)
#define MAX_PLAIN 64 /* an alert has 2 bytes, Finished 24 */

struct CcDtlsSuite {
    int cipher_nid;
    const char *cipher;
    gsize key_length;
    gsize iv_length;    /* the implicit part, from the key block */
    gsize nonce_length; /* the explicit part, in each record */
};

static const CcDtlsSuite suites[] = {
    {NID_aes_128_gcm, "AES-128-GCM", 16, 4, 8},
    {NID_aes_256_gcm, "AES-256-GCM", 32, 4, 8},
    {NID_chacha20_poly1305, "ChaCha20-Poly1305", 32, 12, 0},
};

static const CcDtlsSuite *
find_suite(const SSL_CIPHER *cipher)
{
    for (guint i = 0; cipher && i < G_N_ELEMENTS(suites); i++) {
        if (SSL_CIPHER_get_cipher_nid(cipher) == suites[i].cipher_nid)
            return &suites[i];
    }
    return NULL;
}

static guint64
read_u48(const guint8 *data)
{
    return (guint64)cc_read_u16(data) << 32 | cc_read_u32(data + 2);
}

static void
append_to_flight(CcDtlsTail *tail, const guint8 *record, gsize length)
{
    if (record[0] == CHANGE_CIPHER_SPEC)
        tail->flight_length = 0; /* it begins with this; sent again, it begins anew */
    if (tail->flight_length + length > sizeof tail->flight) {
        tail->flight_length = 0;
        return;
    }
    memcpy(tail->flight + tail->flight_length, record, length);
    tail->flight_length += (guint8)length;
}

void
cc_dtls_tail_note_sent(CcDtlsTail *tail, const guint8 *datagram, gsize length)
{
    while (length >= CC_DTLS_RECORD_HEADER) {
        gsize record = CC_DTLS_RECORD_HEADER + (gsize)cc_read_u16(datagram + 11);
        if (record > length)
            return;
        gboolean encrypted = cc_read_u16(datagram + 3) == 1;
        if (encrypted && record >= CC_DTLS_RECORD_HEADER + 8) {
            tail->write_sequence = read_u48(datagram + 5) + 1;
            /* OpenSSL counts these up from a random number: so do we, and never use one twice. */
            tail->write_nonce = cc_read_u64(datagram + CC_DTLS_RECORD_HEADER) + 1;
        }
        if (encrypted || datagram[0] == CHANGE_CIPHER_SPEC)
            append_to_flight(tail, datagram, record);
        datagram += record;
        length -= record;
    }
}

/* RFC 5246 section 6.3. */
static gboolean
expand_key_block(SSL *ssl, guint8 *block, gsize length)
{
    static const char label[] = "key expansion";
    guint8 secret[MASTER_SECRET_LENGTH];
    guint8 seed[sizeof label - 1 + 2 * RANDOM_LENGTH];
    guint8 *randoms = seed + sizeof label - 1;
    const EVP_MD *digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
    SSL_SESSION *session = SSL_get_session(ssl);
    if (!digest || !session ||
        SSL_SESSION_get_master_key(session, secret, sizeof secret) != sizeof secret)
        return FALSE;
    memcpy(seed, label, sizeof label - 1);
    SSL_get_server_random(ssl, randoms, RANDOM_LENGTH);
    SSL_get_client_random(ssl, randoms + RANDOM_LENGTH, RANDOM_LENGTH);

    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)EVP_MD_get0_name(digest),
                                         0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, secret, sizeof secret),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof seed),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    gboolean ok = context && EVP_KDF_derive(context, block, length, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    OPENSSL_cleanse(secret, sizeof secret);
    return ok;
}

gboolean
cc_dtls_tail_take_over(CcDtlsTail *tail, SSL *ssl)
{
    guint8 block[2 * (CC_DTLS_MAX_KEY + CC_DTLS_IV)];
    const CcDtlsSuite *suite = find_suite(SSL_get_current_cipher(ssl));
    gboolean server = SSL_is_server(ssl);
    gboolean flight_known = tail->flight_length > 0 && tail->flight[0] == CHANGE_CIPHER_SPEC;
    if (!suite || SSL_version(ssl) != DTLS1_2_VERSION || tail->write_sequence == 0 ||
        (server && !flight_known) ||
        !expand_key_block(ssl, block, 2 * (suite->key_length + suite->iv_length)))
        return FALSE;

    /* Client's key, server's key, client's IV, server's IV. */
    CcDtlsRecordKeys *client = server ? &tail->read : &tail->write;
    CcDtlsRecordKeys *other = server ? &tail->write : &tail->read;
    const guint8 *ivs = block + 2 * suite->key_length;
    memcpy(client->key, block, suite->key_length);
    memcpy(other->key, block + suite->key_length, suite->key_length);
    memcpy(client->iv, ivs, suite->iv_length);
    memcpy(other->iv, ivs + suite->iv_length, suite->iv_length);
    OPENSSL_cleanse(block, sizeof block);
    tail->sent_last = server; /* sessions are never resumed, so it always is */
    tail->suite = suite;
    return TRUE;
}

/* RFC 5288 section 3, RFC 7905 section 2. */
static void
make_iv(const CcDtlsSuite *suite, const CcDtlsRecordKeys *keys, const guint8 *header,
        guint8 iv[CC_DTLS_IV])
{
    memcpy(iv, keys->iv, suite->iv_length);
    memcpy(iv + suite->iv_length, header + CC_DTLS_RECORD_HEADER, suite->nonce_length);
    for (guint i = 0; suite->nonce_length == 0 && i < 8; i++)
        iv[CC_DTLS_IV - 8 + i] ^= header[3 + i]; /* epoch and sequence number */
}

/* RFC 5246 section 6.2.3.3; the sequence number of DTLS has the epoch in it. */
static void
make_associated(const guint8 *header, gsize plain, guint8 associated[13])
{
    memcpy(associated, header + 3, 8);
    memcpy(associated + 8, header, 3);
    cc_write_u16(associated + 11, (guint16)plain);
}

/* AEAD over @n bytes; @tag is written when encrypting, checked when decrypting. The contexts are
 * not kept: this is a matter of a few records in a session's life. */
static gboolean
run_cipher(const CcDtlsSuite *suite, const CcDtlsRecordKeys *keys, const guint8 *header,
           const guint8 *in, gsize n, guint8 *out, guint8 *tag, gboolean encrypt)
{
    guint8 iv[CC_DTLS_IV], associated[13];
    int written;
    make_iv(suite, keys, header, iv);
    make_associated(header, n, associated);
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, suite->cipher, NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    gboolean ok =
        cipher && context &&
        EVP_CipherInit_ex2(context, cipher, keys->key, iv, encrypt, NULL) == 1 &&
        EVP_CipherUpdate(context, NULL, &written, associated, sizeof associated) == 1 &&
        EVP_CipherUpdate(context, out, &written, in, (int)n) == 1 &&
        (encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, tag) == 1) &&
        EVP_CipherFinal_ex(context, out + n, &written) == 1 &&
        (!encrypt || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, tag) == 1);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return ok;
}

/* Returns the length of what was in @record, or -1. */
static int
open_record(const CcDtlsTail *tail, const guint8 *record, gsize length, guint8 plain[MAX_PLAIN])
{
    gsize begin = CC_DTLS_RECORD_HEADER + tail->suite->nonce_length;
    if (length <= begin + TAG_LENGTH || length - begin - TAG_LENGTH > MAX_PLAIN)
        return -1;
    gsize n = length - begin - TAG_LENGTH;
    guint8 tag[TAG_LENGTH];
    memcpy(tag, record + begin + n, TAG_LENGTH);
    if (!run_cipher(tail->suite, &tail->read, record, record + begin, n, plain, tag, FALSE))
        return -1;
    return (int)n;
}

static CcDtlsTailEvent
event_for(const CcDtlsTail *tail, guint8 type, const guint8 *plain, int length)
{
    if (type == ALERT && length == 2) {
        if (plain[1] == CC_DTLS_CLOSE_NOTIFY)
            return CC_DTLS_TAIL_CLOSE;
        return plain[0] == CC_DTLS_WARNING ? CC_DTLS_TAIL_WARNING : CC_DTLS_TAIL_FATAL;
    }
    if (type == HANDSHAKE && plain[0] == FINISHED && tail->sent_last)
        return CC_DTLS_TAIL_REPEATED;
    return CC_DTLS_TAIL_UNEXPECTED;
}

CcDtlsTailEvent
cc_dtls_tail_receive(CcDtlsTail *tail, const guint8 *record, gsize length)
{
    guint8 plain[MAX_PLAIN];
    if (cc_read_u16(record + 1) != DTLS_1_2 || cc_read_u16(record + 3) != 1 ||
        (record[0] != ALERT && record[0] != HANDSHAKE))
        return CC_DTLS_TAIL_UNEXPECTED;
    guint64 sequence = read_u48(record + 5);
    if (!cc_srtp_window_is_new(&tail->window, sequence))
        return CC_DTLS_TAIL_UNEXPECTED;
    int plain_length = open_record(tail, record, length, plain);
    if (plain_length < 0)
        return CC_DTLS_TAIL_UNEXPECTED;
    cc_srtp_window_add(&tail->window, sequence);
    return event_for(tail, record[0], plain, plain_length);
}

gsize
cc_dtls_tail_write_alert(CcDtlsTail *tail, guint8 level, guint8 description,
                         guint8 record[CC_DTLS_MAX_ALERT])
{
    const guint8 alert[2] = {level, description};
    gsize begin = CC_DTLS_RECORD_HEADER + tail->suite->nonce_length;
    gsize length = begin + sizeof alert + TAG_LENGTH;
    record[0] = ALERT;
    cc_write_u16(record + 1, DTLS_1_2);
    cc_write_u64(record + 3, EPOCH_1 | tail->write_sequence++);
    cc_write_u16(record + 11, (guint16)(length - CC_DTLS_RECORD_HEADER));
    cc_write_u64(record + CC_DTLS_RECORD_HEADER, tail->write_nonce++);
    gboolean ok = run_cipher(tail->suite, &tail->write, record, alert, sizeof alert, record + begin,
                             record + begin + sizeof alert, TRUE);
    return ok ? length : 0;
}

void
cc_dtls_tail_clear(CcDtlsTail *tail)
{
    OPENSSL_cleanse(tail, sizeof *tail);
}
