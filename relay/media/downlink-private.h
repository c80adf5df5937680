/* Between the parts of a downlink. */
#pragma once

#include "relay/media/downlink.h"

G_BEGIN_DECLS

/* Sends the next of what waits: lost packets first, then slides, then faces, the oldest of each.
 * FALSE if nothing does. */
gboolean cc_downlink_send_next(CcDownlink *downlink, gint64 now_us);
/* When that may leave. */
gint64 cc_downlink_next_waiting_us(CcDownlink *downlink, gint64 now_us);

G_END_DECLS
