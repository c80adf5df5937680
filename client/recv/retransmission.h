/* What rtpbin puts before a session so that retransmissions (RFC 4588) become the packets that they
 * repeat. */
#pragma once

#include <gst/gst.h>

#include "client/recv/rtp-route.h"

G_BEGIN_DECLS

/* (transfer floating): a bin for rtpbin's request-aux-receiver, with pads sink_N and src_N. */
GstElement *cc_retransmission_bin_new(const CcRtpRoute *route, guint session);

G_END_DECLS
