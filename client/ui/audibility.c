#include "client/ui/audibility.h"

#include <math.h>
#include <string.h>

#define LEAST_HEARD 20         /* tenths of a second before anything is said */
#define DIGITAL_SILENCE_DB -80 /* a microphone that is on always has some noise */
#define SPEECH_DB -45          /* below nobody speaks into it */
#define QUIET_DB -32           /* speech that listeners have to turn up */
#define NOISY_DB -42           /* what is around her, at least */
#define CLEAR_OF_NOISE_DB 10   /* speech is above that by so much */
#define CLIPPED_DB -0.5
#define CLIPPED_TIMES 3
#define METER_DB 60

void
cc_audibility_init(CcAudibilityState *state)
{
    *state = (CcAudibilityState){0};
}

static int
compare(gconstpointer a, gconstpointer b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

CcAudibility
cc_audibility_add(CcAudibilityState *state, double level_db, double peak_db)
{
    double sorted[CC_AUDIBILITY_KEPT];
    guint kept, clipped = 0;
    state->level_db[state->n % CC_AUDIBILITY_KEPT] = level_db;
    state->peak_db[state->n % CC_AUDIBILITY_KEPT] = peak_db;
    state->n++;
    kept = MIN(state->n, CC_AUDIBILITY_KEPT);
    if (kept < LEAST_HEARD)
        return CC_AUDIBILITY_LISTENING;
    memcpy(sorted, state->level_db, kept * sizeof *sorted);
    qsort(sorted, kept, sizeof *sorted, compare);
    for (guint i = 0; i < kept; i++)
        clipped += state->peak_db[i] >= CLIPPED_DB;
    double around_db = sorted[kept / 10], speech_db = sorted[kept - 1 - kept / 10];
    if (sorted[kept - 1] < DIGITAL_SILENCE_DB)
        return CC_AUDIBILITY_NOTHING;
    if (clipped >= CLIPPED_TIMES)
        return CC_AUDIBILITY_LOUD;
    if (around_db > NOISY_DB && speech_db - around_db < CLEAR_OF_NOISE_DB)
        return CC_AUDIBILITY_NOISE;
    if (speech_db < SPEECH_DB)
        return CC_AUDIBILITY_PAUSE;
    return speech_db < QUIET_DB ? CC_AUDIBILITY_QUIET : CC_AUDIBILITY_GOOD;
}

double
cc_audibility_meter(double db)
{
    return isnan(db) ? 0 : CLAMP((db + METER_DB) / METER_DB, 0, 1);
}
