#include "client/signalling/signalling.h"

#include <string.h>

#include "client/signalling/http-call.h"
#include "client/signalling/http-session.h"
#include "client/signalling/link-header.h"
#include "client/signalling/reply.h"
#include "common/base/error.h"
#include "common/base/random.h"

#define ANSWER_DEADLINE_MS 5000
#define DELETE_DEADLINE_MS 1000
#define CLIENT_BITS 128

struct CcSignalling {
    SoupSession *session;
    GUri *endpoint;
    char *token, *name;
    char *client;   /* random: by it the relay knows us when we come again */
    GUri *resource; /* NULL without a session */
    char *etag;     /* or NULL */
    char *local_address;
    char *participant;   /* ours, of the session; or NULL */
    GPtrArray *requests; /* Request *, under way */
};

typedef struct {
    CcSignalling *signalling;
    CcHttpCall *call;
    CcReplyKind kind;
    CcSignallingFunc func;
    gpointer user_data;
} Request;

CcSignalling *
cc_signalling_new(const char *endpoint, const char *token, const char *tls_ca_file, GError **error)
{
    g_autoptr(GUri) uri = g_uri_parse(endpoint, SOUP_HTTP_URI_FLAGS, NULL);
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : NULL;
    if (scheme == NULL || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
        g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0') {
        g_set_error(error, CC_ERROR, CC_ERROR_USAGE, "\"%s\" is not an http:// or https:// address",
                    endpoint);
        return NULL;
    }
    SoupSession *session = cc_http_session_new(tls_ca_file, error);
    if (session == NULL)
        return NULL;
    CcSignalling *signalling = g_new0(CcSignalling, 1);
    signalling->session = session;
    signalling->endpoint = g_steal_pointer(&uri);
    signalling->token = g_strdup(token);
    signalling->client = cc_random_name(CLIENT_BITS);
    signalling->requests = g_ptr_array_new();
    return signalling;
}

void
cc_signalling_cancel(CcSignalling *signalling)
{
    while (signalling->requests->len > 0) {
        Request *request = g_ptr_array_steal_index_fast(signalling->requests, 0);
        cc_http_call_cancel(request->call);
        g_free(request);
    }
}

static void
forget_session(CcSignalling *signalling)
{
    g_clear_pointer(&signalling->resource, g_uri_unref);
    g_clear_pointer(&signalling->etag, g_free);
    g_clear_pointer(&signalling->participant, g_free);
}

void
cc_signalling_free(CcSignalling *signalling)
{
    if (signalling == NULL)
        return;
    cc_signalling_cancel(signalling);
    forget_session(signalling);
    soup_session_abort(signalling->session);
    g_object_unref(signalling->session);
    g_uri_unref(signalling->endpoint);
    g_ptr_array_unref(signalling->requests);
    g_free(signalling->token);
    g_free(signalling->name);
    g_free(signalling->client);
    g_free(signalling->local_address);
    g_free(signalling);
}

void
cc_signalling_set_name(CcSignalling *signalling, const char *name)
{
    g_free(signalling->name);
    signalling->name = g_strdup(name);
}

void
cc_signalling_set_client(CcSignalling *signalling, const char *client)
{
    g_free(signalling->client);
    signalling->client = g_strdup(client);
}

gboolean
cc_signalling_has_session(const CcSignalling *signalling)
{
    return signalling->resource != NULL;
}

const char *
cc_signalling_participant(const CcSignalling *signalling)
{
    return signalling->participant;
}

const char *
cc_signalling_client(const CcSignalling *signalling)
{
    return signalling->client;
}

const char *
cc_signalling_local_address(CcSignalling *signalling)
{
    return signalling->local_address;
}

static void
remember_etag(CcSignalling *signalling, const CcHttpAnswer *answer)
{
    const char *etag = soup_message_headers_get_one(answer->headers, "ETag");
    if (etag != NULL) {
        g_free(signalling->etag);
        signalling->etag = g_strdup(etag);
    }
}

