/* SDP (RFC 8866) as WebRTC uses it (RFC 9429): a model, a strict-enough reader for what strangers
 * send, a writer, and the fragments of trickle ICE (RFC 8840). Pure; any thread. */
#pragma once

#include "common/wire/codec.h"

G_BEGIN_DECLS

typedef enum {
    CC_SDP_SENDRECV,
    CC_SDP_SENDONLY,
    CC_SDP_RECVONLY,
    CC_SDP_INACTIVE,
} CcSdpDirection;

typedef enum { CC_SDP_SETUP_NONE, CC_SDP_ACTPASS, CC_SDP_ACTIVE, CC_SDP_PASSIVE } CcSdpSetup;

typedef struct {
    guint8 payload_type;
    char *name;        /* as in a=rtpmap: "VP8", "opus", "rtx", "red" */
    guint clock_rate;
    guint channels;    /* 1 if not said */
    char *fmtp;        /* parameters, or NULL */
    GPtrArray *feedback; /* char *: "nack", "nack pli", "ccm fir", "transport-cc" */
} CcSdpCodec;

typedef struct {
    guint8 id;
    char *uri;
} CcSdpExtension;

typedef struct {
    char *foundation;
    guint component;
    char *transport; /* "udp" or "tcp", lower case */
    guint32 priority;
    char *address;   /* IP literal, or an mDNS name */
    guint16 port;
    char *type;      /* "host", "srflx", "prflx", "relay" */
    char *tcp_type;  /* "active", "passive", "so", or NULL */
} CcSdpCandidate;

typedef struct {
    guint32 ssrc;
    guint32 rtx_ssrc; /* from a=ssrc-group:FID; 0 if there is none */
    char *cname;      /* or NULL */
} CcSdpSource;

typedef enum { CC_SDP_RID_SEND, CC_SDP_RID_RECV, CC_SDP_N_RID_DIRECTIONS } CcSdpRidDirection;

typedef struct {
    CcSdpRidDirection direction;
    char *id;
    char *restrictions; /* "pt=96;max-width=1280", or NULL */
} CcSdpRid;

typedef struct {
    char *media;          /* "audio", "video", "application" */
    CcMediaKind kind;
    guint16 port;         /* 0 with bundle_only FALSE: rejected */
    char *protocol;       /* "UDP/TLS/RTP/SAVPF" */
    GPtrArray *formats;   /* char *: the m-line's formats as written */
    char *mid;            /* or NULL */
    CcSdpDirection direction;
    CcSdpSetup setup;     /* session-level values are copied down by the reader */
    gboolean rtcp_mux;
    gboolean rtcp_reduced_size;
    gboolean bundle_only;
    gboolean bundled;     /* its mid is in a=group:BUNDLE */
    char *ice_ufrag, *ice_pwd; /* or NULL */
    char *fingerprint_hash;    /* "sha-256", lower case, or NULL */
    char *fingerprint;         /* "AB:CD:…", upper case, or NULL */
    char *stream_id;      /* a=msid, or NULL */
    char *track_id;       /* or NULL */
    GPtrArray *codecs;     /* CcSdpCodec *, in the m-line's order */
    GPtrArray *extensions; /* CcSdpExtension * */
    GPtrArray *sources;    /* CcSdpSource *, RTX sources folded into their owner */
    GPtrArray *rids;       /* CcSdpRid *: a=rid (RFC 8851) */
    /* char *: of a=simulcast (RFC 8853) the rid of each stream, the first where there are several */
    GPtrArray *simulcast[CC_SDP_N_RID_DIRECTIONS];
    GPtrArray *candidates; /* CcSdpCandidate * */
    gboolean end_of_candidates;
} CcSdpMedia;

typedef struct {
    guint64 session_id;
    guint64 session_version;
    gboolean ice_lite;
    gboolean trickle;     /* a=ice-options:trickle */
    GPtrArray *media;     /* CcSdpMedia * */
} CcSdp;

/* @length: bytes, -1 if NUL-terminated. Both CRLF and LF end a line. Error: CC_ERROR_NOT_SDP with the
 * line number. More than 16 m-lines, or 256 attributes of one kind, are refused too. */
CcSdp *cc_sdp_parse(const char *text, gssize length, GError **error);
CcSdp *cc_sdp_new(void);
void cc_sdp_free(CcSdp *sdp);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSdp, cc_sdp_free)

/* With CRLF line ends. BUNDLE lists every media with bundled TRUE. (transfer full) */
char *cc_sdp_to_string(const CcSdp *sdp);

CcSdpMedia *cc_sdp_add_media(CcSdp *sdp, CcMediaKind kind, const char *mid);
CcSdpCodec *cc_sdp_media_add_codec(CcSdpMedia *media, guint8 payload_type, const char *name,
                                   guint clock_rate, guint channels, const char *fmtp);
void cc_sdp_codec_add_feedback(CcSdpCodec *codec, const char *feedback);
void cc_sdp_media_add_extension(CcSdpMedia *media, guint8 id, const char *uri);
CcSdpCandidate *cc_sdp_media_add_candidate(CcSdpMedia *media, const char *transport,
                                           guint32 priority, const char *address, guint16 port,
                                           const char *type, const char *tcp_type);
CcSdpSource *cc_sdp_media_add_source(CcSdpMedia *media, guint32 ssrc, guint32 rtx_ssrc,
                                     const char *cname);

/* @restrictions: as in CcSdpRid, or NULL. */
void cc_sdp_media_add_rid(CcSdpMedia *media, CcSdpRidDirection direction, const char *id,
                          const char *restrictions);
/* The next stream of a=simulcast. */
void cc_sdp_media_add_simulcast(CcSdpMedia *media, CcSdpRidDirection direction, const char *id);

/* (transfer none) NULL if there is none. */
const CcSdpRid *cc_sdp_media_find_rid(const CcSdpMedia *media, CcSdpRidDirection direction,
                                      const char *id);
CcSdpCodec *cc_sdp_media_find_codec(const CcSdpMedia *media, guint8 payload_type);
/* The RTX codec whose apt is @payload_type, or NULL. */
CcSdpCodec *cc_sdp_media_find_rtx(const CcSdpMedia *media, guint8 payload_type);
guint8 cc_sdp_media_find_extension(const CcSdpMedia *media, const char *uri); /* 0: none */
gboolean cc_sdp_codec_has_feedback(const CcSdpCodec *codec, const char *feedback);
/* The value of @name in fmtp, or NULL if absent. (transfer full) */
char *cc_sdp_codec_get_parameter(const CcSdpCodec *codec, const char *name);

/* "candidate:…" (without "a="), and back. Returns NULL on nonsense. */
CcSdpCandidate *cc_sdp_candidate_parse(const char *text);
char *cc_sdp_candidate_to_string(const CcSdpCandidate *candidate);
void cc_sdp_candidate_free(CcSdpCandidate *candidate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcSdpCandidate, cc_sdp_candidate_free)

/* application/trickle-ice-sdpfrag (RFC 8840 section 9): a CcSdp whose media carry only mid, ICE
 * credentials and candidates. The writer lists media that are bundle_only in the group alone. */
CcSdp *cc_sdp_fragment_parse(const char *text, gssize length, GError **error);
char *cc_sdp_fragment_to_string(const CcSdp *fragment);

#define CC_SDP_EXT_MID "urn:ietf:params:rtp-hdrext:sdes:mid"
#define CC_SDP_EXT_RID "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
#define CC_SDP_EXT_REPAIRED_RID "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
#define CC_SDP_EXT_TRANSPORT_CC                                                                    \
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"

G_END_DECLS
