#define CC_LOG_AREA "deck"
#include "client/deck/viewer.h"

#include <gio/gio.h>

#include "common/base/clock.h"
#include "common/base/log.h"

#define STAYS_MS 5000

struct CcDeckViewer {
    CcDeckLoader *loader; /* or NULL */
    CcDeckChangedFunc changed;
    gpointer user_data;
    GMainContext *context;

    CcRoomDeck deck;
    guint width, height;
    gint64 turned_us;                    /* when the page was told */
    char shown[CC_DECK_HASH_LENGTH + 1]; /* what @image shows */
    CcDeckImage *image;                  /* or NULL */
    char decoding[CC_DECK_HASH_LENGTH + 1];
    GCancellable *decoder; /* or NULL */
    GSource *leaving;      /* or NULL */
};

/* What the thread that decodes works on. */
typedef struct {
    GBytes *still;
    guint width, height;
} Job;

static void
job_free(gpointer data)
{
    Job *job = data;
    g_bytes_unref(job->still);
    g_free(job);
}

static void look(CcDeckViewer *viewer);

static void
on_arrived(const char *hash, gpointer user_data)
{
    look(user_data);
}

CcDeckViewer *
cc_deck_viewer_new(CcDeckHttp *http, CcDeckChangedFunc changed, gpointer user_data)
{
    CcDeckViewer *viewer = g_new0(CcDeckViewer, 1);
    viewer->changed = changed;
    viewer->user_data = user_data;
    viewer->context = g_main_context_ref_thread_default();
    if (http != NULL)
        viewer->loader = cc_deck_loader_new(http, on_arrived, viewer);
    return viewer;
}

static void
stop_decoding(CcDeckViewer *viewer)
{
    if (viewer->decoder != NULL)
        g_cancellable_cancel(viewer->decoder);
    g_clear_object(&viewer->decoder);
    *viewer->decoding = '\0';
}

static void
clear_leaving(CcDeckViewer *viewer)
{
    if (viewer->leaving == NULL)
        return;
    g_source_destroy(viewer->leaving);
    g_clear_pointer(&viewer->leaving, g_source_unref);
}

void
cc_deck_viewer_free(CcDeckViewer *viewer)
{
    if (viewer == NULL)
        return;
    stop_decoding(viewer);
    clear_leaving(viewer);
    cc_deck_loader_free(viewer->loader);
    cc_deck_image_free(viewer->image);
    cc_room_deck_clear(&viewer->deck);
    g_main_context_unref(viewer->context);
    g_free(viewer);
}

static void
decode(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    const Job *job = data;
    GError *error = NULL;
    CcDeckImage *image = cc_deck_still_decode(job->still, job->width, job->height, &error);

    if (image != NULL)
        g_task_return_pointer(task, image, (GDestroyNotify)cc_deck_image_free);
    else
        g_task_return_error(task, error);
}

static void
on_decoded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    CcDeckImage *image = g_task_propagate_pointer(G_TASK(result), &error);

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* the viewer may be gone */
    CcDeckViewer *viewer = user_data;
    g_clear_object(&viewer->decoder);
    if (image == NULL) {
        cc_warning_limited("%s", error->message);
        return; /* it would be no better the next time */
    }
    cc_deck_image_free(viewer->image);
    viewer->image = image;
    g_strlcpy(viewer->shown, viewer->decoding, sizeof viewer->shown);
    *viewer->decoding = '\0';
    cc_info("page shown page=%u of=%u after_ms=%d", viewer->deck.page + 1, viewer->deck.n_pages,
            (int)((cc_clock_now_us() - viewer->turned_us) / 1000));
    viewer->changed(viewer->user_data);
    look(viewer);
}

static void
start_decoding(CcDeckViewer *viewer, GBytes *still)
{
    Job *job = g_new0(Job, 1);
    job->still = g_bytes_ref(still);
    job->width = viewer->width;
    job->height = viewer->height;
    viewer->decoder = g_cancellable_new();
    g_strlcpy(viewer->decoding, viewer->deck.hash, sizeof viewer->decoding);
    g_autoptr(GTask) task = g_task_new(NULL, viewer->decoder, on_decoded, viewer);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, decode);
}

