#define CC_LOG_AREA "peer"
#include "common/transport/peer-private.h"

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/transport/datagram.h"
#include "common/wire/rtp.h"

#define RETIRED_MS 3000 /* longer than packets and retransmissions stay under way */

static void
destroy(CcPeer *peer)
{
    cc_srtp_free(peer->inbound);
    cc_srtp_free(peer->outbound);
    cc_dtls_free(peer->dtls);
    cc_dtls_identity_free(peer->identity);
    cc_ice_config_free(peer->config);
    g_main_context_unref(peer->context);
    g_mutex_clear(&peer->lock);
    g_free(peer);
}

void
cc_peer_enter(CcPeer *peer)
{
    peer->depth++;
}

void
cc_peer_leave(CcPeer *peer)
{
    if (--peer->depth == 0 && peer->freed)
        destroy(peer);
}

void
cc_peer_set_state(CcPeer *peer, CcPeerState state, const GError *error)
{
    if (peer->freed || peer->state == state || peer->state == CC_PEER_FAILED)
        return;
    peer->state = state;
    peer->callbacks.state_changed(state, error, peer->user_data);
}

void
cc_peer_fail(CcPeer *peer, CcError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(CC_ERROR, code, message);
    cc_peer_set_state(peer, CC_PEER_FAILED, error);
}

/* The state that follows from those of ICE and DTLS. */
void
cc_peer_update_state(CcPeer *peer)
{
    CcIceState ice = cc_ice_agent_state(peer->agent);
    if (ice == CC_ICE_CONNECTED || peer->by_tcp)
        cc_peer_set_state(peer, peer->inbound ? CC_PEER_CONNECTED : CC_PEER_CONNECTING, NULL);
    else if (peer->pending && cc_ice_agent_state(peer->pending) != CC_ICE_FAILED)
        cc_peer_set_state(peer, CC_PEER_CONNECTING, NULL);
    else if (ice == CC_ICE_FAILED && !cc_peer_is_trying(peer))
        cc_peer_set_state(peer, CC_PEER_LOST, NULL);
}

/* The agent that signalling talks about. */
static CcIceAgent *
newest(CcPeer *peer)
{
    return peer->pending ? peer->pending : peer->agent;
}

static void
drop_retired(CcPeer *peer)
{
    if (peer->retired_timer) {
        g_source_destroy(peer->retired_timer);
        g_clear_pointer(&peer->retired_timer, g_source_unref);
    }
    g_clear_pointer(&peer->retired, cc_ice_agent_free);
}

static gboolean
on_retired_timer(gpointer user_data)
{
    drop_retired(user_data);
    return G_SOURCE_REMOVE;
}

/* What the other side has sent to the old one is still coming. */
void
cc_peer_change_over(CcPeer *peer)
{
    drop_retired(peer);
    peer->retired = peer->agent;
    peer->retired_timer = g_timeout_source_new(RETIRED_MS);
    g_source_set_callback(peer->retired_timer, on_retired_timer, peer, NULL);
    g_source_attach(peer->retired_timer, peer->context);
    g_mutex_lock(&peer->lock);
    peer->agent = g_steal_pointer(&peer->pending);
    g_mutex_unlock(&peer->lock);
}

static void
on_ice_state(CcIceAgent *agent, CcIceState state, gpointer user_data)
{
    CcPeer *peer = user_data;
    if (agent == peer->retired)
        return;
    cc_peer_enter(peer);
    if (agent == peer->pending && state == CC_ICE_CONNECTED)
        cc_peer_change_over(peer);
    if (agent == peer->agent && state == CC_ICE_CONNECTED)
        cc_peer_found(peer, FALSE);
    cc_peer_start_dtls(peer);
    if (!peer->freed)
        cc_peer_update_state(peer);
    cc_peer_leave(peer);
}

static void
on_ice_candidate(CcIceAgent *agent, const char *candidate, gpointer user_data)
{
    CcPeer *peer = user_data;
    if (agent != newest(peer))
        return;
    cc_peer_enter(peer);
    peer->callbacks.local_candidate(candidate, peer->user_data);
    cc_peer_leave(peer);
}

