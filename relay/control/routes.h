/* Which module answers which path. */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

/* Answers, except for a WebSocket handshake that may go on: then the status stays 0. */
void cc_routes_handle(CcExchange *exchange);
/* The room of an events path "/rooms/{room}/events", or NULL. (transfer none) */
const char *cc_routes_events_room(const CcExchange *exchange);

G_END_DECLS
