/* The bytes of what a voice line sends: Opus packets merged into one, earlier ones in front of it.
 * Pure. */
#pragma once

#include "common/wire/opus.h"
#include "common/wire/voice-line.h"

G_BEGIN_DECLS

/* The source packet with this number; FALSE if it is not there any more. */
typedef gboolean (*CcVoiceFetch)(gint64 sequence, CcOpusPiece *piece, gpointer user_data);

/* Writes @span as one Opus packet. Returns its length, 0 if a packet is missing or it does not fit.
 */
gsize cc_voice_write_span(const CcVoiceSpan *span, CcVoiceFetch fetch, gpointer user_data,
                          guint8 *out, gsize capacity);

/* Writes the payload of @shape. With earlier packets it becomes RFC 2198, with blocks of
 * @opus_type, and @red TRUE; those that are gone, too long or do not fit are left out. Returns its
 * length, 0 if the primary packet is missing or does not fit. */
gsize cc_voice_write_payload(const CcVoiceShape *shape, CcVoiceFetch fetch, gpointer user_data,
                             guint8 opus_type, guint8 *out, gsize capacity, gboolean *red);

G_END_DECLS
