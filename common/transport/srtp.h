/* SRTP and SRTCP (RFC 3711; AES-GCM: RFC 7714), in place, on OpenSSL EVP with contexts that are
 * kept. One CcSrtp is one direction of one DTLS session and holds the roll-over counter and replay
 * window of each SSRC. Not thread-safe: its owner's thread only. */
#pragma once

#include "common/wire/drop.h"

G_BEGIN_DECLS

typedef enum {
    CC_SRTP_AES128_CM_SHA1_80 = 0x0001, /* IANA's SRTP protection profile numbers */
    CC_SRTP_AEAD_AES_128_GCM = 0x0007,
} CcSrtpProfile;

#define CC_SRTP_KEY_LENGTH 16
#define CC_SRTP_MAX_SALT_LENGTH 14
#define CC_SRTP_MAX_TRAILER 24 /* bytes that protecting may add: tag and SRTCP index */

const char *cc_srtp_profile_name(CcSrtpProfile profile);  /* as OpenSSL calls it */
gsize cc_srtp_profile_salt_length(CcSrtpProfile profile); /* 14 or 12 */

typedef struct CcSrtp CcSrtp;

/* @key: CC_SRTP_KEY_LENGTH bytes; @salt: cc_srtp_profile_salt_length() bytes. */
CcSrtp *cc_srtp_new(CcSrtpProfile profile, const guint8 *key, const guint8 *salt);
void cc_srtp_free(CcSrtp *srtp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSrtp, cc_srtp_free)

/* Encrypts the RTP packet of *@length bytes in place; at least CC_SRTP_MAX_TRAILER bytes must be
 * free behind it. Sequence numbers may repeat or step back within the window (a retransmission of
 * the very same packet), but the caller must never protect different bytes under one index. A
 * stream should begin below 2^15 (RFC 3711 section 3.3.1): who misses its first packets and sees it
 * only after a wrap cannot know the roll-over counter. */
CcDrop cc_srtp_protect_rtp(CcSrtp *srtp, guint8 *packet, gsize *length);
/* The same for a sender that counts for itself: @header: bytes that stay in clear; @payload: where
 * what goes behind them is, NULL: there already; @index: roll-over counter and sequence number (48
 * bits), beginning with a roll-over counter of 0 for each SSRC. */
CcDrop cc_srtp_seal_rtp(CcSrtp *srtp, guint8 *packet, gsize *length, gsize header,
                        const guint8 *payload, guint64 index);
CcDrop cc_srtp_protect_rtcp(CcSrtp *srtp, guint8 *packet, gsize *length);

/* Decrypts in place and shortens *@length. CC_DROP_SRTP_TOO_SHORT, _AUTHENTICATION, _REPLAY,
 * CC_DROP_RTP_MALFORMED. On any drop the bytes are undefined and no state has changed. */
CcDrop cc_srtp_unprotect_rtp(CcSrtp *srtp, guint8 *packet, gsize *length);
CcDrop cc_srtp_unprotect_rtcp(CcSrtp *srtp, guint8 *packet, gsize *length);
/* What that will need is fetched into the cache, where @srtp itself is there already. */
void cc_srtp_prefetch_rtcp(const CcSrtp *srtp);

G_END_DECLS
