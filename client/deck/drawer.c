#define CC_LOG_AREA "deck"
#include "client/deck/drawer.h"

#include <sys/resource.h>
#include <unistd.h>

#include "client/deck/fetch-order.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define NICE 5 /* the camera's picture is encoded beside it */

/* The thread has one reference, the owner the other. */
struct CcDeckDrawer {
    CcDeckPdf *pdf; /* the thread's alone */
    GMainContext *context;
    gint shown;   /* atomic */
    gint stopped; /* atomic */
    CcDeckDrawnFunc drawn;
    gpointer user_data;
};

typedef struct {
    CcDeckDrawer *drawer;
    guint page;
    GBytes *still;
} Drawn;

static void
drawer_clear(gpointer data)
{
    CcDeckDrawer *drawer = data;
    cc_deck_pdf_free(drawer->pdf);
    g_main_context_unref(drawer->context);
}

static void
drawn_free(gpointer data)
{
    Drawn *drawn = data;
    g_bytes_unref(drawn->still);
    g_atomic_rc_box_release_full(drawn->drawer, drawer_clear);
    g_free(drawn);
}

static gboolean
on_drawn(gpointer user_data)
{
    const Drawn *drawn = user_data;
    CcDeckDrawer *drawer = drawn->drawer;
    if (!g_atomic_int_get(&drawer->stopped))
        drawer->drawn(drawn->page, drawn->still, drawer->user_data);
    return G_SOURCE_REMOVE;
}

static void
draw(CcDeckDrawer *drawer, guint page)
{
    gint64 began_us = cc_clock_now_us();
    g_autoptr(GError) error = NULL;
    g_autoptr(CcDeckImage) image = cc_deck_pdf_draw(drawer->pdf, page);
    g_autoptr(GBytes) still = cc_deck_still_encode(image, &error);
    if (still == NULL) {
        cc_warning("page %u: %s", page + 1, error->message);
        return;
    }
    cc_debug("page drawn page=%u width=%u height=%u bytes=%" G_GSIZE_FORMAT " took_ms=%d", page + 1,
             image->width, image->height, g_bytes_get_size(still),
             (int)((cc_clock_now_us() - began_us) / 1000));
    Drawn *drawn = g_new0(Drawn, 1);
    drawn->drawer = g_atomic_rc_box_acquire(drawer);
    drawn->page = page;
    drawn->still = g_steal_pointer(&still);
    /* Not g_main_context_invoke(): before the main loop runs that would call it in this thread. */
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, on_drawn, drawn, drawn_free);
    g_source_attach(source, drawer->context);
}

/* The nearest page to the one that is shown; @n_pages: all are done. */
static guint
choose(const gboolean *done, guint shown, guint n_pages)
{
    for (guint rank = 0; rank < n_pages; rank++) {
        guint page = cc_fetch_order(shown, n_pages, rank);
        if (!done[page])
            return page;
    }
    return n_pages;
}

static gpointer
run(gpointer data)
{
    CcDeckDrawer *drawer = data;
    guint n_pages = cc_deck_pdf_n_pages(drawer->pdf);
    g_autofree gboolean *done = g_new0(gboolean, n_pages);

    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    while (!g_atomic_int_get(&drawer->stopped)) {
        guint page = choose(done, (guint)g_atomic_int_get(&drawer->shown), n_pages);
        if (page == n_pages)
            break;
        done[page] = TRUE;
        draw(drawer, page);
    }
    g_atomic_rc_box_release_full(drawer, drawer_clear);
    return NULL;
}

CcDeckDrawer *
cc_deck_drawer_new(CcDeckPdf *pdf, CcDeckDrawnFunc drawn, gpointer user_data)
{
    CcDeckDrawer *drawer = g_atomic_rc_box_new0(CcDeckDrawer);
    drawer->pdf = pdf;
    drawer->context = g_main_context_ref_thread_default();
    drawer->drawn = drawn;
    drawer->user_data = user_data;
    g_thread_unref(g_thread_new("deck", run, g_atomic_rc_box_acquire(drawer)));
    return drawer;
}

void
cc_deck_drawer_free(CcDeckDrawer *drawer)
{
    if (drawer == NULL)
        return;
    g_atomic_int_set(&drawer->stopped, TRUE);
    g_atomic_rc_box_release_full(drawer, drawer_clear);
}

void
cc_deck_drawer_show(CcDeckDrawer *drawer, guint page)
{
    g_atomic_int_set(&drawer->shown, (gint)page);
}