static void
receive_media(CcPeer *peer, guint8 *packet, gsize length, gboolean tcp)
{
    if (!peer->inbound)
        return;
    gint64 now_us = cc_clock_now_us();
    gsize received = length;
    gboolean rtcp = cc_rtp_is_rtcp(packet, length);
    CcDrop drop = rtcp ? cc_srtp_unprotect_rtcp(peer->inbound, packet, &length)
                       : cc_srtp_unprotect_rtp(peer->inbound, packet, &length);
    if (drop != CC_DROP_NONE) {
        cc_debug("dropped a packet: %s", cc_drop_name(drop));
        return;
    }
    if (peer->seeking)
        cc_peer_found(peer, tcp);
    peer->last_received_us = now_us;
    peer->packets_received++;
    peer->bytes_received += received;
    if (rtcp)
        peer->callbacks.rtcp(packet, length, now_us, peer->user_data);
    else
        peer->callbacks.rtp(packet, length, now_us, peer->user_data);
}

void
cc_peer_receive(CcPeer *peer, guint8 *datagram, gsize length, gboolean tcp)
{
    cc_peer_enter(peer);
    switch (cc_datagram_classify(datagram, length)) {
    case CC_DATAGRAM_DTLS:
        cc_peer_receive_dtls(peer, datagram, length);
        break;
    case CC_DATAGRAM_RTP:
        receive_media(peer, datagram, length, tcp);
        break;
    default: /* STUN is libnice's, or of no use */
        break;
    }
    cc_peer_leave(peer);
}

static void
on_ice_datagram(CcIceAgent *agent, guint8 *datagram, gsize length, gpointer user_data)
{
    cc_peer_receive(user_data, datagram, length, FALSE);
}

static const CcIceAgentCallbacks ice_callbacks = {
    .state_changed = on_ice_state,
    .local_candidate = on_ice_candidate,
    .datagram = on_ice_datagram,
};

CcPeer *
cc_peer_new(const CcPeerOptions *options, const CcPeerCallbacks *callbacks, gpointer user_data,
            GError **error)
{
    CcPeer *peer = g_new0(CcPeer, 1);
    g_mutex_init(&peer->lock);
    peer->callbacks = *callbacks;
    peer->user_data = user_data;
    peer->context = g_main_context_ref_thread_default();
    peer->config = cc_ice_config_new(options, error);
    if (peer->config)
        peer->identity = cc_dtls_identity_new(options->profiles, error);
    if (peer->identity)
        peer->agent = cc_ice_agent_new(peer->config, peer->context, &ice_callbacks, peer, error);
    if (!peer->agent) {
        destroy(peer);
        return NULL;
    }
    return peer;
}

void
cc_peer_free(CcPeer *peer)
{
    if (!peer)
        return;
    g_return_if_fail(!peer->freed);
    if (peer->dtls)
        cc_dtls_close(peer->dtls);
    peer->freed = TRUE;
    cc_peer_stop_dtls(peer);
    drop_retired(peer);
    cc_peer_close_tcp(peer);
    g_clear_pointer(&peer->probe, cc_path_probe_free);
    cc_ice_agent_free(peer->pending);
    cc_ice_agent_free(peer->agent);
    if (peer->depth == 0)
        destroy(peer);
}

const char *
cc_peer_local_ufrag(CcPeer *peer)
{
    return cc_ice_agent_ufrag(newest(peer));
}

const char *
cc_peer_local_pwd(CcPeer *peer)
{
    return cc_ice_agent_pwd(newest(peer));
}

const char *
cc_peer_fingerprint(CcPeer *peer)
{
    return cc_dtls_identity_fingerprint(peer->identity);
}

gboolean
cc_peer_start_gathering(CcPeer *peer, GError **error)
{
    return cc_ice_agent_gather(newest(peer), error);
}

gboolean
cc_peer_set_remote(CcPeer *peer, const char *ufrag, const char *pwd, gboolean ice_lite,
                   const char *fingerprint_hash, const char *fingerprint, gboolean dtls_client,
                   GError **error)
{
    if (!peer->dtls && (!fingerprint_hash || !fingerprint)) {
        g_set_error(error, CC_ERROR, CC_ERROR_NO_FINGERPRINT, "the answer has no fingerprint");
        return FALSE;
    }
    if (!cc_ice_agent_set_remote(newest(peer), ufrag, pwd, ice_lite, error))
        return FALSE;
    if (!peer->dtls)
        peer->dtls = cc_dtls_new(peer->identity, dtls_client, fingerprint_hash, fingerprint,
                                 cc_peer_send_dtls, peer);
    cc_peer_enter(peer);
    if (peer->state == CC_PEER_GATHERING)
        cc_peer_set_state(peer, CC_PEER_CONNECTING, NULL);
    cc_peer_leave(peer);
    return TRUE;
}

