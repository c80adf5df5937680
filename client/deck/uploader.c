#define CC_LOG_AREA "deck"
#include "client/deck/uploader.h"

#include <string.h>

#include "client/deck/fetch-order.h"
#include "common/base/clock.h"
#include "common/base/log.h"

#define LEAST_PIECE 4096 /* each takes a request, and with some libraries a connection */
#define PIECE_MS 250     /* of the rate, at once */
#define FIRST_RATE_BPS 128000
#define RETRY_MS 1000
#define REFUSED_MS 30000

struct CcDeckUploader {
    CcDeckHttp *http;
    GMainContext *context;
    CcDeckManifest *manifest;
    GHashTable *stills;  /* hash → GBytes: all that are drawn */
    GHashTable *missing; /* hash → from where on the relay lacks it */
    guint shown, n_drawn, n_announced;
    gboolean online, stale; /* stale: the relay has to be told the manifest */
    guint rate_bps;
    char sending[CC_DECK_HASH_LENGTH + 1];
    guint sending_bytes;
    gint64 due_us; /* the next piece, so that the rate is kept */
    GSource *timer;
};

static void go_on(CcDeckUploader *uploader);

CcDeckUploader *
cc_deck_uploader_new(CcDeckHttp *http, CcDeckManifest *manifest)
{
    CcDeckUploader *uploader = g_new0(CcDeckUploader, 1);
    uploader->http = http;
    uploader->context = g_main_context_ref_thread_default();
    uploader->manifest = manifest;
    uploader->stills =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    uploader->missing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    uploader->rate_bps = FIRST_RATE_BPS;
    return uploader;
}

static void
clear_timer(CcDeckUploader *uploader)
{
    if (uploader->timer == NULL)
        return;
    g_source_destroy(uploader->timer);
    g_clear_pointer(&uploader->timer, g_source_unref);
}

void
cc_deck_uploader_free(CcDeckUploader *uploader)
{
    if (uploader == NULL)
        return;
    clear_timer(uploader);
    cc_deck_http_free(uploader->http);
    cc_deck_manifest_free(uploader->manifest);
    g_hash_table_unref(uploader->stills);
    g_hash_table_unref(uploader->missing);
    g_main_context_unref(uploader->context);
    g_free(uploader);
}

static gboolean
on_timer(gpointer user_data)
{
    CcDeckUploader *uploader = user_data;
    clear_timer(uploader);
    go_on(uploader);
    return G_SOURCE_REMOVE;
}

static void
go_on_later(CcDeckUploader *uploader, gint64 delay_ms)
{
    clear_timer(uploader);
    uploader->timer = g_timeout_source_new((guint)delay_ms);
    g_source_set_callback(uploader->timer, on_timer, uploader, NULL);
    g_source_attach(uploader->timer, uploader->context);
}

/* "HASH FROM" lines */
static void
read_missing(CcDeckUploader *uploader, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", CC_DECK_MAX_PAGES + 1);

    g_hash_table_remove_all(uploader->missing);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 2);
        GBytes *still =
            g_strv_length(words) == 2 ? g_hash_table_lookup(uploader->stills, words[0]) : NULL;
        guint64 from;
        if (still != NULL &&
            g_ascii_string_to_unsigned(words[1], 10, 0, g_bytes_get_size(still) - 1, &from, NULL))
            g_hash_table_insert(uploader->missing, g_strdup(words[0]), GUINT_TO_POINTER(from));
    }
}

static void
on_told(const CcDeckAnswer *answer, gpointer user_data)
{
    CcDeckUploader *uploader = user_data;

    if (answer->status == 200) {
        read_missing(uploader, (const char *)answer->bytes);
        cc_debug("deck told drawn=%u missing=%u", uploader->n_announced,
                 g_hash_table_size(uploader->missing));
        go_on(uploader);
        return;
    }
    uploader->stale = TRUE;
    cc_warning_limited("the relay does not take the slides: %s",
                       answer->problem != NULL ? answer->problem : "");
    go_on_later(uploader, answer->status >= 400 ? REFUSED_MS : RETRY_MS);
}

static void
tell(CcDeckUploader *uploader)
{
    g_autofree char *text = cc_deck_manifest_to_string(uploader->manifest);

    uploader->stale = FALSE;
    uploader->n_announced = uploader->n_drawn;
    cc_deck_http_put(uploader->http, text, on_told, uploader);
}

