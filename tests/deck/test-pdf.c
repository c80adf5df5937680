/* PDFs as teachers have them: what opens, what is refused and in which words, what is drawn. */
#include <glib/gstdio.h>
#include <string.h>

#include "client/deck/pdf.h"
#include "common/base/error.h"
#include "common/deck/manifest.h"

typedef struct {
    char *folder, *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer n_pages)
{
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("classcast-pdf-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->path = g_build_filename(fixture->folder, "lesson.pdf", NULL);
    if (n_pages == NULL)
        return;
    const char *argv[] = {g_getenv("MAKE_PDF"), fixture->path, n_pages, NULL};
    int status;
    g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
}

static void
tear_down(Fixture *fixture, gconstpointer n_pages)
{
    g_remove(fixture->path);
    g_rmdir(fixture->folder);
    g_free(fixture->path);
    g_free(fixture->folder);
}

static void
assert_refused(const char *path, const char *words)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(cc_deck_pdf_open(path, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
    if (strstr(error->message, words) == NULL)
        g_error("\"%s\" is not in \"%s\"", words, error->message);
}

/* About as many pixels whatever the page's shape, and something on each page. */
static void
test_drawn(Fixture *fixture, gconstpointer n_pages)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcDeckPdf) pdf = cc_deck_pdf_open(fixture->path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(cc_deck_pdf_n_pages(pdf), ==, 4);
    g_assert_true(cc_deck_hash_is_valid(cc_deck_pdf_id(pdf)));
    for (guint page = 0; page < 4; page++) {
        g_autoptr(CcDeckImage) image = cc_deck_pdf_draw(pdf, page);
        const guint8 *rgba = g_bytes_get_data(image->rgba, NULL);
        guint dark = 0;
        g_assert_cmpuint(image->width * image->height, >, 1400000);
        g_assert_cmpuint(image->width * image->height, <, 1480000);
        g_assert_cmpint(image->width < image->height, ==, page == 3);
        for (gsize i = 0; i < (gsize)image->width * image->height; i++)
            dark += rgba[4 * i] < 100;
        g_assert_cmpuint(dark, >, 1000);
        g_assert_cmpuint(dark, <, image->width * image->height / 2);
    }
    g_autoptr(CcDeckImage) beyond = cc_deck_pdf_draw(pdf, 4);
    g_assert_cmpuint(beyond->width, ==, 1600); /* an empty page, and no end of the lesson */
}

/* The file may go while it is shown: it was on a stick. */
static void
test_removed(Fixture *fixture, gconstpointer n_pages)
{
    g_autoptr(CcDeckPdf) pdf = cc_deck_pdf_open(fixture->path, NULL);
    g_assert_true(g_file_set_contents(fixture->path, "", 0, NULL));
    g_autoptr(CcDeckImage) image = cc_deck_pdf_draw(pdf, 0);
    g_assert_cmpuint(image->width, ==, 1600);
}

static void
test_too_many(Fixture *fixture, gconstpointer n_pages)
{
    assert_refused(fixture->path, "too many pages");
}

static void
test_broken(Fixture *fixture, gconstpointer n_pages)
{
    static const char *const texts[] = {"", "Not a PDF at all.", "%PDF-1.7\n1 0 obj<<", "PK\3\4"};
    assert_refused(fixture->path, "lesson.pdf"); /* no such file */
    assert_refused(fixture->folder, "");
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_file_set_contents(fixture->path, texts[i], -1, NULL));
        assert_refused(fixture->path, "no PDF");
    }
}

static void
test_locked(Fixture *fixture, gconstpointer n_pages)
{
    assert_refused(g_getenv("LOCKED_PDF"), "password");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_FATAL_MASK); /* poppler grumbles about what is broken */
#define ADD(name, n_pages, function) g_test_add(name, Fixture, n_pages, set_up, function, tear_down)
    ADD("/deck/pdf/drawn", "4", test_drawn);
    ADD("/deck/pdf/removed", "1", test_removed);
    ADD("/deck/pdf/too-many", "401", test_too_many);
    ADD("/deck/pdf/broken", NULL, test_broken);
    ADD("/deck/pdf/locked", NULL, test_locked);
    return g_test_run();
}
