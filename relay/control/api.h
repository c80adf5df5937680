/* "/api/rooms" and "/metrics": both ask the media worker first and answer later. Control thread
 * only. */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

/* GET: every room that the token allows to see, with who is there and what they really send and
 * get. */
void cc_api_handle_rooms(CcExchange *exchange);
/* GET: Prometheus text. */
void cc_api_handle_metrics(CcExchange *exchange);

G_END_DECLS
