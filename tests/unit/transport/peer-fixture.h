/* A CcPeer and its little relay in a main context of their own, with a deadline. */
#pragma once

#include "common/transport/peer.h"
#include "tests/unit/transport/lite-server.h"

typedef struct {
    GMainContext *context;
    LiteServer *server;
    CcPeer *peer;
    gboolean tcp; /* nothing else */
    CcPeerState state;
    GError *error;
    guint candidates, udp_candidates, tcp_candidates, relay_candidates, gathering_done, rtp, rtcp;
    guint32 last_timestamp;
    gboolean free_on_rtp, free_on_failure;
    gboolean deadline_passed;
    GSource *deadline;
} Fixture;

extern const CcPeerCallbacks fixture_callbacks;

/* Loopback over UDP or TCP, or @options of your own. */
void fixture_setup(Fixture *f, gboolean tcp, const CcSrtpProfile *profiles);
void fixture_setup_with(Fixture *f, gboolean tcp, const CcSrtpProfile *profiles,
                        const CcPeerOptions *options);
void fixture_teardown(Fixture *f);

#define WAIT_FOR(f, condition)                                                                     \
    while (!(condition)) {                                                                         \
        g_assert_false((f)->deadline_passed);                                                      \
        g_main_context_iteration((f)->context, TRUE);                                              \
    }

/* Offer and answer; @fingerprint: what the peer is told of the server, or NULL for a restart. */
void fixture_exchange(Fixture *f, const char *fingerprint);
/* From gathering to CC_PEER_CONNECTED. */
void fixture_connect(Fixture *f);
gboolean fixture_send_rtp(Fixture *f, guint16 sequence);
/* Sends a packet and waits for it to come back. */
void fixture_echo(Fixture *f, guint16 sequence);
/* Sends packets from *@sequence on until something comes back. */
void fixture_echo_at_last(Fixture *f, guint16 *sequence);
