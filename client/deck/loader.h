/* Fetches the stills of the room's deck ahead of time, the page that is shown first, one piece at a
 * time; how fast is the relay's business, which knows the link. Keeps what it has, in memory, up to
 * a bound, and goes on after an outage where it was. Main context of its making. */
#pragma once

#include "client/signalling/deck-http.h"
#include "client/signalling/room-deck.h"

G_BEGIN_DECLS

typedef struct CcDeckLoader CcDeckLoader;

typedef enum {
    CC_DECK_FETCH_NOTHING, /* there is no session */
    CC_DECK_FETCH_PAGE,    /* the link is in trouble: only the page that is shown */
    CC_DECK_FETCH_ALL,
} CcDeckFetch;

/* A still has come. Not from within the calls below. */
typedef void (*CcDeckArrivedFunc)(const char *hash, gpointer user_data);

/* @http: (transfer full) */
CcDeckLoader *cc_deck_loader_new(CcDeckHttp *http, CcDeckArrivedFunc arrived, gpointer user_data);
void cc_deck_loader_free(CcDeckLoader *loader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckLoader, cc_deck_loader_free)

/* The room has changed. */
void cc_deck_loader_follow(CcDeckLoader *loader, const CcRoomDeck *deck);
void cc_deck_loader_set_fetch(CcDeckLoader *loader, CcDeckFetch fetch);
/* Bytes that are kept; for tests. */
void cc_deck_loader_set_bound(CcDeckLoader *loader, gsize bytes);

/* (transfer none) NULL until it has come. */
GBytes *cc_deck_loader_still(const CcDeckLoader *loader, const char *hash);
/* How many of the deck's pages are here. */
guint cc_deck_loader_n_pages(const CcDeckLoader *loader);

G_END_DECLS
