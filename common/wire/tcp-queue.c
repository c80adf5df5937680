#include "common/wire/tcp-queue.h"

#include <string.h>

#include "common/wire/bytes.h"
#include "common/wire/framing.h"

#define OUT_SIZE 4096 /* written at a time; what is urgent never waits behind more */
#define STAMP sizeof(gint64)

void
cc_tcp_queue_clear(CcTcpQueue *queue)
{
    g_clear_pointer(&queue->urgent, g_byte_array_unref);
    g_clear_pointer(&queue->video, g_byte_array_unref);
    g_clear_pointer(&queue->out, g_byte_array_unref);
}

static gint64
head_us(const GByteArray *frames)
{
    gint64 since_us;
    memcpy(&since_us, frames->data, STAMP);
    return since_us;
}

static gboolean
is_empty(const GByteArray *frames)
{
    return !frames || frames->len == 0;
}

gboolean
cc_tcp_queue_add(CcTcpQueue *queue, const guint8 *data, gsize length, gboolean video, gint64 now_us)
{
    GByteArray **frames = video ? &queue->video : &queue->urgent;
    if (length > G_MAXUINT16)
        return FALSE;
    if (!*frames)
        *frames = g_byte_array_new();
    if (video && !is_empty(*frames) && now_us - head_us(*frames) > CC_TCP_VIDEO_WAIT_US)
        queue->choked = TRUE;
    if ((video && queue->choked) ||
        (*frames)->len + STAMP + CC_FRAME_HEADER + length > CC_TCP_QUEUE_SIZE)
        return FALSE;
    guint8 header[STAMP + CC_FRAME_HEADER];
    memcpy(header, &now_us, STAMP);
    cc_write_u16(header + STAMP, (guint16)length);
    g_byte_array_append(*frames, header, sizeof header);
    g_byte_array_append(*frames, data, (guint)length);
    return TRUE;
}

/* Takes frames over into @out as long as it is small. */
static void
take(CcTcpQueue *self, GByteArray *frames, gint64 stale_us, gint64 now_us)
{
    guint taken = 0;
    while (frames && taken < frames->len && self->out->len < OUT_SIZE) {
        const guint8 *frame = frames->data + taken;
        gint64 since_us;
        guint size = CC_FRAME_HEADER + cc_read_u16(frame + STAMP);
        memcpy(&since_us, frame, STAMP);
        if (now_us - since_us > stale_us)
            self->n_stale++;
        else
            g_byte_array_append(self->out, frame + STAMP, size);
        taken += STAMP + size;
    }
    if (taken > 0)
        g_byte_array_remove_range(frames, 0, taken);
}

const guint8 *
cc_tcp_queue_next(CcTcpQueue *queue, gint64 now_us, gsize *length)
{
    if (!queue->out)
        queue->out = g_byte_array_sized_new(OUT_SIZE);
    if (queue->out->len == 0) {
        take(queue, queue->urgent, CC_TCP_STALE_URGENT_US, now_us);
        take(queue, queue->video, CC_TCP_STALE_VIDEO_US, now_us);
        if (is_empty(queue->video))
            queue->choked = FALSE;
    }
    *length = queue->out->len;
    return queue->out->len > 0 ? queue->out->data : NULL;
}

void
cc_tcp_queue_written(CcTcpQueue *queue, gsize length)
{
    g_byte_array_remove_range(queue->out, 0, (guint)length);
}

gboolean
cc_tcp_queue_is_empty(const CcTcpQueue *queue)
{
    return is_empty(queue->out) && is_empty(queue->urgent) && is_empty(queue->video);
}
