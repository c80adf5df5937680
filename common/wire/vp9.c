#include "common/wire/vp9.h"

#include "common/wire/bits.h"
#include "common/wire/vpx-numbers.h"

enum { I = 0x80, P = 0x40, L = 0x20, F = 0x10, B = 0x08, E = 0x04, V = 0x02 };
enum { MAX_REFERENCES = 3 };
enum { SYNC_CODE = 0x498342, COLOR_SRGB = 7 };

/* Where the optional fields are; 0 means absent. */
typedef struct {
    gsize picture_id, layers, tl0picidx;
    gsize length;
} Layout;

/* Section 4.2.1: the scalability structure; @offset moves behind it. FALSE if truncated. */
static gboolean
skip_structure(const guint8 *payload, gsize length, gsize *offset)
{
    if (*offset >= length)
        return FALSE;
    guint8 flags = payload[(*offset)++];
    if (flags & 0x10) /* Y: sizes of N_S + 1 layers */
        *offset += 4 * ((gsize)(flags >> 5) + 1);
    if (!(flags & 0x08)) /* G: a group of pictures */
        return *offset <= length;
    if (*offset >= length)
        return FALSE;
    guint8 n_pictures = payload[(*offset)++];
    for (guint i = 0; i < n_pictures; i++) {
        if (*offset >= length)
            return FALSE;
        *offset += 1u + (payload[*offset] >> 2 & 0x03);
    }
    return *offset <= length;
}

static gboolean
find_fields(const guint8 *payload, gsize length, Layout *layout)
{
    gsize offset = 1;
    *layout = (Layout){0};
    if (length < 2)
        return FALSE;
    guint8 flags = payload[0];
    if (flags & I) {
        layout->picture_id = offset;
        offset += payload[offset] & CC_VPX_LONG_PICTURE_ID ? 2 : 1;
    }
    if (flags & L) {
        layout->layers = offset++;
        if (!(flags & F))
            layout->tl0picidx = offset++;
    }
    if (flags & F && flags & P) {
        for (guint i = 0;; i++) {
            if (offset >= length || i == MAX_REFERENCES)
                return FALSE;
            if (!(payload[offset++] & 0x01)) /* N: another one follows */
                break;
        }
    }
    if (flags & V && !skip_structure(payload, length, &offset))
        return FALSE;
    layout->length = offset;
    return offset < length;
}

gboolean
cc_vp9_parse(const guint8 *payload, gsize length, CcVp9Descriptor *descriptor)
{
    Layout layout;
    if (!find_fields(payload, length, &layout))
        return FALSE;

    *descriptor = (CcVp9Descriptor){
        .begins = (payload[0] & B) != 0,
        .ends = (payload[0] & E) != 0,
        .predicted = (payload[0] & P) != 0,
        .length = layout.length,
    };
    if (layout.picture_id != 0) {
        const guint8 *p = payload + layout.picture_id;
        descriptor->has_picture_id = TRUE;
        descriptor->wide_picture_id = (p[0] & CC_VPX_LONG_PICTURE_ID) != 0;
        descriptor->picture_id = descriptor->wide_picture_id ? cc_read_u16(p) & 0x7fff : p[0];
    }
    if (layout.layers != 0) {
        guint8 layers = payload[layout.layers];
        descriptor->has_layers = TRUE;
        descriptor->tid = layers >> 5;
        descriptor->switch_up = (layers & 0x10) != 0;
        descriptor->sid = layers >> 1 & 0x07;
    }
    if (layout.tl0picidx != 0) {
        descriptor->has_tl0picidx = TRUE;
        descriptor->tl0picidx = payload[layout.tl0picidx];
    }
    return TRUE;
}

gboolean
cc_vp9_rewrite(guint8 *payload, gsize length, guint16 picture_id, guint8 tl0picidx)
{
    Layout layout;
    if (!find_fields(payload, length, &layout))
        return FALSE;

    cc_vpx_write_numbers(payload, layout.picture_id, layout.tl0picidx, picture_id, tl0picidx);
    return TRUE;
}

gboolean
cc_vp9_read_size(const guint8 *frame, gsize length, guint16 *width, guint16 *height)
{
    CcBits bits = {frame, length, 0};
    if (cc_bits_read(&bits, 2) != 2) /* frame marker */
        return FALSE;
    guint profile = cc_bits_read(&bits, 1);
    profile |= cc_bits_read(&bits, 1) << 1;
    if (profile == 3)
        cc_bits_read(&bits, 1);
    gboolean shown_again = cc_bits_read(&bits, 1);
    gboolean inter = cc_bits_read(&bits, 1);
    cc_bits_read(&bits, 2); /* shown, error resilient */
    if (shown_again || inter || cc_bits_read(&bits, 24) != SYNC_CODE)
        return FALSE;
    if (profile >= 2)
        cc_bits_read(&bits, 1); /* bit depth */
    gboolean srgb = cc_bits_read(&bits, 3) == COLOR_SRGB;
    if (!srgb)
        cc_bits_read(&bits, 1); /* range */
    if (profile & 1)
        cc_bits_read(&bits, srgb ? 1 : 3);
    guint columns = cc_bits_read(&bits, 16), rows = cc_bits_read(&bits, 16);
    *width = (guint16)MIN(columns + 1, G_MAXUINT16);
    *height = (guint16)MIN(rows + 1, G_MAXUINT16);
    return !cc_bits_overrun(&bits);
}
