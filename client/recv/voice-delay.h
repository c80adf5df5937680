/* How long the voice waits before it is played: as short as the arrivals of the last seconds allow.
 *
 * A frame's transit is its arrival minus its RTP time, in an arbitrary offset; the least one is the
 * link at its best (the base). The delay is what the latest frames needed beyond it, all but
 * CC_VOICE_DELAY_LATE_PERMILLE of them, by whatever way they came in the end: a repeated packet
 * counts with the time that its repetition took. So round trip, loss, jitter and what RED makes
 * good find their way into it by themselves; what is rare and yet too often is foreseen
 * (cc_voice_delay_expect). What a halt has held up, of this machine or of the link, comes all at
 * once behind it and says nothing about what follows: it is passed over.
 *
 * Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_VOICE_DELAY_FRAMES 512         /* that are remembered, of 20 ms or more */
#define CC_VOICE_DELAY_WINDOW_US 10200000 /* and for so long, without pauses of the speaker */
#define CC_VOICE_DELAY_LATE_PERMILLE 2    /* of them may come too late */
#define CC_VOICE_DELAY_MIN_US 20000       /* for the player's own punctuality */
#define CC_VOICE_DELAY_FIRST_US 40000     /* while little is known */
#define CC_VOICE_DELAY_MAX_US 1500000

typedef struct {
    struct {
        gint64 transit_us;
        gint64 at_us;                /* by ->clock_us */
    } frames[CC_VOICE_DELAY_FRAMES]; /* a ring */
    guint n;                         /* ever */
    gint64 clock_us;    /* time in which frames came: pauses of the speaker do not count */
    gint64 chosen_us;   /* when the delay was last chosen, by that clock */
    gint64 base_us;     /* the least in the window */
    gint64 target_us;   /* beyond the base */
    gint64 expected_us; /* what is foreseen of it; 0: nothing */
    guint hopeless;     /* frames in a row that no delay would have helped */
    gint64 newest_media_us, newest_us; /* so far; and when a frame came last */
    gboolean held_up; /* nothing came for long: what comes now waited somewhere meanwhile */
} CcVoiceDelay;

void cc_voice_delay_init(CcVoiceDelay *delay);
/* A frame of this media time (microseconds) is there, in time or late. */
void cc_voice_delay_arrived(CcVoiceDelay *delay, gint64 media_us, gint64 now_us);
/* By what is known of losses and round trip, repetitions need @delay_us so often that it matters;
 * 0: they do not. */
void cc_voice_delay_expect(CcVoiceDelay *delay, gint64 delay_us);

G_END_DECLS