/* RFC 9725 section 4.2: 201 must carry the session's address. */
static void
remember_session(CcSignalling *signalling, const CcHttpAnswer *answer, CcReply *reply)
{
    const char *location = soup_message_headers_get_one(answer->headers, "Location");
    g_autoptr(GUri) uri =
        location != NULL ? g_uri_parse_relative(answer->uri, location, SOUP_HTTP_URI_FLAGS, NULL)
                         : NULL;
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : NULL;
    gboolean secure = strcmp(g_uri_get_scheme(answer->uri), "https") == 0;

    if (scheme == NULL ||
        (strcmp(scheme, "https") != 0 && (secure || strcmp(scheme, "http") != 0)) ||
        g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0') {
        cc_reply_fail(reply, "the answer has no usable Location");
        return;
    }
    signalling->resource = g_steal_pointer(&uri);
    remember_etag(signalling, answer);
    signalling->participant =
        g_strdup(soup_message_headers_get_one(answer->headers, "X-Classcast-Participant"));
}

static void
on_http_answer(CcHttpCall *call, const CcHttpAnswer *answer, gpointer user_data)
{
    g_autofree Request *request = user_data;
    CcSignalling *signalling = request->signalling;
    g_auto(CcReply) reply = {0};

    g_ptr_array_remove_fast(signalling->requests, request);
    cc_reply_init(&reply, request->kind, answer);
    if (answer->status == 201 && request->kind == CC_REPLY_POST)
        remember_session(signalling, answer, &reply);
    else if (answer->status == 200 && request->kind == CC_REPLY_RESTART)
        remember_etag(signalling, answer);
    else if (reply.reply.result == CC_SIGNALLING_GONE)
        forget_session(signalling);
    if (request->func != NULL)
        request->func(&reply.reply, request->user_data);
}

static void
start(CcSignalling *signalling, CcReplyKind kind, const CcHttpRequest *http, CcSignallingFunc func,
      gpointer user_data)
{
    Request *request = g_new0(Request, 1);
    request->signalling = signalling;
    request->kind = kind;
    request->func = func;
    request->user_data = user_data;
    g_ptr_array_add(signalling->requests, request);
    request->call = cc_http_call_start(signalling->session, http, &signalling->local_address,
                                       on_http_answer, request);
}

void
cc_signalling_post(CcSignalling *signalling, const char *offer, CcSignallingFunc func,
                   gpointer user_data)
{
    CcHttpRequest http = {
        .method = "POST",
        .uri = signalling->endpoint,
        .token = signalling->token,
        .name = signalling->name,
        .client = signalling->client,
        .content_type = "application/sdp",
        .body = offer,
        .deadline_ms = ANSWER_DEADLINE_MS,
    };
    forget_session(signalling);
    start(signalling, CC_REPLY_POST, &http, func, user_data);
}

static void
patch(CcSignalling *signalling, CcReplyKind kind, const char *fragment, const char *if_match,
      CcSignallingFunc func, gpointer user_data)
{
    g_return_if_fail(signalling->resource != NULL);
    CcHttpRequest http = {
        .method = "PATCH",
        .uri = signalling->resource,
        .token = signalling->token,
        .if_match = if_match,
        .content_type = "application/trickle-ice-sdpfrag",
        .body = fragment,
        .deadline_ms = ANSWER_DEADLINE_MS,
    };
    start(signalling, kind, &http, func, user_data);
}

void
cc_signalling_restart_ice(CcSignalling *signalling, const char *fragment, CcSignallingFunc func,
                          gpointer user_data)
{
    patch(signalling, CC_REPLY_RESTART, fragment, "*", func, user_data);
}

void
cc_signalling_trickle(CcSignalling *signalling, const char *fragment, CcSignallingFunc func,
                      gpointer user_data)
{
    patch(signalling, CC_REPLY_TRICKLE, fragment, signalling->etag, func, user_data);
}

void
cc_signalling_delete(CcSignalling *signalling, CcSignallingFunc func, gpointer user_data)
{
    g_return_if_fail(signalling->resource != NULL);
    g_autoptr(GUri) resource = g_steal_pointer(&signalling->resource);
    CcHttpRequest http = {
        .method = "DELETE",
        .uri = resource,
        .token = signalling->token,
        .deadline_ms = DELETE_DEADLINE_MS,
    };
    forget_session(signalling);
    start(signalling, CC_REPLY_DELETE, &http, func, user_data);
}
