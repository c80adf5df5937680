#define CC_LOG_AREA "deck"
#include "client/deck/loader.h"

#include <string.h>

#include "client/deck/fetch-order.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define KEPT_BYTES (64 * 1024 * 1024)
#define LEAST_PIECE 4096
#define FIRST_PIECE 16384
#define LONG_PIECE_US (4 * G_USEC_PER_SEC)
#define SHORT_PIECE_US (1 * G_USEC_PER_SEC)
#define RETRY_MS 1000
#define MISSING_MS 3000 /* the teacher has not got so far yet */

struct CcDeckLoader {
    CcDeckHttp *http;
    CcDeckArrivedFunc arrived;
    gpointer user_data;
    GMainContext *context;
    CcDeckFetch fetch;

    char *id; /* of the deck that is followed, or NULL */
    guint version, page, n_pages;
    char hash[CC_DECK_HASH_LENGTH + 1]; /* of the page that is shown, once the relay has it */
    guint bytes;
    CcDeckManifest *manifest; /* or NULL: not yet told */
    guint manifest_version;

    GHashTable *stills; /* hash → GBytes, whole */
    GHashTable *begun;  /* hash → GByteArray */
    gsize kept, bound;
    char asked[CC_DECK_HASH_LENGTH + 1]; /* "": the manifest */
    guint asked_bytes, asked_version;    /* of the whole still; of the manifest */
    guint piece;
    gint64 asked_us;
    GSource *timer; /* later, or NULL */
};

static void go_on(CcDeckLoader *loader);

CcDeckLoader *
cc_deck_loader_new(CcDeckHttp *http, CcDeckArrivedFunc arrived, gpointer user_data)
{
    CcDeckLoader *loader = g_new0(CcDeckLoader, 1);
    loader->http = http;
    loader->arrived = arrived;
    loader->user_data = user_data;
    loader->context = g_main_context_ref_thread_default();
    loader->stills =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    loader->begun =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_byte_array_unref);
    loader->bound = KEPT_BYTES;
    loader->piece = FIRST_PIECE;
    return loader;
}

static void
clear_timer(CcDeckLoader *loader)
{
    if (loader->timer == NULL)
        return;
    g_source_destroy(loader->timer);
    g_clear_pointer(&loader->timer, g_source_unref);
}

void
cc_deck_loader_free(CcDeckLoader *loader)
{
    if (loader == NULL)
        return;
    clear_timer(loader);
    cc_deck_http_free(loader->http);
    cc_deck_manifest_free(loader->manifest);
    g_hash_table_unref(loader->stills);
    g_hash_table_unref(loader->begun);
    g_main_context_unref(loader->context);
    g_free(loader->id);
    g_free(loader);
}

static gboolean
on_timer(gpointer user_data)
{
    CcDeckLoader *loader = user_data;
    clear_timer(loader);
    go_on(loader);
    return G_SOURCE_REMOVE;
}

static void
go_on_later(CcDeckLoader *loader, guint delay_ms)
{
    clear_timer(loader);
    loader->timer = g_timeout_source_new(delay_ms);
    g_source_set_callback(loader->timer, on_timer, loader, NULL);
    g_source_attach(loader->timer, loader->context);
}

static gboolean
is_shown(const CcDeckLoader *loader, const char *hash)
{
    return g_str_equal(hash, loader->hash);
}

/* Where a still stands in the order of fetching; far behind all if no page shows it. */
static guint
rank_of(const CcDeckLoader *loader, const char *hash)
{
    guint best = G_MAXUINT;

    if (is_shown(loader, hash))
        return 0;
    for (guint i = 0; loader->manifest != NULL && i < loader->manifest->pages->len; i++)
        if (g_str_equal(cc_deck_manifest_page(loader->manifest, i)->hash, hash))
            best = MIN(best, cc_fetch_rank(MIN(loader->page, loader->manifest->pages->len - 1),
                                           loader->manifest->pages->len, i));
    return best;
}

/* Forgets what is least likely to be shown until the rest fits. */
static void
keep_bound(CcDeckLoader *loader)
{
    while (loader->kept > loader->bound && g_hash_table_size(loader->stills) > 1) {
        GHashTableIter iter;
        gpointer hash, still;
        const char *last = NULL;
        guint last_rank = 0;
        g_hash_table_iter_init(&iter, loader->stills);
        while (g_hash_table_iter_next(&iter, &hash, &still)) {
            guint rank = rank_of(loader, hash);
            if (last == NULL || rank > last_rank) {
                last = hash;
                last_rank = rank;
            }
        }
        loader->kept -= g_bytes_get_size(g_hash_table_lookup(loader->stills, last));
        g_hash_table_remove(loader->stills, last);
    }
}

