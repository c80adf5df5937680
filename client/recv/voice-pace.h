/* Says speech slower or faster until its delay is what is wanted: when, and where it is heard
 * least. In silence it is quick; elsewhere it changes at most a fifth, and where the voice repeats
 * itself well. To have less delay it takes its time; to have more it does not: that is needed.
 *
 * Pure; CcVoicePlayer's. Positions are in samples handed out. */
#pragma once

#include "client/recv/voice-decoder.h"
#include "client/recv/voice-stretch.h"

G_BEGIN_DECLS

typedef enum { CC_VOICE_PACE_FINE, CC_VOICE_PACE_SLOWER, CC_VOICE_PACE_FASTER } CcVoicePaceWish;

typedef struct {
    gboolean shortening; /* until the delay is right */
    gint64 leave_until;  /* no change before */
    gint64 wrong_since;  /* -1: the delay is right */
    double loud;         /* mean square of the loud parts */
    gint16 history[CC_STRETCH_MAX_PERIOD * CC_VOICE_CHANNELS];
    guint64 longer, shorter; /* samples, by so much in all */
} CcVoicePace;

void cc_voice_pace_init(CcVoicePace *pace);
/* Positions begin anew. */
void cc_voice_pace_restart(CcVoicePace *pace);
/* What to do with @n sample frames that are to be played from @position on, where the delay is
 * @wanted_us and longer by @excess_us. */
CcVoicePaceWish cc_voice_pace_wish(CcVoicePace *pace, gint64 wanted_us, gint64 excess_us,
                                   gint64 position, const gint16 *samples, guint n);
/* In place; @samples has room for CC_STRETCH_MAX_PERIOD more. Returns by how many there are more,
 * or fewer; 0 if there is no good place in them. */
guint cc_voice_pace_slow_down(CcVoicePace *pace, gint64 position, gint16 *samples, guint n);
guint cc_voice_pace_speed_up(CcVoicePace *pace, gint64 position, gint16 *samples, guint n);
/* What was handed out at last. */
void cc_voice_pace_played(CcVoicePace *pace, const gint16 *samples, guint n);

G_END_DECLS
