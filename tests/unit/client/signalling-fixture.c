#include "tests/unit/client/signalling-fixture.h"

#include <string.h>

static void
see(Fixture *fixture, SoupServerMessage *message, const char *path)
{
    static const char *const names[] = {"Content-Type", "Authorization", "If-Match",
                                        "X-Classcast-Name"};
    SoupMessageHeaders *headers = soup_server_message_get_request_headers(message);
    g_string_append_printf(fixture->seen, "%s %s", soup_server_message_get_method(message), path);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (soup_message_headers_get_one(headers, names[i]) != NULL)
            g_string_append_printf(fixture->seen, " %s",
                                   soup_message_headers_get_one(headers, names[i]));
    const char *client = soup_message_headers_get_one(headers, "X-Classcast-Client");
    if (client != NULL) {
        g_free(fixture->clients[1]);
        fixture->clients[1] = fixture->clients[0];
        fixture->clients[0] = g_strdup(client);
    }
    SoupMessageBody *body = soup_server_message_get_request_body(message);
    g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
    g_string_append_printf(fixture->seen, " [%.*s]\n", (int)g_bytes_get_size(bytes),
                           (const char *)g_bytes_get_data(bytes, NULL));
}

static void
on_request(SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query,
           gpointer user_data)
{
    Fixture *fixture = user_data;
    const Script *script = fixture->script;

    see(fixture, message, path);
    fixture->n_requests++;
    if (script->hang) {
        soup_server_message_pause(message);
        g_ptr_array_add(fixture->hanging, g_object_ref(message));
        return;
    }
    SoupMessageHeaders *headers = soup_server_message_get_response_headers(message);
    for (guint i = 0; i < G_N_ELEMENTS(script->headers) && script->headers[i] != NULL; i += 2)
        soup_message_headers_append(headers, script->headers[i], script->headers[i + 1]);
    if (script->body != NULL)
        soup_server_message_set_response(message, script->content_type, SOUP_MEMORY_COPY,
                                         script->body, strlen(script->body));
    soup_server_message_set_status(message, script->status, NULL);
    if (script[1].status != 0)
        fixture->script++;
}

static gboolean
on_watchdog(gpointer user_data)
{
    g_error("the test hangs");
    return G_SOURCE_REMOVE;
}

void
fixture_set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture->loop = g_main_loop_new(NULL, FALSE);
    fixture->seen = g_string_new(NULL);
    fixture->hanging = g_ptr_array_new_with_free_func(g_object_unref);
    fixture->server = soup_server_new(NULL, NULL);
    soup_server_add_handler(fixture->server, NULL, on_request, fixture, NULL);
    g_assert_true(
        soup_server_listen_local(fixture->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
    GSList *uris = soup_server_get_uris(fixture->server);
    fixture->base = g_uri_to_string(uris->data);
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    fixture->base[strlen(fixture->base) - 1] = '\0'; /* "/" */
    g_autofree char *endpoint = g_strconcat(fixture->base, "/whip/math", NULL);
    fixture->signalling = cc_signalling_new(endpoint, "secret", NULL, &error);
    g_assert_no_error(error);
}

void
fixture_tear_down(Fixture *fixture, gconstpointer data)
{
    cc_signalling_free(fixture->signalling);
    g_free(fixture->clients[0]);
    g_free(fixture->clients[1]);
    g_ptr_array_unref(fixture->hanging);
    soup_server_disconnect(fixture->server);
    g_object_unref(fixture->server);
    g_main_loop_unref(fixture->loop);
    g_string_free(fixture->seen, TRUE);
    g_free(fixture->base);
    g_free(fixture->ufrag);
    g_free(fixture->message);
}

void
fixture_on_reply(const CcSignallingReply *reply, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_clear_pointer(&fixture->ufrag, g_free);
    g_clear_pointer(&fixture->message, g_free);
    fixture->result = reply->result;
    fixture->status = reply->status;
    fixture->retry_after_ms = reply->retry_after_ms;
    fixture->n_servers = reply->ice_servers != NULL ? reply->ice_servers->len : 0;
    if (reply->sdp != NULL)
        fixture->ufrag = g_strdup(((CcSdpMedia *)reply->sdp->media->pdata[0])->ice_ufrag);
    g_assert_cmpint(reply->error == NULL, ==, reply->result == CC_SIGNALLING_OK);
    if (reply->error != NULL) {
        g_assert_true(reply->error->domain == CC_ERROR);
        fixture->code = reply->error->code;
        fixture->message = g_strdup(reply->error->message);
    }
    fixture->n_replies++;
    g_main_loop_quit(fixture->loop);
}

void
fixture_run(Fixture *fixture)
{
    guint watchdog = g_timeout_add_seconds(60, on_watchdog, NULL);
    g_main_loop_run(fixture->loop);
    g_source_remove(watchdog);
}

void
fixture_post(Fixture *fixture, const Script *script)
{
    fixture->script = script;
    cc_signalling_post(fixture->signalling, "v=0\r\n", fixture_on_reply, fixture);
    fixture_run(fixture);
}

const Script signalling_created[] = {{201,
                                      "application/sdp",
                                      SIGNALLING_ANSWER,
                                      {"Location", "/session/1", "ETag", "\"tag1\"", "Link",
                                       "<stun:a.example>; rel=\"ice-server\""}},
                                     {0}};
