/* How alike a page of a PDF is to what a classroom sees of it.
 *   compare-page PDF PAGE SCREENSHOT.png
 * Prints the structural similarity of the luma of the left three quarters: the teacher stands in
 * the lower right corner. PAGE counts from 1. */
#include <cairo.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/deck/pdf.h"
#include "tests/bench/ssim.h"

static guint8
luma(guint red, guint green, guint blue)
{
    return (guint8)((299 * red + 587 * green + 114 * blue) / 1000);
}

static guint8 *
luma_of_image(const CcDeckImage *image)
{
    const guint8 *rgba = g_bytes_get_data(image->rgba, NULL);
    gsize n = (gsize)image->width * image->height;
    guint8 *out = g_malloc(n);

    for (gsize i = 0; i < n; i++)
        out[i] = luma(rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2]);
    return out;
}

static guint8 *
luma_of_surface(cairo_surface_t *surface, guint width, guint height)
{
    int stride = cairo_image_surface_get_stride(surface);
    guint8 *out = g_malloc((gsize)width * height);

    for (guint y = 0; y < height; y++) {
        const guint32 *row = (const guint32 *)(const void *)(cairo_image_surface_get_data(surface) +
                                                             (gsize)y * (gsize)stride);
        for (guint x = 0; x < width; x++)
            out[(gsize)y * width + x] = luma(row[x] >> 16 & 255, row[x] >> 8 & 255, row[x] & 255);
    }
    return out;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc != 4) {
        fprintf(stderr, "usage: compare-page PDF PAGE SCREENSHOT.png\n");
        return 64;
    }
    g_autoptr(CcDeckPdf) pdf = cc_deck_pdf_open(argv[1], &error);
    cairo_surface_t *seen = cairo_image_surface_create_from_png(argv[3]);
    if (pdf == NULL || cairo_surface_status(seen) != CAIRO_STATUS_SUCCESS) {
        fprintf(stderr, "compare-page: %s\n", error != NULL ? error->message : "no such PNG");
        return 66;
    }
    g_autoptr(CcDeckImage) page = cc_deck_pdf_draw(pdf, (guint)atoi(argv[2]) - 1);
    guint width = (guint)cairo_image_surface_get_width(seen);
    guint height = (guint)cairo_image_surface_get_height(seen);
    if (width < page->width || width > page->width + 1 || height < page->height ||
        height > page->height + 1) {
        printf("0 %ux%u is not %ux%u\n", width, height, page->width, page->height);
        return 0;
    }
    g_autofree guint8 *a = luma_of_image(page);
    g_autofree guint8 *b = luma_of_surface(seen, width, height);
    printf("%.4f\n", ssim_luma(a, page->width, b, width, page->width * 3 / 4, page->height));
    cairo_surface_destroy(seen);
    return 0;
}
