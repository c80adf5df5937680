/* Packets that were asked for again and wait for their turn, ahead of new pictures and at the
 * link's pace: sent at once, what repairs a run of losses would make a queue in the link, in the
 * voice's way. Further copies of a packet go behind everything that waits, so that one run of
 * losses does not take them all. No ownership; a value, zeroed it is empty. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_REPAIR_QUEUE_MAX 128

typedef struct {
    gint64 number; /* unwrapped, of the stream */
    guint16 bytes; /* on the wire, about */
    guint8 stream; /* of its receiver's */
    guint8 copies; /* that are to go */
} CcRepair;

typedef struct {
    CcRepair ring[CC_REPAIR_QUEUE_MAX];
    guint first, n;
    gsize bytes; /* of all, with their copies */
} CcRepairQueue;

/* FALSE if it is full. What waits already does not wait twice. */
gboolean cc_repair_queue_push(CcRepairQueue *queue, const CcRepair *repair);
/* The next to be sent once; FALSE if there is none. */
gboolean cc_repair_queue_pop(CcRepairQueue *queue, CcRepair *repair);

/* How long the repair may wait of a picture's packet that came to the relay at @came_us. What was
 * lost because far more was sent than fits into the link's queue, which was last seen at @flood_us
 * (0: never), is hardly repaired for a while: that would fill the queue again, in the voice's way,
 * and smaller pictures are on their way. Those are repaired. */
gint64 cc_repair_queue_most_wait_us(gint64 came_us, gint64 flood_us, gint64 now_us);

G_END_DECLS
