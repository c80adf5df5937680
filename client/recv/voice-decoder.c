#include "client/recv/voice-decoder.h"

#include <math.h>
#include <string.h>

#define FADE CC_VOICE_DECODER_STEP /* from what was concealed to what was said */

gboolean
cc_voice_decoder_init(CcVoiceDecoder *decoder)
{
    int error, size = opus_decoder_get_size(CC_VOICE_CHANNELS);
    *decoder = (CcVoiceDecoder){0};
    decoder->decoder = opus_decoder_create(CC_VOICE_RATE, CC_VOICE_CHANNELS, &error);
    if (decoder->decoder == NULL)
        return FALSE;
    decoder->size = (gsize)size;
    decoder->before = g_malloc(decoder->size);
    return TRUE;
}

void
cc_voice_decoder_clear(CcVoiceDecoder *decoder)
{
    if (decoder->decoder != NULL)
        opus_decoder_destroy(decoder->decoder);
    g_free(decoder->before);
    *decoder = (CcVoiceDecoder){0};
}

static void
invent(CcVoiceDecoder *decoder, gint16 *sound, guint n)
{
    if (opus_decode(decoder->decoder, NULL, 0, sound, (int)n, 0) != (int)n)
        memset(sound, 0, n * CC_VOICE_CHANNELS * sizeof *sound);
}

/* @n: samples that there must be. */
static gboolean
decode(CcVoiceDecoder *decoder, const CcVoiceFrame *frame, gint16 *sound, guint n, gboolean copy)
{
    gint16 tail[FADE * CC_VOICE_CHANNELS];
    gboolean waited = decoder->waits;
    if (waited) {
        invent(decoder, tail, FADE);
        memcpy(decoder->decoder, decoder->before, decoder->size); /* a flat state, as opus.h says */
        decoder->waits = FALSE;
    }
    int got = opus_decode(decoder->decoder, frame->data, frame->length, sound, (int)n, copy);
    if (got != (int)n)
        return FALSE;
    for (guint i = 0; waited && i < MIN(n, FADE) * CC_VOICE_CHANNELS; i++) {
        float weight = ((float)(i / CC_VOICE_CHANNELS) + 0.5f) / FADE;
        sound[i] = (gint16)lrintf((float)tail[i] * (1 - weight) + (float)sound[i] * weight);
    }
    return TRUE;
}

gboolean
cc_voice_decoder_play(CcVoiceDecoder *decoder, const CcVoiceFrame *frame, gint16 *sound)
{
    return decode(decoder, frame, sound, frame->samples, FALSE);
}

gboolean
cc_voice_decoder_play_copy(CcVoiceDecoder *decoder, const CcVoiceFrame *later, gint16 *sound,
                           guint n)
{
    return decode(decoder, later, sound, n, TRUE);
}

void
cc_voice_decoder_conceal(CcVoiceDecoder *decoder, gint16 *sound, guint n)
{
    decoder->waits = FALSE;
    invent(decoder, sound, n);
}

void
cc_voice_decoder_wait(CcVoiceDecoder *decoder, gint16 *sound, guint n)
{
    if (!decoder->waits)
        memcpy(decoder->before, decoder->decoder, decoder->size);
    decoder->waits = TRUE;
    invent(decoder, sound, n);
}
