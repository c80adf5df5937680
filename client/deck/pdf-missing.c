/* Instead of pdf.c where there is no poppler to build with. */
#include <glib/gi18n.h>

#include "client/deck/pdf.h"
#include "common/base/error.h"

CcDeckPdf *
cc_deck_pdf_open(const char *path, GError **error)
{
    g_set_error_literal(error, CC_ERROR, CC_ERROR_USAGE,
                        _("this classcast was built without poppler and shows no PDF: install "
                          "libpoppler-glib-dev and build it again"));
    return NULL;
}

void
cc_deck_pdf_free(CcDeckPdf *pdf)
{
}

guint
cc_deck_pdf_n_pages(const CcDeckPdf *pdf)
{
    return 0;
}

const char *
cc_deck_pdf_id(const CcDeckPdf *pdf)
{
    return "";
}

CcDeckImage *
cc_deck_pdf_draw(CcDeckPdf *pdf, guint page)
{
    g_return_val_if_reached(NULL);
}
