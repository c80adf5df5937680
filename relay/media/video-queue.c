#include "relay/media/video-queue.h"

#define FIRST_CAPACITY 32

/* Packets. The bound in time (downlink-waiting.c) is the tighter one for faces, which wait for a
 * second, below 5 Mbit/s; for slides, which wait for four, below 2.4 Mbit/s. Whoever gets here
 * loses the rest of a picture that has begun. */
static const guint max_capacity[CC_N_VIDEO_LINES] = {
    [CC_VIDEO_LINE_SLIDES] = 1024, [CC_VIDEO_LINE_FACES] = 512};

typedef struct {
    CcWaitingPacket *ring;
    guint capacity; /* a power of two; 0: nothing has waited yet */
    guint first, n;
    gsize bytes;
} Line;

struct CcVideoQueue {
    Line lines[CC_N_VIDEO_LINES];
};

CcVideoQueue *
cc_video_queue_new(void)
{
    return g_new0(CcVideoQueue, 1);
}

void
cc_video_queue_free(CcVideoQueue *queue)
{
    CcWaitingPacket waiting;
    if (!queue)
        return;
    while (cc_video_queue_pop(queue, &waiting))
        cc_packet_unref(waiting.packet);
    for (guint i = 0; i < CC_N_VIDEO_LINES; i++)
        g_free(queue->lines[i].ring);
    g_free(queue);
}

static CcWaitingPacket *
at(const Line *line, guint index)
{
    return &line->ring[(line->first + index) & (line->capacity - 1)];
}

static void
grow(Line *line)
{
    guint capacity = line->capacity > 0 ? line->capacity * 2 : FIRST_CAPACITY;
    CcWaitingPacket *ring = g_new(CcWaitingPacket, capacity);
    for (guint i = 0; i < line->n; i++)
        ring[i] = *at(line, i);
    g_free(line->ring);
    line->ring = ring;
    line->capacity = capacity;
    line->first = 0;
}

static void
append(Line *line, const CcWaitingPacket *waiting)
{
    if (line->n == line->capacity)
        grow(line);
    *at(line, line->n++) = *waiting;
    line->bytes += waiting->packet ? waiting->packet->length : 0;
}

static gboolean
take_first(Line *line, CcWaitingPacket *waiting)
{
    if (line->n == 0)
        return FALSE;
    *waiting = *at(line, 0);
    line->first = (line->first + 1) & (line->capacity - 1);
    line->n--;
    line->bytes -= waiting->packet ? waiting->packet->length : 0;
    return TRUE;
}

gboolean
cc_video_queue_push(CcVideoQueue *queue, CcVideoLine line, CcSource *source, CcPacket *packet)
{
    Line *own = &queue->lines[line];
    if (own->n + (packet ? 1 : 0) >= max_capacity[line]) /* one place is for a mark */
        return FALSE;
    append(own,
           &(CcWaitingPacket){source, source->generation, packet ? cc_packet_ref(packet) : NULL});
    return TRUE;
}

gboolean
cc_video_queue_pop(CcVideoQueue *queue, CcWaitingPacket *waiting)
{
    for (guint i = 0; i < CC_N_VIDEO_LINES; i++)
        if (take_first(&queue->lines[i], waiting))
            return TRUE;
    return FALSE;
}

gsize
cc_video_queue_bytes(const CcVideoQueue *queue, CcVideoLine line)
{
    return queue->lines[line].bytes;
}

gboolean
cc_video_queue_is_empty(const CcVideoQueue *queue, CcVideoLine line)
{
    return queue->lines[line].n == 0;
}

static void
forget(Line *line, const CcSource *source)
{
    CcWaitingPacket waiting;
    for (guint n = line->n; n > 0 && take_first(line, &waiting); n--) {
        if (waiting.source != source)
            append(line, &waiting);
        else
            cc_packet_unref(waiting.packet);
    }
}

void
cc_video_queue_forget(CcVideoQueue *queue, const CcSource *source)
{
    for (guint i = 0; i < CC_N_VIDEO_LINES; i++)
        forget(&queue->lines[i], source);
}
