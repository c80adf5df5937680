/* Several voices as one sound: each comes in pieces at times of its own, from its own thread; what
 * all of them have told is added up and goes on. A voice alone goes through as it is. One that
 * stops coming is not waited for.
 *
 * Any thread; @out is called under the mixer's lock, in the thread of the voice that completed it,
 * in order. */
#pragma once

#include <glib.h>

#include "common/base/slots.h"

G_BEGIN_DECLS

#define CC_VOICE_MIX_MAX_AHEAD_US 500000 /* beyond what has gone out; what is more is lost */

typedef struct CcVoiceMix CcVoiceMix;

/* S16 of CC_VOICE_RATE and CC_VOICE_CHANNELS whose first sample is due at @begins_us. */
typedef void (*CcVoiceMixFunc)(const gint16 *samples, guint n, gint64 begins_us,
                               gpointer user_data);

CcVoiceMix *cc_voice_mix_new(CcVoiceMixFunc out, gpointer user_data);
void cc_voice_mix_free(CcVoiceMix *mix);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcVoiceMix, cc_voice_mix_free)

/* The next piece of @voice (below CC_WATCHED_AUDIOS), due at @begins_us; @now_us: the time now, by
 * the same clock. */
void cc_voice_mix_add(CcVoiceMix *mix, guint voice, const gint16 *samples, guint n,
                      gint64 begins_us, gint64 now_us);

G_END_DECLS
