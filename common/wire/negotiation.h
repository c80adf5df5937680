/* Offer and answer (RFC 3264, RFC 9429) for the relay: from a client's offer to what each m-line
 * will carry, and to the answer. Pure: addresses, credentials and SSRCs are arguments. Any thread.
 */
#pragma once

#include "common/wire/sdp.h"

G_BEGIN_DECLS

#define CC_MAX_SLOTS 13 /* m-lines of one session that carry media: see slots.h */
#define CC_MAX_SLOT_CODECS 8
#define CC_MAX_LAYERS 3 /* simulcast streams of one m-line; more are declined */

/* A codec of one slot, as this peer numbers it. */
typedef struct {
    CcCodec codec;
    guint8 payload_type;
    guint8 rtx_payload_type; /* 0: no retransmission format */
    guint32 h264_profile;    /* profile-level-id; 0 for others */
    guint8 red_payload_type; /* 0: no redundant one (RFC 2198) */
} CcSlotCodec;

/* One stream of a simulcast (RFC 8853), told by its RID (RFC 8852), or else by its SSRC. */
typedef struct {
    char rid[17];           /* as long as a one-byte header extension may be */
    guint32 ssrc, rtx_ssrc; /* announced, or 0 */
} CcSlotLayer;

/* One accepted m-line. */
typedef struct {
    guint m_line; /* index in offer and answer */
    CcMediaKind kind;
    char mid[17];
    guint n_codecs; /* a publisher's slot has exactly one; a receiver's all in common */
    CcSlotCodec codecs[CC_MAX_SLOT_CODECS];
    gboolean nack, pli, fir, transport_cc, remb, tmmbr;
    guint8 mid_ext, rid_ext, repaired_rid_ext, transport_cc_ext; /* 0: not negotiated */
    guint32 ssrc; /* publisher: announced, or 0; receiver: the one that the relay sends */
    guint32 rtx_ssrc;
    guint n_layers;                    /* publisher: 0 without simulcast */
    CcSlotLayer layers[CC_MAX_LAYERS]; /* in the offer's order: RFC 8853 puts the best first */
} CcSlot;

typedef struct {
    guint n_slots;
    CcSlot slots[CC_MAX_SLOTS];
    char remote_ufrag[257];
    char remote_pwd[257];
    char fingerprint_hash[16];
    char fingerprint[200]; /* upper case, colons */
    gboolean dtls_client;  /* the relay's DTLS role: FALSE (passive) unless the offer is passive */
} CcNegotiated;

typedef enum { CC_DIRECTION_PUBLISH, CC_DIRECTION_WATCH } CcSessionDirection;

typedef struct {
    CcSessionDirection direction;
    const CcCodec *codecs; /* accepted, in order of preference */
    guint n_codecs;
    const char *ufrag, *pwd;      /* the relay's, for this session */
    const char *fingerprint;      /* the relay's sha-256, "AB:CD:…" */
    const char *const *addresses; /* advertised IP literals, in order of preference */
    guint16 udp_port, tcp_port;   /* 0: none */
    guint max_audios, max_videos; /* m-lines of a kind that are used; publishing more is an error */
    const char *cname;            /* watch: see cc_negotiate_cname() */
    guint32 first_ssrc;           /* watch: slot i sends ssrc first_ssrc + 2 i, its RTX + 1 */
} CcAnswerOptions;

/* Fills @negotiated and returns the answer: one m-line for each offered one, same order and mid.
 * Watching: the m-lines that cannot be used are rejected. Publishing: they are an error, data
 * channels aside; the first codec of the offer that @options accepts, alone. Errors:
 * CC_ERROR_NO_BUNDLE, _NO_FINGERPRINT, _NO_ICE, _NO_CODEC, _BAD_OFFER. */
CcSdp *cc_negotiate_answer(const CcSdp *offer, const CcAnswerOptions *options,
                           CcNegotiated *negotiated, GError **error);

/* Counted among those of its kind. */
guint cc_negotiated_index(const CcNegotiated *negotiated, const CcSlot *slot);

#define CC_CNAME_SIZE 32
/* What a watcher's @slot is called, @cname at most 24 characters long: those of one speaker share a
 * name, so that their sound and picture are brought together (RFC 3550 section 6.5.1). */
void cc_negotiate_cname(const CcNegotiated *negotiated, const CcSlot *slot, const char *cname,
                        char name[CC_CNAME_SIZE]);

G_END_DECLS
