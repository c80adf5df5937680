#include "tests/weak-link/voice-score.h"

#include <math.h>

#define FRAME (VOICE_RATE * VOICE_FRAME_MS / 1000)
#define BLOCK (2 * FRAME) /* that is looked for */
#define REDUCE 6
#define TAPS 97
#define NEAR (VOICE_RATE / 100) /* around a delay that is expected */
#define FAR (VOICE_RATE * VOICE_MAX_DELAY_MS / 1000)
#define LIKE 0.75       /* a block or a frame that came through */
#define SILENT_DB -34.0 /* below the loud parts */

/* A short block of a voice is like many others: which delays are possible at all is found out with
 * longer ones, of which those around a moment vote. */
#define VOTE_BLOCK (5 * FRAME)
#define VOTE_STEP (5 * FRAME)
#define VOTE_LIKE 0.6
#define VOTE_WINDOW 20 /* votes before and after */
#define CANDIDATES 3   /* the last delay, and the two with most votes */

GArray *
voice_reduce(const gint16 *samples, gsize n, guint phase)
{
    float taps[TAPS], sum = 0;
    for (int i = 0; i < TAPS; i++) {
        double x = i - (TAPS - 1) / 2.0, cut = 3400.0 / 48000;
        double sinc = x == 0 ? 2 * cut : sin(2 * G_PI * cut * x) / (G_PI * x);
        taps[i] = (float)(sinc * (0.54 - 0.46 * cos(2 * G_PI * i / (TAPS - 1))));
        sum += taps[i];
    }
    GArray *reduced = g_array_sized_new(FALSE, FALSE, sizeof(float), (guint)(n / REDUCE));
    for (gsize i = phase * REDUCE / VOICE_PHASES; i + REDUCE <= n; i += REDUCE) {
        float value = 0;
        for (gsize tap = 0; tap < TAPS; tap++) {
            gssize at = (gssize)(i + tap) - (TAPS - 1) / 2;
            if (at >= 0 && at < (gssize)n)
                value += taps[tap] * samples[at];
        }
        value /= sum;
        g_array_append_val(reduced, value);
    }
    return reduced;
}

static double
energy(const float *samples, gsize n)
{
    double sum = 0;
    for (gsize i = 0; i < n; i++)
        sum += (double)samples[i] * samples[i];
    return sum;
}

