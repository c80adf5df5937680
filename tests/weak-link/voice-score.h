/* Which parts of a voice came through: each 20 ms of what was said is looked for in what was heard,
 * by its waveform below 3.4 kHz. What was concealed looks like nothing that was said; what
 * was stretched by whole periods is all there. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define VOICE_RATE 8000 /* of all signals here */
#define VOICE_FRAME_MS 20
#define VOICE_MAX_DELAY_MS 3000
#define VOICE_MAX_SEAM_MS 16 /* the longest period of a voice, and a little */

typedef enum {
    VOICE_SILENT, /* nothing was said */
    VOICE_HEARD,
    VOICE_DAMAGED, /* lost, concealed or mangled */
} VoiceState;

typedef struct {
    VoiceState state;
    double likeness; /* -1 to 1 */
    int delay_ms;    /* from saying to hearing; of VOICE_HEARD */
    gboolean seam;   /* heard in two parts with a delay each */
    gboolean stray;  /* like something that was said, but at a delay which nothing else has */
} VoiceFrame;

/* Between two samples of VOICE_RATE lies much of a wave: what was heard is looked at from so many
 * positions in between. */
#define VOICE_PHASES 3

/* From 48 kHz: a sixth of the samples, the first @phase / VOICE_PHASES of a step later. (transfer
 * full) GArray of float. */
GArray *voice_reduce(const gint16 *samples, gsize n, guint phase);

/* @said, @heard: float on one time axis: the same index is the same moment. What is heard comes up
 * to VOICE_MAX_DELAY_MS later. (transfer full): GArray of VoiceFrame, one for each 20 ms of @said.
 */
GArray *voice_compare(const GArray *said, GArray *const *heard);

G_END_DECLS
