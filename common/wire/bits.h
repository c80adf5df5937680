/* Bits of a byte string, most significant first, and the Exp-Golomb codes of H.264 (section 9.1 of
 * its specification). Reading past the end gives zeros. */
#pragma once

#include <glib.h>

typedef struct {
    const guint8 *data;
    gsize length;   /* bytes */
    gsize position; /* bits */
} CcBits;

/* @n: up to 32. */
static inline guint32
cc_bits_read(CcBits *bits, guint n)
{
    guint32 value = 0;
    for (; n > 0; n--, bits->position++) {
        gsize byte = bits->position / 8;
        guint bit = byte < bits->length ? bits->data[byte] >> (7 - bits->position % 8) & 1u : 0;
        value = value << 1 | bit;
    }
    return value;
}

static inline gboolean
cc_bits_overrun(const CcBits *bits)
{
    return bits->position > bits->length * 8;
}

static inline guint32
cc_bits_read_golomb(CcBits *bits)
{
    guint zeros = 0;
    while (zeros < 32 && cc_bits_read(bits, 1) == 0)
        zeros++;
    if (zeros == 32)
        return G_MAXUINT32;
    return (1u << zeros) - 1 + cc_bits_read(bits, zeros);
}
