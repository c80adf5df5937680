#include "client/recv/voice-decoder.h"

#include <string.h>

#include "voice-fixture.h"

#define FRAME 960
#define FRAMES 60
#define STEP CC_VOICE_DECODER_STEP

typedef gint16 Sound[FRAME * CC_VOICE_CHANNELS];

static CcVoiceFrame *
encode(void)
{
    int error;
    Sound spoken;
    CcVoiceFrame *frames = g_new0(CcVoiceFrame, FRAMES);
    OpusEncoder *encoder =
        opus_encoder_create(CC_VOICE_RATE, CC_VOICE_CHANNELS, OPUS_APPLICATION_VOIP, &error);
    g_assert_nonnull(encoder);
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(24000));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(10));
    for (guint i = 0; i < FRAMES; i++) {
        voice_speak(spoken, (gint64)i * FRAME, FRAME);
        int length = opus_encode(encoder, spoken, FRAME, frames[i].data, sizeof frames[i].data);
        g_assert_cmpint(length, >, 0);
        frames[i].length = (guint16)length;
        frames[i].samples = FRAME;
    }
    opus_encoder_destroy(encoder);
    return frames;
}

/* How many frames sound otherwise than those of a decoder that never waits, where @pauses pieces
 * are heard ahead of each tenth frame: waited for, or else concealed as if they were speech. */
static guint
count_changed(const CcVoiceFrame *frames, guint pauses, gboolean waits)
{
    CcVoiceDecoder decoder, steady;
    Sound sound, expected, pause;
    guint changed = 0;
    g_assert_true(cc_voice_decoder_init(&decoder) && cc_voice_decoder_init(&steady));
    for (guint i = 0; i < FRAMES; i++) {
        gboolean paused = i % 10 == 5;
        for (guint k = 0; k < pauses && paused; k++) {
            if (waits)
                cc_voice_decoder_wait(&decoder, pause, FRAME);
            else
                cc_voice_decoder_conceal(&decoder, pause, FRAME);
        }
        g_assert_true(cc_voice_decoder_play(&decoder, &frames[i], sound));
        g_assert_true(cc_voice_decoder_play(&steady, &frames[i], expected));
        guint faded = paused ? STEP * CC_VOICE_CHANNELS : 0;
        changed +=
            memcmp(sound + faded, expected + faded, sizeof sound - faded * sizeof *sound) != 0;
    }
    cc_voice_decoder_clear(&decoder);
    cc_voice_decoder_clear(&steady);
    return changed;
}

/* What comes late sounds as it would have in time. */
static void
test_wait(void)
{
    g_autofree CcVoiceFrame *frames = encode();
    for (guint pauses = 1; pauses < 20; pauses += 3)
        g_assert_cmpuint(count_changed(frames, pauses, TRUE), ==, 0);
    g_assert_cmpuint(count_changed(frames, 3, FALSE), >, 5); /* else this would show nothing */
}

/* The pause ends without a step. */
static void
test_seam(void)
{
    g_autofree CcVoiceFrame *frames = encode();
    CcVoiceDecoder decoder;
    Sound sound, pause;
    g_assert_true(cc_voice_decoder_init(&decoder));
    for (guint i = 0; i < FRAMES; i++) {
        gint16 seam[4 * CC_VOICE_CHANNELS];
        cc_voice_decoder_wait(&decoder, pause, FRAME);
        g_assert_true(cc_voice_decoder_play(&decoder, &frames[i], sound));
        memcpy(seam, pause + (FRAME - 2) * CC_VOICE_CHANNELS, sizeof seam / 2);
        memcpy(seam + 2 * CC_VOICE_CHANNELS, sound, sizeof seam / 2);
        double own = MAX(voice_worst_step(pause, FRAME), voice_worst_step(sound, FRAME));
        g_assert_cmpfloat(voice_worst_step(seam, 4), <=, own * 1.25 + 50);
    }
    cc_voice_decoder_clear(&decoder);
}

/* The next frame's copy of what is lost, behind a wait for it; then what follows. */
static void
test_copy(void)
{
    g_autofree CcVoiceFrame *frames = encode();
    CcVoiceDecoder decoder, steady;
    Sound sound, expected, pause;
    guint copies = 0;
    g_assert_true(cc_voice_decoder_init(&decoder) && cc_voice_decoder_init(&steady));
    for (guint i = 0; i + 1 < FRAMES; i += 2) {
        gboolean waited = i % 8 == 4;
        if (waited)
            cc_voice_decoder_wait(&decoder, pause, FRAME);
        gboolean good = cc_voice_decoder_play_copy(&decoder, &frames[i + 1], sound, FRAME);
        g_assert_true(cc_voice_decoder_play_copy(&steady, &frames[i + 1], expected, FRAME) == good);
        guint faded = waited ? STEP * CC_VOICE_CHANNELS : 0;
        g_assert_cmpmem(sound + faded, sizeof sound - faded * sizeof *sound, expected + faded,
                        sizeof sound - faded * sizeof *sound);
        g_assert_true(cc_voice_decoder_play(&decoder, &frames[i + 1], sound));
        g_assert_true(cc_voice_decoder_play(&steady, &frames[i + 1], expected));
        g_assert_cmpmem(sound, sizeof sound, expected, sizeof expected);
        copies += good;
    }
    g_assert_cmpuint(copies, >, FRAMES / 4);
    cc_voice_decoder_clear(&decoder);
    cc_voice_decoder_clear(&steady);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/voice-decoder/wait", test_wait);
    g_test_add_func("/voice-decoder/seam", test_seam);
    g_test_add_func("/voice-decoder/copy", test_copy);
    return g_test_run();
}
