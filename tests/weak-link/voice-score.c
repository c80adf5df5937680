#include "tests/weak-link/voice-score.h"

#include <math.h>

#include "tests/weak-link/voice-match.h"
#include "tests/weak-link/voice-path.h"

#define FRAME VOICE_FRAME
#define BLOCK VOICE_BLOCK
#define REDUCE 6
#define TAPS 97
#define LIKE 0.75       /* a frame that came through */
#define SILENT_DB -34.0 /* below the loud parts */

/* Where the delay changes within a frame. */
#define STEADY 8 /* samples around a delay that is known to a millisecond */
#define SEAM_STEP (FRAME / 8)
#define SEAM_REACH 3   /* frames */
#define STRAY_REACH 5u /* frames */
#define STRAY_MS 1

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
        double value = voice_energy(&g_array_index(said, float, at), BLOCK);
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
        VoiceMatch match = voice_match(said, heard[phase], at, FRAME, from, delay + 3);
        if (match.likeness <= frame->likeness)
            continue;
        frame->likeness = match.likeness;
        frame->delay_ms = (int)(match.delay * 1000 / VOICE_RATE);
        if (match.likeness >= LIKE)
            frame->state = VOICE_HEARD;
    }
}

/* How like @n samples from @at on are to what was heard around @delay, not normalised: the product,
 * and the energy of what was heard there. */
static void
match_part(const GArray *said, const GArray *heard, gsize at, gsize n, gsize delay,
           float *best_product, double *best_energy)
{
    const float *a = &g_array_index(said, float, at);
    double best = -G_MAXDOUBLE;
    *best_product = 0;
    *best_energy = 0;
    for (gsize d = delay > STEADY ? delay - STEADY : 0; d <= delay + STEADY; d++) {
        if (at + d + n > heard->len)
            break;
        const float *b = &g_array_index(heard, float, at + d);
        float sum = voice_product(a, b, n);
        double energy_b = voice_energy(b, n), like = sum / sqrt(energy_b + 1);
        if (like <= best)
            continue;
        best = like;
        *best_product = sum;
        *best_energy = energy_b;
    }
}

/* The likeness of a frame within which the delay goes from one to another. */
static double
judge_seam(const GArray *said, const GArray *heard, gsize at, gsize before, gsize after)
{
    double best = -1, energy_a = voice_energy(&g_array_index(said, float, at), FRAME);
    for (gsize cut = SEAM_STEP; cut < FRAME; cut += SEAM_STEP) {
        float first, second;
        double first_energy, second_energy;
        match_part(said, heard, at, cut, before, &first, &first_energy);
        match_part(said, heard, at + cut, FRAME - cut, after, &second, &second_energy);
        double all = sqrt(energy_a * (first_energy + second_energy)) + 1;
        best = MAX(best, (first + second) / all);
    }
    return best;
}

/* The nearest frame that was heard, up to SEAM_REACH from @at in that direction; NULL: none. */
static const VoiceFrame *
neighbour(const GArray *frames, guint at, int direction)
{
    for (int i = 1; i <= SEAM_REACH; i++) {
        int index = (int)at + direction * i;
        if (index < 0 || index >= (int)frames->len)
            return NULL;
        const VoiceFrame *frame = &g_array_index(frames, VoiceFrame, index);
        if (frame->state == VOICE_HEARD)
            return frame;
    }
    return NULL;
}

/* Where a voice is said a little slower or faster, one of its periods is missing or said twice:
 * nothing is lost if the frame is there in two parts, each with the delay of that side. */
static void
judge_seams(GArray *frames, const GArray *said, GArray *const *heard)
{
    for (guint i = 0; i < frames->len; i++) {
        VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        const VoiceFrame *before = neighbour(frames, i, -1), *after = neighbour(frames, i, 1);
        if (frame->state != VOICE_DAMAGED || before == NULL || after == NULL)
            continue;
        int change_ms = ABS(before->delay_ms - after->delay_ms);
        if (change_ms == 0 || change_ms > VOICE_MAX_SEAM_MS)
            continue;
        gsize from = (gsize)before->delay_ms * VOICE_RATE / 1000;
        gsize to = (gsize)after->delay_ms * VOICE_RATE / 1000;
        for (guint phase = 0; phase < VOICE_PHASES; phase++)
            frame->likeness =
                MAX(frame->likeness, judge_seam(said, heard[phase], i * FRAME, from, to));
        frame->seam = frame->likeness >= LIKE;
        frame->delay_ms = after->delay_ms;
    }
    for (guint i = 0; i < frames->len; i++) {
        VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        frame->state = frame->seam ? VOICE_HEARD : frame->state;
    }
}