static float
product(const float *a, const float *b, gsize n)
{
    enum { LANES = 8 };
    float sums[LANES] = {0}, sum = 0;
    for (gsize i = 0; i + LANES <= n; i += LANES)
        for (gsize lane = 0; lane < LANES; lane++)
            sums[lane] += a[i + lane] * b[i + lane];
    for (gsize lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    return sum;
}

typedef struct {
    double likeness;
    gsize delay;
} Match;

/* The delay from @from to before @until at which @n samples from @at on are most like what was
 * heard (normalised correlation). */
static Match
search(const GArray *said, const GArray *heard, gsize at, gsize n, gsize from, gsize until)
{
    Match best = {-1, from};
    const float *a = &g_array_index(said, float, at);
    const float *b = (const float *)heard->data;
    double energy_a = energy(a, n), energy_b = -1;
    for (gsize delay = from; delay < until && at + delay + n <= heard->len; delay++) {
        gsize first = at + delay;
        if (energy_b < 0)
            energy_b = energy(b + first, n);
        else
            energy_b +=
                (double)b[first + n - 1] * b[first + n - 1] - (double)b[first - 1] * b[first - 1];
        if (energy_a < 1 || energy_b < 1)
            continue;
        double like = product(a, b + first, n) / sqrt(energy_a * energy_b);
        if (like > best.likeness)
            best = (Match){like, delay};
    }
    return best;
}

/* GArray of Match, one each VOTE_STEP. */
static GArray *
vote(const GArray *said, const GArray *heard, double quiet)
{
    GArray *votes = g_array_new(FALSE, FALSE, sizeof(Match));
    for (gsize at = 0; at + VOTE_BLOCK <= said->len; at += VOTE_STEP) {
        Match match = {-1, 0};
        if (energy(&g_array_index(said, float, at), VOTE_BLOCK) > quiet)
            match = search(said, heard, at, VOTE_BLOCK, 0, FAR);
        g_array_append_val(votes, match);
    }
    return votes;
}

/* How much the votes from @first to before @last say for @delay. */
static double
support(const GArray *votes, guint first, guint last, gsize delay)
{
    double sum = 0;
    for (guint i = first; i < last; i++) {
        const Match *other = &g_array_index(votes, Match, i);
        if (other->likeness >= VOTE_LIKE && other->delay + NEAR > delay &&
            other->delay < delay + NEAR)
            sum += other->likeness;
    }
    return sum;
}

/* The two delays with most votes around @at that are not the same one. */
static void
elect(const GArray *votes, gsize at, gsize *elected)
{
    guint middle = (guint)(at / VOTE_STEP);
    guint first = middle > VOTE_WINDOW ? middle - VOTE_WINDOW : 0;
    guint last = MIN(middle + VOTE_WINDOW, votes->len);
    double most[2] = {0};
    for (guint place = 0; place < 2; place++)
        for (guint i = first; i < last; i++) {
            gsize delay = g_array_index(votes, Match, i).delay;
            double votes_for = support(votes, first, last, delay);
            if (place == 1 && delay + 2 * NEAR > elected[0] && delay < elected[0] + 2 * NEAR)
                continue;
            if (votes_for > most[place]) {
                most[place] = votes_for;
                elected[place] = delay;
            }
        }
}

static Match
find_block(const GArray *said, GArray *const *heard, const GArray *votes, gsize at, gsize *last)
{
    gsize candidates[CANDIDATES] = {*last, *last, *last};
    Match best = {-1, *last};
    elect(votes, at, candidates + 1);
    for (guint i = 0; i < CANDIDATES && best.likeness < LIKE; i++)
        for (guint phase = 0; phase < VOICE_PHASES; phase++) {
            gsize from = candidates[i] > NEAR ? candidates[i] - NEAR : 0;
            gsize until = MIN(candidates[i] + NEAR, FAR);
            Match match = search(said, heard[phase], at, BLOCK, from, until);
            if (match.likeness > best.likeness)
                best = match;
        }
    if (best.likeness >= LIKE)
        *last = best.delay;
    return best;
}

static int
compare(gconstpointer a, gconstpointer b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The energy of a block below which nobody speaks. */
static double
silence(const GArray *said)
{
    g_autoptr(GArray) energies = g_array_new(FALSE, FALSE, sizeof(double));
    for (gsize at = 0; at + BLOCK <= said->len; at += FRAME) {
        double value = energy(&g_array_index(said, float, at), BLOCK);
        g_array_append_val(energies, value);
    }
    if (energies->len == 0)
        return 0;
    g_array_sort(energies, compare);
    double loud = g_array_index(energies, double, energies->len * 9 / 10);
    return MAX(loud * pow(10, SILENT_DB / 10), 1);
}

/* One frame of a block, where the block was found. */
static void
judge_frame(VoiceFrame *frame, const GArray *said, GArray *const *heard, gsize at, gsize delay)
{
    gsize from = delay > 2 ? delay - 2 : 0;
    frame->state = frame->state == VOICE_HEARD ? VOICE_HEARD : VOICE_DAMAGED;
    for (guint phase = 0; phase < VOICE_PHASES; phase++) {
        Match match = search(said, heard[phase], at, FRAME, from, delay + 3);
        if (match.likeness <= frame->likeness)
            continue;
        frame->likeness = match.likeness;
        frame->delay_ms = (int)(match.delay * 1000 / VOICE_RATE);
        if (match.likeness >= LIKE)
            frame->state = VOICE_HEARD;
    }
}

GArray *
voice_compare(const GArray *said, GArray *const *heard)
{
    guint n = said->len / FRAME;
    GArray *frames = g_array_sized_new(FALSE, TRUE, sizeof(VoiceFrame), n);
    g_array_set_size(frames, n);
    double quiet = silence(said);
    g_autoptr(GArray) votes = vote(said, heard[0], quiet);
    gsize last = 0;
    for (guint i = 0; i + 1 < n; i++) {
        gsize at = (gsize)i * FRAME;
        if (energy(&g_array_index(said, float, at), BLOCK) < quiet)
            continue;
        Match match = find_block(said, heard, votes, at, &last);
        for (guint j = i; j < i + 2; j++)
            if (energy(&g_array_index(said, float, j *FRAME), FRAME) >= quiet / 2)
                judge_frame(&g_array_index(frames, VoiceFrame, j), said, heard, j * FRAME,
                            match.delay);
    }
    return frames;
}
