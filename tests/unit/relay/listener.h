/* A client of a room's WebSocket, and what it has heard. */
#pragma once

#include <json-glib/json-glib.h>

#include "http-fixture.h"

G_BEGIN_DECLS

typedef struct {
    SoupWebsocketConnection *socket;
    GQueue *messages; /* JsonNode * */
    gboolean connected, closed, arrived;
    GError *error;
} Listener;

/* Waits until it is connected, or refused (->error). */
void listener_init(Listener *listener, HttpFixture *fixture, const char *path);
void listener_clear(Listener *listener);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Listener, listener_clear)

/* Waits for the next message. (transfer full) */
JsonNode *listener_next(Listener *listener);
/* The next message must be exactly this. */
void expect(Listener *listener, const char *json);

G_END_DECLS
