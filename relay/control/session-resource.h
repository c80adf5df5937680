/* A session's HTTP resource "/session/{id}" (RFC 9725 sections 4.3 and 4.4): PATCH for trickled
 * candidates and ICE restarts, DELETE. The address itself is the secret that allows it, so that a
 * lesson outlives the token that began it. */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

void cc_session_resource_handle(CcExchange *exchange);

G_END_DECLS
