/* A peer's DTLS: its timer, what its end means for the peer, and the keys for SRTP. */
#include "common/transport/peer-private.h"

#include "common/base/error.h"

static void after_dtls(CcPeer *peer);

static gboolean
on_dtls_timer(gpointer user_data)
{
    CcPeer *peer = user_data;
    cc_peer_enter(peer);
    cc_peer_stop_dtls(peer);
    cc_dtls_handle_timeout(peer->dtls);
    after_dtls(peer);
    cc_peer_leave(peer);
    return G_SOURCE_REMOVE;
}

void
cc_peer_stop_dtls(CcPeer *peer)
{
    if (!peer->dtls_timer)
        return;
    g_source_destroy(peer->dtls_timer);
    g_clear_pointer(&peer->dtls_timer, g_source_unref);
}

static void
start_dtls_timer(CcPeer *peer)
{
    cc_peer_stop_dtls(peer);
    gint64 due_us = cc_dtls_timeout_us(peer->dtls);
    if (due_us < 0)
        return;
    peer->dtls_timer = g_timeout_source_new((guint)(due_us / 1000 + 1));
    g_source_set_callback(peer->dtls_timer, on_dtls_timer, peer, NULL);
    g_source_attach(peer->dtls_timer, peer->context);
}

static void
start_srtp(CcPeer *peer)
{
    CcSrtpProfile profile;
    CcSrtp *outbound;
    g_autoptr(GError) error = NULL;
    if (!cc_dtls_export_srtp(peer->dtls, &profile, &outbound, &peer->inbound, &error)) {
        cc_peer_set_state(peer, CC_PEER_FAILED, error);
        return;
    }
    peer->srtp_profile = cc_srtp_profile_name(profile);
    g_mutex_lock(&peer->lock);
    peer->outbound = outbound;
    g_mutex_unlock(&peer->lock);
    cc_peer_update_state(peer);
}

/* Draws the conclusions from whatever DTLS has just done. */
static void
after_dtls(CcPeer *peer)
{
    start_dtls_timer(peer);
    switch (cc_dtls_state(peer->dtls)) {
    case CC_DTLS_HANDSHAKING:
        break;
    case CC_DTLS_CONNECTED:
        if (!peer->inbound)
            start_srtp(peer);
        break;
    case CC_DTLS_CLOSED:
        cc_peer_fail(peer, CC_ERROR_NETWORK, "the other side has closed the connection");
        break;
    case CC_DTLS_FAILED:
        cc_peer_fail(peer, CC_ERROR_PROTOCOL, "the DTLS handshake has failed");
        break;
    }
}

void
cc_peer_send_dtls(const guint8 *datagram, gsize length, gpointer user_data)
{
    CcPeer *peer = user_data;
    if (peer->by_tcp)
        cc_tcp_path_send(peer->tcp, datagram, length, FALSE);
    else
        cc_ice_agent_send(peer->agent, datagram, length);
}

void
cc_peer_start_dtls(CcPeer *peer)
{
    if (!peer->dtls || peer->dtls_started ||
        (!peer->by_tcp && cc_ice_agent_state(peer->agent) != CC_ICE_CONNECTED))
        return;
    peer->dtls_started = TRUE;
    cc_dtls_start(peer->dtls);
    after_dtls(peer);
}

void
cc_peer_receive_dtls(CcPeer *peer, const guint8 *datagram, gsize length)
{
    if (!peer->dtls || peer->state == CC_PEER_FAILED)
        return;
    CcDrop drop = cc_dtls_receive(peer->dtls, datagram, length);
    if (drop == CC_DROP_DTLS_FINGERPRINT)
        cc_peer_fail(peer, CC_ERROR_PROTOCOL,
                     "the DTLS certificate is not the one that was announced");
    else
        after_dtls(peer);
}
