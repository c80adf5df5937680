#include "client/recv/voice-delay.h"

#include <stdlib.h>
#include <string.h>

#define FEW 100          /* frames: the first two seconds */
#define CHOOSE_EVERY 8   /* frames */
#define FALL_US 4000     /* at each choice, so 25 ms a second */
#define SPARE_US 5000    /* beyond the latest that counts */
#define HELPED_US 200000 /* what is later than the longest delay by no more than this counts */
#define MANY 50
#define HALT_US 1000000 /* without a frame */
#define KEPT 8          /* of the latest, at least as many as the permille of the window */

G_STATIC_ASSERT(CC_VOICE_DELAY_WINDOW *CC_VOICE_DELAY_LATE_PERMILLE / 1000 < KEPT);

void
cc_voice_delay_init(CcVoiceDelay *delay)
{
    memset(delay, 0, sizeof *delay);
    delay->target_us = CC_VOICE_DELAY_FIRST_US;
}

/* The latest ones in descending order; returns the least transit of all. */
static gint64
look_through(const CcVoiceDelay *delay, guint n, gint64 latest_us[KEPT])
{
    gint64 least_us = G_MAXINT64;
    for (guint i = 0; i < KEPT; i++)
        latest_us[i] = G_MININT64;
    for (guint i = 0; i < n; i++) {
        gint64 transit_us = delay->transits_us[i];
        least_us = MIN(least_us, transit_us);
        for (guint k = 0; k < KEPT && transit_us > latest_us[KEPT - 1]; k++) {
            if (transit_us > latest_us[k]) {
                memmove(latest_us + k + 1, latest_us + k, (KEPT - 1 - k) * sizeof *latest_us);
                latest_us[k] = transit_us;
                break;
            }
        }
    }
    return least_us;
}

static void
choose(CcVoiceDelay *delay)
{
    guint n = MIN(delay->n, CC_VOICE_DELAY_WINDOW);
    gint64 latest_us[KEPT];
    delay->base_us = look_through(delay, n, latest_us);
    guint left_out = n * CC_VOICE_DELAY_LATE_PERMILLE / 1000;
    gint64 wanted_us = latest_us[left_out] - delay->base_us + SPARE_US;
    wanted_us = MAX(wanted_us, delay->expected_us);
    if (n >= FEW) /* up at once, down slowly: what happened will mostly happen again */
        wanted_us = MAX(wanted_us, delay->target_us - FALL_US);
    gint64 least_us = n < FEW ? CC_VOICE_DELAY_FIRST_US : CC_VOICE_DELAY_MIN_US;
    delay->target_us = CLAMP(wanted_us, least_us, CC_VOICE_DELAY_MAX_US);
}

/* What comes beyond any delay teaches nothing; if everything does, the path has become another. */
static gboolean
is_hopeless(CcVoiceDelay *delay, gint64 transit_us)
{
    if (delay->n == 0 || transit_us <= delay->base_us + CC_VOICE_DELAY_MAX_US + HELPED_US) {
        delay->hopeless = 0;
        return FALSE;
    }
    if (++delay->hopeless < MANY)
        return TRUE;
    cc_voice_delay_init(delay);
    return FALSE;
}

/* Behind a halt, as long as frames come much faster than they are spoken. */
static gboolean
was_held_up(CcVoiceDelay *delay, gint64 media_us, gint64 now_us)
{
    gint64 apart_us = now_us - delay->newest_us;
    gboolean is_next = delay->newest_us == 0 || media_us > delay->newest_media_us;
    if (delay->newest_us != 0 && apart_us > HALT_US)
        delay->held_up = TRUE;
    else if (is_next && apart_us > (media_us - delay->newest_media_us) / 2)
        delay->held_up = FALSE;
    if (is_next)
        delay->newest_media_us = media_us;
    delay->newest_us = MAX(delay->newest_us, now_us);
    return delay->held_up;
}

void
cc_voice_delay_arrived(CcVoiceDelay *delay, gint64 media_us, gint64 now_us)
{
    gint64 transit_us = now_us - media_us;
    if (was_held_up(delay, media_us, now_us) || is_hopeless(delay, transit_us))
        return;
    delay->transits_us[delay->n++ % CC_VOICE_DELAY_WINDOW] = transit_us;
    if (delay->n == 1 || transit_us < delay->base_us)
        delay->base_us = transit_us;
    if (delay->n % CHOOSE_EVERY == 0 || transit_us > delay->base_us + delay->target_us)
        choose(delay);
}

void
cc_voice_delay_expect(CcVoiceDelay *delay, gint64 delay_us)
{
    delay->expected_us = delay_us;
}
