/* The receiving end of one socket: datagrams come in batches (recvmmsg) and go to
 * cc_ingress_datagram(). Owned by its CcUdpPort; worker's thread. */
#pragma once

#include "relay/media/route.h"

G_BEGIN_DECLS

typedef struct CcWorker CcWorker;
typedef struct CcUdpInlet CcUdpInlet;

typedef enum {
    CC_INLET_MEDIA,   /* what is to be forwarded, and all else that must not wait */
    CC_INLET_REPORTS, /* RTCP: may lie for a while, and comes along known paths */
} CcInletKind;

/* (transfer full) @fd. @port and @index: of the routes of what comes in; @family: AF_INET or
 * AF_INET6. */
CcUdpInlet *cc_udp_inlet_new(CcUdpPort *port, CcWorker *worker, CcInletKind kind, int fd,
                             int family, guint index);
/* Closes the socket. NULL is fine. */
void cc_udp_inlet_free(CcUdpInlet *inlet);

/* Readable when something has come. */
int cc_udp_inlet_fd(const CcUdpInlet *inlet);

/* Reads what is there, a bounded number of batches; adds to @n how many. FALSE if there may be
 * more. */
gboolean cc_udp_inlet_receive(CcUdpInlet *inlet, gint64 now_us, guint *n);

G_END_DECLS
