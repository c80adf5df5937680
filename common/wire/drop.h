/* Why a datagram or packet was dropped. Media functions return one of these instead of a GError;
 * CC_DROP_NONE means that the packet went on. /metrics shows one counter for each. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    CC_DROP_NONE,
    CC_DROP_UNKNOWN_FIRST_BYTE, /* RFC 7983: not STUN, DTLS, RTP */
    CC_DROP_UNKNOWN_PEER,       /* no session has this address */
    CC_DROP_STUN_MALFORMED,
    CC_DROP_STUN_UNKNOWN_UFRAG,
    CC_DROP_STUN_BAD_INTEGRITY,
    CC_DROP_STUN_UNEXPECTED, /* a method or class that an ICE-lite relay has no use for */
    CC_DROP_DTLS_MALFORMED,
    CC_DROP_DTLS_FINGERPRINT,
    CC_DROP_DTLS_FAILED,
    CC_DROP_DTLS_CROWDED,    /* more handshakes at once than there is time for */
    CC_DROP_DTLS_UNEXPECTED, /* after the handshake: forged, replayed, or nothing to do with its end */
    CC_DROP_SRTP_NOT_READY, /* before the DTLS handshake has ended */
    CC_DROP_SRTP_TOO_SHORT,
    CC_DROP_SRTP_AUTHENTICATION,
    CC_DROP_SRTP_REPLAY,
    CC_DROP_RTP_MALFORMED,
    CC_DROP_RTP_UNKNOWN_STREAM, /* no negotiated m-line or payload type matches */
    CC_DROP_RTP_TOO_OLD,
    CC_DROP_RTP_DUPLICATE,   /* retransmitted, and we had it */
    CC_DROP_RTP_NOT_ALLOWED, /* media from a receiver, or from a publisher who was replaced */
    CC_DROP_RTP_CODEC,       /* a receiver has not negotiated the publisher's codec */
    CC_DROP_RTCP_MALFORMED,
    CC_DROP_RTCP_ABSURD,     /* well formed, but beyond any sane count or range */
    CC_DROP_FRAME_TOO_LARGE, /* RFC 4571: a frame larger than any packet of ours */
    CC_DROP_POOL_EMPTY,      /* max-packets are in use */
    CC_DROP_RING_FULL,       /* another worker with receivers of the room has fallen behind */
    CC_DROP_SOCKET_FULL,     /* the kernel's send buffer, or a TCP peer that does not read */
    CC_DROP_PACED,           /* video that the link to a receiver would have taken too long for */
    CC_DROP_SHED_LAYER,      /* overload: a receiver does without upper temporal layers */
    CC_DROP_SHED_VIDEO,      /* overload: a receiver does without video */
    CC_DROP_LINK_CHECK_REFUSED, /* a question of `classcast check` that is not signed, or out of place */
    CC_N_DROPS
} CcDrop;

/* "stun-bad-integrity"; never NULL. */
const char *cc_drop_name(CcDrop drop);

G_END_DECLS
