#include "common/wire/drop.h"

static const char *const names[CC_N_DROPS] = {
    [CC_DROP_NONE] = "none",
    [CC_DROP_UNKNOWN_FIRST_BYTE] = "unknown-first-byte",
    [CC_DROP_UNKNOWN_PEER] = "unknown-peer",
    [CC_DROP_STUN_MALFORMED] = "stun-malformed",
    [CC_DROP_STUN_UNKNOWN_UFRAG] = "stun-unknown-ufrag",
    [CC_DROP_STUN_BAD_INTEGRITY] = "stun-bad-integrity",
    [CC_DROP_STUN_UNEXPECTED] = "stun-unexpected",
    [CC_DROP_DTLS_MALFORMED] = "dtls-malformed",
    [CC_DROP_DTLS_FINGERPRINT] = "dtls-fingerprint",
    [CC_DROP_DTLS_FAILED] = "dtls-failed",
    [CC_DROP_DTLS_CROWDED] = "dtls-crowded",
    [CC_DROP_DTLS_UNEXPECTED] = "dtls-unexpected",
    [CC_DROP_SRTP_NOT_READY] = "srtp-not-ready",
    [CC_DROP_SRTP_TOO_SHORT] = "srtp-too-short",
    [CC_DROP_SRTP_AUTHENTICATION] = "srtp-authentication",
    [CC_DROP_SRTP_REPLAY] = "srtp-replay",
    [CC_DROP_RTP_MALFORMED] = "rtp-malformed",
    [CC_DROP_RTP_UNKNOWN_STREAM] = "rtp-unknown-stream",
    [CC_DROP_RTP_TOO_OLD] = "rtp-too-old",
    [CC_DROP_RTP_DUPLICATE] = "rtp-duplicate",
    [CC_DROP_RTP_NOT_ALLOWED] = "rtp-not-allowed",
    [CC_DROP_RTP_CODEC] = "rtp-codec",
    [CC_DROP_RTCP_MALFORMED] = "rtcp-malformed",
    [CC_DROP_RTCP_ABSURD] = "rtcp-absurd",
    [CC_DROP_FRAME_TOO_LARGE] = "frame-too-large",
    [CC_DROP_POOL_EMPTY] = "pool-empty",
    [CC_DROP_RING_FULL] = "ring-full",
    [CC_DROP_SOCKET_FULL] = "socket-full",
    [CC_DROP_PACED] = "paced",
    [CC_DROP_SHED_LAYER] = "shed-layer",
    [CC_DROP_SHED_VIDEO] = "shed-video",
    [CC_DROP_LINK_CHECK_REFUSED] = "link-check-refused",
};

const char *
cc_drop_name(CcDrop drop)
{
    if ((guint)drop >= CC_N_DROPS)
        return "unknown";
    return names[drop];
}
