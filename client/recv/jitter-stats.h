/* What rtpbin's jitter buffers count. */
#pragma once

#include "client/recv/rtp-receiver.h"

G_BEGIN_DECLS

/* Adds one jitter buffer's counts to @stats. Any thread. */
void cc_jitter_stats_add(GstElement *jitterbuffer, CcRtpReceiverStats *stats);

G_END_DECLS
