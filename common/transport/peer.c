#define CC_LOG_AREA "peer"
#include "common/transport/peer.h"

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/log.h"
#include "common/transport/datagram.h"
#include "common/transport/ice-agent.h"
#include "common/wire/rtp.h"

#define MAX_PACKET 2048 /* bytes, with SRTP's trailer */

/* An ICE restart makes a second agent with sockets of its own, so that it also finds its way when
 * the network itself has changed. The old one carries the media until the new one has a pair. */
struct CcPeer {
    CcIceConfig *config;
    CcPeerCallbacks callbacks;
    gpointer user_data;
    GMainContext *context;
    CcPeerState state;
    gboolean ice_lite;
    CcIceAgent *pending; /* during a restart, or NULL */

    CcDtlsIdentity *identity;
    CcDtls *dtls; /* from the answer on */
    gboolean dtls_started;
    GSource *dtls_timer;
    CcSrtp *inbound;
    const char *srtp_profile;

    guint64 bytes_received, packets_received;
    gint64 last_received_us;

    guint depth; /* of our own callbacks on the stack; freeing waits for the last */
    gboolean freed;

    GMutex lock; /* for what follows: senders come from any thread */
    CcIceAgent *agent;
    CcSrtp *outbound;
    guint8 scratch[MAX_PACKET];
    guint64 bytes_sent, packets_sent;
};

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

static void
enter(CcPeer *peer)
{
    peer->depth++;
}

static void
leave(CcPeer *peer)
{
    if (--peer->depth == 0 && peer->freed)
        destroy(peer);
}

static void
set_state(CcPeer *peer, CcPeerState state, const GError *error)
{
    if (peer->freed || peer->state == state || peer->state == CC_PEER_FAILED)
        return;
    peer->state = state;
    peer->callbacks.state_changed(state, error, peer->user_data);
}

static void
fail(CcPeer *peer, CcError code, const char *message)
{
    g_autoptr(GError) error = g_error_new_literal(CC_ERROR, code, message);
    set_state(peer, CC_PEER_FAILED, error);
}

/* The state that follows from those of ICE and DTLS. */
static void
update_state(CcPeer *peer)
{
    CcIceState ice = cc_ice_agent_state(peer->agent);
    if (ice == CC_ICE_CONNECTED)
        set_state(peer, peer->inbound ? CC_PEER_CONNECTED : CC_PEER_CONNECTING, NULL);
    else if (peer->pending && cc_ice_agent_state(peer->pending) != CC_ICE_FAILED)
        set_state(peer, CC_PEER_CONNECTING, NULL);
    else if (ice == CC_ICE_FAILED)
        set_state(peer, CC_PEER_LOST, NULL);
}

static void stop_dtls_timer(CcPeer *peer);
static void after_dtls(CcPeer *peer);

static gboolean
on_dtls_timer(gpointer user_data)
{
    CcPeer *peer = user_data;
    enter(peer);
    stop_dtls_timer(peer);
    cc_dtls_handle_timeout(peer->dtls);
    after_dtls(peer);
    leave(peer);
    return G_SOURCE_REMOVE;
}

static void
stop_dtls_timer(CcPeer *peer)
{
    if (!peer->dtls_timer)
        return;
    g_source_destroy(peer->dtls_timer);
    g_clear_pointer(&peer->dtls_timer, g_source_unref);
}

static void
start_dtls_timer(CcPeer *peer)
{
    stop_dtls_timer(peer);
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
        set_state(peer, CC_PEER_FAILED, error);
        return;
    }
    peer->srtp_profile = cc_srtp_profile_name(profile);
    g_mutex_lock(&peer->lock);
    peer->outbound = outbound;
    g_mutex_unlock(&peer->lock);
    update_state(peer);
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
        fail(peer, CC_ERROR_NETWORK, "the other side has closed the connection");
        break;
    case CC_DTLS_FAILED:
        fail(peer, CC_ERROR_PROTOCOL, "the DTLS handshake has failed");
        break;
    }
}

static void
on_dtls_send(const guint8 *datagram, gsize length, gpointer user_data)
{
    CcPeer *peer = user_data;
    cc_ice_agent_send(peer->agent, datagram, length);
}

static void
start_dtls(CcPeer *peer)
{
    if (!peer->dtls || peer->dtls_started || cc_ice_agent_state(peer->agent) != CC_ICE_CONNECTED)
        return;
    peer->dtls_started = TRUE;
    cc_dtls_start(peer->dtls);
    after_dtls(peer);
}

