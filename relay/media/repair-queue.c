#include "relay/media/repair-queue.h"

#define MOST_WAIT_US 800000
#define FLOOD_US (1 * G_USEC_PER_SEC)
#define FLOOD_WAIT_US 50000

static CcRepair *
place_of(CcRepairQueue *queue, guint i)
{
    return &queue->ring[(queue->first + i) % CC_REPAIR_QUEUE_MAX];
}

gboolean
cc_repair_queue_push(CcRepairQueue *queue, const CcRepair *repair)
{
    for (guint i = 0; i < queue->n; i++) {
        const CcRepair *waiting = place_of(queue, i);
        if (waiting->number == repair->number && waiting->stream == repair->stream)
            return TRUE;
    }
    if (queue->n == CC_REPAIR_QUEUE_MAX)
        return FALSE;
    *place_of(queue, queue->n++) = *repair;
    queue->bytes += (gsize)repair->bytes * repair->copies;
    return TRUE;
}

gboolean
cc_repair_queue_pop(CcRepairQueue *queue, CcRepair *repair)
{
    if (queue->n == 0)
        return FALSE;
    *repair = *place_of(queue, 0);
    queue->first = (queue->first + 1) % CC_REPAIR_QUEUE_MAX;
    queue->n--;
    queue->bytes -= repair->bytes;
    if (repair->copies > 1) {
        CcRepair *last = place_of(queue, queue->n++);
        *last = *repair;
        last->copies--;
    }
    return TRUE;
}

gint64
cc_repair_queue_most_wait_us(gint64 came_us, gint64 flood_us, gint64 now_us)
{
    gboolean flood = came_us < flood_us && now_us - flood_us < FLOOD_US;
    return flood ? FLOOD_WAIT_US : MOST_WAIT_US;
}
