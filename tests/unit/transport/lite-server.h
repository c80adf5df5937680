/* A relay in miniature for the peer's tests: UDP and TCP on 127.0.0.1, ICE-lite, a
 * passive DTLS side, and an echo of every RTP and RTCP packet. Lives in the
 * thread-default main context. */
#pragma once

#include <gio/gio.h>

#include "common/transport/dtls.h"
#include "common/transport/ice-lite.h"

typedef struct LiteServer LiteServer;

/* @tcp: its candidate is the one over TCP. */
LiteServer *lite_server_new(gboolean tcp, const CcSrtpProfile *profiles);
void lite_server_free(LiteServer *server);

/* Also for a restart: new credentials of both sides; DTLS starts with the first call. */
void lite_server_set_remote(LiteServer *server, const char *ufrag, const char *pwd,
                            const char *fingerprint);
const char *lite_server_ufrag(LiteServer *server);
const char *lite_server_pwd(LiteServer *server);
const char *lite_server_fingerprint(LiteServer *server);
char *lite_server_candidate(LiteServer *server);
char *lite_server_tcp_candidate(LiteServer *server);
/* As a firewall would do it: nobody is told. */
void lite_server_block_udp(LiteServer *server, gboolean blocked);
/* Ends all TCP connections. */
void lite_server_hang_up(LiteServer *server);
void lite_server_close_dtls(LiteServer *server);
CcDtlsState lite_server_dtls_state(LiteServer *server);

typedef struct {
    guint checks; /* valid STUN checks */
    guint nominations;
    guint handshakes; /* DTLS handshakes completed */
    guint rtp, rtcp;
    char source[64]; /* where media last came from */
} LiteServerSeen;
LiteServerSeen lite_server_seen(LiteServer *server);