gboolean
cc_peer_add_remote_candidate(CcPeer *peer, const char *candidate)
{
    return cc_ice_agent_add_candidate(newest(peer), candidate);
}

gboolean
cc_peer_restart_ice(CcPeer *peer, GError **error)
{
    if (peer->state == CC_PEER_FAILED) {
        g_set_error(error, CC_ERROR, CC_ERROR_FAILED, "DTLS is over; an ICE restart cannot help");
        return FALSE;
    }
    CcIceAgent *agent = cc_ice_agent_new(peer->config, peer->context, &ice_callbacks, peer, error);
    if (!agent)
        return FALSE;
    if (!cc_ice_agent_gather(agent, error)) {
        cc_ice_agent_free(agent);
        return FALSE;
    }
    cc_ice_agent_free(peer->pending);
    peer->pending = agent;
    cc_peer_enter(peer);
    cc_peer_update_state(peer);
    cc_peer_leave(peer);
    return TRUE;
}

void
cc_peer_cancel_restart(CcPeer *peer)
{
    g_clear_pointer(&peer->pending, cc_ice_agent_free);
    cc_peer_enter(peer);
    cc_peer_update_state(peer);
    cc_peer_leave(peer);
}

void
cc_peer_poke(CcPeer *peer)
{
    cc_ice_agent_poke(peer->agent);
}

void
cc_peer_probe_udp(CcPeer *peer, gboolean renew)
{
    const CcIceRemote *remote = cc_ice_agent_remote(peer->agent);
    if (!peer->config->enable_udp || peer->config->relay_only || !remote->password)
        return;
    if (!peer->probe)
        peer->probe = cc_path_probe_new(peer->context);
    if (renew)
        cc_path_probe_renew(peer->probe);
    cc_path_probe_send(peer->probe, remote->udp, remote->username, remote->password);
}

static gboolean
send_media(CcPeer *peer, const guint8 *packet, gsize length, gboolean video,
           CcDrop (*protect)(CcSrtp *, guint8 *, gsize *))
{
    if (length > MAX_PACKET - CC_SRTP_MAX_TRAILER)
        return FALSE;
    g_mutex_lock(&peer->lock);
    gboolean sent = FALSE;
    if (peer->outbound) {
        memcpy(peer->scratch, packet, length);
        sent = protect(peer->outbound, peer->scratch, &length) == CC_DROP_NONE &&
               cc_peer_send_locked(peer, peer->scratch, length, video);
    }
    if (sent) {
        peer->packets_sent++;
        peer->bytes_sent += length;
    }
    g_mutex_unlock(&peer->lock);
    return sent;
}

gboolean
cc_peer_send_rtp(CcPeer *peer, const guint8 *packet, gsize length, gboolean video)
{
    return send_media(peer, packet, length, video, cc_srtp_protect_rtp);
}

gboolean
cc_peer_send_rtcp(CcPeer *peer, const guint8 *packet, gsize length)
{
    return send_media(peer, packet, length, FALSE, cc_srtp_protect_rtcp);
}

void
cc_peer_get_stats(CcPeer *peer, CcPeerStats *stats)
{
    *stats = (CcPeerStats){
        .srtp_profile = peer->srtp_profile,
        .bytes_received = peer->bytes_received,
        .packets_received = peer->packets_received,
        .last_received_us = peer->last_received_us,
        .udp_answered_us = peer->probe ? cc_path_probe_answered_us(peer->probe) : 0,
    };
    stats->has_spare = peer->tcp && !peer->by_tcp;
    if (peer->by_tcp) {
        cc_tcp_path_describe(peer->tcp, stats->local, stats->remote);
        stats->protocol = "tcp";
    } else {
        cc_ice_agent_describe(peer->agent, stats->local, stats->remote, &stats->protocol);
    }
    g_mutex_lock(&peer->lock);
    stats->bytes_sent = peer->bytes_sent;
    stats->packets_sent = peer->packets_sent;
    g_mutex_unlock(&peer->lock);
}
