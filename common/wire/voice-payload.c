#include "common/wire/voice-payload.h"

#include <string.h>

#include "common/wire/red.h"

#define SCRATCH 2048 /* merged blocks of one payload, which is shorter than a datagram */

gsize
cc_voice_write_span(const CcVoiceSpan *span, CcVoiceFetch fetch, gpointer user_data, guint8 *out,
                    gsize capacity)
{
    CcOpusPiece pieces[CC_OPUS_MAX_FRAMES];
    if (span->count > CC_OPUS_MAX_FRAMES)
        return 0;
    for (guint i = 0; i < span->count; i++) {
        if (!fetch(span->first + i, &pieces[i], user_data))
            return 0;
    }
    if (span->count > 1)
        return cc_opus_merge(out, capacity, pieces, span->count);
    if (span->count == 0 || pieces[0].length > capacity)
        return 0;
    memcpy(out, pieces[0].data, pieces[0].length); /* as it came, whatever it is */
    return pieces[0].length;
}

/* What earlier packets take, newest first, until @room is full. */
static guint
collect(const CcVoiceShape *shape, CcVoiceFetch fetch, gpointer user_data, gsize room,
        guint8 *scratch, CcRedBlock *blocks)
{
    guint n = 0;
    gsize used = 0;
    for (guint i = 0; i < shape->n_earlier; i++) {
        const CcVoiceSpan *span = &shape->earlier[i];
        if (room <= CC_RED_BLOCK_HEADER)
            break;
        gsize most = MIN(room - CC_RED_BLOCK_HEADER, CC_RED_MAX_LENGTH);
        gsize length =
            cc_voice_write_span(span, fetch, user_data, scratch + used, MIN(most, SCRATCH - used));
        if (length == 0)
            continue;
        blocks[n++] = (CcRedBlock){
            .offset = (guint16)(shape->primary.timestamp - span->timestamp),
            .length = (guint16)length,
            .data = scratch + used,
        };
        used += length;
        room -= CC_RED_BLOCK_HEADER + length;
    }
    return n;
}

gsize
cc_voice_write_payload(const CcVoiceShape *shape, CcVoiceFetch fetch, gpointer user_data,
                       guint8 opus_type, guint8 *out, gsize capacity, gboolean *red)
{
    guint8 scratch[SCRATCH], primary[SCRATCH];
    CcRedBlock earlier[CC_VOICE_MAX_EARLIER], blocks[CC_VOICE_MAX_EARLIER + 1];
    gsize length = cc_voice_write_span(&shape->primary, fetch, user_data, primary,
                                       MIN(capacity, sizeof primary));
    *red = FALSE;
    if (length == 0)
        return 0;
    guint n = 0;
    if (length + CC_RED_PRIMARY_HEADER < capacity)
        n = collect(shape, fetch, user_data, capacity - length - CC_RED_PRIMARY_HEADER, scratch,
                    earlier);
    if (n == 0) {
        memcpy(out, primary, length);
        return length;
    }
    for (guint i = 0; i < n; i++) {
        blocks[i] = earlier[n - 1 - i]; /* on the wire from the oldest on */
        blocks[i].payload_type = opus_type;
    }
    blocks[n] = (CcRedBlock){opus_type, 0, (guint16)length, primary};
    *red = TRUE;
    return cc_red_write(out, capacity, blocks, n + 1);
}
