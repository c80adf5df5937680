/* A scripted server on a real socket, a CcSignalling for it, and its latest reply. */
#pragma once

#include <libsoup/soup.h>

#include "client/signalling/signalling.h"
#include "common/base/error.h"

#define SIGNALLING_ANSWER                                                                          \
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-lite\r\n"        \
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=recvonly\r\n"             \
    "a=rtcp-mux\r\na=ice-ufrag:abcdefgh\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"                 \
    "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:"  \
    "77:88:99:AA:BB:CC:DD:EE:FF\r\na=setup:passive\r\na=rtpmap:111 opus/48000/2\r\n"

/* What the server answers to the next requests, in turn; the last one is repeated. */
typedef struct {
    guint status;
    const char *content_type, *body;
    const char *headers[8]; /* name, value, … */
    gboolean hang;
} Script;

typedef struct {
    GMainLoop *loop;
    SoupServer *server;
    char *base;
    const Script *script;
    guint n_requests;
    GString *seen; /* one line a request */
    char
        *clients[2]; /* X-Classcast-Client of the newest request that had one, and the one before */
    GPtrArray *hanging; /* SoupServerMessage * */
    CcSignalling *signalling;

    /* The latest reply. */
    CcSignallingResult result;
    guint status, retry_after_ms, n_servers;
    char *ufrag;
    CcError code;
    char *message;
    guint n_replies;
} Fixture;

/* For g_test_add(). */
void fixture_set_up(Fixture *fixture, gconstpointer data);
void fixture_tear_down(Fixture *fixture, gconstpointer data);

/* Keeps what was answered and ends fixture_run(). */
void fixture_on_reply(const CcSignallingReply *reply, gpointer user_data);
/* Until a reply has come; 20 s at most. */
void fixture_run(Fixture *fixture);
/* Posts an offer to a server that answers as @script says, and waits for the reply. */
void fixture_post(Fixture *fixture, const Script *script);

/* A new session. */
extern const Script signalling_created[];
