/* Draws and compresses the pages of a PDF in a thread of its own, at a low priority, the page that
 * is shown and its neighbours first, and hands the stills over in the main context of its making.
 */
#pragma once

#include "client/deck/pdf.h"

G_BEGIN_DECLS

typedef struct CcDeckDrawer CcDeckDrawer;

typedef void (*CcDeckDrawnFunc)(guint page, GBytes *still, gpointer user_data);

/* @pdf: (transfer full) */
CcDeckDrawer *cc_deck_drawer_new(CcDeckPdf *pdf, CcDeckDrawnFunc drawn, gpointer user_data);
/* Waits for nothing: a page that is being drawn is thrown away when it is done. */
void cc_deck_drawer_free(CcDeckDrawer *drawer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckDrawer, cc_deck_drawer_free)

/* The page that is shown now. */
void cc_deck_drawer_show(CcDeckDrawer *drawer, guint page);

G_END_DECLS
