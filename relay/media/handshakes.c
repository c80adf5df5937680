#include "relay/media/handshakes.h"

#include "common/base/clock.h"
#include "relay/media/media-session.h"
#include "relay/media/path.h"
#include "relay/media/worker-private.h"

/* Of 500 who join at once, and 2 MiB. What does not fit comes again a second later, or two, or four
 * (RFC 9147 section 5.8.2), and so do copies of what only waits: room is cheaper. */
#define MAX_KEPT 1024
#define TURN_US 5000
#define LATE_US 10000 /* of media: then it comes first … */
#define LATE_TURN_US 2000
#define MORE_US 40 /* … but for each that waits so much more, or all would come again */

typedef struct {
    CcRoute route;
    gsize length;
    guint8 data[];
} Datagram;

void
cc_handshakes_clear(CcHandshakes *handshakes)
{
    g_queue_clear_full(&handshakes->queue, g_free);
}

gboolean
cc_handshakes_keep(CcHandshakes *handshakes, const CcRoute *route, const guint8 *data, gsize length)
{
    if (handshakes->queue.length >= MAX_KEPT)
        return FALSE;
    Datagram *datagram = g_malloc(sizeof *datagram + length);
    datagram->route = *route;
    datagram->length = length;
    memcpy(datagram->data, data, length);
    g_queue_push_tail(&handshakes->queue, datagram);
    return TRUE;
}

gboolean
cc_handshakes_pending(const CcHandshakes *handshakes)
{
    return handshakes->queue.length > 0;
}

/* Meanwhile the session may have ended, or its address be another's. */
static CcDrop
receive_one(CcWorker *worker, const Datagram *datagram, gint64 now_us)
{
    CcPath *path = cc_path_find(worker, &datagram->route);
    if (!path || path->session->end_reason)
        return CC_DROP_UNKNOWN_PEER;
    return cc_media_session_receive_dtls(path->session, path, datagram->data, datagram->length,
                                         now_us);
}

static gint64
turn_us(const CcWorker *worker)
{
    if (worker->delay_us <= LATE_US)
        return TURN_US;
    return MIN(LATE_TURN_US + MORE_US * (gint64)worker->handshakes.queue.length, TURN_US);
}

void
cc_handshakes_receive(CcWorker *worker)
{
    GQueue *queue = &worker->handshakes.queue;
    gint64 now_us = cc_clock_now_us(), until_us = now_us + turn_us(worker);
    while (queue->length > 0 && now_us < until_us) {
        g_autofree Datagram *datagram = g_queue_pop_head(queue);
        worker->drops[receive_one(worker, datagram, now_us)]++;
        now_us = cc_clock_now_us();
    }
}
