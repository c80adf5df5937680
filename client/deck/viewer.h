/* The page of the deck that a classroom sees now, ready to be drawn: what every window uses. It
 * follows the room, fetches ahead, decodes beside the main thread and says when there is something
 * new. Main context of its making. */
#pragma once

#include "client/deck/loader.h"
#include "client/deck/still.h"

G_BEGIN_DECLS

typedef struct CcDeckViewer CcDeckViewer;

/* Another page, another pointer, or nothing any more. */
typedef void (*CcDeckChangedFunc)(gpointer user_data);

/* @http: (transfer full), or NULL: there is never a page. */
CcDeckViewer *cc_deck_viewer_new(CcDeckHttp *http, CcDeckChangedFunc changed, gpointer user_data);
void cc_deck_viewer_free(CcDeckViewer *viewer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckViewer, cc_deck_viewer_free)

/* The room's deck has changed. Where none is told any more the page stays for a moment: after an
 * outage, or a relay's restart, it will be told again. */
void cc_deck_viewer_follow(CcDeckViewer *viewer, const CcRoomDeck *deck);
void cc_deck_viewer_set_fetch(CcDeckViewer *viewer, CcDeckFetch fetch);
/* Into what size the picture shall fit; 0 by 0 (from the start): as the teacher sent it. */
void cc_deck_viewer_set_size(CcDeckViewer *viewer, guint width, guint height);

/* The page without its pointer. (transfer none) NULL: none is to be seen, or the first one has not
 * come yet. While the next page is on its way the last one stays. */
const CcDeckImage *cc_deck_viewer_image(const CcDeckViewer *viewer);
/* TRUE if the teacher points at the picture; 0 to CC_POINTER_MAX each way. */
gboolean cc_deck_viewer_pointer(const CcDeckViewer *viewer, guint *x, guint *y);
/* TRUE while a page is to be seen that is not here yet. */
gboolean cc_deck_viewer_is_waiting(const CcDeckViewer *viewer);

G_END_DECLS
