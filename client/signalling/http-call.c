#include "client/signalling/http-call.h"

#include <string.h>

#include "client/signalling/http-session.h"
#include "client/signalling/tls-words.h"
#include "common/base/error.h"

struct CcHttpCall {
    SoupSession *session;
    SoupMessage *message;
    GUri *uri;
    char *method, *token, *name, *client, *if_match, *content_type, *range, *content_range;
    gboolean partial;
    GBytes *body;
    guint redirects;

    GCancellable *cancellable;
    GSource *deadline;
    gboolean timed_out, cancelled;
    guint deadline_ms;
    GTlsCertificateFlags distrust; /* of the server's certificate */

    GByteArray *answer;
    GInputStream *stream;
    guint8 chunk[4096];

    char **local_address;
    CcHttpCallFunc func;
    gpointer user_data;
};

static void send_request(CcHttpCall *call);

static void
call_free(CcHttpCall *call)
{
    if (call->deadline != NULL) {
        g_source_destroy(call->deadline);
        g_source_unref(call->deadline);
    }
    if (call->message != NULL)
        g_signal_handlers_disconnect_by_data(call->message, call);
    g_clear_object(&call->message);
    g_clear_object(&call->stream);
    g_object_unref(call->session);
    g_object_unref(call->cancellable);
    g_uri_unref(call->uri);
    g_free(call->method);
    g_free(call->token);
    g_free(call->name);
    g_free(call->client);
    g_free(call->if_match);
    g_free(call->content_type);
    g_free(call->range);
    g_free(call->content_range);
    g_clear_pointer(&call->body, g_bytes_unref);
    g_byte_array_unref(call->answer);
    g_free(call);
}

/* A piece of what was asked for, whose end has not come. */
static gboolean
is_partial(const CcHttpCall *call)
{
    return call->partial && call->stream != NULL &&
           soup_message_get_status(call->message) == SOUP_STATUS_PARTIAL_CONTENT;
}

/* Reports @error, or the answer if it is NULL. */
static void
finish(CcHttpCall *call, const GError *error)
{
    if (!call->cancelled) {
        guint length = call->answer->len;
        g_byte_array_append(call->answer, (const guint8 *)"", 1);
        CcHttpAnswer answer = {.body = (const char *)call->answer->data, .uri = call->uri};
        if (error == NULL) {
            answer.status = soup_message_get_status(call->message);
            answer.reason = soup_message_get_reason_phrase(call->message);
            answer.headers = soup_message_get_response_headers(call->message);
            answer.body_length = length;
        } else {
            answer.error = error;
            answer.body_length = is_partial(call) ? length : 0;
            answer.body = answer.body_length > 0 ? answer.body : "";
        }
        call->func(call, &answer, call->user_data);
    }
    call_free(call);
}

static void
finish_network_error(CcHttpCall *call, const GError *cause)
{
    g_autoptr(GError) error = NULL;
    const char *host = g_uri_get_host(call->uri);
    if (call->timed_out) {
        error = g_error_new(CC_ERROR, CC_ERROR_NETWORK, "%s did not answer within %u ms", host,
                            call->deadline_ms);
    } else if (call->distrust != 0) {
        g_autoptr(GDateTime) now = g_date_time_new_now_local();
        g_autofree char *words = cc_tls_words(call->distrust, now);
        error = g_error_new(CC_ERROR, CC_ERROR_NETWORK, "%s: %s", host, words);
    } else {
        error = g_error_new(CC_ERROR, CC_ERROR_NETWORK, "%s: %s", host, cause->message);
    }
    finish(call, error);
}

static void
on_chunk(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CcHttpCall *call = user_data;
    g_autoptr(GError) error = NULL;
    gssize n = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);

    if (n < 0) {
        finish_network_error(call, error);
    } else if (n == 0) {
        finish(call, NULL);
    } else if (call->answer->len + n > CC_HTTP_MAX_BODY) {
        g_set_error(&error, CC_ERROR, CC_ERROR_PROTOCOL, "the answer is larger than %d bytes",
                    CC_HTTP_MAX_BODY);
        finish(call, error);
    } else {
        g_byte_array_append(call->answer, call->chunk, n);
        g_input_stream_read_async(call->stream, call->chunk, sizeof call->chunk, G_PRIORITY_DEFAULT,
                                  call->cancellable, on_chunk, call);
    }
}

/* 307 and 308 keep method and body (RFC 9725 section 4.5 wants these followed; 301 and 302 are of
 * no use to it). From https, only https may follow: the token travels along. */