static void
on_ice_state(CcIceAgent *agent, CcIceState state, gpointer user_data)
{
    CcPeer *peer = user_data;
    enter(peer);
    if (agent == peer->pending && state == CC_ICE_CONNECTED) {
        CcIceAgent *old = peer->agent;
        g_mutex_lock(&peer->lock);
        peer->agent = g_steal_pointer(&peer->pending);
        g_mutex_unlock(&peer->lock);
        cc_ice_agent_free(old);
    }
    start_dtls(peer);
    if (!peer->freed)
        update_state(peer);
    leave(peer);
}

static void
on_ice_candidate(CcIceAgent *agent, const char *candidate, gpointer user_data)
{
    CcPeer *peer = user_data;
    if (peer->pending && agent != peer->pending)
        return;
    enter(peer);
    peer->callbacks.local_candidate(candidate, peer->user_data);
    leave(peer);
}

static void
receive_media(CcPeer *peer, guint8 *packet, gsize length)
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
    peer->last_received_us = now_us;
    peer->packets_received++;
    peer->bytes_received += received;
    if (rtcp)
        peer->callbacks.rtcp(packet, length, now_us, peer->user_data);
    else
        peer->callbacks.rtp(packet, length, now_us, peer->user_data);
}

static void
receive_dtls(CcPeer *peer, const guint8 *datagram, gsize length)
{
    if (!peer->dtls || peer->state == CC_PEER_FAILED)
        return;
    CcDrop drop = cc_dtls_receive(peer->dtls, datagram, length);
    if (drop == CC_DROP_DTLS_FINGERPRINT)
        fail(peer, CC_ERROR_PROTOCOL, "the DTLS certificate is not the one that was announced");
    else
        after_dtls(peer);
}

static void
on_ice_datagram(CcIceAgent *agent, guint8 *datagram, gsize length, gpointer user_data)
{
    CcPeer *peer = user_data;
    enter(peer);
    switch (cc_datagram_classify(datagram, length)) {
    case CC_DATAGRAM_DTLS:
        receive_dtls(peer, datagram, length);
        break;
    case CC_DATAGRAM_RTP:
        receive_media(peer, datagram, length);
        break;
    default: /* STUN is libnice's */
        break;
    }
    leave(peer);
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
    stop_dtls_timer(peer);
    cc_ice_agent_free(peer->pending);
    cc_ice_agent_free(peer->agent);
    if (peer->depth == 0)
        destroy(peer);
}

/* The agent that signalling talks about. */
static CcIceAgent *
newest(CcPeer *peer)
{
    return peer->pending ? peer->pending : peer->agent;
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
                                 on_dtls_send, peer);
    enter(peer);
    if (peer->state == CC_PEER_GATHERING)
        set_state(peer, CC_PEER_CONNECTING, NULL);
    leave(peer);
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
    enter(peer);
    update_state(peer);
    leave(peer);
    return TRUE;
}

static gboolean
send_media(CcPeer *peer, const guint8 *packet, gsize length,
           CcDrop (*protect)(CcSrtp *, guint8 *, gsize *))
{
    if (length > MAX_PACKET - CC_SRTP_MAX_TRAILER)
        return FALSE;
    g_mutex_lock(&peer->lock);
    gboolean sent = FALSE;
    if (peer->outbound) {
        memcpy(peer->scratch, packet, length);
        sent = protect(peer->outbound, peer->scratch, &length) == CC_DROP_NONE &&
               cc_ice_agent_send(peer->agent, peer->scratch, length);
    }
    if (sent) {
        peer->packets_sent++;
        peer->bytes_sent += length;
    }
    g_mutex_unlock(&peer->lock);
    return sent;
}

gboolean
cc_peer_send_rtp(CcPeer *peer, const guint8 *packet, gsize length)
{
    return send_media(peer, packet, length, cc_srtp_protect_rtp);
}

gboolean
cc_peer_send_rtcp(CcPeer *peer, const guint8 *packet, gsize length)
{
    return send_media(peer, packet, length, cc_srtp_protect_rtcp);
}

void
cc_peer_get_stats(CcPeer *peer, CcPeerStats *stats)
{
    *stats = (CcPeerStats){
        .srtp_profile = peer->srtp_profile,
        .bytes_received = peer->bytes_received,
        .packets_received = peer->packets_received,
        .last_received_us = peer->last_received_us,
    };
    cc_ice_agent_describe(peer->agent, stats->local, stats->remote, &stats->protocol);
    g_mutex_lock(&peer->lock);
    stats->bytes_sent = peer->bytes_sent;
    stats->packets_sent = peer->packets_sent;
    g_mutex_unlock(&peer->lock);
}
