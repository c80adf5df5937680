#include "client/recv/voice-delay.h"

#include <stdlib.h>
#include <string.h>

#define FEW 100          /* frames: the first two seconds */
#define BEGINNING 50     /* frames */
#define BETTER_US 120000 /* more than the frames of one packet are apart */
#define CHOOSE_US 160000
#define MAX_STEP_US 100000 /* of the clock between two frames: then somebody was silent */
/* In each second: so much, and of what is too much so much more. What happened will mostly happen
 * again; but a link that has healed, or has only begun badly, shall not be waited for. */
#define FALL_US 25000
#define FALL_PART 5
#define SPARE_US 5000    /* beyond the latest that counts */
#define HELPED_US 200000 /* what is later than the longest delay by no more than this counts */
#define MANY 50
#define HALT_US 1000000 /* without a frame */
#define KEPT 8          /* of the latest, at least as many as the permille of the window */

G_STATIC_ASSERT(CC_VOICE_DELAY_FRAMES *CC_VOICE_DELAY_LATE_PERMILLE / 1000 < KEPT);

void
cc_voice_delay_init(CcVoiceDelay *delay)
{
    memset(delay, 0, sizeof *delay);
    delay->target_us = CC_VOICE_DELAY_FIRST_US;
}

/* The latest ones in descending order, the least transit of all, and how many there are. */
static guint
look_through(const CcVoiceDelay *delay, gint64 latest_us[KEPT], gint64 *least_us)
{
    guint n = 0;
    *least_us = G_MAXINT64;
    for (guint i = 0; i < KEPT; i++)
        latest_us[i] = G_MININT64;
    for (guint i = 0; i < MIN(delay->n, CC_VOICE_DELAY_FRAMES); i++) {
        gint64 transit_us = delay->frames[i].transit_us;
        if (delay->clock_us - delay->frames[i].at_us > CC_VOICE_DELAY_WINDOW_US)
            continue;
        n++;
        *least_us = MIN(*least_us, transit_us);
        for (guint k = 0; k < KEPT && transit_us > latest_us[KEPT - 1]; k++) {
            if (transit_us > latest_us[k]) {
                memmove(latest_us + k + 1, latest_us + k, (KEPT - 1 - k) * sizeof *latest_us);
                latest_us[k] = transit_us;
                break;
            }
        }
    }
    return n;
}

/* How far the delay may come down towards @wanted_us by now. */
static gint64
fall_us(const CcVoiceDelay *delay, gint64 wanted_us)
{
    gint64 too_much_us = MAX(delay->target_us - wanted_us, 0);
    gint64 a_second_us = FALL_US + too_much_us / FALL_PART;
    return a_second_us * (delay->clock_us - delay->chosen_us) / G_USEC_PER_SEC;
}

static void
choose(CcVoiceDelay *delay)
{
    gint64 latest_us[KEPT];
    guint n = look_through(delay, latest_us, &delay->base_us);
    guint left_out = n * CC_VOICE_DELAY_LATE_PERMILLE / 1000;
    gint64 wanted_us = latest_us[left_out] - delay->base_us + SPARE_US;
    wanted_us = MAX(wanted_us, delay->expected_us);
    if (delay->n >= FEW) /* up at once, down slowly */
        wanted_us = MAX(wanted_us, delay->target_us - fall_us(delay, wanted_us));
    gint64 least_us = delay->n < FEW ? CC_VOICE_DELAY_FIRST_US : CC_VOICE_DELAY_MIN_US;
    delay->target_us = CLAMP(wanted_us, least_us, CC_VOICE_DELAY_MAX_US);
    delay->chosen_us = delay->clock_us;
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
    if (delay->newest_us != 0)
        delay->clock_us += CLAMP(apart_us, 0, MAX_STEP_US);
    delay->newest_us = MAX(delay->newest_us, now_us);
    return delay->held_up;
}

/* At a beginning: what came first was held up, by an outage that is over. */
static gboolean
is_better_than_first(const CcVoiceDelay *delay, gint64 transit_us)
{
    return delay->n > 0 && delay->n < BEGINNING &&
           transit_us < delay->frames[0].transit_us - BETTER_US;
}

void
cc_voice_delay_arrived(CcVoiceDelay *delay, gint64 media_us, gint64 now_us)
{
    gint64 transit_us = now_us - media_us;
    if (was_held_up(delay, media_us, now_us) || is_hopeless(delay, transit_us))
        return;
    if (is_better_than_first(delay, transit_us)) {
        delay->n = 0;
        delay->target_us = CC_VOICE_DELAY_FIRST_US;
    }
    guint at = delay->n++ % CC_VOICE_DELAY_FRAMES;
    delay->frames[at].transit_us = transit_us;
    delay->frames[at].at_us = delay->clock_us;
    if (delay->n == 1 || transit_us < delay->base_us)
        delay->base_us = transit_us;
    if (delay->clock_us - delay->chosen_us >= CHOOSE_US ||
        transit_us > delay->base_us + delay->target_us)
        choose(delay);
}

void
cc_voice_delay_expect(CcVoiceDelay *delay, gint64 delay_us)
{
    delay->expected_us = delay_us;
}
