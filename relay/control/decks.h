/* The decks of slides of all rooms, and what is done with them: teachers put them here and turn
 * pages, classrooms fetch stills ahead of time and follow (docs/protocol.md). The parts:
 *
 * deck-store     what is there
 * deck-resource  HTTP: "/rooms/{room}/deck" and "/rooms/{room}/deck/{hash}"
 * deck-flow      one still on its way to somebody, as fast as that link can spare it
 * deck-share     how fast that is
 * deck-news      what is said of it over the room's WebSocket, and what the teacher says
 *
 * Owned by the control; control thread only. */
#pragma once

#include "relay/control/deck-share.h"
#include "relay/control/deck-store.h"
#include "relay/control/exchange.h"

G_BEGIN_DECLS

struct CcDecks {
    CcControl *control;
    CcDeckStore *store;
    GPtrArray *flows;     /* CcDeckFlow *, in the order of their beginning: each ends with its
                             message, or here */
    GHashTable *shares;   /* clients that fetch → CcDeckShare */
    GHashTable *pointing; /* rooms whose pointer has moved since it was last told */
    GSource *pointer_timer, *idle_timer;
};

CcDecks *cc_decks_new(CcControl *control);
void cc_decks_free(CcDecks *decks);
/* The settings have changed. */
void cc_decks_reload(CcDecks *decks);
/* The lesson is over: its deck is not kept. */
void cc_decks_forget(CcDecks *decks, const char *room);

/* TRUE if the path is that of a deck or one of its stills: it has been answered. */
gboolean cc_decks_handle(CcExchange *exchange);

/* What is known of stills on their way to @client, who is in a room; good until the next turn of
 * the main loop. */
CcDeckShare *cc_decks_share(CcDecks *decks, const char *client);

/* To everybody in the room: which deck, which page. */
void cc_decks_announce(CcDecks *decks, const char *room);
/* What a newcomer has to know. (transfer full) NULL if there is no deck. */
char *cc_decks_describe(const CcDecks *decks, const char *room);
/* What somebody who may teach says. TRUE if it was about the deck. */
gboolean cc_decks_take(CcDecks *decks, const char *room, GBytes *message, gint64 now_us);

G_END_DECLS
