#include "common/wire/framing.h"

#include <string.h>

#include "common/wire/bytes.h"

void
cc_frame_reader_init(CcFrameReader *reader)
{
    reader->start = 0;
    reader->fill = 0;
}

guint8 *
cc_frame_reader_space(CcFrameReader *reader, gsize *space)
{
    if (reader->start > 0) {
        reader->fill -= reader->start;
        memmove(reader->buffer, reader->buffer + reader->start, reader->fill);
        reader->start = 0;
    }
    *space = sizeof reader->buffer - reader->fill;
    return reader->buffer + reader->fill;
}

void
cc_frame_reader_filled(CcFrameReader *reader, gsize length)
{
    g_return_if_fail(length <= sizeof reader->buffer - reader->fill);
    reader->fill += (guint)length;
}

CcDrop
cc_frame_reader_next(CcFrameReader *reader, const guint8 **frame, gsize *length)
{
    *frame = NULL;
    *length = 0;
    while (reader->fill - reader->start >= CC_FRAME_HEADER) {
        guint16 size = cc_read_u16(reader->buffer + reader->start);
        if (size > CC_FRAME_MAX)
            return CC_DROP_FRAME_TOO_LARGE;
        if (reader->fill - reader->start < CC_FRAME_HEADER + (guint)size)
            return CC_DROP_NONE;

        const guint8 *payload = reader->buffer + reader->start + CC_FRAME_HEADER;
        reader->start += CC_FRAME_HEADER + (guint)size;
        if (size > 0) {
            *frame = payload;
            *length = size;
            return CC_DROP_NONE;
        }
    }
    return CC_DROP_NONE;
}
