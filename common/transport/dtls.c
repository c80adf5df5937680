/* There is no cookie exchange (RFC 6347 section 4.2.1): owners pass in datagrams only from
 * addresses that ICE has validated, so nobody can make us answer a stranger. */
#include "common/transport/dtls.h"

#include <openssl/err.h>

#include "common/base/error.h"
#include "common/transport/dtls-bio.h"
#include "common/transport/dtls-identity.h"
#include "common/transport/dtls-tail.h"
#include "common/wire/bytes.h"

#define MAX_DATAGRAM 1200        /* bytes of UDP payload that every path carries */
#define FIRST_TIMEOUT_US 400000u /* below RFC 6347's 1 s: a lesson waits for each lost flight */
#define MAX_TIMEOUT_US 3000000u  /* OpenSSL gives up at the 13th: half a minute */

/* OpenSSL keeps records of the next epoch, 16 KiB each, until the handshake is so far. */
#define MAX_EARLY_RECORDS 32

struct CcDtls {
    SSL *ssl; /* NULL after the handshake: then there is the tail */
    CcDtlsTail tail;
    CcDtlsPipe pipe;
    CcDtlsSendFunc send;
    gpointer user_data;
    gboolean client;
    CcDtlsState state;
    char *fingerprint_hash, *fingerprint; /* NULL after the handshake */
    gboolean fingerprint_differs;
    guint early_records;
    CcSrtpProfile profile;
    guint8 material[2 * (CC_SRTP_KEY_LENGTH + CC_SRTP_MAX_SALT_LENGTH)]; /* RFC 5764 section 4.2 */
};

int
cc_dtls_verify_certificate(X509_STORE_CTX *store, void *unused)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    CcDtls *dtls = SSL_get_app_data(ssl);
    g_autofree char *fingerprint =
        cc_dtls_certificate_fingerprint(X509_STORE_CTX_get0_cert(store), dtls->fingerprint_hash);
    if (fingerprint && g_ascii_strcasecmp(fingerprint, dtls->fingerprint) == 0)
        return 1;
    dtls->fingerprint_differs = TRUE;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED); /* becomes bad_certificate */
    return 0;
}

static unsigned int
on_next_timeout(SSL *ssl, unsigned int timeout_us)
{
    return timeout_us == 0 ? FIRST_TIMEOUT_US : MIN(timeout_us * 2, MAX_TIMEOUT_US);
}

/* From OpenSSL. */
static void
on_datagram(const guint8 *datagram, gsize length, gpointer user_data)
{
    CcDtls *dtls = user_data;
    cc_dtls_tail_note_sent(&dtls->tail, datagram, length);
    dtls->send(datagram, length, dtls->user_data);
}

CcDtls *
cc_dtls_new(CcDtlsIdentity *identity, gboolean client, const char *fingerprint_hash,
            const char *fingerprint, CcDtlsSendFunc send, gpointer user_data)
{
    g_return_val_if_fail(identity && fingerprint_hash && fingerprint && send, NULL);

    CcDtls *dtls = g_new0(CcDtls, 1);
    dtls->fingerprint_hash = g_strdup(fingerprint_hash);
    dtls->fingerprint = g_strdup(fingerprint);
    dtls->client = client;
    dtls->send = send;
    dtls->user_data = user_data;
    dtls->pipe.send = on_datagram;
    dtls->pipe.user_data = dtls;

    dtls->ssl = SSL_new(cc_dtls_identity_context(identity));
    BIO *bio = cc_dtls_bio_new(&dtls->pipe);
    if (!dtls->ssl || !bio)
        g_error("OpenSSL is out of memory");
    SSL_set_bio(dtls->ssl, bio, bio);
    SSL_set_app_data(dtls->ssl, dtls);
    DTLS_set_link_mtu(dtls->ssl, MAX_DATAGRAM);
    DTLS_set_timer_cb(dtls->ssl, on_next_timeout);
    if (client)
        SSL_set_connect_state(dtls->ssl);
    else
        SSL_set_accept_state(dtls->ssl);
    return dtls;
}

void
cc_dtls_free(CcDtls *dtls)
{
    if (!dtls)
        return;
    SSL_free(dtls->ssl);
    cc_dtls_tail_clear(&dtls->tail);
    OPENSSL_cleanse(dtls->material, sizeof dtls->material);
    g_free(dtls->fingerprint_hash);
    g_free(dtls->fingerprint);
    g_free(dtls);
}

