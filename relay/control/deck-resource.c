#define CC_LOG_AREA "deck"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/control/deck-flow.h"
#include "relay/control/links.h"

#define CONTENT_MANIFEST "text/plain; charset=utf-8"
#define CONTENT_STILL "image/webp"
#define DECK_METHODS "GET, HEAD, PUT, DELETE, OPTIONS"
#define STILL_METHODS "GET, HEAD, PUT, OPTIONS"

/* What has not arrived yet, a line for each still: its hash, and from where on it is missing. */
static char *
list_missing(const CcDeck *deck)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < deck->manifest->pages->len; i++) {
        const CcDeckPage *page = cc_deck_manifest_page(deck->manifest, i);
        guint received = cc_deck_received(deck, page->hash);
        if (*page->hash != '\0' && received < page->bytes &&
            g_hash_table_add(seen, (gpointer)page->hash))
            g_string_append_printf(text, "%s %u\n", page->hash, received);
    }
    return g_string_free(text, FALSE);
}

static void
put_deck(CcExchange *exchange, const char *room)
{
    CcDecks *decks = exchange->control->decks;
    gsize length;
    const char *text = g_bytes_get_data(exchange->body, &length);
    g_autoptr(GError) error = NULL;
    CcDeckManifest *manifest = cc_deck_manifest_parse(text != NULL ? text : "", length, &error);

    if (manifest == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_BAD_DECK, "%s", error->message);
        return;
    }
    if (cc_deck_store_put(decks->store, room, manifest, cc_clock_now_us()) != CC_DECK_OK) {
        cc_exchange_refuse(exchange, CC_PROBLEM_LIMIT_DECKS,
                           "the deck is too large (max-deck-mib), or there are too many "
                           "(max-decks-mib)");
        return;
    }
    cc_links_set_wanted(decks->control->links, CC_LINKS_DECKS, TRUE);
    const CcDeck *deck = cc_deck_store_lookup(decks->store, room);
    g_autofree char *missing = list_missing(deck);
    cc_info("deck room=%s pages=%u bytes=%" G_GUINT64_FORMAT, room, manifest->pages->len,
            deck->reserved);
    cc_exchange_answer(exchange, SOUP_STATUS_OK, CONTENT_MANIFEST, missing, -1);
    cc_decks_announce(decks, room);
}

/* A long one would stand before the voice on a narrow link, so it flows as stills do. */
static void
get_deck(CcExchange *exchange, const char *room)
{
    const CcDeck *deck = cc_deck_store_lookup(exchange->control->decks->store, room);

    if (deck == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NO_DECK, "no deck is shown here");
        return;
    }
    char *text = cc_deck_manifest_to_string(deck->manifest);
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    cc_exchange_set_header(exchange, "Cache-Control", "no-store");
    cc_exchange_set_header(exchange, "Content-Type", CONTENT_MANIFEST);
    cc_exchange_answer(exchange, SOUP_STATUS_OK, NULL, NULL, 0);
    if (cc_exchange_is(exchange, "GET"))
        cc_deck_flow_start(exchange, room, "", bytes, 0, g_bytes_get_size(bytes),
                           cc_exchange_header(exchange, "X-Classcast-Client"));
}

static void
handle_deck(CcExchange *exchange, const char *room)
{
    CcDecks *decks = exchange->control->decks;
    g_auto(CcTokenClaims) claims = {0};
    gboolean reads = cc_exchange_is(exchange, "GET") || cc_exchange_is(exchange, "HEAD");

    if (cc_exchange_is(exchange, "OPTIONS")) {
        cc_exchange_answer_options(exchange, DECK_METHODS);
    } else if (!reads && !cc_exchange_is(exchange, "PUT") && !cc_exchange_is(exchange, "DELETE")) {
        cc_exchange_refuse_method(exchange, DECK_METHODS);
    } else if (!cc_exchange_authorize(exchange, room, reads ? CC_ACCESS_WATCH : CC_ACCESS_PUBLISH,
                                      &claims)) {
        return;
    } else if (reads) {
        get_deck(exchange, room);
    } else if (cc_exchange_is(exchange, "PUT")) {
        put_deck(exchange, room);
    } else {
        cc_decks_forget(decks, room);
        cc_exchange_answer(exchange, SOUP_STATUS_OK, NULL, NULL, 0);
    }
}

/* "bytes 0-16383/31250" (RFC 9110 section 14.5); without it the body is the whole still. */
static gboolean
read_offset(const CcExchange *exchange, guint64 *offset)
{
    goffset start, end, total;

    *offset = 0;
    if (cc_exchange_header(exchange, "Content-Range") == NULL)
        return TRUE;
    if (!soup_message_headers_get_content_range(
            soup_server_message_get_request_headers(exchange->message), &start, &end, &total) ||
        start < 0 || end < start || (guint64)(end - start) + 1 != g_bytes_get_size(exchange->body))
        return FALSE;
    *offset = (guint64)start;
    return TRUE;
}

static gboolean
is_current(const CcDeck *deck, const char *hash)
{
    return g_str_equal(cc_deck_manifest_page(deck->manifest, deck->page)->hash, hash);
}

