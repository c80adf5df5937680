/* A second socket on a UDP port, for RTCP of receivers: what does not begin with a sender report,
 * which keeps its place among the packets it tells of. Hundreds of receivers report many times a
 * second, and each report would wake the worker on its own; on a socket apart they can lie until
 * there are some. A filter in the kernel chooses the socket by RFC 5761's ranges. */
#pragma once

#include "relay/media/socket-options.h"

G_BEGIN_DECLS

/* A socket on the address of @bound that gets its RTCP from now on, all else stays with @bound. -1:
 * this kernel cannot; then @bound gets everything, as before. (transfer full) */
int cc_udp_split(const CcBoundSocket *bound);

G_END_DECLS
