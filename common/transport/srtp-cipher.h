/* What the two SRTP profiles have in common, private to srtp*.c. A CcSrtpKeys is one set of session
 * keys (SRTP's or SRTCP's); the functions move one packet through it and know nothing of roll-over
 * counters and replays, which are srtp.c's. */
#pragma once

#include <gnutls/crypto.h>
#include <openssl/evp.h>

#include "common/transport/srtp.h"

G_BEGIN_DECLS

#define CC_SRTP_AUTH_KEY_LENGTH 20
#define CC_SRTCP_HEADER 8
#define CC_SRTCP_INDEX_WORD 4
#define CC_SRTCP_E_FLAG 0x80000000u

/* HMAC-SHA1's states behind its two key blocks. */
typedef struct {
    guint32 inner[5], outer[5];
} CcSrtpHmac;

typedef struct {
    /* Has its key; a packet brings only its IV. NULL before the first packet. */
    gnutls_aead_cipher_hd_t aead; /* AES-GCM */
    EVP_CIPHER_CTX *blocks;       /* AES-CM: AES alone */
    gboolean shares;              /* AES-CM's SRTCP: borrows its thread's */
    CcSrtpHmac hmac;              /* AES-CM */
    guint8 key[CC_SRTP_KEY_LENGTH];
    guint8 salt[CC_SRTP_MAX_SALT_LENGTH];
} CcSrtpKeys;

/* The cipher that has the key of @keys, made now if it is the first time. */
gnutls_aead_cipher_hd_t cc_srtp_keys_aead(CcSrtpKeys *keys);
/* The same for AES by blocks (ECB); may be the thread's, until the next call. NULL if OpenSSL
 * fails. */
EVP_CIPHER_CTX *cc_srtp_keys_blocks(CcSrtpKeys *keys);

/* Fetched once for the process; never NULL in a working OpenSSL. Any thread. */
const EVP_CIPHER *cc_srtp_fetch_aes(void);

/* One profile. @header: bytes of the RTP header; @payload: where the text is that goes behind it,
 * there already or anywhere else; @index: the 48-bit packet index; @word: the E flag
 * and the SRTCP index as they stand in the packet. The protect functions append to the packet,
 * the unprotect ones expect and remove the same; FALSE: not authentic, or OpenSSL failed. */
typedef struct {
    CcSrtpProfile profile;
    const char *name;
    gsize salt_length;
    gsize rtp_trailer;
    gsize rtcp_trailer;
    gsize rtcp_word_from_end; /* where the E flag and index stand */
    gboolean (*init)(CcSrtpKeys *keys, const guint8 *key, const guint8 *auth_key,
                     const guint8 *salt);
    gboolean (*protect_rtp)(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header,
                            const guint8 *payload, guint64 index);
    gboolean (*unprotect_rtp)(CcSrtpKeys *keys, guint8 *packet, gsize *length, gsize header,
                              guint64 index);
    gboolean (*protect_rtcp)(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word);
    gboolean (*unprotect_rtcp)(CcSrtpKeys *keys, guint8 *packet, gsize *length, guint32 word);
} CcSrtpCipher;

extern const CcSrtpCipher cc_srtp_gcm;
extern const CcSrtpCipher cc_srtp_cm;

void cc_srtp_keys_clear(CcSrtpKeys *keys);

G_END_DECLS
