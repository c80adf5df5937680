#include "tests/weak-link/voice-match.h"

#include <math.h>

double
voice_energy(const float *samples, gsize n)
{
    double sum = 0;
    for (gsize i = 0; i < n; i++)
        sum += (double)samples[i] * samples[i];
    return sum;
}

float
voice_product(const float *a, const float *b, gsize n)
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

VoiceMatch
voice_match(const GArray *said, const GArray *heard, gsize at, gsize n, gsize from, gsize until)
{
    VoiceMatch best = {-1, from};
    const float *a = &g_array_index(said, float, at);
    const float *b = (const float *)heard->data;
    double energy_a = voice_energy(a, n), energy_b = -1;
    for (gsize delay = from; delay < until && at + delay + n <= heard->len; delay++) {
        gsize first = at + delay;
        if (energy_b < 0)
            energy_b = voice_energy(b + first, n);
        else
            energy_b +=
                (double)b[first + n - 1] * b[first + n - 1] - (double)b[first - 1] * b[first - 1];
        if (energy_a < 1 || energy_b < 1)
            continue;
        double like = voice_product(a, b + first, n) / sqrt(energy_a * energy_b);
        if (like > best.likeness)
            best = (VoiceMatch){like, delay};
    }
    return best;
}
