#include "client/recv/voice-pace.h"
#include "client/recv/voice-stretch.h"

#include <math.h>
#include <string.h>

#include "voice-fixture.h"

#define RATE 48000
#define PIECE 1920 /* 40 ms */
#define LIKENESS 0.85

typedef void (*Source)(gint16 *samples, gint64 from, guint n);

static double frequency;

static void
sine(gint16 *samples, gint64 from, guint n)
{
    for (guint i = 0; i < n; i++)
        samples[2 * i] = samples[2 * i + 1] =
            (gint16)lrint(10000 * sin(2 * G_PI * frequency * (double)(from + i) / RATE));
}

static void
noise(gint16 *samples, gint64 from, guint n)
{
    for (guint i = 0; i < n; i++) {
        guint32 x = (guint32)(from + i) * 2654435761u;
        x ^= x >> 15;
        x *= 2246822519u;
        x ^= x >> 13;
        samples[2 * i] = samples[2 * i + 1] = (gint16)(x >> 17);
    }
}

static void
quiet(gint16 *samples, gint64 from, guint n)
{
    memset(samples, 0, n * 2 * sizeof *samples);
}

/* @seconds of @source, @longer or shorter at each chance. */
static GArray *
stretch(Source source, guint seconds, gboolean longer, double likeness)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(gint16));
    gint16 piece[(PIECE + CC_STRETCH_MAX_PERIOD) * 2];
    gint16 history[CC_STRETCH_MAX_PERIOD * 2];
    for (gint64 at = 0; at < (gint64)seconds * RATE; at += PIECE) {
        source(piece, at, PIECE);
        guint n = PIECE;
        if (longer && out->len >= CC_STRETCH_MAX_PERIOD * 2) {
            memcpy(history, &g_array_index(out, gint16, out->len - CC_STRETCH_MAX_PERIOD * 2),
                   sizeof history);
            n += cc_stretch_lengthen(history, piece, n, 2, likeness, 0);
        } else if (!longer) {
            n -= cc_stretch_shorten(piece, n, 2, likeness, 0);
        }
        g_array_append_vals(out, piece, n * 2);
    }
    return out;
}

static double
crossings_a_second(const GArray *sound)
{
    guint n = 0;
    for (guint i = 2; i < sound->len; i += 2)
        n += g_array_index(sound, gint16, i - 2) < 0 && g_array_index(sound, gint16, i) >= 0;
    return (double)n / (sound->len / 2.0 / RATE);
}

static void
test_sine(void)
{
    static const double frequencies[] = {90, 140, 220, 390, 1000};
    for (guint i = 0; i < G_N_ELEMENTS(frequencies); i++) {
        frequency = frequencies[i];
        for (guint longer = 0; longer < 2; longer++) {
            g_autoptr(GArray) out = stretch(sine, 2, longer, LIKENESS);
            double factor = out->len / 2.0 / (2 * RATE);
            /* A period of 2.5 to 15 ms in each 40. */
            g_assert_true(longer ? factor > 1.05 && factor < 1.4 : factor < 0.95 && factor > 0.6);
            g_assert_cmpfloat(fabs(crossings_a_second(out) - frequency), <, frequency * 0.01 + 1);
            /* No clicks: a sine's own steepest step, and rounding. */
            double steepest = 10000 * 2 * G_PI * frequency / RATE;
            g_assert_cmpfloat(voice_worst_step((const gint16 *)out->data, out->len / 2), <,
                              steepest * 1.1 + 3);
        }
    }
}

static void
test_speech(void)
{
    g_autoptr(GArray) plain = g_array_new(FALSE, FALSE, sizeof(gint16));
    g_array_set_size(plain, 10 * RATE * 2);
    voice_speak((gint16 *)plain->data, 0, 10 * RATE);
    double own_step = voice_worst_step((const gint16 *)plain->data, plain->len / 2);
    for (guint longer = 0; longer < 2; longer++) {
        g_autoptr(GArray) out = stretch(voice_speak, 10, longer, LIKENESS);
        double factor = out->len / 2.0 / (10 * RATE);
        g_assert_true(longer ? factor > 1.1 : factor < 0.9);
        g_assert_cmpfloat(voice_worst_step((const gint16 *)out->data, out->len / 2), <,
                          own_step * 1.1);
        /* Pitch is kept, whatever the length. */
        g_assert_cmpfloat(fabs(crossings_a_second(out) / crossings_a_second(plain) - 1), <, 0.1);
    }
}

