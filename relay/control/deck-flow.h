/* One still on its way to somebody: in pieces, and not faster than the link of who asked for it can
 * spare beside the voice (deck-share.h). What is on its way is kept short, for it would stand
 * before the voice in the link's queue. Belongs to the message that it answers; control thread
 * only. */
#pragma once

#include "relay/control/decks.h"

G_BEGIN_DECLS

typedef struct CcDeckFlow CcDeckFlow;

/* Answers with the bytes of @still from @offset on, @length of them, of which there is at least
 * one.
 * @client: by what the relay knows who asks (X-Classcast-Client), or NULL. */
void cc_deck_flow_start(CcExchange *exchange, const char *room, const char *hash, GBytes *still,
                        gsize offset, gsize length, const char *client);
/* The connection is cut. */
void cc_deck_flow_free(CcDeckFlow *flow);

G_END_DECLS
