#include "client/signalling/backoff.h"

#define FIRST_STEP_MS 250

guint
cc_backoff_next(CcBackoff *backoff)
{
    guint attempt = backoff->attempt;
    if (backoff->attempt < 31)
        backoff->attempt++;
    if (attempt == 0)
        return 0;
    guint64 step = (guint64)FIRST_STEP_MS << (attempt - 1);
    guint delay_ms = MIN(step, backoff->max_ms);
    return delay_ms - g_random_int_range(0, delay_ms / 5 + 1);
}

void
cc_backoff_reset(CcBackoff *backoff)
{
    backoff->attempt = 0;
}
