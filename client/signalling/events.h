/* The room's WebSocket (docs/protocol.md), kept open for ever: reconnects by itself, quickly at
 * first, because its coming back is the earliest sign that a relay is back. All calls and callbacks
 * in the main context that was thread-default at creation. */
#pragma once

#include <glib.h>

#include "client/signalling/room-state.h"

G_BEGIN_DECLS

typedef struct CcEvents CcEvents;

typedef struct {
    /* The WebSocket is open. @again: it had been open before and was lost. */
    void (*opened)(gboolean again, gpointer user_data);
    /* It was open and is not any more. @bye: the relay said goodbye before. */
    void (*closed)(gboolean bye, gpointer user_data);
    /* Lesson or participants have changed. */
    void (*changed)(const CcRoomState *room, gpointer user_data);
} CcEventsCallbacks;

/* @url: "http://relay.example/rooms/math/events" (http and https stand for ws and wss). @token,
 * @tls_ca_file: as in cc_signalling_new(). @max_backoff_ms: while the relay cannot be reached at
 * all. */
CcEvents *cc_events_new(const char *url, const char *token, const char *tls_ca_file,
                        guint max_backoff_ms, const CcEventsCallbacks *callbacks,
                        gpointer user_data, GError **error);
/* Never from within a callback. */
void cc_events_free(CcEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcEvents, cc_events_free)

void cc_events_start(CcEvents *events);
/* Tries again at once if it is waiting to (the network has changed). */
void cc_events_hurry(CcEvents *events);
gboolean cc_events_is_open(const CcEvents *events);
/* TRUE once the WebSocket has ever been open: the server knows these events. */
gboolean cc_events_are_supported(const CcEvents *events);

G_END_DECLS
