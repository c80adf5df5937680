/* A CcPeer's inside, shared by peer.c, peer-dtls.c and peer-tcp.c. */
#pragma once

#include "common/base/error.h"
#include "common/transport/ice-agent.h"
#include "common/transport/path-probe.h"
#include "common/transport/peer.h"
#include "common/transport/tcp-path.h"

G_BEGIN_DECLS

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
    CcIceAgent *retired; /* after one: still receives what was under way, or NULL */
    GSource *retired_timer;
    CcPathProbe *probe; /* or NULL */

    CcTcpPath *tries[4];    /* TCP being connected to the relay's addresses */
    gboolean tried_pending; /* with the credentials of @pending */
    gint64 tries_us, try_interval_us;
    gint64 seek_us; /* the search's beginning */
    gint64 tcp_us;  /* the newest that came over @tcp */

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
    CcTcpPath *tcp;   /* open, or NULL */
    gboolean by_tcp;  /* we send over @tcp, else by @agent */
    gboolean seeking; /* nothing comes: we send along both */
    CcSrtp *outbound;
    guint8 scratch[MAX_PACKET];
    guint64 bytes_sent, packets_sent;
};

/* Around everything that may call the owner back, who may free the peer then. */
void cc_peer_enter(CcPeer *peer);
void cc_peer_leave(CcPeer *peer);

void cc_peer_set_state(CcPeer *peer, CcPeerState state, const GError *error);
void cc_peer_fail(CcPeer *peer, CcError code, const char *message);
/* The state that follows from those of ICE and DTLS. */
void cc_peer_update_state(CcPeer *peer);

/* Makes @pending the agent in use. */
void cc_peer_change_over(CcPeer *peer);
/* A datagram of the other side's. @tcp: over @peer->tcp. */
void cc_peer_receive(CcPeer *peer, guint8 *datagram, gsize length, gboolean tcp);

/* peer-tcp.c: the other side is reached this way; ends a search. */
void cc_peer_found(CcPeer *peer, gboolean by_tcp);
/* TCP is being connected. */
gboolean cc_peer_is_trying(const CcPeer *peer);
/* Along the path in use, or all of them. With the lock held. */
gboolean cc_peer_send_locked(CcPeer *peer, const guint8 *datagram, gsize length, gboolean video);

/* Once there is a path; more calls do nothing. */
void cc_peer_start_dtls(CcPeer *peer);
void cc_peer_receive_dtls(CcPeer *peer, const guint8 *datagram, gsize length);
/* A CcDtlsSendFunc. */
void cc_peer_send_dtls(const guint8 *datagram, gsize length, gpointer user_data);
void cc_peer_stop_dtls(CcPeer *peer);

G_END_DECLS
