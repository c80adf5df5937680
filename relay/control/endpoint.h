/* What WHIP and WHEP have in common ("/speak" is WHIP too): from an offer in a POST to a session in
 * the media worker and the answer in a 201. */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

#define CC_ENDPOINT_METHODS "GET, HEAD, OPTIONS, POST"

/* Handles every method on an endpoint "/whip/{room}" and the like, and answers. */
void cc_endpoint_handle(CcExchange *exchange, CcSeat seat);

G_END_DECLS
