/* Plays the voice: takes frames out of the voice buffer at their time and makes sound of them that
 * never stops. What is missing comes out of the next packet (in-band FEC) or is concealed; the
 * delay that CcVoiceDelay asks for is reached by stretching, in pauses at once.
 *
 *   packets → CcVoiceBuffer → Opus decoder → CcVoicePace → pieces of sound
 *                   └→ CcVoiceDelay ─────────┘
 *
 * With nothing to play and room in the delay it waits, so that what an outage held up is heard when
 * it comes, and so it does for a repetition that is on its way: a pause is better than a word less.
 * What is lost is left out where the delay is longer than it need be.
 *
 * Time is an argument. One for each session; owner's lock. */
#pragma once

#include "client/recv/voice-buffer.h"
#include "client/recv/voice-delay.h"
#include "client/recv/voice-pace.h"

G_BEGIN_DECLS

#define CC_VOICE_MAX_CODED 4
#define CC_VOICE_MAX_PIECE                                                                         \
    (CC_VOICE_MAX_CODED * 2880) /* sample frames: the longest frames, 60 ms */

typedef struct CcVoicePlayer CcVoicePlayer;

typedef struct {
    guint64 frames[CC_VOICE_N_ORIGINS]; /* that came in time, by how they came first */
    guint64 late;
    guint64 fec;                   /* frames heard from the next packet's copy */
    guint64 concealed_ms;          /* invented: neither speech nor silence of the encoder's */
    guint64 silence_ms;            /* DTX */
    guint64 played_ms;             /* all of what was handed out */
    guint64 skipped_ms;            /* lost, and left out instead of concealed */
    guint64 longer_ms, shorter_ms; /* by stretching */
    guint delay_ms, wanted_ms;     /* beyond the link at its best */
} CcVoiceStats;

/* The delay that the voice has by its own choice: in an outage it falls behind far beyond that. */
static inline guint
cc_voice_stats_chosen_ms(const CcVoiceStats *stats)
{
    return MIN(stats->delay_ms, stats->wanted_ms);
}

/* NULL if there is no memory for a decoder. */
CcVoicePlayer *cc_voice_player_new(void);
void cc_voice_player_free(CcVoicePlayer *player);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcVoicePlayer, cc_voice_player_free)

/* Returns how many samples the packet lasts, without RED's earlier blocks; 0 if it is malformed. */
guint cc_voice_player_add(CcVoicePlayer *player, const CcVoicePacket *packet, gint64 now_us);
/* The delay that others (the picture) need, beyond the link at its best; 0: none. */
void cc_voice_player_set_least(CcVoicePlayer *player, gint64 delay_us);

/* The delay that repetitions will need, by all that is known; 0: none. */
void cc_voice_player_expect(CcVoicePlayer *player, gint64 delay_us);

/* TRUE if what is to be played next has not come, but what follows it has. */
gboolean cc_voice_player_lacks_next(const CcVoicePlayer *player);
/* What is lacking should come until @until_us, as the answer to a question: the voice waits for it
 * rather than go on without, as long as the delay has room. 0: nothing is hoped for. */
void cc_voice_player_hope(CcVoicePlayer *player, gint64 until_us);

/* When the next piece is to be handed out; G_MAXINT64 before the first packet. */
gint64 cc_voice_player_next_us(const CcVoicePlayer *player);

typedef struct {
    gint64 begins_us; /* when its first sample is due */
    guint n;          /* sample frames */
    gint16 samples[CC_VOICE_MAX_PIECE * CC_VOICE_CHANNELS];
    guint n_coded; /* the coded frames that went into it, for the recorder */
    CcVoiceFrame coded[CC_VOICE_MAX_CODED];
} CcVoicePiece;

/* The piece that is due. FALSE if none is yet. */
gboolean cc_voice_player_take(CcVoicePlayer *player, gint64 now_us, CcVoicePiece *piece);

typedef struct {
    gint64 rtp_time; /* unwrapped; the low 32 bits are the packets' */
    gint64 base_us;  /* when that sample would be played without any delay */
    gint64 delay_us; /* and how much later it is */
} CcVoiceClock;
/* How RTP time becomes time now. FALSE before the first packet. */
gboolean cc_voice_player_get_clock(const CcVoicePlayer *player, CcVoiceClock *clock);

/* TRUE if the frame of @rtp_time is worth asking for: it has not come, and could still be played,
 * or its coming would at least show what delay it takes. */
gboolean cc_voice_player_wants(const CcVoicePlayer *player, gint64 rtp_time);
/* Unwrapped as the player does it. */
gint64 cc_voice_player_unwrap(const CcVoicePlayer *player, guint32 timestamp);

void cc_voice_player_get_stats(const CcVoicePlayer *player, CcVoiceStats *stats);

G_END_DECLS