static gboolean
follow_redirect(CcHttpCall *call, GError **error)
{
    const char *location =
        soup_message_headers_get_one(soup_message_get_response_headers(call->message), "Location");
    g_autoptr(GUri) uri = location != NULL
                              ? g_uri_parse_relative(call->uri, location, SOUP_HTTP_URI_FLAGS, NULL)
                              : NULL;
    const char *scheme = uri != NULL ? g_uri_get_scheme(uri) : NULL;
    gboolean was_secure = strcmp(g_uri_get_scheme(call->uri), "https") == 0;

    if (scheme == NULL || g_uri_get_host(uri) == NULL || *g_uri_get_host(uri) == '\0' ||
        (strcmp(scheme, "https") != 0 && (was_secure || strcmp(scheme, "http") != 0))) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "redirected to an unusable address");
        return FALSE;
    }
    if (++call->redirects > CC_HTTP_MAX_REDIRECTS) {
        g_set_error(error, CC_ERROR, CC_ERROR_PROTOCOL, "redirected too often");
        return FALSE;
    }
    g_uri_unref(call->uri);
    call->uri = g_steal_pointer(&uri);
    return TRUE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    CcHttpCall *call = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GInputStream) stream = soup_session_send_finish(SOUP_SESSION(source), result, &error);

    if (stream == NULL) {
        finish_network_error(call, error);
        return;
    }
    guint status = soup_message_get_status(call->message);
    if (!call->cancelled &&
        (status == SOUP_STATUS_TEMPORARY_REDIRECT || status == SOUP_STATUS_PERMANENT_REDIRECT)) {
        if (follow_redirect(call, &error))
            send_request(call);
        else
            finish(call, error);
        return;
    }
    call->stream = g_steal_pointer(&stream);
    g_input_stream_read_async(call->stream, call->chunk, sizeof call->chunk, G_PRIORITY_DEFAULT,
                              call->cancellable, on_chunk, call);
}

static void
on_network_event(SoupMessage *message, GSocketClientEvent event, GIOStream *stream,
                 gpointer user_data)
{
    CcHttpCall *call = user_data;
    if (call->cancelled || call->local_address == NULL || event != G_SOCKET_CLIENT_CONNECTED ||
        !G_IS_SOCKET_CONNECTION(stream))
        return;
    g_autoptr(GSocketAddress) address =
        g_socket_connection_get_local_address(G_SOCKET_CONNECTION(stream), NULL);
    if (address == NULL || !G_IS_INET_SOCKET_ADDRESS(address))
        return;
    g_free(*call->local_address);
    *call->local_address =
        g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
}

/* Never accepts it; "Unacceptable TLS certificate" alone would help nobody. */
static gboolean
on_certificate(SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors,
               gpointer user_data)
{
    CcHttpCall *call = user_data;
    call->distrust = errors;
    return FALSE;
}

static void
set_header(CcHttpCall *call, const char *name, const char *value)
{
    if (value != NULL)
        soup_message_headers_replace(soup_message_get_request_headers(call->message), name, value);
}

static void
send_request(CcHttpCall *call)
{
    call->distrust = 0;
    if (call->message != NULL)
        g_signal_handlers_disconnect_by_data(call->message, call);
    g_clear_object(&call->message);
    call->message = soup_message_new_from_uri(call->method, call->uri);
    soup_message_add_flags(call->message, SOUP_MESSAGE_NO_REDIRECT);
    cc_http_authorize(call->message, call->token);
    cc_http_introduce(call->message, call->name, call->client);
    set_header(call, "If-Match", call->if_match);
    set_header(call, "Range", call->range);
    set_header(call, "Content-Range", call->content_range);
    if (call->body != NULL)
        soup_message_set_request_body_from_bytes(call->message, call->content_type, call->body);
    g_signal_connect(call->message, "network-event", G_CALLBACK(on_network_event), call);
    g_signal_connect(call->message, "accept-certificate", G_CALLBACK(on_certificate), call);
    soup_session_send_async(call->session, call->message, G_PRIORITY_DEFAULT, call->cancellable,
                            on_answer, call);
}

static gboolean
on_deadline(gpointer user_data)
{
    CcHttpCall *call = user_data;
    call->timed_out = TRUE;
    g_cancellable_cancel(call->cancellable);
    return G_SOURCE_REMOVE;
}

CcHttpCall *
cc_http_call_start(SoupSession *session, const CcHttpRequest *request, char **local_address,
                   CcHttpCallFunc func, gpointer user_data)
{
    CcHttpCall *call = g_new0(CcHttpCall, 1);
    call->session = g_object_ref(session);
    call->uri = g_uri_ref(request->uri);
    call->method = g_strdup(request->method);
    call->token = g_strdup(request->token);
    call->name = g_strdup(request->name);
    call->client = g_strdup(request->client);
    call->if_match = g_strdup(request->if_match);
    call->content_type = g_strdup(request->content_type);
    if (request->body != NULL)
        call->body = g_bytes_new(request->body, request->body_length > 0 ? request->body_length
                                                                         : strlen(request->body));
    call->range = g_strdup(request->range);
    call->content_range = g_strdup(request->content_range);
    call->partial = request->partial;
    call->cancellable = g_cancellable_new();
    call->answer = g_byte_array_new();
    call->local_address = local_address;
    call->func = func;
    call->user_data = user_data;
    call->deadline_ms = request->deadline_ms;
    call->deadline = g_timeout_source_new(request->deadline_ms);
    g_source_set_callback(call->deadline, on_deadline, call, NULL);
    g_source_attach(call->deadline, g_main_context_get_thread_default());
    send_request(call);
    return call;
}

void
cc_http_call_cancel(CcHttpCall *call)
{
    call->cancelled = TRUE;
    g_source_destroy(call->deadline);
    g_cancellable_cancel(call->cancellable);
}
