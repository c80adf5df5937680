/* The web pages: "/", "/watch/{room}", "/teach/{room}" and "/assets/…", from the GResource compiled
 * out of relay/web: /classcast/web/{index,watch,teach}.html and /classcast/web/assets/…. Served
 * under a strict content security policy. */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

/* TRUE if the path is one of a page; then it has been answered. */
gboolean cc_pages_handle(CcExchange *exchange);

G_END_DECLS
