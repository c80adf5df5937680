#include "common/wire/vp8.h"

#include "common/wire/vpx-numbers.h"

enum { X = 0x80, N = 0x20, S = 0x10, PID = 0x07 }; /* first byte */
enum { I = 0x80, L = 0x40, T = 0x20, K = 0x10 };   /* extension byte */

/* Where the optional fields are; 0 means absent. */
typedef struct {
    gsize picture_id, tl0picidx, tid_keyidx;
    gsize length;
} Layout;

static gboolean
find_fields(const guint8 *payload, gsize length, Layout *layout)
{
    *layout = (Layout){.length = 1};
    if (length < 2)
        return FALSE;
    if (payload[0] & X) {
        guint8 extension = payload[1];
        gsize offset = 2;
        if (extension & I) {
            if (offset >= length)
                return FALSE;
            layout->picture_id = offset;
            offset += payload[offset] & CC_VPX_LONG_PICTURE_ID ? 2 : 1;
        }
        if (extension & L)
            layout->tl0picidx = offset++;
        if (extension & (T | K))
            layout->tid_keyidx = offset++;
        layout->length = offset;
    }
    return layout->length < length;
}

gboolean
cc_vp8_parse(const guint8 *payload, gsize length, CcVp8Descriptor *descriptor)
{
    Layout layout;
    if (!find_fields(payload, length, &layout))
        return FALSE;

    *descriptor = (CcVp8Descriptor){
        .non_reference = (payload[0] & N) != 0,
        .start = (payload[0] & S) != 0,
        .partition = payload[0] & PID,
        .length = layout.length,
    };
    if (layout.picture_id != 0) {
        const guint8 *p = payload + layout.picture_id;
        descriptor->has_picture_id = TRUE;
        descriptor->wide_picture_id = (p[0] & CC_VPX_LONG_PICTURE_ID) != 0;
        descriptor->picture_id = descriptor->wide_picture_id ? cc_read_u16(p) & 0x7fff : p[0];
    }
    if (layout.tl0picidx != 0) {
        descriptor->has_tl0picidx = TRUE;
        descriptor->tl0picidx = payload[layout.tl0picidx];
    }
    if (layout.tid_keyidx != 0) {
        guint8 value = payload[layout.tid_keyidx];
        if (payload[1] & T) {
            descriptor->has_tid = TRUE;
            descriptor->tid = value >> 6;
            descriptor->layer_sync = (value & 0x20) != 0;
        }
        if (payload[1] & K) {
            descriptor->has_keyidx = TRUE;
            descriptor->keyidx = value & 0x1f;
        }
    }
    /* RFC 7741 section 4.3: the P bit of the first partition's header is 0 in keyframes. */
    descriptor->begins_keyframe =
        descriptor->start && descriptor->partition == 0 && (payload[layout.length] & 0x01) == 0;
    return TRUE;
}

gboolean
cc_vp8_rewrite(guint8 *payload, gsize length, guint16 picture_id, guint8 tl0picidx)
{
    Layout layout;
    if (!find_fields(payload, length, &layout))
        return FALSE;

    cc_vpx_write_numbers(payload, layout.picture_id, layout.tl0picidx, picture_id, tl0picidx);
    return TRUE;
}
