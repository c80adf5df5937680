/* Video on its way to one receiver that its link does not take yet: references to shared packets in
 * two lines, each oldest first. Slides go ahead of faces, as the ladder has them
 * (common/rate/ladder.h): who waits for a page shall not wait for a face as well. Made when the
 * first one has to wait and gone with the last one. Worker's thread; owned by a CcDownlink. */
#pragma once

#include "relay/media/source.h"

G_BEGIN_DECLS

typedef struct {
    CcSource *source;
    guint generation; /* of the source: packets of a stream that has ended are of no use */
    CcPacket *packet; /* NULL: here pictures were left out */
} CcWaitingPacket;

typedef struct CcVideoQueue CcVideoQueue;

CcVideoQueue *cc_video_queue_new(void);
/* NULL is fine. */
void cc_video_queue_free(CcVideoQueue *queue);

/* Takes a reference. A source stays in its @line. FALSE if there is no room: somebody who sends
 * that much is not to be waited for. @packet: NULL leaves a mark. */
gboolean cc_video_queue_push(CcVideoQueue *queue, CcVideoLine line, CcSource *source,
                             CcPacket *packet);
/* (transfer full) the packet. FALSE if it is empty. */
gboolean cc_video_queue_pop(CcVideoQueue *queue, CcWaitingPacket *waiting);
/* Bytes of RTP that wait in a line. */
gsize cc_video_queue_bytes(const CcVideoQueue *queue, CcVideoLine line);
/* TRUE if not even a mark waits there. */
gboolean cc_video_queue_is_empty(const CcVideoQueue *queue, CcVideoLine line);
/* @source is going away. */
void cc_video_queue_forget(CcVideoQueue *queue, const CcSource *source);

G_END_DECLS
