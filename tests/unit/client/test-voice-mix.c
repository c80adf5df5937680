/* Voices that come in pieces of their own, as one sound. */
#include "client/recv/voice-mix.h"

#include <string.h>

#include "client/recv/voice-buffer.h"
#include "client/recv/voice-decoder.h"

#define PIECE 960
#define PIECE_US 20000
#define BEGIN_US ((gint64)3600 * G_USEC_PER_SEC)
#define KEPT (CC_VOICE_RATE * 2)

/* What came out, by time since BEGIN_US. */
typedef struct {
    gint16 heard[KEPT];
    gboolean told[KEPT];
    guint pieces;
    gint64 until; /* samples */
    gint64 newest_us;
} Heard;

static void
on_out(const gint16 *samples, guint n, gint64 begins_us, gpointer user_data)
{
    Heard *heard = user_data;
    gint64 first = ((begins_us - BEGIN_US) * 48 + 500) / 1000;
    g_assert_cmpint(first, >=, heard->until); /* in order, nothing twice */
    for (guint i = 0; i < n; i++) {
        g_assert_cmpint(first + i, <, KEPT);
        heard->heard[first + i] = samples[i * CC_VOICE_CHANNELS];
        g_assert_cmpint(samples[i * CC_VOICE_CHANNELS + 1], ==, samples[i * CC_VOICE_CHANNELS]);
        heard->told[first + i] = TRUE;
    }
    heard->until = first + n;
    heard->newest_us = begins_us;
    heard->pieces++;
}

static void
speak(CcVoiceMix *mix, guint voice, gint16 level, guint n, gint64 at_us)
{
    g_autofree gint16 *samples = g_new(gint16, n * CC_VOICE_CHANNELS);
    for (guint i = 0; i < n * CC_VOICE_CHANNELS; i++)
        samples[i] = level;
    cc_voice_mix_add(mix, voice, samples, n, BEGIN_US + at_us, BEGIN_US + at_us);
}

static void
assert_heard(const Heard *heard, guint first_ms, guint last_ms, gint16 level)
{
    for (guint i = first_ms * 48; i < last_ms * 48; i++) {
        g_assert_true(heard->told[i]);
        g_assert_cmpint(heard->heard[i], ==, level);
    }
}

/* Each piece at once, as it is. */
static void
test_alone(void)
{
    g_autofree Heard *heard = g_new0(Heard, 1);
    g_autoptr(CcVoiceMix) mix = cc_voice_mix_new(on_out, heard);
    for (guint i = 0; i < 40; i++) {
        speak(mix, 0, 100, PIECE, i * PIECE_US);
        g_assert_cmpuint(heard->pieces, ==, i + 1);
        g_assert_cmpint(heard->newest_us, ==, BEGIN_US + i * PIECE_US);
    }
    assert_heard(heard, 0, 800, 100);
}

/* Pieces that do not begin together; the second voice begins and ends in the middle. */
static void
test_two(void)
{
    g_autofree Heard *heard = g_new0(Heard, 1);
    g_autoptr(CcVoiceMix) mix = cc_voice_mix_new(on_out, heard);
    for (guint i = 0; i < 40; i++) {
        speak(mix, 0, 100, PIECE, i * PIECE_US);
        if (i >= 10 && i < 20)
            speak(mix, 1, 1000, PIECE, i * PIECE_US + 7000);
    }
    assert_heard(heard, 0, 200, 100);
    assert_heard(heard, 220, 400, 1100); /* what had gone out when it began cannot be taken back */
    assert_heard(heard, 410, 780, 100);
    for (guint i = 0; i < 780 * 48; i++)
        g_assert_true(heard->told[i]); /* no hole */
}

/* In time: nothing is kept back longer than until it is due. */
static void
test_in_time(void)
{
    g_autofree Heard *heard = g_new0(Heard, 1);
    g_autoptr(CcVoiceMix) mix = cc_voice_mix_new(on_out, heard);
    for (guint i = 0; i < 40; i++) {
        speak(mix, 0, 100, PIECE, i * PIECE_US);
        speak(mix, 1, 200, PIECE, i * PIECE_US + 5000);
        speak(mix, 2, 300, PIECE / 2, i * PIECE_US + 9000);
        speak(mix, 2, 300, PIECE / 2, i * PIECE_US + 19000);
        g_assert_cmpint(heard->until, >=, ((gint64)i * PIECE_US + 19000) * 48 / 1000);
    }
    assert_heard(heard, 40, 700, 600);
}

static void
test_loud(void)
{
    g_autofree Heard *heard = g_new0(Heard, 1);
    g_autoptr(CcVoiceMix) mix = cc_voice_mix_new(on_out, heard);
    for (guint i = 0; i < 20; i++) {
        speak(mix, 0, 30000, PIECE, i * PIECE_US);
        speak(mix, 1, 30000, PIECE, i * PIECE_US + 1);
    }
    assert_heard(heard, 40, 300, G_MAXINT16);
}

/* One that stopped holds nobody up, and comes back. */
static void
test_gone(void)
{
    g_autofree Heard *heard = g_new0(Heard, 1);
    g_autoptr(CcVoiceMix) mix = cc_voice_mix_new(on_out, heard);
    for (guint i = 0; i < 60; i++) {
        if (i < 10 || i >= 30)
            speak(mix, 0, 100, PIECE, i * PIECE_US);
        speak(mix, 1, 10, PIECE, i * PIECE_US + 3000);
        if (i == 20)
            g_assert_cmpint(heard->until, >=, 400 * 48);
    }
    assert_heard(heard, 60, 200, 110);
    assert_heard(heard, 205, 600, 10);
    assert_heard(heard, 625, 1180, 110);
}

/* A voice whose clock jumped far ahead or back harms nobody. */
static void
test_jump(void)
{
    g_autofree Heard *heard = g_new0(Heard, 1);
    g_autoptr(CcVoiceMix) mix = cc_voice_mix_new(on_out, heard);
    g_autofree gint16 *loud = g_new0(gint16, PIECE * CC_VOICE_CHANNELS);
    for (guint i = 0; i < 50; i++) {
        speak(mix, 0, 100, PIECE, i * PIECE_US);
        if (i == 10)
            cc_voice_mix_add(mix, 1, loud, PIECE, BEGIN_US + 900 * (gint64)G_USEC_PER_SEC,
                             BEGIN_US + i * PIECE_US);
        if (i == 20)
            cc_voice_mix_add(mix, 1, loud, PIECE, BEGIN_US - 900 * (gint64)G_USEC_PER_SEC,
                             BEGIN_US + i * PIECE_US);
    }
    assert_heard(heard, 0, 900, 100);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/voice-mix/alone", test_alone);
    g_test_add_func("/voice-mix/two", test_two);
    g_test_add_func("/voice-mix/in-time", test_in_time);
    g_test_add_func("/voice-mix/loud", test_loud);
    g_test_add_func("/voice-mix/gone", test_gone);
    g_test_add_func("/voice-mix/jump", test_jump);
    return g_test_run();
}
