#include "common/wire/h264.h"

#include <string.h>

#include "common/wire/bits.h"
#include "common/wire/bytes.h"

enum { SLICE = 1, SEI = 6, SPS = 7, DELIMITER = 9, FILLER = 12, PREFIX = 14 };
enum { STAP_A = 24, FU_A = 28, TYPE = 0x1f, REFERENCE = 0x60 };

#define MAX_SPS 128 /* bytes; the size stands near the beginning unless there are scaling lists */

/* The next unit of a STAP-A (RFC 6184 section 5.7.1); @offset begins at 1. */
static const guint8 *
next_unit(const guint8 *payload, gsize length, gsize *offset, gsize *size)
{
    if (length < *offset + 3)
        return NULL;
    *size = cc_read_u16(payload + *offset);
    const guint8 *unit = payload + *offset + 2;
    *offset += 2 + *size;
    return *size > 0 && *offset <= length ? unit : NULL;
}

static gboolean
is_disposable_unit(guint8 header, guint8 type)
{
    return (header & REFERENCE) == 0 &&
           (type == SLICE || type == SEI || type == DELIMITER || type == FILLER || type == PREFIX);
}

gboolean
cc_h264_is_disposable(const guint8 *payload, gsize length)
{
    if (length < 2)
        return FALSE;
    guint8 type = payload[0] & TYPE;
    if (type == FU_A)
        return is_disposable_unit(payload[0], payload[1] & TYPE);
    if (type != STAP_A)
        return is_disposable_unit(payload[0], type);
    gsize offset = 1, size;
    const guint8 *unit;
    gboolean any = FALSE;
    while ((unit = next_unit(payload, length, &offset, &size))) {
        if (!is_disposable_unit(unit[0], unit[0] & TYPE))
            return FALSE;
        any = TRUE;
    }
    return any;
}

/* Section 7.3.1: 00 00 03 stands for 00 00. */
static gsize
unescape(const guint8 *unit, gsize length, guint8 *out)
{
    gsize n = 0;
    for (gsize i = 0; i < length && n < MAX_SPS; i++) {
        if (i >= 2 && unit[i] == 3 && unit[i - 1] == 0 && unit[i - 2] == 0)
            continue;
        out[n++] = unit[i];
    }
    return n;
}

/* Section 7.3.2.1.1.1; the deltas are se(v), of which only the sum counts. */
static void
skip_scaling_list(CcBits *bits, guint size)
{
    gint32 last = 8, next = 8;
    for (guint i = 0; i < size && next != 0 && !cc_bits_overrun(bits); i++) {
        guint32 code = cc_bits_read_golomb(bits);
        gint32 delta = (gint32)(code / 2 + code % 2) * (code % 2 ? 1 : -1);
        next = (gint32)(((guint32)last + (guint32)delta) & 0xff);
        if (next != 0)
            last = next;
    }
}

/* Returns chroma_format_idc; 1 is 4:2:0. */
static guint
read_high_profile(CcBits *bits)
{
    guint chroma = cc_bits_read_golomb(bits);
    if (chroma == 3)
        cc_bits_read(bits, 1); /* separate planes */
    cc_bits_read_golomb(bits); /* bit depths */
    cc_bits_read_golomb(bits);
    cc_bits_read(bits, 1);
    if (cc_bits_read(bits, 1)) {
        for (guint i = 0; i < (chroma == 3 ? 12 : 8); i++) {
            if (cc_bits_read(bits, 1))
                skip_scaling_list(bits, i < 6 ? 16 : 64);
        }
    }
    return chroma;
}

static void
skip_picture_order(CcBits *bits)
{
    guint kind = cc_bits_read_golomb(bits);
    if (kind == 0)
        cc_bits_read_golomb(bits);
    if (kind != 1)
        return;
    cc_bits_read(bits, 1);
    cc_bits_read_golomb(bits);
    cc_bits_read_golomb(bits);
    guint n = cc_bits_read_golomb(bits);
    for (guint i = 0; i < n && !cc_bits_overrun(bits); i++)
        cc_bits_read_golomb(bits);
}

/* Section 7.3.2.1.1. */
static gboolean
read_sps(const guint8 *unit, gsize length, guint16 *width, guint16 *height)
{
    guint8 plain[MAX_SPS];
    CcBits bits = {plain, unescape(unit + 1, length - 1, plain), 0};
    guint profile = cc_bits_read(&bits, 8);
    guint chroma = 1;
    cc_bits_read(&bits, 16); /* constraints, level */
    cc_bits_read_golomb(&bits);
    if (profile == 100 || profile == 110 || profile == 122 || profile == 244 || profile == 44)
        chroma = read_high_profile(&bits);
    cc_bits_read_golomb(&bits); /* frame numbers */
    skip_picture_order(&bits);
    cc_bits_read_golomb(&bits); /* references */
    cc_bits_read(&bits, 1);
    guint64 columns = (guint64)cc_bits_read_golomb(&bits) + 1;
    guint64 rows = (guint64)cc_bits_read_golomb(&bits) + 1;
    gboolean frames_only = cc_bits_read(&bits, 1);
    if (!frames_only)
        cc_bits_read(&bits, 1);
    cc_bits_read(&bits, 1);
    guint64 crop_x = 0, crop_y = 0;
    if (cc_bits_read(&bits, 1)) {
        crop_x = (guint64)cc_bits_read_golomb(&bits) + cc_bits_read_golomb(&bits);
        crop_y = (guint64)cc_bits_read_golomb(&bits) + cc_bits_read_golomb(&bits);
    }
    guint64 w = columns * 16, h = rows * 16 * (frames_only ? 1 : 2);
    crop_x *= chroma == 1 || chroma == 2 ? 2 : 1;
    crop_y *= (chroma == 1 ? 2u : 1u) * (frames_only ? 1 : 2);
    if (cc_bits_overrun(&bits) || w > G_MAXUINT16 || h > G_MAXUINT16 || crop_x >= w || crop_y >= h)
        return FALSE;
    *width = (guint16)(w - crop_x);
    *height = (guint16)(h - crop_y);
    return TRUE;
}

gboolean
cc_h264_read_size(const guint8 *payload, gsize length, guint16 *width, guint16 *height)
{
    if (length < 2)
        return FALSE;
    if ((payload[0] & TYPE) == SPS)
        return read_sps(payload, length, width, height);
    if ((payload[0] & TYPE) != STAP_A)
        return FALSE;
    gsize offset = 1, size;
    const guint8 *unit;
    while ((unit = next_unit(payload, length, &offset, &size))) {
        if ((unit[0] & TYPE) == SPS)
            return read_sps(unit, size, width, height);
    }
    return FALSE;
}
