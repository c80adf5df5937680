/* The decks of slides that the relay holds, one a room: which pages there are, what has arrived of
 * them, and which one is shown. A page is known by its hash, so that what two versions of a deck
 * share is kept. Bounded by what the manifests announce, before a byte of it has come. Pure;
 * control thread only. */
#pragma once

#include "common/deck/manifest.h"

G_BEGIN_DECLS

typedef struct CcDeckStore CcDeckStore;

#define CC_DECK_POINTER_MAX 10000

typedef struct {
    CcDeckManifest *manifest;
    GHashTable *stills; /* hash → what has arrived of it */
    guint page;         /* that is shown */
    gboolean blank;     /* nothing is, for the moment */
    guint version;      /* of the manifest, from 1 on */
    gboolean pointing;
    guint pointer_x, pointer_y; /* 0 to CC_DECK_POINTER_MAX: from the left, from the top */
    gint64 touched_us;
    guint64 reserved;
} CcDeck;

typedef enum {
    CC_DECK_OK,
    CC_DECK_FULL,         /* the room's limit, or that of all */
    CC_DECK_UNKNOWN,      /* no such page */
    CC_DECK_WRONG_OFFSET, /* other bytes are due */
    CC_DECK_WRONG_HASH,   /* all has arrived and is not what was announced: once more */
} CcDeckResult;

CcDeckStore *cc_deck_store_new(void);
void cc_deck_store_free(CcDeckStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckStore, cc_deck_store_free)

/* Bytes that one room's stills, and those of all rooms, may have. */
void cc_deck_store_set_limits(CcDeckStore *store, guint64 room_bytes, guint64 all_bytes);

/* A new deck, or a new version of the same: then what has arrived and the page are kept.
 * @manifest: (transfer full). CC_DECK_FULL, and the old deck stays; or CC_DECK_OK. */
CcDeckResult cc_deck_store_put(CcDeckStore *store, const char *room, CcDeckManifest *manifest,
                               gint64 now_us);
/* (transfer none) NULL if the room has none. */
CcDeck *cc_deck_store_lookup(const CcDeckStore *store, const char *room);
/* FALSE if there was none. */
gboolean cc_deck_store_remove(CcDeckStore *store, const char *room);
/* Rooms whose decks nobody has touched since @before_us. (transfer full) of (transfer full). */
GPtrArray *cc_deck_store_idle(const CcDeckStore *store, gint64 before_us);
guint64 cc_deck_store_bytes(const CcDeckStore *store);

/* The next bytes of a still, which begin at @offset. */
CcDeckResult cc_deck_receive(CcDeck *deck, const char *hash, guint64 offset, const guint8 *data,
                             gsize length);
/* How much of it is there; all of it means that it is what was announced. */
guint cc_deck_received(const CcDeck *deck, const char *hash);
/* (transfer none) NULL until it is there as a whole. */
GBytes *cc_deck_still(const CcDeck *deck, const char *hash);

G_END_DECLS
