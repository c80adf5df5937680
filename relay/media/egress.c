#include "relay/media/egress.h"

#include "relay/media/tcp-port.h"
#include "relay/media/udp-port.h"
#include "relay/media/worker-private.h"

G_STATIC_ASSERT(CC_EGRESS_CAPACITY + CC_SRTP_MAX_TRAILER <= CC_UDP_SLOT_SIZE);

static guint8 *
slot_for(CcWorker *worker, const CcRoute *route)
{
    return route->tcp ? worker->tcp_slot : cc_udp_port_slot(route->udp);
}

static gboolean
commit(CcWorker *worker, const CcRoute *route, const guint8 *slot, gsize length, gboolean video)
{
    if (!route->tcp) {
        cc_udp_port_commit(route->udp, route, length);
        return TRUE;
    }
    if (!cc_tcp_connection_send(route->tcp, slot, length, video)) {
        worker->drops[CC_DROP_SOCKET_FULL]++;
        return FALSE;
    }
    worker->datagrams_out++;
    worker->bytes_out += length;
    return TRUE;
}

guint8 *
cc_egress_begin(CcMediaSession *session)
{
    if (!session->active || !session->outbound)
        return NULL;
    return slot_for(session->worker, &session->active->route);
}

gboolean
cc_egress_commit_rtp(CcMediaSession *session, guint8 *packet, gsize length, gsize header,
                     const guint8 *payload, guint64 index, gboolean video)
{
    if (cc_srtp_seal_rtp(session->outbound, packet, &length, header, payload, index) !=
        CC_DROP_NONE)
        return FALSE;
    return commit(session->worker, &session->active->route, packet, length, video);
}

gboolean
cc_egress_commit_rtcp(CcMediaSession *session, guint8 *packet, gsize length)
{
    if (cc_srtp_protect_rtcp(session->outbound, packet, &length) != CC_DROP_NONE)
        return FALSE;
    return commit(session->worker, &session->active->route, packet, length, FALSE);
}

void
cc_egress_send(CcWorker *worker, const CcRoute *route, const guint8 *data, gsize length)
{
    if (length > CC_UDP_SLOT_SIZE)
        return;
    guint8 *slot = slot_for(worker, route);
    memcpy(slot, data, length);
    commit(worker, route, slot, length, FALSE);
}
