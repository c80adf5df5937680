/* What dtls.c needs of an identity and of certificates; private to dtls*.c. */
#pragma once

#include <openssl/ssl.h>

#include "common/transport/dtls.h"

G_BEGIN_DECLS

SSL_CTX *cc_dtls_identity_context(CcDtlsIdentity *identity);

/* "AB:CD:…" of @certificate, or NULL if @hash is no hash function's name of RFC 8122 that is worth
 * trusting (md5 is not). (transfer full) */
char *cc_dtls_certificate_fingerprint(const X509 *certificate, const char *hash);

/* Our certificate verifier, from dtls.c: compares with the fingerprint of the SDP. */
int cc_dtls_verify_certificate(X509_STORE_CTX *store, void *unused);

G_END_DECLS
