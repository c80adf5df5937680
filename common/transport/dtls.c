/* There is no cookie exchange (RFC 6347 section 4.2.1): owners pass in datagrams only from
 * addresses that ICE has validated, so nobody can make us answer a stranger. */
#include "common/transport/dtls.h"

#include <openssl/err.h>

#include "common/base/error.h"
#include "common/transport/dtls-bio.h"
#include "common/transport/dtls-identity.h"
#include "common/wire/bytes.h"

#define MAX_DATAGRAM 1200 /* bytes of UDP payload that every path carries */
#define RECORD_HEADER 13
#define FIRST_TIMEOUT_US 400000u /* below RFC 6347's 1 s: a lesson waits for each lost flight */
#define MAX_TIMEOUT_US 3000000u  /* OpenSSL gives up at the 13th: half a minute */

/* OpenSSL keeps records of the next epoch, 16 KiB each, until the handshake is so far. */
#define MAX_EARLY_RECORDS 32

struct CcDtls {
    SSL *ssl;
    CcDtlsPipe pipe;
    CcDtlsState state;
    char *fingerprint_hash, *fingerprint;
    gboolean fingerprint_differs;
    guint early_records;
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

CcDtls *
cc_dtls_new(CcDtlsIdentity *identity, gboolean client, const char *fingerprint_hash,
            const char *fingerprint, CcDtlsSendFunc send, gpointer user_data)
{
    g_return_val_if_fail(identity && fingerprint_hash && fingerprint && send, NULL);

    CcDtls *dtls = g_new0(CcDtls, 1);
    dtls->fingerprint_hash = g_strdup(fingerprint_hash);
    dtls->fingerprint = g_strdup(fingerprint);
    dtls->pipe.send = send;
    dtls->pipe.user_data = user_data;

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

static CcDrop
shake_hands(CcDtls *dtls)
{
    ERR_clear_error();
    int result = SSL_do_handshake(dtls->ssl);
    if (result == 1) {
        /* Without use_srtp (RFC 5764) there is nothing that we could talk about. */
        if (!SSL_get_selected_srtp_profile(dtls->ssl)) {
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

void
cc_dtls_start(CcDtls *dtls)
{
    if (dtls->state == CC_DTLS_HANDSHAKING && !SSL_is_server(dtls->ssl))
        shake_hands(dtls);
}

/* RFC 6347 section 4.1. FALSE if the datagram is no row of whole records. */
static gboolean
count_records(const guint8 *datagram, gsize length, guint *beyond_epoch_0)
{
    *beyond_epoch_0 = 0;
    do {
        if (length < RECORD_HEADER || datagram[0] < 20 || datagram[0] > 63 || datagram[1] != 0xfe)
            return FALSE;
        gsize record = RECORD_HEADER + (gsize)cc_read_u16(datagram + 11);
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
    if (dtls->state == CC_DTLS_FAILED || dtls->state == CC_DTLS_CLOSED)
        return CC_DROP_DTLS_FAILED;
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
        SSL_shutdown(dtls->ssl);
        ERR_clear_error();
    }
    if (dtls->state != CC_DTLS_FAILED)
        dtls->state = CC_DTLS_CLOSED;
}

gboolean
cc_dtls_export_srtp(CcDtls *dtls, CcSrtpProfile *profile, CcSrtp **outbound, CcSrtp **inbound,
                    GError **error)
{
    static const char label[] = "EXTRACTOR-dtls_srtp";
    guint8 material[2 * (CC_SRTP_KEY_LENGTH + CC_SRTP_MAX_SALT_LENGTH)];
    const SRTP_PROTECTION_PROFILE *selected = SSL_get_selected_srtp_profile(dtls->ssl);
    if (dtls->state != CC_DTLS_CONNECTED || !selected) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "DTLS is not connected");
        return FALSE;
    }
    *profile = (CcSrtpProfile)selected->id;
    gsize salt = cc_srtp_profile_salt_length(*profile);
    if (SSL_export_keying_material(dtls->ssl, material, 2 * (CC_SRTP_KEY_LENGTH + salt), label,
                                   sizeof label - 1, NULL, 0, 0) != 1) {
        ERR_clear_error();
        g_set_error(error, CC_ERROR, CC_ERROR_FAILED, "DTLS gave no SRTP keys");
        return FALSE;
    }
    /* RFC 5764 section 4.2: client key, server key, client salt, server salt. */
    const guint8 *salts = material + 2 * CC_SRTP_KEY_LENGTH;
    CcSrtp *client = cc_srtp_new(*profile, material, salts);
    CcSrtp *server = cc_srtp_new(*profile, material + CC_SRTP_KEY_LENGTH, salts + salt);
    OPENSSL_cleanse(material, sizeof material);
    *outbound = SSL_is_server(dtls->ssl) ? server : client;
    *inbound = SSL_is_server(dtls->ssl) ? client : server;
    return TRUE;
}
