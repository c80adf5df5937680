#include "relay/control/tls-files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "common/base/error.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BIO, BIO_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EVP_PKEY, EVP_PKEY_free)

/* What OpenSSL cannot read is left to GnuTLS, which could. */
static gboolean
contradict(GTlsCertificate *loaded)
{
    g_autofree char *certificate_pem = NULL, *key_pem = NULL;

    g_object_get(loaded, "certificate-pem", &certificate_pem, "private-key-pem", &key_pem, NULL);
    if (certificate_pem == NULL || key_pem == NULL)
        return FALSE;
    g_autoptr(BIO) certificate_text = BIO_new_mem_buf(certificate_pem, -1);
    g_autoptr(BIO) key_text = BIO_new_mem_buf(key_pem, -1);
    g_autoptr(X509) certificate = PEM_read_bio_X509(certificate_text, NULL, NULL, NULL);
    g_autoptr(EVP_PKEY) key = PEM_read_bio_PrivateKey(key_text, NULL, NULL, NULL);
    gboolean differ =
        certificate != NULL && key != NULL && X509_check_private_key(certificate, key) != 1;

    ERR_clear_error();
    return differ;
}

GTlsCertificate *
cc_tls_files_load(const char *certificate, const char *key, GError **error)
{
    g_autoptr(GError) local_error = NULL;
    g_autoptr(GTlsCertificate) loaded =
        g_tls_certificate_new_from_files(certificate, key, &local_error);

    if (loaded != NULL && !contradict(loaded))
        return g_steal_pointer(&loaded);
    g_set_error(error, CC_ERROR, CC_ERROR_CONFIG,
                "cannot use tls-certificate %s with tls-key %s: %s", certificate, key,
                local_error != NULL ? local_error->message
                                    : "the key is not that of the certificate");
    return NULL;
}
