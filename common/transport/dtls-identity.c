#include "common/transport/dtls-identity.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "common/base/error.h"
#include "common/transport/dtls-provider.h"

#define DAY_S (24L * 60 * 60)
#define VALID_DAYS 3650             /* peers compare fingerprints and look at no dates */
#define MAX_CERTIFICATE_BYTES 16384 /* of a peer's chain, which we have to keep in memory */

/* RFC 8827 section 6.5 asks for ECDHE with AES-GCM; every browser also has ChaCha20. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"
#define GROUPS "X25519:P-256:P-384"

struct CcDtlsIdentity {
    SSL_CTX *context;
    char *fingerprint;
};

static gboolean
set_openssl_error(GError **error, const char *what)
{
    char reason[256];
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    ERR_clear_error();
    g_set_error(error, CC_ERROR, CC_ERROR_FAILED, "%s: %s", what, reason);
    return FALSE;
}

char *
cc_dtls_certificate_fingerprint(const X509 *certificate, const char *hash)
{
    static const char *const hashes[][2] = {{"sha-256", "SHA256"},
                                            {"sha-384", "SHA384"},
                                            {"sha-512", "SHA512"},
                                            {"sha-224", "SHA224"},
                                            {"sha-1", "SHA1"}};
    const EVP_MD *md = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(hashes) && !md; i++) {
        if (g_ascii_strcasecmp(hash, hashes[i][0]) == 0)
            md = EVP_get_digestbyname(hashes[i][1]);
    }
    guint8 digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    if (!md || X509_digest(certificate, md, digest, &length) != 1)
        return NULL;

    static const char digits[] = "0123456789ABCDEF";
    char *text = g_malloc(3 * length);
    for (unsigned int i = 0; i < length; i++) {
        text[3 * i] = digits[digest[i] >> 4];
        text[3 * i + 1] = digits[digest[i] & 0xf];
        text[3 * i + 2] = i + 1 < length ? ':' : '\0';
    }
    return text;
}

static X509 *
make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new_ex(cc_dtls_library(), NULL);
    guint64 serial = 0;
    if (!certificate || RAND_bytes((guint8 *)&serial, sizeof serial) != 1)
        goto failed;

    X509_NAME *name = X509_get_subject_name(certificate);
    if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) != 1 ||
        !X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_S) ||
        !X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_DAYS * DAY_S) ||
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const guint8 *)"WebRTC", -1, -1, 0) !=
            1 ||
        X509_set_issuer_name(certificate, name) != 1 || X509_set_pubkey(certificate, key) != 1 ||
        X509_sign(certificate, key, EVP_sha256()) == 0)
        goto failed;
    return certificate;

failed:
    X509_free(certificate);
    return NULL;
}

static char *
profile_list(const CcSrtpProfile *profiles)
{
    static const CcSrtpProfile defaults[] = {CC_SRTP_AEAD_AES_128_GCM, CC_SRTP_AES128_CM_SHA1_80,
                                             0};
    GString *list = g_string_new(NULL);
    for (const CcSrtpProfile *p = profiles ? profiles : defaults; *p != 0; p++) {
        if (list->len > 0)
            g_string_append_c(list, ':');
        g_string_append(list, cc_srtp_profile_name(*p));
    }
    return g_string_free(list, FALSE);
}

static gboolean
configure(SSL_CTX *context, X509 *certificate, EVP_PKEY *key, const char *profiles)
{
    SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_cert_list(context, MAX_CERTIFICATE_BYTES);
    SSL_CTX_set_read_ahead(context, 1); /* a datagram is read whole or not at all */
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback(context, cc_dtls_verify_certificate, NULL);
    return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, CIPHERS) == 1 &&
           SSL_CTX_set1_groups_list(context, GROUPS) == 1 &&
           SSL_CTX_use_certificate(context, certificate) == 1 &&
           SSL_CTX_use_PrivateKey(context, key) == 1 &&
           /* This one alone returns 0 for success. */
           SSL_CTX_set_tlsext_use_srtp(context, profiles) == 0;
}

CcDtlsIdentity *
cc_dtls_identity_new(const CcSrtpProfile *profiles, GError **error)
{
    g_autofree char *list = profile_list(profiles);
    EVP_PKEY *key = EVP_PKEY_Q_keygen(cc_dtls_library(), NULL, "EC", "P-256");
    X509 *certificate = key ? make_certificate(key) : NULL;
    SSL_CTX *context = certificate ? SSL_CTX_new_ex(cc_dtls_library(), NULL, DTLS_method()) : NULL;

    CcDtlsIdentity *identity = NULL;
    if (context && configure(context, certificate, key, list)) {
        identity = g_new0(CcDtlsIdentity, 1);
        identity->context = context;
        identity->fingerprint = cc_dtls_certificate_fingerprint(certificate, "sha-256");
    } else {
        set_openssl_error(error, "cannot make a DTLS certificate");
        SSL_CTX_free(context);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    return identity;
}

void
cc_dtls_identity_free(CcDtlsIdentity *identity)
{
    if (!identity)
        return;
    SSL_CTX_free(identity->context);
    g_free(identity->fingerprint);
    g_free(identity);
}

const char *
cc_dtls_identity_fingerprint(const CcDtlsIdentity *identity)
{
    return identity->fingerprint;
}

SSL_CTX *
cc_dtls_identity_context(CcDtlsIdentity *identity)
{
    return identity->context;
}
