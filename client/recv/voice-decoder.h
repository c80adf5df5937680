/* libopus for a voice that may have to wait. What is concealed while the next frame is late is no
 * part of the voice: the decoder goes on from the frame before it as if there had been no pause,
 * or else the late frame would sound like something else, to which a decoder that was led astray
 * makes it.
 *
 * Pure; CcVoicePlayer's. Sound is interleaved, at CC_VOICE_RATE. */
#pragma once

#include <opus.h>

#include "client/recv/voice-buffer.h"

G_BEGIN_DECLS

#define CC_VOICE_CHANNELS 2
#define CC_VOICE_DECODER_STEP 120 /* samples: what is concealed is a multiple of 2.5 ms */

typedef struct {
    OpusDecoder *decoder;
    gsize size;
    gpointer before; /* the decoder's state before the wait */
    gboolean waits;
} CcVoiceDecoder;

/* FALSE if there is no memory for it. */
gboolean cc_voice_decoder_init(CcVoiceDecoder *decoder);
void cc_voice_decoder_clear(CcVoiceDecoder *decoder);

/* Each writes @n sample frames to @sound, and FALSE, and nothing, if that cannot be. */
gboolean cc_voice_decoder_play(CcVoiceDecoder *decoder, const CcVoiceFrame *frame, gint16 *sound);
/* The @n samples before @later, out of its copy of them. */
gboolean cc_voice_decoder_play_copy(CcVoiceDecoder *decoder, const CcVoiceFrame *later,
                                    gint16 *sound, guint n);

/* In the place of what is lost. @n: a multiple of CC_VOICE_DECODER_STEP. */
void cc_voice_decoder_conceal(CcVoiceDecoder *decoder, gint16 *sound, guint n);
/* While what is next is late: it will be played all the same. @n likewise. */
void cc_voice_decoder_wait(CcVoiceDecoder *decoder, gint16 *sound, guint n);

G_END_DECLS
