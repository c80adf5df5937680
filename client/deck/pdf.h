/* A PDF whose pages are drawn as pictures. One thread at a time. */
#pragma once

#include "client/deck/still.h"

G_BEGIN_DECLS

typedef struct CcDeckPdf CcDeckPdf;

#define CC_DECK_MAX_PDF_BYTES (256 * 1024 * 1024)

/* Error: CC_ERROR_USAGE: no PDF, broken, protected by a password, without pages or with more than
 * CC_DECK_MAX_PAGES; or built without poppler. */
CcDeckPdf *cc_deck_pdf_open(const char *path, GError **error);
void cc_deck_pdf_free(CcDeckPdf *pdf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcDeckPdf, cc_deck_pdf_free)

guint cc_deck_pdf_n_pages(const CcDeckPdf *pdf);
/* The same for the same file. (transfer none) */
const char *cc_deck_pdf_id(const CcDeckPdf *pdf);
/* Always a picture: a page that cannot be drawn is empty. About 1600 by 900 pixels, in the page's
 * own shape. */
CcDeckImage *cc_deck_pdf_draw(CcDeckPdf *pdf, guint page);

G_END_DECLS