/* What does not repeat itself is left alone, unless it must be. */
static void
test_noise(void)
{
    g_autoptr(GArray) out = stretch(noise, 1, TRUE, LIKENESS);
    g_assert_cmpuint(out->len, ==, RATE * 2);
    g_autoptr(GArray) shorter = stretch(noise, 1, FALSE, LIKENESS);
    g_assert_cmpuint(shorter->len, ==, RATE * 2);
    g_autoptr(GArray) forced = stretch(noise, 1, FALSE, -1);
    g_assert_cmpuint(forced->len, <, RATE * 2);
}

static void
test_silence(void)
{
    g_autoptr(GArray) longer = stretch(quiet, 1, TRUE, 1);
    g_assert_cmpuint(longer->len, >, RATE * 2 * 13 / 10);
    g_autoptr(GArray) shorter = stretch(quiet, 1, FALSE, 1);
    g_assert_cmpuint(shorter->len, <, RATE * 2 * 7 / 10);
}

/* The extremes of 16 bits do not fold over. */
static void
test_loud(void)
{
    gint16 piece[(PIECE + CC_STRETCH_MAX_PERIOD) * 2];
    for (guint i = 0; i < PIECE * 2; i++)
        piece[i] = i / 2 / 100 % 2 != 0 ? G_MAXINT16 : G_MININT16;
    guint gone = cc_stretch_shorten(piece, PIECE, 2, 0.9, 0);
    g_assert_cmpuint(gone % 200, ==, 0);
    g_assert_cmpuint(gone, >, 0);
    for (guint i = 0; i < (PIECE - gone) * 2; i++)
        g_assert_true(piece[i] == G_MAXINT16 || piece[i] == G_MININT16);
}

/* However much the delay is wrong, who speaks without a pause is slowed down or hurried so little
 * that nobody hears it. */
static void
test_gently(void)
{
    gint16 piece[(PIECE + CC_STRETCH_MAX_PERIOD) * 2];
    CcVoicePace pace;
    gint64 position = 0;
    cc_voice_pace_init(&pace);
    frequency = 150;
    for (guint i = 0; i < 20 * RATE / PIECE; i++) {
        guint n = PIECE;
        gint64 excess_us = i < 10 * RATE / PIECE ? -500000 : 500000;
        sine(piece, (gint64)i * PIECE, PIECE);
        switch (cc_voice_pace_wish(&pace, 600000, excess_us, position, piece, n)) {
        case CC_VOICE_PACE_SLOWER:
            n += cc_voice_pace_slow_down(&pace, position, piece, n);
            break;
        case CC_VOICE_PACE_FASTER:
            n -= cc_voice_pace_speed_up(&pace, position, piece, n);
            break;
        case CC_VOICE_PACE_FINE:
            break;
        }
        cc_voice_pace_played(&pace, piece, n);
        position += n;
    }
    g_test_message("longer %u, shorter %u", (guint)pace.longer, (guint)pace.shorter);
    g_assert_cmpuint(pace.longer, >, 10 * RATE / 100 * 2);
    g_assert_cmpuint(pace.longer, <, 10 * RATE / 100 * 5);
    g_assert_cmpuint(pace.shorter, >, 10 * RATE / 100 * 2);
    g_assert_cmpuint(pace.shorter, <, 10 * RATE / 100 * 5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/voice-stretch/sine", test_sine);
    g_test_add_func("/voice-stretch/speech", test_speech);
    g_test_add_func("/voice-stretch/noise", test_noise);
    g_test_add_func("/voice-stretch/silence", test_silence);
    g_test_add_func("/voice-stretch/loud", test_loud);
    g_test_add_func("/voice-pace/gently", test_gently);
    return g_test_run();
}
