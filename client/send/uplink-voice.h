/* The voice on its way to the relay: what common/rate/voice-plan.h has it send for what is known of
 * the uplink, and for what the relay wants (TMMBR): merged packets, earlier ones repeated in later
 * ones (RFC 2198), and what the relay asks for again (RTX, RFC 4588). Its packets have numbers of
 * their own, whatever the pipeline's were. One thread at a time; embedded in CcOutgoing. */
#pragma once

#include "common/rate/estimator.h"
#include "common/rate/voice-plan.h"
#include "common/wire/rtp.h"
#include "common/wire/sequence.h"

G_BEGIN_DECLS

#define CC_UPLINK_VOICE_KEPT 128 /* packets of the pipeline: 2.5 s of 20 ms */
#define CC_UPLINK_VOICE_MAX 1275 /* bytes of one; longer ones are sent once and as they are */

/* As the session numbers it; 0: not negotiated. */
typedef struct {
    guint8 opus, red, rtx;
    guint32 rtx_ssrc;
    gboolean numbered; /* packets carry transport-wide numbers */
} CcUplinkVoiceTypes;

typedef struct {
    CcUplinkVoiceTypes types;
    CcVoiceLine line;
    CcVoicePlanner planner;
    gboolean started;
    gboolean longer; /* the relay wants packets of 60 ms */
    CcSequenceUnwrapper unwrapper;
    guint32 ssrc;
    guint64 packets, octets; /* of the pipeline */
    guint samples;           /* of its newest packet */
    struct {
        gint64 sequence;
        guint16 length;
        guint8 data[CC_UPLINK_VOICE_MAX];
    } kept[CC_UPLINK_VOICE_KEPT];
} CcUplinkVoice;

/* Takes a whole RTP packet, with the pipeline's payload types (encoder.h). */
typedef void (*CcUplinkVoiceSend)(const guint8 *packet, gsize length, gpointer user_data);

void cc_uplink_voice_init(CcUplinkVoice *voice);
/* Another session, with other names for things. */
void cc_uplink_voice_begin_session(CcUplinkVoice *voice, const CcUplinkVoiceTypes *types);
/* A packet of the pipeline: sends what is due with it. */
void cc_uplink_voice_push(CcUplinkVoice *voice, const CcRtpHeader *rtp, CcUplinkVoiceSend send,
                          gpointer user_data);
/* The relay asks for @sequence again. */
void cc_uplink_voice_repeat(CcUplinkVoice *voice, guint16 sequence, CcUplinkVoiceSend send,
                            gpointer user_data);
/* After feedback: thinks over how to send. */
void cc_uplink_voice_consider(CcUplinkVoice *voice, CcEstimator *estimator, gint64 now_us);

/* What the relay's limit means for the codec: bits a second, at most @configured_bps, and whether
 * packets are to be merged into 60 ms (@longer). @limit_bps: -1: none. @overhead: bytes that each
 * packet counts in it (RFC 5104 section 4.2.1.1); @frame_ms: of the pipeline's packets. Pure. */
guint cc_uplink_voice_codec_bps(gint64 limit_bps, guint overhead, guint frame_ms,
                                guint configured_bps, gboolean *longer);

G_END_DECLS
