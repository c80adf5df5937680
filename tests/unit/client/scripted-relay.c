#include "tests/unit/client/scripted-relay.h"

#include <string.h>

#include "common/wire/sdp.h"

#define PARTICIPANTS                                                                               \
    "[{\"id\":\"p1\",\"role\":\"teacher\",\"name\":\"Wang\",\"connected\":true},"                  \
    "{\"id\":\"p2\",\"role\":\"classroom\",\"name\":\"Huli\",\"connected\":true}]"

static void
set_text(char **slot, const char *text)
{
    g_free(*slot);
    *slot = g_strdup(text);
}

/* The offer turned round, with the server's transport. */
static char *
make_answer(ScriptedRelay *relay, CcSdp *sdp)
{
    CcSdpMedia *first = sdp->media->pdata[0];
    lite_server_set_remote(relay->media, first->ice_ufrag, first->ice_pwd, first->fingerprint);
    sdp->ice_lite = !relay->full_ice;
    for (guint i = 0; i < sdp->media->len; i++) {
        CcSdpMedia *media = sdp->media->pdata[i];
        media->direction = media->direction == CC_SDP_SENDONLY ? CC_SDP_RECVONLY : CC_SDP_SENDONLY;
        media->setup = CC_SDP_PASSIVE;
        set_text(&media->ice_ufrag, lite_server_ufrag(relay->media));
        set_text(&media->ice_pwd, lite_server_pwd(relay->media));
        set_text(&media->fingerprint, lite_server_fingerprint(relay->media));
        g_ptr_array_set_size(media->candidates, 0);
        if (i == 0) {
            g_autofree char *candidate = lite_server_candidate(relay->media);
            g_ptr_array_add(media->candidates, cc_sdp_candidate_parse(candidate));
        }
    }
    return cc_sdp_to_string(sdp);
}

static void
respond(SoupServerMessage *message, guint status, const char *type, const char *body)
{
    if (body != NULL)
        soup_server_message_set_response(message, type, SOUP_MEMORY_COPY, body, strlen(body));
    soup_server_message_set_status(message, status, NULL);
}

static char *
body_of(SoupServerMessage *message)
{
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void
on_post(ScriptedRelay *relay, SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    relay->posts++;
    g_free(relay->last_offer);
    relay->last_offer = body_of(message);
    if (relay->retry_after != NULL)
        soup_message_headers_append(headers, "Retry-After", relay->retry_after);
    if (relay->post_status != 0) {
        respond(message, relay->post_status, "application/problem+json",
                "{\"code\":\"scripted\",\"detail\":\"as the test wants\"}");
        return;
    }
    soup_message_headers_append(headers, "ETag", "\"one\"");
    soup_message_headers_append(headers, "Location", "/session/1");
    if (relay->post_body != NULL) {
        respond(message, 201, "application/sdp", relay->post_body);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) offer = cc_sdp_parse(relay->last_offer, -1, &error);
    g_assert_no_error(error);
    g_clear_pointer(&relay->media, lite_server_free);
    relay->media = lite_server_new(FALSE, NULL);
    g_autofree char *answer = make_answer(relay, offer);
    respond(message, 201, "application/sdp", answer);
}

static void
on_patch(ScriptedRelay *relay, SoupServerMessage *message)
{
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    g_free(relay->last_patch);
    relay->last_patch = body_of(message);
    if (g_strcmp0(soup_message_headers_get_one(headers, "If-Match"), "*") != 0) {
        relay->trickles++;
        respond(message, 204, NULL, NULL);
        return;
    }
    relay->patches++;
    if (relay->patch_status != 0) {
        respond(message, relay->patch_status, NULL, NULL);
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) fragment = cc_sdp_fragment_parse(relay->last_patch, -1, &error);
    g_assert_no_error(error);
    CcSdpMedia *media = fragment->media->pdata[0];
    lite_server_set_remote(relay->media, media->ice_ufrag, media->ice_pwd, NULL);
    set_text(&media->ice_ufrag, lite_server_ufrag(relay->media));
    set_text(&media->ice_pwd, lite_server_pwd(relay->media));
    g_ptr_array_set_size(media->candidates, 0);
    g_autofree char *candidate = lite_server_candidate(relay->media);
    g_ptr_array_add(media->candidates, cc_sdp_candidate_parse(candidate));
    g_autofree char *answer = cc_sdp_fragment_to_string(fragment);
    respond(message, 200, "application/trickle-ice-sdpfrag", answer);
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    ScriptedRelay *relay = user_data;
    const char *method = soup_server_message_get_method(message);

    if (strcmp(method, "POST") == 0) {
        on_post(relay, message);
    } else if (strcmp(method, "PATCH") == 0) {
        on_patch(relay, message);
    } else if (strcmp(method, "DELETE") == 0) {
        relay->deletes++;
        respond(message, 200, NULL, NULL);
    } else {
        respond(message, 404, NULL, NULL);
    }
}

static void
on_early(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
         gpointer user_data)
{
    ScriptedRelay *relay = user_data;
    relay->websocket_requests++;
    if (relay->without_events)
        respond(message, 404, NULL, NULL);
}

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *message, gpointer user_data)
{
    ScriptedRelay *relay = user_data;
    g_string_append_len(relay->said, g_bytes_get_data(message, NULL),
                        (gssize)g_bytes_get_size(message));
    g_string_append_c(relay->said, '\n');
}

