#include "client/recv/voice-pace.h"

#include <string.h>

/* Speech is changed by a twenty-fifth at most, which nobody hears: so many periods are left as they
 * are for each changed one. */
#define UNCHANGED_PERIODS 24
#define LIKENESS 0.85
#define LEAST_LIKENESS 0.5 /* of what nothing better is found in for long: music, noise */
/* From the one to the other. */
#define PATIENCE_SLOWER (1 * CC_VOICE_RATE)
#define PATIENCE_FASTER (12 * CC_VOICE_RATE)
#define SLOWER_FROM_US 5000 /* too short by so much: longer at once, it is needed */
/* Too long by so much, or by this part of the delay: shorter, until it is right. */
#define FASTER_FROM_US 15000
#define FASTER_FROM_PART 6
#define RIGHT_US 12000 /* a period less must not make it too short */
/* Pauses between words, by the loud parts of the last seconds. */
#define QUIET 0.00005 /* -43 dB: a soft consonant is louder */
#define FORGET 0.9995

void
cc_voice_pace_init(CcVoicePace *pace)
{
    memset(pace, 0, sizeof *pace);
    pace->wrong_since = -1;
}

void
cc_voice_pace_restart(CcVoicePace *pace)
{
    pace->leave_until = 0;
    pace->wrong_since = -1;
}

CcVoicePaceWish
cc_voice_pace_wish(CcVoicePace *pace, gint64 wanted_us, gint64 excess_us, gint64 position,
                   const gint16 *samples, guint n)
{
    gint64 from_us = MAX(FASTER_FROM_US, wanted_us / FASTER_FROM_PART);
    pace->shortening = excess_us > from_us || (pace->shortening && excess_us > RIGHT_US);
    gboolean too_short = excess_us < -SLOWER_FROM_US;
    if (!pace->shortening && !too_short) {
        pace->wrong_since = -1;
        return CC_VOICE_PACE_FINE;
    }
    if (pace->wrong_since < 0)
        pace->wrong_since = position;
    if (position < pace->leave_until &&
        !cc_stretch_is_silence(samples, n, CC_VOICE_CHANNELS, pace->loud * QUIET))
        return CC_VOICE_PACE_FINE;
    return too_short ? CC_VOICE_PACE_SLOWER : CC_VOICE_PACE_FASTER;
}

/* How alike two periods must be: the longer nothing is found, the less. */
static double
likeness(const CcVoicePace *pace, gint64 position, gint64 patience)
{
    double waited = (double)(position - pace->wrong_since) / (double)patience;
    return LIKENESS - (LIKENESS - LEAST_LIKENESS) * CLAMP(waited, 0, 1);
}

guint
cc_voice_pace_slow_down(CcVoicePace *pace, gint64 position, gint16 *samples, guint n)
{
    if (n < CC_STRETCH_MAX_PERIOD)
        return 0;
    guint period =
        cc_stretch_lengthen(pace->history, samples, n, CC_VOICE_CHANNELS,
                            likeness(pace, position, PATIENCE_SLOWER), pace->loud * QUIET);
    pace->longer += period;
    if (period > 0)
        pace->wrong_since = position;
    pace->leave_until = position + period * UNCHANGED_PERIODS;
    return period;
}

guint
cc_voice_pace_speed_up(CcVoicePace *pace, gint64 position, gint16 *samples, guint n)
{
    if (n < 2 * CC_STRETCH_MAX_PERIOD)
        return 0;
    guint period =
        cc_stretch_shorten(samples, n, CC_VOICE_CHANNELS, likeness(pace, position, PATIENCE_FASTER),
                           pace->loud * QUIET);
    pace->shorter += period;
    if (period > 0)
        pace->wrong_since = position;
    pace->leave_until = position + period * UNCHANGED_PERIODS;
    return period;
}

static void
listen(CcVoicePace *pace, const gint16 *samples, guint n)
{
    double power = cc_stretch_power(samples, n, CC_VOICE_CHANNELS);
    double forgotten = pace->loud;
    for (guint at = 0; at < n; at += CC_STRETCH_MAX_PERIOD)
        forgotten *= FORGET;
    pace->loud = MAX(forgotten, power);
}

void
cc_voice_pace_played(CcVoicePace *pace, const gint16 *samples, guint n)
{
    guint last = MIN(n, CC_STRETCH_MAX_PERIOD) * CC_VOICE_CHANNELS;
    guint all = CC_STRETCH_MAX_PERIOD * CC_VOICE_CHANNELS;
    if (n == 0)
        return;
    listen(pace, samples, n);
    memmove(pace->history, pace->history + last, (all - last) * sizeof(gint16));
    memcpy(pace->history + all - last, samples + n * CC_VOICE_CHANNELS - last,
           last * sizeof(gint16));
}
