#define CC_LOG_AREA "deck"
#include "client/deck/pdf.h"

#include <glib/gi18n.h>
#include <math.h>
#include <poppler.h>

#include "common/base/error.h"
#include "common/base/log.h"
#include "common/deck/manifest.h"

#define PIXELS (1600.0 * 900.0)
#define MAX_SIDE 1920.0
#define MIN_SIDE 64.0

struct CcDeckPdf {
    PopplerDocument *document;
    char id[CC_DECK_HASH_LENGTH + 1];
    guint n_pages;
};

static gboolean
refuse(GError **error, const char *path, const char *why)
{
    g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "%s: %s", path, why);
    return FALSE;
}

static GBytes *
read_file(const char *path, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &cause);

    if (file == NULL) {
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "%s", cause->message);
        return NULL;
    }
    if (g_mapped_file_get_length(file) > CC_DECK_MAX_PDF_BYTES) {
        refuse(error, path, _("the file is too large for slides (256 MiB at most)"));
        return NULL;
    }
    /* A copy: the file may go away with the stick that it is on. */
    return g_bytes_new(g_mapped_file_get_contents(file), g_mapped_file_get_length(file));
}

static gboolean
check_document(CcDeckPdf *pdf, const char *path, const GError *cause, GError **error)
{
    if (g_error_matches(cause, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
        return refuse(error, path, _("the PDF is protected by a password; save it without one"));
    if (pdf->document == NULL)
        return refuse(error, path, _("this is no PDF, or a broken one"));
    pdf->n_pages = (guint)MAX(poppler_document_get_n_pages(pdf->document), 0);
    if (pdf->n_pages == 0)
        return refuse(error, path, _("the PDF has no pages"));
    if (pdf->n_pages > CC_DECK_MAX_PAGES)
        return refuse(error, path, _("the PDF has too many pages (400 at most)"));
    return TRUE;
}

CcDeckPdf *
cc_deck_pdf_open(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = read_file(path, error);
    g_autoptr(GError) cause = NULL;

    if (bytes == NULL)
        return NULL;
    g_autoptr(CcDeckPdf) pdf = g_new0(CcDeckPdf, 1);
    if (g_bytes_get_size(bytes) > 0) {
        cc_deck_hash(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), pdf->id);
        pdf->document = poppler_document_new_from_bytes(bytes, NULL, &cause);
    }
    if (!check_document(pdf, path, cause, error))
        return NULL;
    return g_steal_pointer(&pdf);
}

void
cc_deck_pdf_free(CcDeckPdf *pdf)
{
    if (pdf == NULL)
        return;
    g_clear_object(&pdf->document);
    g_free(pdf);
}

guint
cc_deck_pdf_n_pages(const CcDeckPdf *pdf)
{
    return pdf->n_pages;
}

const char *
cc_deck_pdf_id(const CcDeckPdf *pdf)
{
    return pdf->id;
}

/* How many pixels a point is. A page of any shape and size gives about as many pixels. */
static double
choose_scale(double *width, double *height)
{
    if (!(*width >= 1 && *width <= 1e6 && *height >= 1 && *height <= 1e6)) {
        *width = 1600;
        *height = 900;
    }
    double scale = sqrt(PIXELS / (*width * *height));
    return MIN(scale, MAX_SIDE / MAX(*width, *height));
}

/* cairo's pixels are blue, green, red and nothing, on all machines that this is built for. */
static CcDeckImage *
take_pixels(cairo_surface_t *surface)
{
    guint width = (guint)cairo_image_surface_get_width(surface);
    guint height = (guint)cairo_image_surface_get_height(surface);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    guint8 *rgba = g_malloc((gsize)width * height * 4);

    cairo_surface_flush(surface);
    for (guint y = 0; y < height; y++) {
        const guint32 *row =
            (const guint32 *)(const void *)(cairo_image_surface_get_data(surface) + y * stride);
        guint8 *out = rgba + (gsize)y * width * 4;
        for (guint x = 0; x < width; x++, out += 4) {
            out[0] = (guint8)(row[x] >> 16);
            out[1] = (guint8)(row[x] >> 8);
            out[2] = (guint8)row[x];
            out[3] = 255;
        }
    }
    return cc_deck_image_new(g_bytes_new_take(rgba, (gsize)width * height * 4), width, height);
}

CcDeckImage *
cc_deck_pdf_draw(CcDeckPdf *pdf, guint index)
{
    PopplerPage *page = poppler_document_get_page(pdf->document, (int)index);
    double width = 1600, height = 900;

    if (page != NULL)
        poppler_page_get_size(page, &width, &height);
    double scale = choose_scale(&width, &height);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)MAX(width * scale + 0.5, MIN_SIDE),
                                   (int)MAX(height * scale + 0.5, MIN_SIDE));
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, scale, scale);
    if (page != NULL)
        poppler_page_render(page, cairo);
    if (page == NULL || cairo_status(cairo) != CAIRO_STATUS_SUCCESS)
        cc_warning("page %u cannot be drawn", index + 1);
    g_clear_object(&page);
    cairo_destroy(cairo);
    CcDeckImage *image = take_pixels(surface);
    cairo_surface_destroy(surface);
    return image;
}