/* All of it is here: is it what was announced? */
static void
finish_still(CcDeckLoader *loader, const char *hash)
{
    GByteArray *bytes = g_hash_table_lookup(loader->begun, hash);
    char found[CC_DECK_HASH_LENGTH + 1];

    cc_deck_hash(bytes->data, bytes->len, found);
    if (!g_str_equal(found, hash)) {
        cc_warning_limited("a page has come damaged");
        g_hash_table_remove(loader->begun, hash);
        go_on_later(loader, RETRY_MS);
        return;
    }
    g_autofree char *name = g_strdup(hash);
    loader->kept += bytes->len;
    g_hash_table_insert(loader->stills, g_strdup(name), g_bytes_new(bytes->data, bytes->len));
    g_hash_table_remove(loader->begun, name);
    keep_bound(loader);
    cc_debug("page fetched hash=%s pages=%u of %u", name, cc_deck_loader_n_pages(loader),
             loader->n_pages);
    go_on(loader);
    loader->arrived(name, loader->user_data);
}

static void
adapt_piece(CcDeckLoader *loader)
{
    gint64 took_us = cc_clock_now_us() - loader->asked_us;

    if (is_shown(loader, loader->asked))
        return;
    if (took_us > LONG_PIECE_US)
        loader->piece = MAX(loader->piece / 2, LEAST_PIECE);
    else if (took_us < SHORT_PIECE_US)
        loader->piece = MIN(loader->piece * 2, CC_DECK_MAX_PIECE);
}

static void
on_piece(const CcDeckAnswer *answer, gpointer user_data)
{
    CcDeckLoader *loader = user_data;
    GByteArray *bytes = g_hash_table_lookup(loader->begun, loader->asked);
    g_autofree char *hash = g_strdup(loader->asked);
    gboolean partial = answer->status == 206 || (answer->status == 0 && answer->length > 0);

    adapt_piece(loader);
    if (partial && answer->length <= loader->asked_bytes - bytes->len)
        g_byte_array_append(bytes, answer->bytes, (guint)answer->length);
    else if (partial)
        g_hash_table_remove(loader->begun, hash); /* more than there can be */
    if (partial && bytes->len == loader->asked_bytes) {
        finish_still(loader, hash);
        return;
    }
    if (answer->status == 206 && partial) {
        go_on(loader);
        return;
    }
    cc_debug("page not fetched status=%u have=%" G_GSIZE_FORMAT " reason=\"%s\"", answer->status,
             answer->length, answer->problem != NULL ? answer->problem : "");
    go_on_later(loader, answer->status == 404 ? MISSING_MS : RETRY_MS);
}

static void
ask_piece(CcDeckLoader *loader, const char *hash, guint bytes)
{
    GByteArray *begun = g_hash_table_lookup(loader->begun, hash);

    if (begun == NULL) {
        begun = g_byte_array_new();
        g_hash_table_insert(loader->begun, g_strdup(hash), begun);
    }
    g_strlcpy(loader->asked, hash, sizeof loader->asked);
    loader->asked_bytes = bytes;
    loader->asked_us = cc_clock_now_us();
    /* What people wait for comes in as few requests as may be: each one waits a round trip. */
    guint piece = is_shown(loader, hash) ? CC_DECK_MAX_PIECE : loader->piece;
    cc_deck_http_get_piece(loader->http, hash, begun->len, MIN(piece, bytes - begun->len), on_piece,
                           loader);
}

static void
on_manifest(const CcDeckAnswer *answer, gpointer user_data)
{
    CcDeckLoader *loader = user_data;
    g_autoptr(GError) error = NULL;
    CcDeckManifest *manifest =
        answer->status == 200
            ? cc_deck_manifest_parse((const char *)answer->bytes, answer->length, &error)
            : NULL;

    if (manifest == NULL || loader->id == NULL || !g_str_equal(manifest->id, loader->id)) {
        cc_debug("no manifest status=%u", answer->status);
        cc_deck_manifest_free(manifest);
        go_on_later(loader, MISSING_MS);
        return;
    }
    cc_deck_manifest_free(loader->manifest);
    loader->manifest = manifest;
    loader->manifest_version = loader->asked_version;
    go_on(loader);
}

