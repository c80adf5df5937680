/* What is kept of a DTLS 1.2 connection after its handshake. SRTP has its own keys, so all that can
 * still come are alerts and a repeated Finished; for these the keys and counters of epoch 1 are
 * enough, some 300 bytes in the place of OpenSSL's 60 KiB. RFC 6347, RFC 5246 section 6; AES-GCM:
 * RFC 5288, ChaCha20-Poly1305: RFC 7905. Embedded in a CcDtls; private to dtls*.c. */
#pragma once

#include <openssl/ssl.h>

#include "common/transport/srtp-streams.h"

G_BEGIN_DECLS

#define CC_DTLS_RECORD_HEADER 13
#define CC_DTLS_MAX_KEY 32
#define CC_DTLS_IV 12
#define CC_DTLS_MAX_ALERT 48 /* bytes of a sealed alert, with its header */

#define CC_DTLS_WARNING 1      /* an alert's level */
#define CC_DTLS_CLOSE_NOTIFY 0 /* its description */

typedef struct CcDtlsSuite CcDtlsSuite;

typedef struct {
    guint8 key[CC_DTLS_MAX_KEY];
    guint8 iv[CC_DTLS_IV];
} CcDtlsRecordKeys;

typedef struct {
    const CcDtlsSuite *suite; /* NULL until cc_dtls_tail_take_over() */
    gboolean sent_last;       /* ours was the handshake's last flight: the server's */
    CcDtlsRecordKeys read, write;
    CcSrtpWindow window;    /* of the peer's records in epoch 1 */
    guint64 write_sequence; /* of our next record in epoch 1 */
    guint64 write_nonce;    /* its explicit nonce (AES-GCM) */
    guint8 flight[112];     /* ChangeCipherSpec and Finished as they went out */
    guint8 flight_length;   /* 0: none yet, or a strange one */
} CcDtlsTail;

/* A datagram of whole records that OpenSSL sends during the handshake. */
void cc_dtls_tail_note_sent(CcDtlsTail *tail, const guint8 *datagram, gsize length);

/* The handshake is done and nothing is left to be read from @ssl: takes what is needed. FALSE, and
 * @ssl must be kept, if its cipher suite is none of ours or OpenSSL does not give the secret. */
gboolean cc_dtls_tail_take_over(CcDtlsTail *tail, SSL *ssl);

typedef enum {
    CC_DTLS_TAIL_UNEXPECTED, /* not authentic, a replay, or nothing that we have a use for */
    CC_DTLS_TAIL_WARNING,    /* an alert that changes nothing */
    CC_DTLS_TAIL_CLOSE,      /* close_notify */
    CC_DTLS_TAIL_FATAL,
    CC_DTLS_TAIL_REPEATED, /* the peer has not seen our last flight: it must be sent again */
} CcDtlsTailEvent;

/* One whole record with its header. */
CcDtlsTailEvent cc_dtls_tail_receive(CcDtlsTail *tail, const guint8 *record, gsize length);

/* Writes an alert's record (RFC 5246 section 7.2). Returns its length; 0 if OpenSSL fails. */
gsize cc_dtls_tail_write_alert(CcDtlsTail *tail, guint8 level, guint8 description,
                               guint8 record[CC_DTLS_MAX_ALERT]);

void cc_dtls_tail_clear(CcDtlsTail *tail);

G_END_DECLS
