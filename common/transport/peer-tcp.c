/* A peer's TCP beside its ICE agent: opened while nothing comes, used where only it gets through.
 * No ICE restart is needed: to the relay it is one more path of the session, and its media follow
 * ours. While we seek, what we send goes along every path there is (SRTP drops what comes twice),
 * and the first authentic packet tells which one to keep to. */
#define CC_LOG_AREA "peer"
#include "common/transport/peer-private.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/wire/bytes.h"
#include "common/wire/rtcp.h"

/* A try is given up after this, and the next one may take twice as long. */
#define FIRST_TRY_US (2 * G_USEC_PER_SEC)
#define MAX_TRY_US (8 * G_USEC_PER_SEC)
/* A connection that is there already is trusted for so long before another one is opened. */
#define TRUST_US G_USEC_PER_SEC

static void
drop_tries(CcPeer *peer)
{
    for (guint i = 0; i < G_N_ELEMENTS(peer->tries); i++)
        g_clear_pointer(&peer->tries[i], cc_tcp_path_free);
}

static void
set_tcp(CcPeer *peer, CcTcpPath *tcp, gboolean use)
{
    g_mutex_lock(&peer->lock);
    CcTcpPath *old = peer->tcp;
    peer->tcp = tcp;
    peer->by_tcp = use;
    g_mutex_unlock(&peer->lock);
    cc_tcp_path_free(old);
}

void
cc_peer_close_tcp(CcPeer *peer)
{
    drop_tries(peer);
    set_tcp(peer, NULL, FALSE);
}

void
cc_peer_found(CcPeer *peer, gboolean by_tcp)
{
    if (!peer->seeking && peer->by_tcp == by_tcp)
        return;
    g_mutex_lock(&peer->lock);
    peer->seeking = FALSE;
    peer->by_tcp = by_tcp && peer->tcp;
    g_mutex_unlock(&peer->lock);
    drop_tries(peer);
}

gboolean
cc_peer_is_trying(const CcPeer *peer)
{
    for (guint i = 0; i < G_N_ELEMENTS(peer->tries); i++)
        if (peer->tries[i])
            return TRUE;
    return FALSE;
}

/* --- of one path --- */

static gboolean
remove_try(CcPeer *peer, CcTcpPath *path)
{
    for (guint i = 0; i < G_N_ELEMENTS(peer->tries); i++) {
        if (peer->tries[i] != path)
            continue;
        peer->tries[i] = NULL;
        return TRUE;
    }
    return FALSE;
}

static void
on_opened(CcTcpPath *path, gpointer user_data)
{
    CcPeer *peer = user_data;
    if (!remove_try(peer, path))
        return;
    cc_peer_enter(peer);
    drop_tries(peer);
    cc_debug("TCP to the relay is open");
    /* The relay takes to the credentials that were used last. */
    if (peer->tried_pending && peer->pending)
        cc_peer_change_over(peer);
    peer->tcp_us = cc_clock_now_us();
    set_tcp(peer, path, peer->by_tcp || cc_ice_agent_state(peer->agent) != CC_ICE_CONNECTED);
    cc_peer_start_dtls(peer);
    cc_peer_update_state(peer);
    cc_peer_leave(peer);
}

static void
on_datagram(CcTcpPath *path, guint8 *datagram, gsize length, gpointer user_data)
{
    CcPeer *peer = user_data;
    if (path == peer->tcp)
        peer->tcp_us = cc_clock_now_us();
    cc_peer_receive(peer, datagram, length, path == peer->tcp);
}

static void
on_closed(CcTcpPath *path, gpointer user_data)
{
    CcPeer *peer = user_data;
    gboolean used = path == peer->tcp && peer->by_tcp;
    if (remove_try(peer, path))
        cc_tcp_path_free(path);
    else
        set_tcp(peer, NULL, FALSE);
    cc_peer_enter(peer);
    if (used)
        cc_peer_seek(peer);
    cc_peer_update_state(peer);
    cc_peer_leave(peer);
}

static const CcTcpPathCallbacks callbacks = {
    .opened = on_opened,
    .datagram = on_datagram,
    .closed = on_closed,
};

/* --- seeking --- */

/* In turns with the credentials in use and those of a restart: which of them the relay knows
 * depends on what of the restart has reached it. */
static CcIceAgent *
choose_agent(CcPeer *peer)
{
    peer->tried_pending =
        !peer->tried_pending && peer->pending && cc_ice_agent_remote(peer->pending)->password;
    return peer->tried_pending ? peer->pending : peer->agent;
}

static void
try_tcp(CcPeer *peer, gint64 now_us)
{
    drop_tries(peer);
    const CcIceRemote *remote = cc_ice_agent_remote(choose_agent(peer));
    if (!remote->password)
        return;
    peer->tries_us = now_us;
    for (guint i = 0; i < remote->tcp->len && i < G_N_ELEMENTS(peer->tries); i++)
        peer->tries[i] =
            cc_tcp_path_new(peer->context, remote->tcp->pdata[i], remote, &callbacks, peer);
}

/* Nothing but a sign of life (RFC 3550 section 6.4.2: a report without blocks). The relay, too,
 * goes by what is authentic. */
static void
show_ourselves(CcPeer *peer)
{
    guint8 report[8] = {0x80, CC_RTCP_RR, 0, 1};
    cc_write_u32(report + 4, CC_PEER_SEEKING_SSRC);
    cc_peer_send_rtcp(peer, report, sizeof report);
}

void
cc_peer_seek(CcPeer *peer)
{
    gint64 now_us = cc_clock_now_us();
    if (!peer->seeking) {
        g_mutex_lock(&peer->lock);
        peer->seeking = TRUE;
        g_mutex_unlock(&peer->lock);
        peer->seek_us = now_us;
        peer->try_interval_us = FIRST_TRY_US;
        peer->tries_us = 0;
    }
    show_ourselves(peer);
    if (!peer->config->enable_tcp || peer->config->relay_only ||
        (peer->tcp && now_us - MAX(peer->tcp_us, peer->seek_us) < TRUST_US))
        return;
    if (peer->tries_us != 0) {
        if (now_us - peer->tries_us < peer->try_interval_us)
            return;
        peer->try_interval_us = MIN(2 * peer->try_interval_us, MAX_TRY_US);
    }
    try_tcp(peer, now_us);
}

/* --- sending --- */

gboolean
cc_peer_send_locked(CcPeer *peer, const guint8 *datagram, gsize length, gboolean video)
{
    gboolean sent = FALSE;
    if (peer->tcp && (peer->by_tcp || peer->seeking))
        sent = cc_tcp_path_send(peer->tcp, datagram, length, video);
    if (!peer->by_tcp || peer->seeking)
        sent |= cc_ice_agent_send(peer->agent, datagram, length);
    return sent;
}
