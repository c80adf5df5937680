#include "client/recv/voice-buffer.h"

#include <string.h>

#include "common/wire/red.h"

#define FIRST_EPOCH                                                                                \
    (G_GINT64_CONSTANT(1) << 33)      /* room for what is older than the first packet              \
                                       */
#define MAX_JUMP (60 * CC_VOICE_RATE) /* beyond this it is another stream's clock */
#define SLACK 60 /* samples by which frames may overlap and still be neighbours */

void
cc_voice_buffer_init(CcVoiceBuffer *buffer)
{
    memset(buffer, 0, sizeof *buffer);
    for (guint i = 0; i < CC_VOICE_BUFFER_FRAMES; i++)
        buffer->order[i] = (guint8)i;
    buffer->played_until = G_MININT64;
}

static CcVoiceFrame *
frame_at(CcVoiceBuffer *buffer, guint index)
{
    return &buffer->frames[buffer->order[index]];
}

/* How many frames begin before @time. */
static guint
count_before(const CcVoiceBuffer *buffer, gint64 time)
{
    guint low = 0, high = buffer->n;
    while (low < high) {
        guint middle = (low + high) / 2;
        if (buffer->frames[buffer->order[middle]].time < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
remove_first(CcVoiceBuffer *buffer)
{
    guint8 freed = buffer->order[0];
    buffer->n--;
    memmove(buffer->order, buffer->order + 1, buffer->n);
    buffer->order[buffer->n] = freed;
}

static gboolean
overlaps(const CcVoiceBuffer *buffer, gint64 time, guint samples)
{
    guint index = count_before(buffer, time);
    if (index < buffer->n && buffer->frames[buffer->order[index]].time < time + samples - SLACK)
        return TRUE;
    if (index == 0)
        return FALSE;
    const CcVoiceFrame *before = &buffer->frames[buffer->order[index - 1]];
    return before->time + before->samples > time + SLACK;
}

static CcVoiceFrame *
insert(CcVoiceBuffer *buffer, gint64 time)
{
    if (buffer->n == CC_VOICE_BUFFER_FRAMES) {
        if (time < frame_at(buffer, 0)->time)
            return NULL;
        remove_first(buffer);
    }
    guint index = count_before(buffer, time);
    guint8 slot = buffer->order[buffer->n];
    memmove(buffer->order + index + 1, buffer->order + index, buffer->n - index);
    buffer->order[index] = slot;
    buffer->n++;
    return &buffer->frames[slot];
}

/* Earlier blocks of RED mostly repeat what was played long ago. */
gboolean
cc_voice_buffer_had(const CcVoiceBuffer *buffer, gint64 time)
{
    for (guint i = 0; i < MIN(buffer->n_had, CC_VOICE_BUFFER_FRAMES); i++)
        if (ABS(buffer->had[i] - time) <= SLACK)
            return TRUE;
    return FALSE;
}

static void
add_frame(CcVoiceBuffer *buffer, const CcOpusPacket *opus, guint index, gint64 time,
          CcVoiceOrigin origin, gboolean dtx, CcVoiceArrived *arrived)
{
    if (overlaps(buffer, time, opus->frame_samples) || arrived->n == CC_VOICE_MAX_NEW)
        return;
    gboolean late = time < buffer->played_until;
    if (late && cc_voice_buffer_had(buffer, time))
        return;
    buffer->had[buffer->n_had++ % CC_VOICE_BUFFER_FRAMES] = time;
    arrived->times[arrived->n++] = time;
    buffer->late += late;
    CcVoiceFrame *frame = late ? NULL : insert(buffer, time);
    if (frame == NULL)
        return;
    frame->time = time;
    frame->samples = opus->frame_samples;
    frame->length = (guint16)cc_opus_write_frame(frame->data, sizeof frame->data, opus, index);
    frame->dtx = dtx;
    frame->fec = cc_opus_has_fec(frame->data, frame->length);
    buffer->kept[origin]++;
}

static gboolean
add_opus(CcVoiceBuffer *buffer, const guint8 *data, gsize length, gint64 time, CcVoiceOrigin origin,
         CcVoiceArrived *arrived)
{
    CcOpusPacket opus;
    if (!cc_opus_parse(data, length, &opus))
        return FALSE;
    gboolean dtx = cc_opus_is_dtx(data, length);
    if (origin != CC_VOICE_RED)
        arrived->samples = (guint)opus.n_frames * opus.frame_samples;
    for (guint i = 0; i < opus.n_frames; i++) {
        /* Among others an empty frame is one that was lost on its way to the relay. */
        if (opus.frames[i].length > 0 || dtx)
            add_frame(buffer, &opus, i, time + (gint64)i * opus.frame_samples, origin, dtx,
                      arrived);
    }
    return TRUE;
}

static gboolean
add_red(CcVoiceBuffer *buffer, const CcVoicePacket *packet, gint64 time, CcVoiceOrigin origin,
        CcVoiceArrived *arrived)
{
    CcRedBlock blocks[CC_RED_MAX_BLOCKS];
    guint n = cc_red_read(packet->payload, packet->length, blocks);
    if (n == 0)
        return FALSE;
    const CcRedBlock *primary = &blocks[n - 1];
    gboolean good = primary->length == 0 || /* nothing but earlier blocks */
                    (primary->payload_type == packet->opus_type &&
                     add_opus(buffer, primary->data, primary->length, time, origin, arrived));
    for (guint i = 0; i + 1 < n; i++)
        if (blocks[i].payload_type == packet->opus_type && blocks[i].length > 0)
            add_opus(buffer, blocks[i].data, blocks[i].length, time - blocks[i].offset,
                     CC_VOICE_RED, arrived);
    return good;
}

static gint64
unwrap(CcVoiceBuffer *buffer, guint32 timestamp, gboolean *jumped)
{
    gint32 distance = (gint32)(timestamp - (guint32)(buffer->newest_time & G_MAXUINT32));
    *jumped = !buffer->started || ABS((gint64)distance) > MAX_JUMP;
    return *jumped ? FIRST_EPOCH + timestamp : buffer->newest_time + distance;
}

gboolean
cc_voice_buffer_add(CcVoiceBuffer *buffer, const CcVoicePacket *packet, CcVoiceArrived *arrived)
{
    gboolean jumped;
    gint64 time = unwrap(buffer, packet->timestamp, &jumped);
    arrived->n = arrived->samples = 0;
    arrived->packet_time = time;
    arrived->restarted = FALSE;
    if (jumped &&
        (packet->retransmitted || cc_opus_duration(packet->payload, packet->length) == 0) &&
        !packet->red) {
        buffer->malformed++;
        return FALSE;
    }
    if (jumped) {
        buffer->n = buffer->n_had = 0;
        buffer->started = TRUE;
        buffer->newest_time = time;
        buffer->played_until = G_MININT64;
        arrived->restarted = TRUE;
    }
    buffer->newest_time = MAX(buffer->newest_time, time);
    CcVoiceOrigin origin = packet->retransmitted ? CC_VOICE_RTX : CC_VOICE_PLAIN;
    gboolean good = packet->red
                        ? add_red(buffer, packet, time, origin, arrived)
                        : add_opus(buffer, packet->payload, packet->length, time, origin, arrived);
    buffer->malformed += !good;
    return good;
}

const CcVoiceFrame *
cc_voice_buffer_at(const CcVoiceBuffer *buffer, gint64 time)
{
    guint n = count_before(buffer, time + SLACK);
    if (n == 0)
        return NULL;
    const CcVoiceFrame *frame = &buffer->frames[buffer->order[n - 1]];
    return frame->time + frame->samples > time + SLACK ? frame : NULL;
}

const CcVoiceFrame *
cc_voice_buffer_from(const CcVoiceBuffer *buffer, gint64 time)
{
    guint n = count_before(buffer, time - SLACK);
    return n < buffer->n ? &buffer->frames[buffer->order[n]] : NULL;
}

void
cc_voice_buffer_played(CcVoiceBuffer *buffer, gint64 time)
{
    buffer->played_until = time - SLACK;
    while (buffer->n > 0 &&
           frame_at(buffer, 0)->time + frame_at(buffer, 0)->samples <= time + SLACK)
        remove_first(buffer);
}
