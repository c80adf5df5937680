/* A relay for the tests of the lasting connection: WHIP and WHEP over real HTTP, the room's
 * WebSocket, and a LiteServer that echoes media. It does what the test says, not what a good relay
 * would. Thread-default main context. */
#pragma once

#include <libsoup/soup.h>

#include "tests/unit/transport/lite-server.h"

typedef struct {
    /* Knobs. */
    guint post_status;       /* 0: 201 */
    const char *post_body;   /* instead of the answer; NULL: the answer */
    const char *retry_after; /* or NULL */
    guint patch_status;      /* 0: 200 with new credentials */
    gboolean without_events; /* 404 instead of the WebSocket */
    gboolean full_ice;       /* the answer does not say a=ice-lite */
    const char *lesson;      /* in the first event */

    /* What it has seen. */
    guint posts, patches, deletes, trickles, websocket_requests;
    char *last_offer, *last_patch;
    GString *said; /* over WebSockets, a line each */

    LiteServer *media; /* of the newest session; NULL: none */
    SoupServer *http;
    guint16 port;
    GPtrArray *sockets; /* SoupWebsocketConnection * */
} ScriptedRelay;

/* @port: 0 for any. */
ScriptedRelay *scripted_relay_new(guint16 port);
/* Like kill -9: everything closes without a word of DTLS. */
void scripted_relay_free(ScriptedRelay *relay);
void scripted_relay_send_event(ScriptedRelay *relay, const char *json);
