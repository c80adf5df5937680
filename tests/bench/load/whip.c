/* WHIP (RFC 9725) and WHEP. Resources are left to the relay's timeouts at the end: a measured relay
 * is ended itself. */
#include "tests/bench/load/clock.h"
#include "tests/bench/load/sdp.h"
#include "tests/bench/load/signalling.h"

#define PATIENCE 30 /* attempts, when told to come again */

typedef struct {
    LoadSignalling *whip;
    LoadPublisher *publisher; /* or */
    LoadReceiver *receiver;
    SoupMessage *message;
    guint attempts;
} Request;

static void send_request(Request *request);

static void
request_free(Request *request)
{
    g_clear_object(&request->message);
    g_free(request);
}

static LoadSession *
session_of(const Request *request)
{
    return request->publisher ? &request->publisher->session : &request->receiver->session;
}

static gboolean
accept_answer(Request *request, const char *answer, GError **error)
{
    if (request->publisher)
        return load_sdp_accept_publisher(request->publisher, answer, error);
    g_autoptr(CcSdp) sdp = cc_sdp_parse(answer, -1, error);
    return sdp && load_sdp_accept_receiver(request->receiver, sdp, TRUE, error);
}

static gboolean
on_try_again(gpointer user_data)
{
    send_request(user_data);
    return G_SOURCE_REMOVE;
}

static void
on_answer(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Request *request = user_data;
    LoadSession *session = session_of(request);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) body =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) { /* the end of the program */
        request_free(request);
        return;
    }
    guint status = error ? 0 : soup_message_get_status(request->message);
    if (status == 429 && ++request->attempts < PATIENCE) {
        request->whip->asked_again++;
        g_timeout_add(1000, on_try_again, request);
        return;
    }
    g_autofree char *text =
        body ? g_strndup(g_bytes_get_data(body, NULL), g_bytes_get_size(body)) : NULL;
    if (!error && status != SOUP_STATUS_CREATED)
        load_session_fail(session, status, text);
    else if (error || !accept_answer(request, text, &error))
        load_session_fail(session, status, error->message);
    request_free(request);
}

static void
send_request(Request *request)
{
    LoadSignalling *whip = request->whip;
    const LoadRoom *room = request->publisher ? request->publisher->room : request->receiver->room;
    g_autofree char *url = g_strdup_printf("%s/%s/load-%u", whip->options->url,
                                           request->publisher ? "whip" : "whep", room->index);
    g_autofree char *offer = request->publisher ? load_sdp_offer_publisher(request->publisher)
                                                : load_sdp_offer_receiver(request->receiver);
    g_clear_object(&request->message);
    request->message = soup_message_new("POST", url);
    if (!request->message) {
        load_session_fail(session_of(request), 0, "--url is no URL");
        request_free(request);
        return;
    }
    g_autoptr(GBytes) body = g_bytes_new(offer, strlen(offer));
    soup_message_set_request_body_from_bytes(request->message, "application/sdp", body);
    if (whip->options->token) {
        g_autofree char *bearer = g_strdup_printf("Bearer %s", whip->options->token);
        soup_message_headers_append(soup_message_get_request_headers(request->message),
                                    "Authorization", bearer);
    }
    session_of(request)->asked_wall_ns = load_wall_ns();
    soup_session_send_and_read_async(whip->soup, request->message, G_PRIORITY_DEFAULT, NULL,
                                     on_answer, request);
}

static void
publish(LoadSignalling *signalling, LoadPublisher *publisher)
{
    Request *request = g_new0(Request, 1);
    request->whip = signalling;
    request->publisher = publisher;
    send_request(request);
}

static void
watch(LoadSignalling *signalling, LoadReceiver *receiver)
{
    Request *request = g_new0(Request, 1);
    request->whip = signalling;
    request->receiver = receiver;
    send_request(request);
}

static void
whip_free(LoadSignalling *signalling)
{
    soup_session_abort(signalling->soup);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_object_unref(signalling->soup);
    g_free(signalling);
}

static const LoadSignallingClass class = {publish, watch, whip_free};

LoadSignalling *
load_whip_new(const LoadOptions *options)
{
    LoadSignalling *whip = g_new0(LoadSignalling, 1);
    whip->class = &class;
    whip->options = options;
    whip->soup = soup_session_new_with_options("max-conns", LOAD_MAX_CONNECTIONS,
                                               "max-conns-per-host", LOAD_MAX_CONNECTIONS, NULL);
    return whip;
}
