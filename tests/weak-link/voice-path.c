#include "tests/weak-link/voice-path.h"

#include <math.h>

#include "tests/weak-link/voice-match.h"

#define FAR (VOICE_RATE * VOICE_MAX_DELAY_MS / 1000)
#define BUCKET (VOICE_RATE * 2 / 1000) /* of delays, of which the best is a place */
#define PLACES 24                      /* of each block that are looked at */
#define POSSIBLE 0.5                   /* likeness of a place */
#define STEADY 8                       /* samples that are no change */
#define PERIOD (VOICE_RATE * VOICE_MAX_SEAM_MS / 1000)
/* What it costs, in blocks that are alike, to leave a period out or to say it twice; and to jump.
 */
#define STRETCH_COST 0.1
#define JUMP_COST 2.5
#define STEPS 256 /* the best, from which a path may go on; and the best of each delay */

typedef struct {
    guint frame;
    gsize delay;
    double score; /* of the path up to here */
    int before;   /* the step before it; -1: none */
} Step;

static int
compare_matches(gconstpointer a, gconstpointer b)
{
    double first = ((const VoiceMatch *)a)->likeness, second = ((const VoiceMatch *)b)->likeness;
    return (first < second) - (first > second);
}

/* To a fraction of a sample, as far as its likeness goes. */
static void
refine(VoiceMatch *place, const GArray *said, GArray *const *heard, gsize at)
{
    gsize from = place->delay > 0 ? place->delay - 1 : 0, until = place->delay + 2;
    for (guint phase = 1; phase < VOICE_PHASES; phase++) {
        VoiceMatch match = voice_match(said, heard[phase], at, VOICE_BLOCK, from, until);
        if (match.likeness > place->likeness)
            *place = match;
    }
}

/* Where the block at @at may have been heard, the likeliest places first: GArray of VoiceMatch. */
static GArray *
find_places(const GArray *said, GArray *const *heard, gsize at)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(VoiceMatch));
    for (gsize from = 0; from < FAR; from += BUCKET) {
        VoiceMatch match = voice_match(said, heard[0], at, VOICE_BLOCK, from, from + BUCKET);
        if (match.likeness >= POSSIBLE / 2)
            g_array_append_val(places, match);
    }
    g_array_sort(places, compare_matches);
    g_array_set_size(places, MIN(places->len, 2 * PLACES));
    for (guint i = 0; i < places->len; i++)
        refine(&g_array_index(places, VoiceMatch, i), said, heard, at);
    g_array_sort(places, compare_matches);
    guint n = 0;
    while (n < MIN(places->len, PLACES) &&
           g_array_index(places, VoiceMatch, n).likeness >= POSSIBLE)
        n++;
    g_array_set_size(places, n);
    return places;
}

/* Infinite where more of what was heard than a period would have to be two things at once. */
static double
cost(const Step *from, guint frame, gsize delay)
{
    double change = (double)delay - (double)from->delay, frames = frame - from->frame;
    if (fabs(change) <= STEADY)
        return 0;
    if (change < -((frames - 1) * VOICE_FRAME + PERIOD))
        return INFINITY;
    if (fabs(change) > frames * PERIOD)
        return JUMP_COST;
    return MIN(STRETCH_COST * ceil((fabs(change) - STEADY) / PERIOD), JUMP_COST);
}

/* What a path may go on from: indices into ->steps. */
typedef struct {
    GArray *steps; /* Step, all */
    GArray *best;  /* int: of those that score most */
    int *by_delay; /* of each bucket the one that scores most; -1: none. Where nothing is heard for
                    * long, chance finds steps enough to fill ->best, and none of them is where the
                    * voice is when it comes back */
} Paths;

static void
try_step(const Paths *paths, int index, Step *step)
{
    if (index < 0)
        return;
    const Step *from = &g_array_index(paths->steps, Step, index);
    double score = from->score - cost(from, step->frame, step->delay);
    if (score > step->score) {
        step->score = score;
        step->before = index;
    }
}

static Step
step_to(const Paths *paths, guint frame, const VoiceMatch *place)
{
    Step step = {frame, place->delay, 0, -1};
    for (guint i = 0; i < paths->best->len; i++)
        try_step(paths, g_array_index(paths->best, int, i), &step);
    for (guint i = 0; i < FAR / BUCKET; i++)
        try_step(paths, paths->by_delay[i], &step);
    step.score += place->likeness;
    return step;
}

static int
compare_steps(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const GArray *steps = user_data;
    double first = g_array_index(steps, Step, *(const int *)a).score;
    double second = g_array_index(steps, Step, *(const int *)b).score;
    return (first < second) - (first > second);
}

static void
keep_by_delay(Paths *paths, int index)
{
    const Step *step = &g_array_index(paths->steps, Step, index);
    int *kept = &paths->by_delay[MIN(step->delay / BUCKET, FAR / BUCKET - 1)];
    if (*kept < 0 || step->score > g_array_index(paths->steps, Step, *kept).score)
        *kept = index;
}

/* The steps that all paths take to @places of @frame. */
static void
go_on(Paths *paths, guint frame, const GArray *places)
{
    guint first = paths->steps->len;
    for (guint i = 0; i < places->len; i++) {
        Step step = step_to(paths, frame, &g_array_index(places, VoiceMatch, i));
        g_array_append_val(paths->steps, step);
    }
    for (guint i = first; i < paths->steps->len; i++) {
        g_array_append_val(paths->best, i);
        keep_by_delay(paths, (int)i);
    }
    g_array_sort_with_data(paths->best, compare_steps, paths->steps);
    g_array_set_size(paths->best, MIN(paths->best->len, STEPS));
}

GArray *
voice_path_find(const GArray *said, GArray *const *heard, double quiet)
{
    guint n = said->len / VOICE_FRAME;
    g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(Step));
    g_autoptr(GArray) best = g_array_new(FALSE, FALSE, sizeof(int));
    int by_delay[FAR / BUCKET];
    Paths paths = {steps, best, by_delay};
    GArray *path = g_array_sized_new(FALSE, FALSE, sizeof(gint), n);
    for (guint i = 0; i < G_N_ELEMENTS(by_delay); i++)
        by_delay[i] = -1;
    for (guint i = 0; i < n; i++) {
        gint nowhere = -1;
        gsize at = (gsize)i * VOICE_FRAME;
        g_array_append_val(path, nowhere);
        if (at + VOICE_BLOCK > said->len ||
            voice_energy(&g_array_index(said, float, at), VOICE_BLOCK) < quiet)
            continue;
        g_autoptr(GArray) places = find_places(said, heard, at);
        go_on(&paths, i, places);
    }
    int index = best->len > 0 ? g_array_index(best, int, 0) : -1;
    while (index >= 0) {
        const Step *step = &g_array_index(steps, Step, index);
        g_array_index(path, gint, step->frame) = (gint)step->delay;
        index = step->before;
    }
    return path;
}
