/* Arithmetic on wrapping 16-bit sequence numbers (RFC 3550, appendix A.1). */
#pragma once

#include <glib.h>

/* TRUE if @a comes after @b, at most half the number space ahead. */
static inline gboolean
cc_sequence_newer(guint16 a, guint16 b)
{
    return a != b && (guint16)(a - b) < 0x8000;
}

/* Signed distance from @b to @a: positive if @a is newer. */
static inline int
cc_sequence_distance(guint16 a, guint16 b)
{
    return (gint16)(guint16)(a - b);
}

/* Extends a 16-bit sequence number to 64 bits near the highest one seen. Start with {0}. */
typedef struct {
    gint64 last;
    gboolean started;
} CcSequenceUnwrapper;

static inline gint64
cc_sequence_unwrap(CcSequenceUnwrapper *unwrapper, guint16 sequence)
{
    if (!unwrapper->started) {
        unwrapper->started = TRUE;
        unwrapper->last = 0x10000 + sequence; /* room for packets older than the first */
        return unwrapper->last;
    }
    gint64 value =
        unwrapper->last + cc_sequence_distance(sequence, (guint16)(unwrapper->last & 0xffff));
    if (value > unwrapper->last)
        unwrapper->last = value;
    return value;
}