static void
on_websocket(SoupServer *server, SoupServerMessage *message, const char *path,
             SoupWebsocketConnection *socket, gpointer user_data)
{
    ScriptedRelay *relay = user_data;
    g_autofree char *state = g_strdup_printf(
        "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"%s\",\"participants\":" PARTICIPANTS
        "}",
        relay->lesson);
    g_ptr_array_add(relay->sockets, g_object_ref(socket));
    g_signal_connect(socket, "message", G_CALLBACK(on_message), relay);
    soup_websocket_connection_send_text(socket, state);
}

ScriptedRelay *
scripted_relay_new(guint16 port)
{
    ScriptedRelay *relay = g_new0(ScriptedRelay, 1);
    g_autoptr(GError) error = NULL;
    relay->lesson = "on";
    relay->said = g_string_new(NULL);
    relay->sockets = g_ptr_array_new_with_free_func(g_object_unref);
    relay->http = soup_server_new(NULL, NULL);
    soup_server_add_early_handler(relay->http, "/rooms", on_early, relay, NULL);
    soup_server_add_websocket_handler(relay->http, "/rooms", NULL, NULL, on_websocket, relay, NULL);
    soup_server_add_handler(relay->http, NULL, on_request, relay, NULL);
    soup_server_listen_local(relay->http, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
    g_assert_no_error(error);
    GSList *uris = soup_server_get_uris(relay->http);
    relay->port = (guint16)g_uri_get_port(uris->data);
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    return relay;
}

void
scripted_relay_free(ScriptedRelay *relay)
{
    for (guint i = 0; i < relay->sockets->len; i++)
        g_signal_handlers_disconnect_by_data(relay->sockets->pdata[i], relay);
    g_ptr_array_unref(relay->sockets);
    soup_server_disconnect(relay->http);
    g_object_unref(relay->http);
    g_clear_pointer(&relay->media, lite_server_free);
    g_string_free(relay->said, TRUE);
    g_free(relay->last_offer);
    g_free(relay->last_patch);
    g_free(relay);
}

void
scripted_relay_send_event(ScriptedRelay *relay, const char *json)
{
    for (guint i = 0; i < relay->sockets->len; i++)
        if (soup_websocket_connection_get_state(relay->sockets->pdata[i]) ==
            SOUP_WEBSOCKET_STATE_OPEN)
            soup_websocket_connection_send_text(relay->sockets->pdata[i], json);
}
