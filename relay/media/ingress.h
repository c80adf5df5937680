/* The way in: tells STUN, DTLS and SRTP apart by the first byte (RFC 7983), finds the session, and
 * counts whatever is not accepted. Worker's thread. */
#pragma once

#include "relay/media/route.h"

G_BEGIN_DECLS

typedef struct CcWorker CcWorker;

/* One datagram or one TCP frame, as it came. Nothing is allocated for a stranger. */
void cc_ingress_datagram(CcWorker *worker, const CcRoute *route, const guint8 *data, gsize length,
                         gint64 now_us);

G_END_DECLS
