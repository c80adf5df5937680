#include "tests/bench/load/merged.h"

#include "common/wire/opus.h"
#include "tests/bench/load/pattern.h"

guint
load_merged_count(gsize length, gsize voice_bytes)
{
    /* Each gives all but its first byte; two bytes before them tell the rest. */
    return (guint)MAX(length / (voice_bytes - 1), 1);
}

gboolean
load_merged_verify(const guint8 *payload, gsize length, guint64 *first)
{
    CcOpusPacket packet;
    if (!cc_opus_parse(payload, length, &packet))
        return FALSE;
    for (guint i = 0; i < packet.n_frames; i++) {
        guint8 frame[LOAD_MAX_PAYLOAD];
        gsize size = cc_opus_write_frame(frame, sizeof frame, &packet, i);
        if (i == 0 && !load_pattern_read(frame, size, LOAD_AUDIO, first))
            return FALSE;
        if (!load_pattern_verify(frame, size, LOAD_AUDIO, *first + i))
            return FALSE;
    }
    return TRUE;
}
