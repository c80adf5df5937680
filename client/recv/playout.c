#include "client/recv/playout.h"

#include <stdlib.h>

#define WINDOW_US (2 * G_USEC_PER_SEC)
#define MIN_PICTURES 4 /* fewer in a window say nothing */
#define LATE_PERCENT 5 /* of a window's pictures: the delay grows */
#define SPARE_US 10000 /* from ready to shown: overlay, conversion */
#define CALM_US (10 * G_USEC_PER_SEC)

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

static void
grow(CcPlayout *playout)
{
    guint n = MIN(playout->pictures, G_N_ELEMENTS(playout->behind_us));
    qsort(playout->behind_us, n, sizeof playout->behind_us[0], compare);
    guint limit_ms = playout->base_ms + CC_PLAYOUT_MAX_EXTRA_MS;
    if (playout->behind_us[0] > CC_PLAYOUT_HOPELESS_MS * G_GINT64_CONSTANT(1000)) {
        playout->hopeless = TRUE;
        return;
    }
    gint64 wanted_ms = (playout->behind_us[n * 97 / 100] + SPARE_US) / 1000;
    wanted_ms = MAX(wanted_ms, playout->delay_ms + 1);
    guint steps = (guint)(MIN(wanted_ms, limit_ms) - playout->base_ms + CC_PLAYOUT_STEP_MS - 1) /
                  CC_PLAYOUT_STEP_MS;
    playout->delay_ms = MIN(playout->base_ms + steps * CC_PLAYOUT_STEP_MS, limit_ms);
}

/* Back again by half of what is too much, a step at least, where there is room for a step. */
static void
shrink(CcPlayout *playout, gint64 now_us)
{
    if (now_us - playout->calm_us < CALM_US)
        return;
    gint64 needed_ms = MAX(playout->base_ms, (playout->worst_behind_us + SPARE_US) / 1000);
    gint64 steps = (playout->delay_ms - needed_ms) / CC_PLAYOUT_STEP_MS;
    if (steps > 0)
        playout->delay_ms -= (guint)((steps + 1) / 2) * CC_PLAYOUT_STEP_MS;
    playout->calm_us = now_us;
    playout->worst_behind_us = 0;
}

static gboolean
end_window(CcPlayout *playout, gint64 now_us)
{
    guint before_ms = playout->delay_ms;
    if (playout->pictures >= MIN_PICTURES &&
        playout->late * 100 > playout->pictures * LATE_PERCENT) {
        grow(playout);
        playout->calm_us = 0;
    } else if (playout->calm_us == 0) {
        playout->calm_us = now_us;
        playout->worst_behind_us = 0;
    } else {
        shrink(playout, now_us);
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
    if (now_us - playout->window_us >= WINDOW_US)
        changed = end_window(playout, now_us);
    if (playout->pictures < G_N_ELEMENTS(playout->behind_us))
        playout->behind_us[playout->pictures] = behind_us;
    playout->pictures++;
    if (behind_us + SPARE_US > (gint64)playout->delay_ms * 1000)
        playout->late++;
    playout->worst_behind_us = MAX(playout->worst_behind_us, behind_us);
    return changed;
}

gboolean
cc_playout_take_hopeless(CcPlayout *playout)
{
    gboolean hopeless = playout->hopeless;
    playout->hopeless = FALSE;
    return hopeless;
}
