#include "client/signalling/deck-http.h"

#include "client/signalling/http-call.h"
#include "client/signalling/http-session.h"
#include "common/base/error.h"

#define DEADLINE_MS 20000 /* pieces are small enough for the narrowest link */

struct CcDeckHttp {
    SoupSession *session;
    char *url, *token, *client;
    CcHttpCall *call; /* under way, or NULL */
    CcDeckHttpFunc func;
    gpointer user_data;
};

CcDeckHttp *
cc_deck_http_new(const char *url, const char *token, const char *tls_ca_file, const char *client,
                 GError **error)
{
    if (!g_uri_is_valid(url, SOUP_HTTP_URI_FLAGS, NULL)) {
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "\"%s\" is no address", url);
        return NULL;
    }
    SoupSession *session = cc_http_session_new(tls_ca_file, error);
    if (session == NULL)
        return NULL;
    CcDeckHttp *http = g_new0(CcDeckHttp, 1);
    http->session = session;
    http->url = g_strdup(url);
    http->token = g_strdup(token);
    http->client = g_strdup(client);
    return http;
}

void
cc_deck_http_free(CcDeckHttp *http)
{
    if (http == NULL)
        return;
    cc_deck_http_drop(http);
    g_object_unref(http->session);
    g_free(http->url);
    g_free(http->token);
    g_free(http->client);
    g_free(http);
}

gboolean
cc_deck_http_is_busy(const CcDeckHttp *http)
{
    return http->call != NULL;
}

void
cc_deck_http_drop(CcDeckHttp *http)
{
    if (http->call != NULL)
        cc_http_call_cancel(g_steal_pointer(&http->call));
}

static void
on_answer(CcHttpCall *call, const CcHttpAnswer *answer, gpointer user_data)
{
    CcDeckHttp *http = user_data;
    gboolean good = answer->status >= 200 && answer->status < 300;

    http->call = NULL;
    http->func(&(CcDeckAnswer){.status = answer->status,
                               .bytes = (const guint8 *)answer->body,
                               .length = answer->body_length,
                               .problem = answer->error != NULL ? answer->error->message
                                          : good                ? NULL
                                                                : answer->reason},
               http->user_data);
}

/* @request: all but address and names. */
static void
start(CcDeckHttp *http, CcHttpRequest *request, const char *hash, CcDeckHttpFunc func,
      gpointer user_data)
{
    g_autofree char *url = hash != NULL ? g_strdup_printf("%s/%s", http->url, hash) : NULL;
    g_autoptr(GUri) uri = g_uri_parse(url != NULL ? url : http->url, SOUP_HTTP_URI_FLAGS, NULL);

    g_return_if_fail(http->call == NULL && uri != NULL);
    request->uri = uri;
    request->token = http->token;
    request->client = http->client;
    request->deadline_ms = DEADLINE_MS;
    http->func = func;
    http->user_data = user_data;
    http->call = cc_http_call_start(http->session, request, NULL, on_answer, http);
}

void
cc_deck_http_get(CcDeckHttp *http, CcDeckHttpFunc func, gpointer user_data)
{
    start(http, &(CcHttpRequest){.method = "GET"}, NULL, func, user_data);
}

void
cc_deck_http_get_piece(CcDeckHttp *http, const char *hash, guint offset, guint length,
                       CcDeckHttpFunc func, gpointer user_data)
{
    g_autofree char *range = g_strdup_printf("bytes=%u-%u", offset, offset + length - 1);

    start(http, &(CcHttpRequest){.method = "GET", .range = range, .partial = TRUE}, hash, func,
          user_data);
}

void
cc_deck_http_put(CcDeckHttp *http, const char *manifest, CcDeckHttpFunc func, gpointer user_data)
{
    start(http,
          &(CcHttpRequest){
              .method = "PUT", .content_type = "text/plain; charset=utf-8", .body = manifest},
          NULL, func, user_data);
}

void
cc_deck_http_put_piece(CcDeckHttp *http, const char *hash, const guint8 *bytes, guint offset,
                       guint length, guint total, CcDeckHttpFunc func, gpointer user_data)
{
    g_autofree char *range = g_strdup_printf("bytes %u-%u/%u", offset, offset + length - 1, total);

    start(http,
          &(CcHttpRequest){.method = "PUT",
                           .content_type = "image/webp",
                           .content_range = range,
                           .body = (const char *)bytes,
                           .body_length = length},
          hash, func, user_data);
}