static guint
count_at(const GArray *frames, guint around, int delay_ms)
{
    guint count = 0;
    guint last = MIN(around + 2 * STRAY_REACH, frames->len - 1);
    for (guint i = MAX(around, 2 * STRAY_REACH) - 2 * STRAY_REACH; i <= last; i++) {
        const VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        count += frame->state == VOICE_HEARD && ABS(frame->delay_ms - delay_ms) <= STRAY_MS;
    }
    return count;
}

/* A frame cannot come by another way than those on both sides of it: where it seems so, a vowel was
 * held on in its place. */
static gboolean
is_stray(const GArray *frames, guint at)
{
    const VoiceFrame *all = (const VoiceFrame *)frames->data;
    for (guint before = MAX(at, STRAY_REACH) - STRAY_REACH; before < at; before++) {
        guint last = MIN(before + STRAY_REACH, frames->len - 1);
        if (all[before].state != VOICE_HEARD ||
            ABS(all[before].delay_ms - all[at].delay_ms) <= STRAY_MS)
            continue;
        for (guint after = at + 1; after <= last; after++)
            if (all[after].state == VOICE_HEARD &&
                ABS(all[before].delay_ms - all[after].delay_ms) <= STRAY_MS)
                return count_at(frames, at, all[before].delay_ms) >
                       count_at(frames, at, all[at].delay_ms);
    }
    return FALSE;
}

static void
judge_strays(GArray *frames)
{
    for (guint i = 0; i < frames->len; i++) {
        VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        frame->stray = frame->state == VOICE_HEARD && is_stray(frames, i);
    }
    for (guint i = 0; i < frames->len; i++) {
        VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        frame->state = frame->stray ? VOICE_DAMAGED : frame->state;
    }
}

/* How far the nearest block on the path is from @at in that direction, and its delay. */
static guint
find_beside(const GArray *path, guint at, int direction, gsize *delay)
{
    for (int i = (int)at; i >= 0 && i < (int)path->len; i += direction)
        if (g_array_index(path, gint, i) >= 0) {
            *delay = (gsize)g_array_index(path, gint, i);
            return (guint)ABS(i - (int)at);
        }
    return G_MAXUINT;
}

/* The two frames of a block, with the delays that the path has nearest to it. */
static void
judge_block(GArray *frames, const GArray *said, GArray *const *heard, const GArray *path, guint at,
            double quiet)
{
    gsize before = 0, after = 0;
    guint to_before = find_beside(path, at, -1, &before),
          to_after = find_beside(path, at, 1, &after);
    for (guint i = at; i < at + 2; i++) {
        VoiceFrame *frame = &g_array_index(frames, VoiceFrame, i);
        gsize first = (gsize)i * FRAME;
        if (voice_energy(&g_array_index(said, float, first), FRAME) < quiet / 2)
            continue;
        if (to_before <= to_after)
            judge_frame(frame, said, heard, first, before);
        if (to_after <= to_before && after != before)
            judge_frame(frame, said, heard, first, after);
    }
}

/* What was heard once is not two things that were said, but for the period that is left out where
 * the voice repeats itself: only the liker of the two was heard. */
static void
judge_repeats(GArray *frames)
{
    for (guint i = 1; i < frames->len; i++) {
        VoiceFrame *first = &g_array_index(frames, VoiceFrame, i - 1), *second = first + 1;
        if (first->state == VOICE_HEARD && second->state == VOICE_HEARD &&
            first->delay_ms - second->delay_ms > VOICE_MAX_SEAM_MS)
            (first->likeness < second->likeness ? first : second)->state = VOICE_DAMAGED;
    }
}

GArray *
voice_compare(const GArray *said, GArray *const *heard)
{
    guint n = said->len / FRAME;
    GArray *frames = g_array_sized_new(FALSE, TRUE, sizeof(VoiceFrame), n);
    g_array_set_size(frames, n);
    double quiet = silence(said);
    g_autoptr(GArray) path = voice_path_find(said, heard, quiet);
    for (guint i = 0; i + 1 < n; i++)
        if (voice_energy(&g_array_index(said, float, (gsize)i *FRAME), BLOCK) >= quiet)
            judge_block(frames, said, heard, path, i, quiet);
    judge_strays(frames);
    judge_repeats(frames);
    judge_seams(frames, said, heard);
    return frames;
}
