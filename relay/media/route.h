/* Where a datagram came from, and so how it is answered: over which socket, to which address, from
 * which of our own. A value. */
#pragma once

#include "relay/media/address.h"

G_BEGIN_DECLS

typedef struct CcUdpPort CcUdpPort;
typedef struct CcTcpConnection CcTcpConnection;

typedef struct {
    CcUdpPort *udp; /* one of the two is set */
    CcTcpConnection *tcp;
    CcAddress remote;
    struct in6_addr local; /* the address that was asked; answers leave from it. UDP only */
    guint local_interface; /* for a link-local @local, else 0 */
} CcRoute;

G_END_DECLS
