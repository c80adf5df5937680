#include "tests/bench/load/pattern.h"

#include <string.h>

#include "common/wire/bytes.h"

#define STAMP_AT 16 /* behind the VP8 payload descriptor (6 bytes) and a keyframe's header (10) */
#define STAMP_LENGTH 16
#define MAGIC 0x4c4f4144u /* "LOAD" */

/* RFC 7741 section 4.2 (X, S; I with 15 bits, L, T with Y) and section 4.3. */
static void
write_vp8_headers(guint8 *out, const LoadPayload *payload)
{
    out[0] = payload->begins_frame ? 0x90 : 0x80;
    out[1] = 0xe0;
    cc_write_u16(out + 2, 0x8000 | payload->picture_id);
    out[4] = payload->tl0picidx;
    out[5] = 0x20;
    if (!payload->begins_frame)
        return;
    guint8 *frame = out + 6;
    frame[0] = payload->keyframe ? 0x10 : 0x11; /* shown; P: not a keyframe */
    frame[1] = 0x20;                            /* size of the first partition */
    frame[2] = 0x00;
    if (payload->keyframe) {
        static const guint8 start_and_size[] = {0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
        memcpy(frame + 3, start_and_size, sizeof start_and_size); /* 640 × 360 */
    }
}

static guint64
filler(guint64 number, gsize at)
{
    return (number + 1) * G_GUINT64_CONSTANT(0x9e3779b97f4a7c15) + at;
}

void
load_pattern_write(guint8 *out, gsize length, const LoadPayload *payload)
{
    memset(out, 0, STAMP_AT);
    if (payload->kind == LOAD_VIDEO)
        write_vp8_headers(out, payload);
    else
        out[0] = 0x78; /* RFC 6716 section 3.1: CELT, 20 ms, one frame */
    cc_write_u32(out + STAMP_AT, MAGIC);
    cc_write_u32(out + STAMP_AT + 4, payload->publisher << 8 | payload->kind);
    cc_write_u64(out + STAMP_AT + 8, payload->number);
    for (gsize at = STAMP_AT + STAMP_LENGTH; at < length; at += 8) {
        guint64 word = filler(payload->number, at);
        memcpy(out + at, &word, MIN(8, length - at));
    }
}

gboolean
load_pattern_read(const guint8 *data, gsize length, LoadKind kind, guint64 *number)
{
    if (length < LOAD_MIN_PAYLOAD || cc_read_u32(data + STAMP_AT) != MAGIC ||
        data[STAMP_AT + 7] != kind)
        return FALSE;
    *number = cc_read_u64(data + STAMP_AT + 8);
    return TRUE;
}

guint
load_pattern_publisher(const guint8 *data)
{
    return cc_read_u32(data + STAMP_AT + 4) >> 8;
}

gboolean
load_pattern_verify(const guint8 *data, gsize length, LoadKind kind, guint64 number)
{
    guint64 found;
    if (!load_pattern_read(data, length, kind, &found) || found != number)
        return FALSE;
    for (gsize at = STAMP_AT + STAMP_LENGTH; at < length; at += 8) {
        guint64 word = filler(number, at);
        if (memcmp(data + at, &word, MIN(8, length - at)) != 0)
            return FALSE;
    }
    return TRUE;
}
