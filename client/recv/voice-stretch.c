#include "client/recv/voice-stretch.h"

#include <math.h>
#include <string.h>

#define COARSE 6                         /* the first search goes at 8 kHz */
#define SILENCE_POWER (30.0 * 30.0)      /* mean square of 16-bit samples: -60 dBFS */
#define SHORT 360                        /* two shorter pieces may be alike by chance */
#define LONG (2 * CC_STRETCH_MAX_PERIOD) /* sample frames that the search looks at */

/* Channels together: both are moved by the same period. */
static void
mix(float *mono, const gint16 *samples, guint n, guint channels)
{
    for (guint i = 0; i < n; i++)
        mono[i] = channels == 2 ? 0.5f * ((float)samples[2 * i] + (float)samples[2 * i + 1])
                                : (float)samples[i];
}

/* Likeness of @length samples at @a and @b, each @step-th: normalized correlation, -1..1. */
static double
correlate(const float *a, const float *b, guint length, guint step)
{
    double product = 0, power_a = 1, power_b = 1;
    for (guint i = 0; i < length; i += step) {
        product += (double)a[i] * (double)b[i];
        power_a += (double)a[i] * (double)a[i];
        power_b += (double)b[i] * (double)b[i];
    }
    return product / sqrt(power_a * power_b);
}

static void
smooth(float *out, const float *in, guint n)
{
    float sum = 0;
    for (guint i = 0; i < n; i++) {
        sum += in[i] - (i >= COARSE ? in[i - COARSE] : 0);
        out[i] = sum / COARSE;
    }
}

/* The period by which the signal repeats itself best: @ahead the first two periods of @mono, else
 * the ones before and behind its middle. */
static guint
find_period(const float *mono, gboolean ahead, double *likeness)
{
    float coarse[LONG];
    guint best = CC_STRETCH_MIN_PERIOD;
    double best_likeness = -1;
    smooth(coarse, mono, LONG);
    for (guint period = CC_STRETCH_MIN_PERIOD; period <= CC_STRETCH_MAX_PERIOD; period += COARSE) {
        const float *first = ahead ? coarse : coarse + CC_STRETCH_MAX_PERIOD - period;
        double found = correlate(first, first + period, MAX(period, SHORT), COARSE);
        if (found > best_likeness) {
            best_likeness = found;
            best = period;
        }
    }
    guint from = MAX(best - COARSE, CC_STRETCH_MIN_PERIOD);
    guint to = MIN(best + COARSE, CC_STRETCH_MAX_PERIOD);
    *likeness = -1;
    for (guint period = from; period <= to; period++) {
        const float *first = ahead ? mono : mono + CC_STRETCH_MAX_PERIOD - period;
        double found = correlate(first, first + period, MAX(period, SHORT), 1);
        if (found > *likeness) {
            *likeness = found;
            best = period;
        }
    }
    return best;
}

double
cc_stretch_power(const gint16 *samples, guint n, guint channels)
{
    double power = 0;
    for (guint i = 0; i < n * channels; i++)
        power += (double)samples[i] * (double)samples[i];
    return n > 0 ? power / (n * channels) : 0;
}

gboolean
cc_stretch_is_silence(const gint16 *samples, guint n, guint channels, double quiet)
{
    return cc_stretch_power(samples, n, channels) < MAX(SILENCE_POWER, quiet);
}

/* @out goes from @from to @to over @n sample frames. @out may be @from. Where both are alike the
 * sum of two linear weights keeps the loudness. */
static void
fade(gint16 *out, const gint16 *from, const gint16 *to, guint n, guint channels)
{
    for (guint i = 0; i < n; i++) {
        float weight = ((float)i + 0.5f) / (float)n;
        for (guint c = 0; c < channels; c++) {
            guint at = i * channels + c;
            float value = (float)from[at] * (1 - weight) + (float)to[at] * weight;
            out[at] = (gint16)lrintf(value);
        }
    }
}

guint
cc_stretch_shorten(gint16 *samples, guint n, guint channels, double likeness, double quiet)
{
    float mono[LONG];
    guint period;
    g_return_val_if_fail(n >= LONG && (channels == 1 || channels == 2), 0);
    if (cc_stretch_is_silence(samples, LONG, channels, quiet)) {
        period = CC_STRETCH_MAX_PERIOD;
    } else {
        double found;
        mix(mono, samples, LONG, channels);
        period = find_period(mono, TRUE, &found);
        if (found < likeness)
            return 0;
    }
    fade(samples, samples, samples + period * channels, period, channels);
    gsize rest = (gsize)(n - 2 * period) * channels;
    memmove(samples + period * channels, samples + 2 * (gsize)period * channels,
            rest * sizeof *samples);
    return period;
}

guint
cc_stretch_lengthen(const gint16 *history, gint16 *samples, guint n, guint channels,
                    double likeness, double quiet)
{
    float mono[LONG];
    gint16 said_again[CC_STRETCH_MAX_PERIOD * 2];
    guint period;
    g_return_val_if_fail(n >= CC_STRETCH_MAX_PERIOD && (channels == 1 || channels == 2), 0);
    if (cc_stretch_is_silence(history, CC_STRETCH_MAX_PERIOD, channels, quiet) &&
        cc_stretch_is_silence(samples, CC_STRETCH_MAX_PERIOD, channels, quiet)) {
        period = CC_STRETCH_MAX_PERIOD;
    } else {
        double found;
        mix(mono, history, CC_STRETCH_MAX_PERIOD, channels);
        mix(mono + CC_STRETCH_MAX_PERIOD, samples, CC_STRETCH_MAX_PERIOD, channels);
        period = find_period(mono, FALSE, &found);
        if (found < likeness)
            return 0;
    }
    /* It begins as what comes goes on, and ends as what was ended. */
    const gint16 *last = history + (CC_STRETCH_MAX_PERIOD - period) * channels;
    fade(said_again, samples, last, period, channels);
    memmove(samples + period * channels, samples, (gsize)n * channels * sizeof *samples);
    memcpy(samples, said_again, (gsize)period * channels * sizeof *samples);
    return period;
}