/* Is there a page to be decoded? */
static void
look(CcDeckViewer *viewer)
{
    const char *hash = viewer->deck.hash;

    if (viewer->deck.id == NULL || *hash == '\0' || viewer->loader == NULL ||
        g_str_equal(hash, viewer->shown) || g_str_equal(hash, viewer->decoding))
        return;
    GBytes *still = cc_deck_loader_still(viewer->loader, hash);
    if (still == NULL)
        return;
    stop_decoding(viewer);
    start_decoding(viewer, still);
}

static gboolean
on_leaving(gpointer user_data)
{
    CcDeckViewer *viewer = user_data;
    clear_leaving(viewer);
    stop_decoding(viewer);
    g_clear_pointer(&viewer->image, cc_deck_image_free);
    *viewer->shown = '\0';
    cc_room_deck_clear(&viewer->deck);
    cc_deck_loader_follow(viewer->loader, &viewer->deck);
    viewer->changed(viewer->user_data);
    return G_SOURCE_REMOVE;
}

static void
leave_soon(CcDeckViewer *viewer)
{
    if (viewer->leaving != NULL || viewer->deck.id == NULL)
        return;
    viewer->leaving = g_timeout_source_new(STAYS_MS);
    g_source_set_callback(viewer->leaving, on_leaving, viewer, NULL);
    g_source_attach(viewer->leaving, viewer->context);
}

static gboolean
is_same_view(const CcRoomDeck *a, const CcRoomDeck *b)
{
    return g_strcmp0(a->id, b->id) == 0 && g_str_equal(a->hash, b->hash) && a->blank == b->blank &&
           a->pointing == b->pointing && a->x == b->x && a->y == b->y;
}

static void
copy_deck(CcRoomDeck *to, const CcRoomDeck *from)
{
    cc_room_deck_clear(to);
    *to = *from;
    to->id = g_strdup(from->id);
    to->title = g_strdup(from->title);
}

void
cc_deck_viewer_follow(CcDeckViewer *viewer, const CcRoomDeck *deck)
{
    if (viewer->loader == NULL)
        return;
    if (deck->id == NULL) {
        leave_soon(viewer);
        return;
    }
    clear_leaving(viewer);
    gboolean same = is_same_view(&viewer->deck, deck);
    if (!g_str_equal(viewer->deck.hash, deck->hash))
        viewer->turned_us = cc_clock_now_us();
    copy_deck(&viewer->deck, deck);
    cc_deck_loader_follow(viewer->loader, deck);
    look(viewer);
    if (!same)
        viewer->changed(viewer->user_data);
}

void
cc_deck_viewer_set_fetch(CcDeckViewer *viewer, CcDeckFetch fetch)
{
    if (viewer->loader != NULL)
        cc_deck_loader_set_fetch(viewer->loader, fetch);
}

void
cc_deck_viewer_set_size(CcDeckViewer *viewer, guint width, guint height)
{
    if (viewer->width == width && viewer->height == height)
        return;
    viewer->width = width;
    viewer->height = height;
    stop_decoding(viewer);
    *viewer->shown = '\0'; /* the picture stays until the one of that size is there */
    look(viewer);
}

const CcDeckImage *
cc_deck_viewer_image(const CcDeckViewer *viewer)
{
    return viewer->deck.id != NULL && !viewer->deck.blank ? viewer->image : NULL;
}

gboolean
cc_deck_viewer_pointer(const CcDeckViewer *viewer, guint *x, guint *y)
{
    *x = viewer->deck.x;
    *y = viewer->deck.y;
    return viewer->deck.pointing && g_str_equal(viewer->deck.hash, viewer->shown);
}

gboolean
cc_deck_viewer_is_waiting(const CcDeckViewer *viewer)
{
    return viewer->deck.id != NULL && !viewer->deck.blank &&
           (*viewer->deck.hash == '\0' || !g_str_equal(viewer->deck.hash, viewer->shown));
}