static CcDrop
fail(CcDtls *dtls)
{
    dtls->state = CC_DTLS_FAILED;
    ERR_clear_error();
    return dtls->fingerprint_differs ? CC_DROP_DTLS_FINGERPRINT : CC_DROP_DTLS_FAILED;
}

/* RFC 5764 section 4.2. FALSE without use_srtp: there is nothing that we could talk about. */
static gboolean
take_material(CcDtls *dtls)
{
    static const char label[] = "EXTRACTOR-dtls_srtp";
    const SRTP_PROTECTION_PROFILE *selected = SSL_get_selected_srtp_profile(dtls->ssl);
    if (!selected)
        return FALSE;
    dtls->profile = (CcSrtpProfile)selected->id;
    gsize length = 2 * (CC_SRTP_KEY_LENGTH + cc_srtp_profile_salt_length(dtls->profile));
    return SSL_export_keying_material(dtls->ssl, dtls->material, length, label, sizeof label - 1,
                                      NULL, 0, 0) == 1;
}

static CcDrop
shake_hands(CcDtls *dtls)
{
    ERR_clear_error();
    int result = SSL_do_handshake(dtls->ssl);
    if (result == 1) {
        if (!take_material(dtls)) {
            SSL_shutdown(dtls->ssl);
            return fail(dtls);
        }
        dtls->state = CC_DTLS_CONNECTED;
        return CC_DROP_NONE;
    }
    return SSL_get_error(dtls->ssl, result) == SSL_ERROR_WANT_READ ? CC_DROP_NONE : fail(dtls);
}

/* Application data are thrown away (we offer no data channels); what counts are alerts, and
 * repeated handshake messages, which OpenSSL answers by itself. */
