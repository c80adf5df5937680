/* Voice packets that a relay has merged into longer ones for a narrow link (RFC 6716 section 3.2):
 * how many are in one, which its length says, and whether they are as they were sent. No ownership.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many voice packets of @voice_bytes are in a payload of @length bytes; at least 1. */
guint load_merged_count(gsize length, gsize voice_bytes);
/* FALSE if @payload is not made of packets that load_pattern_write() wrote, one after the other;
 * @first: the number of the first. */
gboolean load_merged_verify(const guint8 *payload, gsize length, guint64 *first);

G_END_DECLS
