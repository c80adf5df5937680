#include "client/recv/playout.h"

#include <stdlib.h>

#define WINDOW_US (8 * G_USEC_PER_SEC)
#define MIN_PICTURES 6 /* fewer in the window say nothing */
/* So many may be late. Where packets are repaired in a round trip the pictures behind a lost one
 * wait as well: with 2 % of the packets of large pictures lost that is one in four, and a delay for
 * them would be seen all the time, in the voice that waits for its lips too. */
#define LATE_PERCENT 30
/* But hardly one by so much that the picture would be seen to stand still. */
#define FROZEN_PERCENT 2
#define FROZEN_US 400000
#define CHOOSE_EVERY 5      /* pictures */
#define FALL_US 2000        /* at each choice: motion must not be seen to hurry */
#define SPARE_US 3000       /* beyond the latest that counts */
#define VOICE_STEP_US 10000 /* stretching speech for less is not worth it */
#define FALL_PART 16
#define SURE_US (3 * G_USEC_PER_SEC) /* before the voice waits */
#define CALM_US (8 * G_USEC_PER_SEC) /* before the voice is given back what it waited */
#define MS G_GINT64_CONSTANT(1000)

void
cc_playout_init(CcPlayout *playout, guint base_ms)
{
    *playout = (CcPlayout){.base_us = base_ms * MS, .needed_us = base_ms * MS};
}

static int
compare(const void *a, const void *b)
{
    gint64 first = *(const gint64 *)a, second = *(const gint64 *)b;
    return (first > second) - (first < second);
}

/* What all but the latest of the window's pictures need; negative if there are too few. */
static gint64
look_through(CcPlayout *playout, gint64 now_us)
{
    gint64 sorted_us[CC_PLAYOUT_KEPT];
    guint n = 0;
    for (guint i = 0; i < MIN(playout->n, CC_PLAYOUT_KEPT); i++)
        if (now_us - playout->kept[i].at_us <= WINDOW_US)
            sorted_us[n++] = playout->kept[i].behind_us;
    if (n < MIN_PICTURES)
        return -1;
    qsort(sorted_us, n, sizeof sorted_us[0], compare);
    if (sorted_us[0] > CC_PLAYOUT_HOPELESS_MS * MS)
        playout->hopeless = TRUE;
    gint64 most_us = playout->base_us + CC_PLAYOUT_MAX_EXTRA_MS * MS;
    gint64 late_us = sorted_us[n * (100 - LATE_PERCENT) / 100];
    gint64 frozen_us = sorted_us[n * (100 - FROZEN_PERCENT) / 100];
    gint64 needed_us = CLAMP(MAX(late_us, frozen_us - FROZEN_US), 0, most_us) + SPARE_US;
    return CLAMP(needed_us, playout->base_us, most_us);
}

/* Not for what only happens at a beginning, and back when less has been enough for a while. */
static gboolean
choose_voice(CcPlayout *playout, gint64 needed_us, gint64 now_us)
{
    gint64 beyond_us = needed_us - CC_PLAYOUT_MAX_LATENESS_MS * MS;
    gint64 wanted_us = (beyond_us + VOICE_STEP_US - 1) / VOICE_STEP_US * VOICE_STEP_US;
    wanted_us = CLAMP(wanted_us, 0, CC_PLAYOUT_VOICE_WAITS_MS * MS);
    gint64 wait_us = wanted_us > playout->voice_us ? SURE_US : CALM_US;
    gboolean other_way = (wanted_us > playout->voice_us) != playout->more;
    playout->more = wanted_us > playout->voice_us;
    if (wanted_us == playout->voice_us)
        playout->wrong_since_us = 0;
    else if (playout->wrong_since_us == 0 || other_way)
        playout->wrong_since_us = now_us;
    if (playout->wrong_since_us == 0 || now_us - playout->wrong_since_us < wait_us)
        return FALSE;
    playout->voice_us = wanted_us;
    playout->wrong_since_us = 0;
    return TRUE;
}

gboolean
cc_playout_add(CcPlayout *playout, gint64 behind_us, gint64 now_us)
{
    guint at = playout->n++ % CC_PLAYOUT_KEPT;
    playout->kept[at].behind_us = behind_us;
    playout->kept[at].at_us = now_us;
    if (playout->n % CHOOSE_EVERY != 0)
        return FALSE;
    gint64 needed_us = look_through(playout, now_us);
    if (needed_us < 0)
        return FALSE;
    gint64 fall_us = MAX(FALL_US, (playout->needed_us - needed_us) / FALL_PART);
    playout->needed_us = MAX(needed_us, playout->needed_us - fall_us);
    return choose_voice(playout, needed_us, now_us);
}

gint64
cc_playout_delay_us(const CcPlayout *playout, gint64 voice_us)
{
    return MAX(playout->needed_us, voice_us - CC_PLAYOUT_MAX_AHEAD_MS * MS);
}

gboolean
cc_playout_take_hopeless(CcPlayout *playout)
{
    gboolean hopeless = playout->hopeless;
    playout->hopeless = FALSE;
    return hopeless;
}
