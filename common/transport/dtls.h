/* DTLS 1.2 for SRTP keys (RFC 5764, RFC 8827) on OpenSSL memory BIOs: datagrams in, datagrams out
 * by callback, no sockets, no timers of its own. Not thread-safe: its owner's thread only. */
#pragma once

#include "common/transport/srtp.h"

G_BEGIN_DECLS

/* A self-signed ECDSA P-256 certificate and the SSL_CTX with it; one for the process. Immutable,
 * any thread. */
typedef struct CcDtlsIdentity CcDtlsIdentity;
/* @profiles: accepted, in order of preference, ended by 0; NULL for GCM, then AES-CM. */
CcDtlsIdentity *cc_dtls_identity_new(const CcSrtpProfile *profiles, GError **error);
void cc_dtls_identity_free(CcDtlsIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDtlsIdentity, cc_dtls_identity_free)
/* sha-256, "AB:CD:…". */
const char *cc_dtls_identity_fingerprint(const CcDtlsIdentity *identity);

typedef struct CcDtls CcDtls;

typedef enum { CC_DTLS_HANDSHAKING, CC_DTLS_CONNECTED, CC_DTLS_FAILED, CC_DTLS_CLOSED } CcDtlsState;

/* Called from within cc_dtls_start, _receive, _handle_timeout and _close for every datagram that
 * goes out. */
typedef void (*CcDtlsSendFunc)(const guint8 *datagram, gsize length, gpointer user_data);

/* @client: we send the ClientHello. @fingerprint_hash, @fingerprint: the peer's, from its SDP. */
CcDtls *cc_dtls_new(CcDtlsIdentity *identity, gboolean client, const char *fingerprint_hash,
                    const char *fingerprint, CcDtlsSendFunc send, gpointer user_data);
void cc_dtls_free(CcDtls *dtls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDtls, cc_dtls_free)

/* A client sends its first flight. */
void cc_dtls_start(CcDtls *dtls);
/* CC_DROP_NONE, CC_DROP_DTLS_MALFORMED, _FINGERPRINT (state becomes FAILED), _FAILED, and once
 * connected _UNEXPECTED: neither an authentic alert nor a repeated end of the handshake. */
CcDrop cc_dtls_receive(CcDtls *dtls, const guint8 *datagram, gsize length);
CcDtlsState cc_dtls_state(const CcDtls *dtls);
/* Microseconds until cc_dtls_handle_timeout() is due; -1 if no retransmission is pending. */
gint64 cc_dtls_timeout_us(const CcDtls *dtls);
void cc_dtls_handle_timeout(CcDtls *dtls);
/* Sends close_notify. */
void cc_dtls_close(CcDtls *dtls);

/* TRUE once OpenSSL's 60 KiB are given back and only keys and counters are kept (dtls-tail.h);
 * FALSE before the end of the handshake, and for ever with a cipher suite that the tail does not
 * know. */
gboolean cc_dtls_is_slim(const CcDtls *dtls);

/* While connected: the two directions' contexts. (transfer full) both. */
gboolean cc_dtls_export_srtp(CcDtls *dtls, CcSrtpProfile *profile, CcSrtp **outbound,
                             CcSrtp **inbound, GError **error);

G_END_DECLS