/* Where the next bytes are due is told with every answer. */
static void
answer_received(CcExchange *exchange, const CcDeck *deck, const char *hash, CcDeckResult result)
{
    g_autofree char *due = g_strdup_printf("%u", cc_deck_received(deck, hash));

    cc_exchange_set_header(exchange, "X-Classcast-Received", due);
    if (result == CC_DECK_OK)
        cc_exchange_answer(exchange, SOUP_STATUS_NO_CONTENT, NULL, NULL, 0);
    else if (result == CC_DECK_UNKNOWN)
        cc_exchange_refuse(exchange, CC_PROBLEM_NO_DECK, "the deck has no such page");
    else if (result == CC_DECK_WRONG_HASH)
        cc_exchange_refuse(exchange, CC_PROBLEM_BAD_DECK, "the page is not what was announced");
    else
        cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_RANGE, "the bytes from %s on are due", due);
}

static void
put_still(CcExchange *exchange, const char *room, const char *hash)
{
    CcDeck *deck = cc_deck_store_lookup(exchange->control->decks->store, room);
    gsize length;
    const guint8 *data = g_bytes_get_data(exchange->body, &length);
    CcDeckResult result;
    guint64 offset;

    if (deck == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NO_DECK, "there is no deck here");
        return;
    }
    if (length == 0 || !read_offset(exchange, &offset)) {
        cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_RANGE, "Content-Range and body differ");
        return;
    }
    result = cc_deck_receive(deck, hash, offset, data, length);
    deck->touched_us = cc_clock_now_us();
    answer_received(exchange, deck, hash, result);
    if (result == CC_DECK_OK && cc_deck_still(deck, hash) != NULL && is_current(deck, hash))
        cc_decks_announce(exchange->control->decks, room);
}

/* One range, or all. FALSE, and refused, if there is nothing there. libsoup would look at the
 * header, too. */
static gboolean
take_range(CcExchange *exchange, gsize size, gsize *offset, gsize *length, gboolean *partial)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(exchange->message);
    gboolean asked = cc_exchange_header(exchange, "Range") != NULL;
    SoupRange *ranges = NULL;
    int n = 0;

    *offset = 0;
    *length = size;
    *partial = asked && soup_message_headers_get_ranges(headers, (goffset)size, &ranges, &n) &&
               n == 1 && ranges[0].start >= 0 && ranges[0].end >= ranges[0].start &&
               (gsize)ranges[0].end < size;
    if (*partial) {
        *offset = (gsize)ranges[0].start;
        *length = (gsize)(ranges[0].end - ranges[0].start) + 1;
    }
    if (ranges != NULL)
        soup_message_headers_free_ranges(headers, ranges);
    soup_message_headers_remove(headers, "Range");
    if (asked && !*partial)
        cc_exchange_refuse(exchange, CC_PROBLEM_WRONG_RANGE,
                           "the still has %" G_GSIZE_FORMAT " bytes", size);
    return *partial || !asked;
}

static void
get_still(CcExchange *exchange, const char *room, const char *hash)
{
    const CcDeck *deck = cc_deck_store_lookup(exchange->control->decks->store, room);
    GBytes *still = deck != NULL ? cc_deck_still(deck, hash) : NULL;
    gsize offset, length;
    gboolean partial;

    if (still == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NO_DECK, "there is no such page, or not yet");
        return;
    }
    if (!take_range(exchange, g_bytes_get_size(still), &offset, &length, &partial))
        return;
    /* What has this name never changes. */
    cc_exchange_set_header(exchange, "Cache-Control", "private, max-age=86400, immutable");
    cc_exchange_set_header(exchange, "Content-Type", CONTENT_STILL);
    cc_exchange_set_header(exchange, "Accept-Ranges", "bytes");
    if (partial)
        soup_message_headers_set_content_range(
            soup_server_message_get_response_headers(exchange->message), (goffset)offset,
            (goffset)(offset + length - 1), (goffset)g_bytes_get_size(still));
    cc_exchange_answer(exchange, partial ? SOUP_STATUS_PARTIAL_CONTENT : SOUP_STATUS_OK, NULL, NULL,
                       0);
    if (cc_exchange_is(exchange, "GET"))
        cc_deck_flow_start(exchange, room, hash, still, offset, length,
                           cc_exchange_header(exchange, "X-Classcast-Client"));
}

static void
handle_still(CcExchange *exchange, const char *room, const char *hash)
{
    g_auto(CcTokenClaims) claims = {0};
    gboolean reads = cc_exchange_is(exchange, "GET") || cc_exchange_is(exchange, "HEAD");

    if (cc_exchange_is(exchange, "OPTIONS")) {
        cc_exchange_answer_options(exchange, STILL_METHODS);
    } else if (!reads && !cc_exchange_is(exchange, "PUT")) {
        cc_exchange_refuse_method(exchange, STILL_METHODS);
    } else if (!cc_exchange_authorize(exchange, room, reads ? CC_ACCESS_WATCH : CC_ACCESS_PUBLISH,
                                      &claims)) {
        return;
    } else if (!cc_deck_hash_is_valid(hash)) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NO_DECK, "that is no page's hash");
    } else if (reads) {
        get_still(exchange, room, hash);
    } else {
        put_still(exchange, room, hash);
    }
}

gboolean
cc_decks_handle(CcExchange *exchange)
{
    gboolean deck = cc_exchange_path_is(exchange, "rooms", 3);

    if ((!deck && !cc_exchange_path_is(exchange, "rooms", 4)) ||
        !g_str_equal(exchange->path[2], "deck"))
        return FALSE;
    if (!cc_exchange_check_room(exchange, exchange->path[1]))
        return TRUE;
    if (deck)
        handle_deck(exchange, exchange->path[1]);
    else
        handle_still(exchange, exchange->path[1], exchange->path[3]);
    return TRUE;
}
