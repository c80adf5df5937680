/* How long the voice waits before it is played: as short as the arrivals of the last seconds allow.
 *
 * A frame's transit is its arrival minus its RTP time, in an arbitrary offset; the least one is the
 * link at its best (the base). The delay is what the latest frames needed beyond it, all but
 * CC_VOICE_DELAY_LATE_PERMILLE of them, by whatever way they came in the end: a repeated packet
 * counts with the time that its repetition took. So round trip, loss, jitter and what RED makes
 * good find their way into it by themselves.
 *
 * Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_VOICE_DELAY_WINDOW 1024     /* frames: 20 s */
#define CC_VOICE_DELAY_LATE_PERMILLE 4 /* of them may come too late */
#define CC_VOICE_DELAY_MIN_US 20000    /* for the player's own punctuality */
#define CC_VOICE_DELAY_FIRST_US 60000  /* while little is known */
#define CC_VOICE_DELAY_MAX_US 1500000

typedef struct {
    gint64 transits_us[CC_VOICE_DELAY_WINDOW]; /* a ring */
    guint n;                                   /* ever */
    gint64 base_us;                            /* the least in the window */
    gint64 target_us;                          /* beyond the base */
    guint hopeless;                            /* frames in a row that no delay would have helped */
} CcVoiceDelay;

void cc_voice_delay_init(CcVoiceDelay *delay);
/* A frame of this media time (microseconds) is there, in time or late. */
void cc_voice_delay_arrived(CcVoiceDelay *delay, gint64 media_us, gint64 now_us);

G_END_DECLS
