#include "relay/media/video-queue.h"

#define FIRST_CAPACITY 32
#define MAX_CAPACITY 512 /* packets: half a megabyte, more than any bound in time lets wait */

struct CcVideoQueue {
    CcWaitingPacket *ring;
    guint capacity; /* a power of two */
    guint first, n;
    gsize bytes;
};

CcVideoQueue *
cc_video_queue_new(void)
{
    CcVideoQueue *queue = g_new0(CcVideoQueue, 1);
    queue->capacity = FIRST_CAPACITY;
    queue->ring = g_new(CcWaitingPacket, queue->capacity);
    return queue;
}

void
cc_video_queue_free(CcVideoQueue *queue)
{
    CcWaitingPacket waiting;
    if (!queue)
        return;
    while (cc_video_queue_pop(queue, &waiting))
        cc_packet_unref(waiting.packet);
    g_free(queue->ring);
    g_free(queue);
}

static CcWaitingPacket *
at(const CcVideoQueue *queue, guint index)
{
    return &queue->ring[(queue->first + index) & (queue->capacity - 1)];
}

static void
grow(CcVideoQueue *queue)
{
    CcWaitingPacket *ring = g_new(CcWaitingPacket, queue->capacity * 2);
    for (guint i = 0; i < queue->n; i++)
        ring[i] = *at(queue, i);
    g_free(queue->ring);
    queue->ring = ring;
    queue->capacity *= 2;
    queue->first = 0;
}

gboolean
cc_video_queue_push(CcVideoQueue *queue, CcSource *source, CcPacket *packet)
{
    if (queue->n + (packet ? 1 : 0) >= MAX_CAPACITY) /* one place is for a mark */
        return FALSE;
    if (queue->n == queue->capacity) {
        grow(queue);
    }
    *at(queue, queue->n++) =
        (CcWaitingPacket){source, source->generation, packet ? cc_packet_ref(packet) : NULL};
    queue->bytes += packet ? packet->length : 0;
    return TRUE;
}

gboolean
cc_video_queue_pop(CcVideoQueue *queue, CcWaitingPacket *waiting)
{
    if (queue->n == 0)
        return FALSE;
    *waiting = *at(queue, 0);
    queue->first = (queue->first + 1) & (queue->capacity - 1);
    queue->n--;
    queue->bytes -= waiting->packet ? waiting->packet->length : 0;
    return TRUE;
}

gsize
cc_video_queue_bytes(const CcVideoQueue *queue)
{
    return queue->bytes;
}

void
cc_video_queue_forget(CcVideoQueue *queue, const CcSource *source)
{
    for (guint n = queue->n; n > 0; n--) {
        CcWaitingPacket waiting;
        cc_video_queue_pop(queue, &waiting);
        if (waiting.source != source) {
            *at(queue, queue->n++) = waiting;
            queue->bytes += waiting.packet ? waiting.packet->length : 0;
        } else {
            cc_packet_unref(waiting.packet);
        }
    }
}