static void
on_piece(const CcDeckAnswer *answer, gpointer user_data)
{
    CcDeckUploader *uploader = user_data;
    GBytes *still = g_hash_table_lookup(uploader->stills, uploader->sending);
    guint from = GPOINTER_TO_UINT(g_hash_table_lookup(uploader->missing, uploader->sending));

    if (answer->status != 204) { /* what has arrived is known to the relay alone */
        cc_debug("piece refused status=%u reason=\"%s\"", answer->status,
                 answer->problem != NULL ? answer->problem : "");
        uploader->stale = TRUE;
        go_on_later(uploader, RETRY_MS);
        return;
    }
    from += uploader->sending_bytes;
    if (from == g_bytes_get_size(still))
        g_hash_table_remove(uploader->missing, uploader->sending);
    else
        g_hash_table_insert(uploader->missing, g_strdup(uploader->sending), GUINT_TO_POINTER(from));
    go_on(uploader);
}

static void
send_piece(CcDeckUploader *uploader, const char *hash)
{
    GBytes *still = g_hash_table_lookup(uploader->stills, hash);
    guint total = (guint)g_bytes_get_size(still);
    guint from = GPOINTER_TO_UINT(g_hash_table_lookup(uploader->missing, hash));
    guint piece = uploader->rate_bps / 8 * PIECE_MS / 1000;
    gint64 now_us = cc_clock_now_us();

    piece = MIN(CLAMP(piece, LEAST_PIECE, CC_DECK_MAX_PIECE), total - from);
    g_strlcpy(uploader->sending, hash, sizeof uploader->sending);
    uploader->sending_bytes = piece;
    uploader->due_us = now_us + (gint64)piece * 8 * G_USEC_PER_SEC / MAX(uploader->rate_bps, 1);
    cc_deck_http_put_piece(uploader->http, hash,
                           (const guint8 *)g_bytes_get_data(still, NULL) + from, from, piece, total,
                           on_piece, uploader);
}

/* (transfer none) what the relay lacks of the pages near the one that is shown, or NULL. */
static const char *
choose_missing(const CcDeckUploader *uploader)
{
    guint n = uploader->manifest->pages->len;

    for (guint rank = 0; rank < n; rank++) {
        guint page = cc_fetch_order(uploader->shown, n, rank);
        const char *hash = cc_deck_manifest_page(uploader->manifest, page)->hash;
        if (g_hash_table_contains(uploader->missing, hash))
            return hash;
    }
    return NULL;
}

/* Each time that the manifest is told, all classrooms hear of it: seldom, but at once when it is
 * about the page that is shown. */
static gboolean
is_worth_telling(const CcDeckUploader *uploader)
{
    return uploader->stale || uploader->n_drawn == uploader->manifest->pages->len ||
           uploader->n_drawn >= 2 * uploader->n_announced;
}

static void
go_on(CcDeckUploader *uploader)
{
    gint64 wait_us = uploader->due_us - cc_clock_now_us();

    if (!uploader->online || uploader->n_drawn == 0 || uploader->timer != NULL ||
        cc_deck_http_is_busy(uploader->http))
        return;
    const char *hash = choose_missing(uploader);
    gboolean news = uploader->n_drawn > uploader->n_announced && is_worth_telling(uploader);
    if (uploader->stale || (hash == NULL && news))
        tell(uploader);
    else if (hash != NULL && wait_us > 0)
        go_on_later(uploader, wait_us / 1000 + 1);
    else if (hash != NULL)
        send_piece(uploader, hash);
}

void
cc_deck_uploader_add(CcDeckUploader *uploader, guint index, GBytes *still)
{
    CcDeckPage *page = cc_deck_manifest_page(uploader->manifest, index);
    gsize length;
    const guint8 *data = g_bytes_get_data(still, &length);

    cc_deck_hash(data, length, page->hash);
    page->bytes = (guint)length;
    g_hash_table_insert(uploader->stills, g_strdup(page->hash), g_bytes_ref(still));
    uploader->n_drawn++;
    if (index == uploader->shown)
        uploader->stale = TRUE;
    go_on(uploader);
}

void
cc_deck_uploader_show(CcDeckUploader *uploader, guint page)
{
    uploader->shown = page;
    /* Drawn, but so far not worth telling. */
    if (uploader->n_drawn > uploader->n_announced)
        uploader->stale = TRUE;
    go_on(uploader);
}

void
cc_deck_uploader_renew(CcDeckUploader *uploader)
{
    uploader->stale = TRUE;
    g_hash_table_remove_all(uploader->missing);
    cc_deck_http_drop(uploader->http);
    clear_timer(uploader);
    go_on(uploader);
}

void
cc_deck_uploader_set_online(CcDeckUploader *uploader, gboolean online)
{
    if (online == uploader->online)
        return;
    uploader->online = online;
    if (online)
        cc_deck_uploader_renew(uploader);
    else
        cc_deck_http_drop(uploader->http);
}

void
cc_deck_uploader_set_rate(CcDeckUploader *uploader, guint rate_bps)
{
    uploader->rate_bps = MAX(rate_bps, 8000);
}
