/* The slides of a lesson, as the room's events tell of them: which deck, which page, where the
 * teacher points. Pure; any thread. */
#pragma once

#include "common/deck/manifest.h"

G_BEGIN_DECLS

typedef struct _JsonObject JsonObject; /* json-glib's */

#define CC_POINTER_MAX 10000

typedef struct {
    char *id; /* NULL: there is no deck */
    char *title;
    guint version; /* of its manifest */
    guint n_pages, page;
    gboolean blank;                     /* no page is to be seen, for the moment */
    char hash[CC_DECK_HASH_LENGTH + 1]; /* of the page's still; "": not drawn yet */
    guint bytes;
    gboolean ready; /* the relay has it */
    gboolean pointing;
    guint x, y; /* 0 to CC_POINTER_MAX, from the page's left and top */
} CcRoomDeck;

void cc_room_deck_clear(CcRoomDeck *deck);

/* Applies a message of the type "deck" or "pointer". FALSE, and nothing has changed, if it says
 * what cannot be. */
gboolean cc_room_deck_apply(CcRoomDeck *deck, JsonObject *message);
gboolean cc_room_deck_apply_pointer(CcRoomDeck *deck, JsonObject *message);

G_END_DECLS
