/* GET /api/status and what is below it: how everything is doing, and was doing in the last hour
 * (docs/protocol.md). For those who look after the relay. */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

void cc_health_api_handle(CcExchange *exchange);

G_END_DECLS
