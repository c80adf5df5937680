/* Who it is that comes: by what is told in a request's headers and in its token. Control thread
 * only.
 */
#pragma once

#include "relay/control/exchange.h"

G_BEGIN_DECLS

#define CC_MIN_CLIENT_LENGTH 16
#define CC_MAX_CLIENT_LENGTH 64

/* By what a client that comes again is known: a random text of its own (X-Classcast-Client).
 * (transfer none) NULL if it has none, or none that is hard to guess. */
const char *cc_newcomer_client(const CcExchange *exchange);
/* The same for all sessions of one client in a room; 0 for who has not said by what it is known. */
guint64 cc_newcomer_owner(const CcExchange *exchange, const char *room);
/* The school's name: from the token, else from the request, shortened; "" if there is none.
 * (transfer full) */
char *cc_newcomer_name(const CcExchange *exchange, const CcTokenClaims *claims);
/* Whether it could have come as the room's teacher. @claims: of its token. */
gboolean cc_newcomer_may_teach(const CcExchange *exchange, const CcTokenClaims *claims);

G_END_DECLS
