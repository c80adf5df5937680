#include "relay/control/pages.h"

#include <string.h>

#define PREFIX "/classcast/web/"

static const char *
content_type(const char *name)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/vnd.microsoft.icon"},
        {".webmanifest", "application/manifest+json"},
        {".woff2", "font/woff2"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(name, types[i].suffix))
            return types[i].type;
    return "application/octet-stream";
}

/* The Host header if it is a plain "host:port" that may stand in a policy; older browsers do not
 * take 'self' for WebSockets. */
static const char *
policy_host(const CcExchange *exchange)
{
    const char *host = cc_exchange_header(exchange, "Host");

    if (host == NULL || *host == '\0' ||
        strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") !=
            strlen(host))
        return NULL;
    return host;
}

static void
set_security_headers(CcExchange *exchange)
{
    const char *host = policy_host(exchange);
    g_autofree char *sockets =
        host != NULL ? g_strdup_printf(" ws://%s wss://%s", host, host) : g_strdup("");
    g_autofree char *policy = g_strdup_printf(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; connect-src 'self'%s; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
        sockets);

    cc_exchange_set_header(exchange, "Content-Security-Policy", policy);
    cc_exchange_set_header(exchange, "Referrer-Policy", "no-referrer");
    cc_exchange_set_header(
        exchange, "Permissions-Policy",
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
        "autoplay=(self), screen-wake-lock=(self), geolocation=()");
    cc_exchange_set_header(exchange, "Cross-Origin-Opener-Policy", "same-origin");
    cc_exchange_set_header(exchange, "Cache-Control", "no-cache");
}

static void
answer_resource(CcExchange *exchange, const char *name)
{
    g_autofree char *path = g_strconcat(PREFIX, name, NULL);
    g_autoptr(GBytes) bytes = g_resources_lookup_data(path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    const char *if_none_match = cc_exchange_header(exchange, "If-None-Match");
    g_autofree char *digest = NULL;
    g_autofree char *etag = NULL;
    gsize length;
    const char *data;

    if (bytes == NULL) {
        cc_exchange_refuse(exchange, CC_PROBLEM_NOT_FOUND, "there is no such page");
        return;
    }
    digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    etag = g_strdup_printf("\"%.32s\"", digest);
    set_security_headers(exchange);
    cc_exchange_set_header(exchange, "ETag", etag);
    if (if_none_match != NULL && strstr(if_none_match, etag) != NULL) {
        cc_exchange_answer(exchange, SOUP_STATUS_NOT_MODIFIED, NULL, NULL, 0);
        return;
    }
    data = g_bytes_get_data(bytes, &length);
    cc_exchange_answer(exchange, SOUP_STATUS_OK, content_type(name), data, (gssize)length);
}

/* The file that stands behind the path, or NULL. (transfer full) */
static char *
find_resource(const CcExchange *exchange)
{
    if (exchange->path_length == 0)
        return g_strdup("index.html");
    if (cc_exchange_path_is(exchange, "status", 1))
        return g_strdup("status.html");
    if (cc_exchange_path_is(exchange, "watch", 2))
        return g_strdup("watch.html");
    if (cc_exchange_path_is(exchange, "teach", 2))
        return g_strdup("teach.html");
    if (exchange->path_length >= 2 && g_str_equal(exchange->path[0], "assets"))
        return g_strjoinv("/", exchange->path);
    return NULL;
}

gboolean
cc_pages_handle(CcExchange *exchange)
{
    g_autofree char *name = find_resource(exchange);

    if (name == NULL)
        return FALSE;
    if (!cc_exchange_check_get(exchange))
        return TRUE;
    if (g_str_has_suffix(name, ".html") && exchange->path_length == 2 &&
             !g_str_equal(exchange->path[0], "assets") &&
             !cc_exchange_check_room(exchange, exchange->path[1]))
        return TRUE;
    else
        answer_resource(exchange, name);
    return TRUE;
}
