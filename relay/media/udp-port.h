/* One UDP port of a worker: a socket for RTCP and one for all else (udp-split.h). Datagrams arrive
 * in batches (recvmmsg); what is sent collects in slots and leaves together at the end of the loop
 * turn (sendmmsg), where several of equal size to one receiver cross the network stack as one
 * (UDP_SEGMENT). Worker's thread. */
#pragma once

#include "relay/media/udp-inlet.h"

G_BEGIN_DECLS

/* Bytes: CC_RTP_MAX_PACKET, our header extensions, the SRTP trailer. */
#define CC_UDP_SLOT_SIZE 1664

/* Binds @address (an IP literal) and @port (0: any free one). @index: the position among the
 * worker's ports. Error: CC_ERROR_NETWORK. */
CcUdpPort *cc_udp_port_new(CcWorker *worker, const char *address, guint16 port, guint index,
                           GError **error);
void cc_udp_port_free(CcUdpPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcUdpPort, cc_udp_port_free)

/* Readable when media, STUN or DTLS have come. */
guint16 cc_udp_port_number(const CcUdpPort *port);
/* Where all but RTCP comes in, and (NULL: with the rest) where that does. (transfer none) */
CcUdpInlet *cc_udp_port_media(CcUdpPort *port);
CcUdpInlet *cc_udp_port_reports(CcUdpPort *port);

/* The next free slot of CC_UDP_SLOT_SIZE bytes, to be filled and committed before the next call.
 * Never NULL: a full batch leaves first. */
guint8 *cc_udp_port_slot(CcUdpPort *port);
/* Sends the slot's first @length bytes along @route when the batch leaves. */
void cc_udp_port_commit(CcUdpPort *port, const CcRoute *route, gsize length);
void cc_udp_port_flush(CcUdpPort *port);

G_END_DECLS