static void
ask_manifest(CcDeckLoader *loader)
{
    *loader->asked = '\0';
    loader->asked_version = loader->version;
    cc_deck_http_get(loader->http, on_manifest, loader);
}

static gboolean
is_here(const CcDeckLoader *loader, const char *hash)
{
    return g_hash_table_contains(loader->stills, hash);
}

/* The next page that is worth having, or NULL. */
static const CcDeckPage *
next_page(const CcDeckLoader *loader)
{
    const CcDeckManifest *manifest = loader->manifest;
    guint n = manifest->pages->len;
    gsize room = loader->bound;

    for (guint rank = 0; rank < n; rank++) {
        const CcDeckPage *page =
            cc_deck_manifest_page(manifest, cc_fetch_order(MIN(loader->page, n - 1), n, rank));
        if (*page->hash == '\0')
            continue;
        if (page->bytes > room)
            return NULL; /* what follows would only push out what is nearer */
        room -= page->bytes;
        if (!is_here(loader, page->hash))
            return page;
    }
    return NULL;
}

static void
go_on(CcDeckLoader *loader)
{
    if (loader->id == NULL || loader->fetch == CC_DECK_FETCH_NOTHING || loader->timer != NULL ||
        cc_deck_http_is_busy(loader->http))
        return;
    if (*loader->hash != '\0' && !is_here(loader, loader->hash)) {
        ask_piece(loader, loader->hash, loader->bytes);
        return;
    }
    if (loader->fetch != CC_DECK_FETCH_ALL)
        return;
    if (loader->manifest == NULL || loader->manifest_version != loader->version) {
        ask_manifest(loader);
        return;
    }
    const CcDeckPage *page = next_page(loader);
    if (page != NULL)
        ask_piece(loader, page->hash, page->bytes);
}

/* Another deck: of the old one only what the new one shows as well would be of use. */
static void
begin_deck(CcDeckLoader *loader, const char *id)
{
    g_free(loader->id);
    loader->id = g_strdup(id);
    g_clear_pointer(&loader->manifest, cc_deck_manifest_free);
    cc_deck_http_drop(loader->http);
    clear_timer(loader);
    if (id == NULL)
        g_hash_table_remove_all(loader->begun);
}

void
cc_deck_loader_follow(CcDeckLoader *loader, const CcRoomDeck *deck)
{
    const char *hash = deck->id != NULL && deck->ready ? deck->hash : "";

    if (g_strcmp0(loader->id, deck->id) != 0)
        begin_deck(loader, deck->id);
    loader->version = deck->version;
    loader->page = deck->page;
    loader->n_pages = deck->n_pages;
    loader->bytes = deck->bytes;
    if (!g_str_equal(hash, loader->hash)) {
        g_strlcpy(loader->hash, hash, sizeof loader->hash);
        clear_timer(loader); /* there is news: whatever was to be waited for */
        /* What is on its way ahead of time gives way; what came of it is lost with the piece. */
        if (*hash != '\0' && !is_here(loader, hash) && !g_str_equal(loader->asked, hash))
            cc_deck_http_drop(loader->http);
    }
    go_on(loader);
}

void
cc_deck_loader_set_fetch(CcDeckLoader *loader, CcDeckFetch fetch)
{
    if (fetch == loader->fetch)
        return;
    loader->fetch = fetch;
    if (fetch == CC_DECK_FETCH_NOTHING)
        cc_deck_http_drop(loader->http);
    clear_timer(loader);
    go_on(loader);
}

void
cc_deck_loader_set_bound(CcDeckLoader *loader, gsize bytes)
{
    loader->bound = bytes;
    keep_bound(loader);
}

GBytes *
cc_deck_loader_still(const CcDeckLoader *loader, const char *hash)
{
    return g_hash_table_lookup(loader->stills, hash);
}

guint
cc_deck_loader_n_pages(const CcDeckLoader *loader)
{
    guint n = 0;

    for (guint i = 0; loader->manifest != NULL && i < loader->manifest->pages->len; i++)
        n += is_here(loader, cc_deck_manifest_page(loader->manifest, i)->hash);
    return n;
}
