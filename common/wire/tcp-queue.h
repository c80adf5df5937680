/* What waits to be written to one TCP connection. On a narrow link a queue is delay: voice and all
 * that is small and urgent goes ahead of video, and video that could not leave soon does not leave
 * at all. Frames stay whole. Embedded; pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_TCP_QUEUE_SIZE (64 * 1024)  /* bytes of either kind */
#define CC_TCP_VIDEO_WAIT_US 300000    /* while one waits longer, no more video is taken */
#define CC_TCP_STALE_VIDEO_US 600000   /* is not written any more */
#define CC_TCP_STALE_URGENT_US 2000000 /* likewise */

typedef struct {
    GByteArray *urgent, *video; /* frames with the time when they came; NULL until there is one */
    GByteArray *out;            /* frames being written */
    gboolean choked;            /* no video until all that waits has left */
    guint n_stale;              /* frames that were not written, ever */
} CcTcpQueue;

void cc_tcp_queue_clear(CcTcpQueue *queue);

/* Copies an RFC 4571 frame of @length bytes of payload. FALSE if there is no room for it. */
gboolean cc_tcp_queue_add(CcTcpQueue *queue, const guint8 *data, gsize length, gboolean video,
                          gint64 now_us);
/* What to write next, or NULL; valid until the next call. */
const guint8 *cc_tcp_queue_next(CcTcpQueue *queue, gint64 now_us, gsize *length);
/* So much of that has been written. */
void cc_tcp_queue_written(CcTcpQueue *queue, gsize length);
gboolean cc_tcp_queue_is_empty(const CcTcpQueue *queue);

G_END_DECLS
