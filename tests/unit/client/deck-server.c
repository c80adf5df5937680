#include "tests/unit/client/deck-server.h"

#include <string.h>

#include "common/deck/manifest.h"

static void
respond(SoupServerMessage *message, guint status, const void *body, gsize length)
{
    soup_server_message_set_status(message, status, NULL);
    if (length > 0)
        soup_server_message_set_response(message, "image/webp", SOUP_MEMORY_COPY, body, length);
}

static void
get_still(DeckServer *server, SoupServerMessage *message, const char *hash)
{
    GBytes *still = g_hash_table_lookup(server->stills, hash);
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    SoupRange *ranges;
    int n;

    if (still == NULL) {
        respond(message, 404, NULL, 0);
        return;
    }
    gsize size = g_bytes_get_size(still);
    g_assert_true(soup_message_headers_get_ranges(headers, (goffset)size, &ranges, &n));
    gsize length = (gsize)(ranges[0].end - ranges[0].start) + 1;
    g_autofree guint8 *bytes =
        g_memdup2((const guint8 *)g_bytes_get_data(still, NULL) + ranges[0].start, length);
    if (server->damage > 0) {
        server->damage--;
        bytes[0] ^= 1;
    }
    soup_message_headers_free_ranges(headers, ranges);
    soup_message_headers_remove(headers, "Range");
    respond(message, 206, bytes, server->cut > 0 ? length / 2 : length);
    if (server->cut > 0) { /* more is promised than comes */
        server->cut--;
        soup_message_headers_set_content_length(soup_server_message_get_response_headers(message),
                                                (goffset)length);
        g_signal_connect_swapped(message, "wrote-body-data", G_CALLBACK(g_socket_close),
                                 soup_server_message_get_socket(message));
    }
}

static void
put_still(DeckServer *server, SoupServerMessage *message, const char *hash)
{
    g_autoptr(GBytes) body =
        soup_message_body_flatten(soup_server_message_get_request_body(message));
    GByteArray *bytes = g_hash_table_lookup(server->brought, hash);
    goffset start = 0, end, total;

    if (bytes == NULL) {
        bytes = g_byte_array_new();
        g_hash_table_insert(server->brought, g_strdup(hash), bytes);
    }
    soup_message_headers_get_content_range(soup_server_message_get_request_headers(message), &start,
                                           &end, &total);
    if ((guint)start != bytes->len) {
        respond(message, 416, NULL, 0);
        return;
    }
    g_byte_array_append(bytes, g_bytes_get_data(body, NULL), (guint)g_bytes_get_size(body));
    respond(message, 204, NULL, 0);
}

static void
put_manifest(DeckServer *server, SoupServerMessage *message)
{
    g_autoptr(GBytes) body =
        soup_message_body_flatten(soup_server_message_get_request_body(message));
    g_autoptr(GString) missing = g_string_new(NULL);
    g_autoptr(CcDeckManifest) manifest =
        cc_deck_manifest_parse(g_bytes_get_data(body, NULL), g_bytes_get_size(body), NULL);

    g_assert_nonnull(manifest);
    for (guint i = 0; i < manifest->pages->len; i++) {
        const CcDeckPage *page = cc_deck_manifest_page(manifest, i);
        const GByteArray *bytes = g_hash_table_lookup(server->brought, page->hash);
        guint have = bytes != NULL ? bytes->len : 0;
        if (have < page->bytes)
            g_string_append_printf(missing, "%s %u\n", page->hash, have);
    }
    g_free(server->manifest);
    server->manifest = cc_deck_manifest_to_string(manifest);
    respond(message, 200, missing->str, missing->len);
}

static void
on_request(SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    DeckServer *server = user_data;
    const char *method = soup_server_message_get_method(message);
    const char *hash = g_str_has_prefix(path, "/deck/") ? path + strlen("/deck/") : NULL;
    const char *range =
        soup_message_headers_get_one(soup_server_message_get_request_headers(message), "Range");

    g_ptr_array_add(server->asked, g_strdup_printf("%s %s %s", method, hash != NULL ? hash : "deck",
                                                   range != NULL ? range : ""));
    if (server->status != 0)
        respond(message, server->status, NULL, 0);
    else if (hash != NULL && g_str_equal(method, "GET"))
        get_still(server, message, hash);
    else if (hash != NULL)
        put_still(server, message, hash);
    else if (g_str_equal(method, "GET"))
        respond(message, 200, server->manifest, strlen(server->manifest));
    else
        put_manifest(server, message);
}

DeckServer *
deck_server_new(void)
{
    DeckServer *server = g_new0(DeckServer, 1);
    g_autoptr(GError) error = NULL;

    server->stills =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    server->brought =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_byte_array_unref);
    server->asked = g_ptr_array_new_with_free_func(g_free);
    server->http = soup_server_new(NULL, NULL);
    soup_server_add_handler(server->http, NULL, on_request, server, NULL);
    soup_server_listen_local(server->http, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
    g_assert_no_error(error);
    GSList *uris = soup_server_get_uris(server->http);
    server->url = g_strdup_printf("http://127.0.0.1:%d/deck", g_uri_get_port(uris->data));
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    return server;
}

void
deck_server_free(DeckServer *server)
{
    soup_server_disconnect(server->http);
    g_object_unref(server->http);
    g_hash_table_unref(server->stills);
    g_hash_table_unref(server->brought);
    g_ptr_array_unref(server->asked);
    g_free(server->manifest);
    g_free(server->url);
    g_free(server);
}

GBytes *
deck_server_still(guint i, gsize size, char *hash)
{
    guint8 *bytes = g_malloc(size);

    for (gsize at = 0; at < size; at++)
        bytes[at] = (guint8)(at * 31 + at / 256 + i);
    cc_deck_hash(bytes, size, hash);
    return g_bytes_new_take(bytes, size);
}

void
deck_server_fill(DeckServer *server, const char *id, guint n, gsize size)
{
    g_autoptr(CcDeckManifest) manifest = cc_deck_manifest_new(id, "lesson.pdf", n);

    for (guint i = 0; i < n; i++) {
        CcDeckPage *page = cc_deck_manifest_page(manifest, i);
        GBytes *still = deck_server_still(i, size, page->hash);
        page->bytes = (guint)size;
        g_hash_table_insert(server->stills, g_strdup(page->hash), still);
    }
    g_free(server->manifest);
    server->manifest = cc_deck_manifest_to_string(manifest);
}

static gboolean
on_too_long(gpointer user_data)
{
    g_error("nothing has come for 20 s");
    return G_SOURCE_REMOVE;
}

void
deck_server_wait(const gboolean *flag)
{
    guint timer = g_timeout_add_seconds(20, on_too_long, NULL);

    while (!*flag)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(timer);
}