static CcDrop
drain(CcDtls *dtls)
{
    guint8 ignored[2048];
    int result;
    ERR_clear_error();
    do
        result = SSL_read(dtls->ssl, ignored, sizeof ignored);
    while (result > 0);

    switch (SSL_get_error(dtls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return CC_DROP_NONE;
    case SSL_ERROR_ZERO_RETURN:
        dtls->state = CC_DTLS_CLOSED;
        return CC_DROP_NONE;
    default:
        return fail(dtls);
    }
}

/* Gives OpenSSL's memory back. If the tail cannot do its work, OpenSSL goes on. */
static void
slim(CcDtls *dtls)
{
    g_clear_pointer(&dtls->fingerprint_hash, g_free);
    g_clear_pointer(&dtls->fingerprint, g_free);
    if (cc_dtls_tail_take_over(&dtls->tail, dtls->ssl))
        g_clear_pointer(&dtls->ssl, SSL_free);
    ERR_clear_error();
}

static void
say_close(CcDtls *dtls)
{
    guint8 record[CC_DTLS_MAX_ALERT];
    gsize length =
        cc_dtls_tail_write_alert(&dtls->tail, CC_DTLS_WARNING, CC_DTLS_CLOSE_NOTIFY, record);
    if (length > 0)
        dtls->send(record, length, dtls->user_data);
}

static CcDrop
receive_record(CcDtls *dtls, const guint8 *record, gsize length)
{
    CcDtlsTailEvent event = cc_dtls_tail_receive(&dtls->tail, record, length);
    if (event == CC_DTLS_TAIL_UNEXPECTED) {
        ERR_clear_error();
        return CC_DROP_DTLS_UNEXPECTED;
    }
    if (dtls->state != CC_DTLS_CONNECTED)
        return CC_DROP_NONE; /* the answer to our close_notify */
    switch (event) {
    case CC_DTLS_TAIL_CLOSE: /* RFC 5246 section 7.2.1: is answered with the same */
        say_close(dtls);
        dtls->state = CC_DTLS_CLOSED;
        return CC_DROP_NONE;
    case CC_DTLS_TAIL_FATAL:
        return fail(dtls);
    case CC_DTLS_TAIL_REPEATED: /* RFC 6347 section 4.2.4 */
        dtls->send(dtls->tail.flight, dtls->tail.flight_length, dtls->user_data);
        return CC_DROP_NONE;
    default:
        return CC_DROP_NONE;
    }
}

/* The datagram is a row of whole records; if one of them is of use, it all is. */
static CcDrop
receive_records(CcDtls *dtls, const guint8 *datagram, gsize length)
{
    CcDrop result = CC_DROP_DTLS_UNEXPECTED;
    for (gsize record; length > 0; datagram += record, length -= record) {
        record = CC_DTLS_RECORD_HEADER + (gsize)cc_read_u16(datagram + 11);
        CcDrop drop = receive_record(dtls, datagram, record);
        result = drop != CC_DROP_DTLS_UNEXPECTED ? drop : result;
    }
    return result;
}

void
cc_dtls_start(CcDtls *dtls)
{
    if (dtls->state == CC_DTLS_HANDSHAKING && dtls->client)
        shake_hands(dtls);
}

/* RFC 6347 section 4.1. FALSE if the datagram is no row of whole records. */
static gboolean
count_records(const guint8 *datagram, gsize length, guint *beyond_epoch_0)
{
    *beyond_epoch_0 = 0;
    do {
        if (length < CC_DTLS_RECORD_HEADER || datagram[0] < 20 || datagram[0] > 63 ||
            datagram[1] != 0xfe)
            return FALSE;
        gsize record = CC_DTLS_RECORD_HEADER + (gsize)cc_read_u16(datagram + 11);
        if (record > length)
            return FALSE;
        if (cc_read_u16(datagram + 3) != 0)
            (*beyond_epoch_0)++;
        datagram += record;
        length -= record;
    } while (length > 0);
    return TRUE;
}

CcDrop
cc_dtls_receive(CcDtls *dtls, const guint8 *datagram, gsize length)
{
    guint beyond;
    if (!count_records(datagram, length, &beyond))
        return CC_DROP_DTLS_MALFORMED;
    if (!dtls->ssl)
        return dtls->state == CC_DTLS_FAILED ? CC_DROP_DTLS_FAILED
                                             : receive_records(dtls, datagram, length);
    if (dtls->state == CC_DTLS_FAILED || dtls->state == CC_DTLS_CLOSED)
        return CC_DROP_DTLS_FAILED;
    gboolean was_connected = dtls->state == CC_DTLS_CONNECTED;
    if (dtls->state == CC_DTLS_HANDSHAKING) {
        if (dtls->early_records + beyond > MAX_EARLY_RECORDS)
            return CC_DROP_DTLS_FAILED;
        dtls->early_records += beyond;
    }

    dtls->pipe.input = datagram;
    dtls->pipe.input_length = length;
    CcDrop drop = CC_DROP_NONE;
    if (dtls->state == CC_DTLS_HANDSHAKING)
        drop = shake_hands(dtls);
    if (dtls->state == CC_DTLS_CONNECTED)
        drop = drain(dtls);
    dtls->pipe.input = NULL;
    if (dtls->state == CC_DTLS_CONNECTED && !was_connected)
        slim(dtls);
    return drop;
}

CcDtlsState
cc_dtls_state(const CcDtls *dtls)
{
    return dtls->state;
}

gint64
cc_dtls_timeout_us(const CcDtls *dtls)
{
    struct timeval left;
    if (dtls->state != CC_DTLS_HANDSHAKING || DTLSv1_get_timeout(dtls->ssl, &left) != 1)
        return -1;
    return (gint64)left.tv_sec * G_USEC_PER_SEC + left.tv_usec;
}

void
cc_dtls_handle_timeout(CcDtls *dtls)
{
    if (dtls->state != CC_DTLS_HANDSHAKING)
        return;
    ERR_clear_error();
    if (DTLSv1_handle_timeout(dtls->ssl) < 0)
        fail(dtls);
}

void
cc_dtls_close(CcDtls *dtls)
{
    if (dtls->state == CC_DTLS_CONNECTED) {
        if (dtls->ssl)
            SSL_shutdown(dtls->ssl);
        else
            say_close(dtls);
        ERR_clear_error();
    }
    if (dtls->state != CC_DTLS_FAILED)
        dtls->state = CC_DTLS_CLOSED;
}

gboolean
cc_dtls_export_srtp(CcDtls *dtls, CcSrtpProfile *profile, CcSrtp **outbound, CcSrtp **inbound,
                    GError **error)
{
    if (dtls->state != CC_DTLS_CONNECTED) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "DTLS is not connected");
        return FALSE;
    }
    /* Client's key, server's key, client's salt, server's salt. */
    const guint8 *salts = dtls->material + 2 * CC_SRTP_KEY_LENGTH;
    gsize salt = cc_srtp_profile_salt_length(dtls->profile);
    CcSrtp *client = cc_srtp_new(dtls->profile, dtls->material, salts);
    CcSrtp *server = cc_srtp_new(dtls->profile, dtls->material + CC_SRTP_KEY_LENGTH, salts + salt);
    *profile = dtls->profile;
    *outbound = dtls->client ? client : server;
    *inbound = dtls->client ? server : client;
    return TRUE;
}

gboolean
cc_dtls_is_slim(const CcDtls *dtls)
{
    return !dtls->ssl;
}
