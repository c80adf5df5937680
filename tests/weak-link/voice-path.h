/* By how much later each moment of a voice was heard. A short piece of a voice is like many others:
 * what it is found like, one after the other, must make a path that a player can have taken. It
 * goes on at one delay; a little slower or faster, by periods of the voice; and seldom it jumps. Of
 * all such paths this is the one along which most is alike. Pure. */
#pragma once

#include "tests/weak-link/voice-score.h"

G_BEGIN_DECLS

#define VOICE_FRAME (VOICE_RATE * VOICE_FRAME_MS / 1000)
#define VOICE_BLOCK (2 * VOICE_FRAME) /* that is looked for */

/* @said, @heard as voice_compare() has them; @quiet: the energy of a block below which it is not
 * looked for. (transfer full): GArray of gint, a delay in samples for each frame of @said; -1 where
 * the block that begins there is found nowhere on the path. */
GArray *voice_path_find(const GArray *said, GArray *const *heard, double quiet);

G_END_DECLS
