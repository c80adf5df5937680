/* The last step of an outgoing packet before SRTP: payload type, MID and transport-wide sequence
 * number as this session negotiated them. The pipeline before it knows nothing of sessions, so that
 * a new one changes nothing there. Also reads the transport-wide feedback that comes back.
 *
 * Any thread. */
#pragma once

#include "client/send/settings.h"
#include "client/send/uplink-voice.h"
#include "common/wire/sdp.h"

G_BEGIN_DECLS

typedef struct CcUplink CcUplink;

typedef struct {
    guint32 audio_ssrc; /* 0: no such stream */
    guint32 video_ssrc[CC_SEND_PICTURES];
    guint32 rtx_ssrc[CC_SEND_PICTURES];
    const char *rid[CC_SEND_PICTURES]; /* static texts; the screen has none */
    guint32 audio_rtx_ssrc;
} CcUplinkStreams;

CcUplink *cc_uplink_new(const CcUplinkStreams *streams);
void cc_uplink_free(CcUplink *uplink);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcUplink, cc_uplink_free)

/* Takes payload types, mids and extension ids from @answer: the first video m-line is for the
 * layers, the second one for the screen. Where it knows no simulcast, the first layer alone is
 * negotiated. */
void cc_uplink_negotiated(CcUplink *uplink, const CcSdp *answer);

typedef struct {
    CcMediaKind kind;
    gboolean numbered; /* it carries a transport-wide sequence number: */
    guint16 transport_sequence;
} CcUplinkPacket;

/* Writes @packet with its new header to @out, and to @info (nullable) what it is. Returns its
 * length, or 0 if it belongs to no negotiated stream or does not fit. */
gsize cc_uplink_rewrite(CcUplink *uplink, const guint8 *packet, gsize length, guint8 *out,
                        gsize capacity, CcUplinkPacket *info);
/* Whether the relay tells when packets of pictures arrive. */
gboolean cc_uplink_has_feedback(CcUplink *uplink);
/* The SSRC of retransmissions of @ssrc; 0 if there are none. */
guint32 cc_uplink_rtx_ssrc(CcUplink *uplink, guint32 ssrc);

/* How the session names what the voice is made of. */
void cc_uplink_get_voice_types(CcUplink *uplink, CcUplinkVoiceTypes *types);

/* An RTCP compound from the relay, of any content. */
void cc_uplink_rtcp(CcUplink *uplink, const guint8 *rtcp, gsize length);

/* What the relay last wanted @picture, a layer or CC_SEND_SCREEN, to take, with all headers
 * (TMMBR); -1: it has not said; 0 also for one that is not negotiated. */
gint64 cc_uplink_wanted_bps(CcUplink *uplink, guint picture);
/* Whether the relay takes @picture. */
gboolean cc_uplink_takes(CcUplink *uplink, guint picture);
/* The same for the voice, never 0, and how many bytes each packet counts in it. */
gint64 cc_uplink_wanted_voice_bps(CcUplink *uplink, guint *overhead);

typedef struct {
    guint audio_bps, video_bps; /* of RTP, with retransmissions */
    double loss;    /* 0..1 of the packets reported on in the last seconds; -1: no reports */
    int rtt_ms;     /* -1: unknown */
    guint64 nacked; /* sequence numbers asked for again, ever */
    guint64 keyframe_requests; /* PLI and FIR, ever */
} CcUplinkStats;

/* Since the last call: meant to be called about once a second. */
void cc_uplink_take_stats(CcUplink *uplink, gint64 now_us, CcUplinkStats *stats);

G_END_DECLS
