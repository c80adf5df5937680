/* What every reader of foreign bytes is put through. Each input lies in a heap block of exactly its
 * length, so that the address sanitizer sees one byte too far. */
#pragma once

#include <glib.h>
#include <string.h>

typedef void (*HostileFunc)(const guint8 *data, gsize length);

static inline void
hostile_call(HostileFunc func, const guint8 *data, gsize length)
{
    /* One byte in front, so that length 0 has its end of the block too. */
    g_autofree guint8 *block = g_malloc(length + 1);

    block[0] = 0;
    if (length > 0)
        memcpy(block + 1, data, length);
    func(block + 1, length);
}

/* Every shorter length of @data. */
static inline void
hostile_truncations(HostileFunc func, const guint8 *data, gsize length)
{
    for (gsize n = 0; n < length; n++)
        hostile_call(func, data, n);
}

/* Every single bit of @data flipped in turn. */
static inline void
hostile_bit_flips(HostileFunc func, const guint8 *data, gsize length)
{
    g_return_if_fail(length > 0 && length <= G_MAXUINT16);
    g_autofree guint8 *copy = g_memdup2(data, length);

    for (gsize bit = 0; bit < length * 8; bit++) {
        copy[bit / 8] ^= (guint8)(1 << bit % 8);
        hostile_call(func, copy, length);
        copy[bit / 8] ^= (guint8)(1 << bit % 8);
    }
}

/* @rounds mutations of @data: some bytes overwritten, cut or grown by up to 32 bytes. */
static inline void
hostile_random(HostileFunc func, const guint8 *data, gsize length, guint32 seed, guint rounds)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (guint round = 0; round < rounds; round++) {
        gsize size = (gsize)g_rand_int_range(rand, 0, (gint32)length + 33);
        g_autofree guint8 *bytes = g_malloc(size + 1);
        for (gsize i = 0; i < size; i++)
            bytes[i] = i < length ? data[i] : (guint8)g_rand_int(rand);
        for (guint n = (guint)g_rand_int_range(rand, 0, 6); n > 0 && size > 0; n--)
            bytes[g_rand_int_range(rand, 0, (gint32)size)] = (guint8)g_rand_int(rand);
        hostile_call(func, bytes, size);
    }
}

static inline void
hostile_all(HostileFunc func, const guint8 *data, gsize length)
{
    hostile_truncations(func, data, length);
    hostile_bit_flips(func, data, length);
    hostile_random(func, data, length, 20260101, 5000);
}
