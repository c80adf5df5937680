#include "client/recv/playout.h"

#include <stdlib.h>

#define WINDOW_US (10 * G_USEC_PER_SEC)
#define MIN_PICTURES 4 /* fewer in a window say nothing */
#define LATE_PERCENT                                                                               \
    5                /* of a window's pictures may be late: those behind a keyframe, now and then */
#define MANY_LATE 12 /* so many end the window at once: the delay is too short */
#define SPARE_US 10000 /* from ready to shown: overlay, conversion */

void
cc_playout_init(CcPlayout *playout, guint delay_ms)
{
    *playout = (CcPlayout){.base_ms = delay_ms, .delay_ms = delay_ms};
}

static int
compare(const void *a, const void *b)
{
    gint64 first = *(const gint64 *)a, second = *(const gint64 *)b;
    return (first > second) - (first < second);
}

/* What all but the latest of the window's pictures need. */
static guint
needed_ms(CcPlayout *playout)
{
    guint n = MIN(playout->pictures, G_N_ELEMENTS(playout->behind_us));
    guint limit_ms = playout->base_ms + CC_PLAYOUT_MAX_EXTRA_MS;
    qsort(playout->behind_us, n, sizeof playout->behind_us[0], compare);
    if (playout->behind_us[0] > CC_PLAYOUT_HOPELESS_MS * G_GINT64_CONSTANT(1000))
        playout->hopeless = TRUE;
    gint64 needed_us = playout->behind_us[n * (100 - LATE_PERCENT) / 100];
    gint64 needed = CLAMP(needed_us, 0, limit_ms * G_GINT64_CONSTANT(1000)) + SPARE_US;
    guint steps_ms =
        (guint)(needed / 1000 + CC_PLAYOUT_STEP_MS - 1) / CC_PLAYOUT_STEP_MS * CC_PLAYOUT_STEP_MS;
    return CLAMP(steps_ms, playout->base_ms, limit_ms);
}

/* Up at once; back by half of what is too much, a step at least. */
static gboolean
end_window(CcPlayout *playout, gint64 now_us)
{
    guint before_ms = playout->delay_ms;
    if (playout->pictures >= MIN_PICTURES) {
        guint wanted_ms = needed_ms(playout);
        guint steps = wanted_ms < before_ms ? (before_ms - wanted_ms) / CC_PLAYOUT_STEP_MS : 0;
        if (wanted_ms > before_ms)
            playout->delay_ms = wanted_ms;
        else
            playout->delay_ms -= (steps + 1) / 2 * CC_PLAYOUT_STEP_MS;
    }
    playout->window_us = now_us;
    playout->pictures = playout->late = 0;
    return playout->delay_ms != before_ms;
}

gboolean
cc_playout_add(CcPlayout *playout, gint64 behind_us, gint64 now_us)
{
    gboolean changed = FALSE;
    if (playout->window_us == 0)
        playout->window_us = now_us;
    if (now_us - playout->window_us >= WINDOW_US || playout->late >= MANY_LATE)
        changed = end_window(playout, now_us);
    if (playout->pictures < G_N_ELEMENTS(playout->behind_us))
        playout->behind_us[playout->pictures] = behind_us;
    playout->pictures++;
    if (behind_us + SPARE_US > (gint64)playout->delay_ms * 1000)
        playout->late++;
    return changed;
}

gboolean
cc_playout_take_hopeless(CcPlayout *playout)
{
    gboolean hopeless = playout->hopeless;
    playout->hopeless = FALSE;
    return hopeless;
}
