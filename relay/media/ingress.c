#include "relay/media/ingress.h"

#include "common/transport/datagram.h"
#include "common/transport/ice-lite.h"
#include "common/wire/bytes.h"
#include "common/wire/rtp.h"
#include "relay/media/link-check.h"
#include "relay/media/media-session.h"
#include "relay/media/path.h"
#include "relay/media/session-table.h"
#include "relay/media/worker-private.h"

#define STUN_HEADER 20
#define STUN_MAGIC_COOKIE 0x2112A442u /* RFC 8489 section 5 */

static CcDrop
receive_stun(CcWorker *worker, const CcRoute *route, const guint8 *data, gsize length,
             gint64 now_us)
{
    if (length < STUN_HEADER || cc_read_u32(data + 4) != STUN_MAGIC_COOKIE)
        return CC_DROP_STUN_MALFORMED;
    char ufrag[257];
    if (cc_ice_lite_peek_ufrag(data, length, ufrag, sizeof ufrag)) {
        CcIceLite *ice;
        CcMediaSession *session = cc_session_table_find_ufrag(&worker->sessions, ufrag, &ice);
        if (!session && cc_worker_take_arrivals(worker, now_us))
            session = cc_session_table_find_ufrag(&worker->sessions, ufrag, &ice);
        if (!session)
            return CC_DROP_STUN_UNKNOWN_UFRAG;
        return cc_media_session_receive_stun(session, ice, route, data, length, now_us);
    }
    /* A keepalive indication (RFC 8445 section 11) names nobody: the address must do. */
    CcPath *path = cc_path_find(worker, route);
    if (!path)
        return CC_DROP_STUN_UNEXPECTED;
    return cc_media_session_receive_stun(path->session, path->session->ice, route, data, length,
                                         now_us);
}

void
cc_ingress_datagram(CcWorker *worker, const CcRoute *route, const guint8 *data, gsize length,
                    gint64 now_us)
{
    CcDrop drop = CC_DROP_UNKNOWN_FIRST_BYTE;
    CcDatagramKind kind = cc_datagram_classify(data, length);
    worker->datagrams_in++;
    worker->bytes_in += length;
    if (kind == CC_DATAGRAM_STUN) {
        drop = receive_stun(worker, route, data, length, now_us);
    } else if (kind == CC_DATAGRAM_LINK_CHECK) {
        drop = cc_link_check_receive(worker, route, data, length, now_us);
    } else if (kind != CC_DATAGRAM_UNKNOWN) {
        CcPath *path = cc_path_find(worker, route);
        if (!path || path->session->end_reason)
            drop = CC_DROP_UNKNOWN_PEER;
        else if (kind == CC_DATAGRAM_DTLS && route->udp && !path->session->connected) {
            if (cc_handshakes_keep(&worker->handshakes, route, data, length))
                return;
            drop = CC_DROP_DTLS_CROWDED;
        } else if (kind == CC_DATAGRAM_DTLS)
            drop = cc_media_session_receive_dtls(path->session, path, data, length, now_us);
        else if (cc_rtp_is_rtcp(data, length))
            drop = cc_media_session_receive_rtcp(path->session, path, data, length, now_us);
        else
            drop = cc_media_session_receive_rtp(path->session, path, data, length, now_us);
    }
    worker->drops[drop]++;
}
