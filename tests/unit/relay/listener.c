#include "listener.h"

#include <string.h>

static void
on_message(SoupWebsocketConnection *socket, gint type, GBytes *data, gpointer user_data)
{
    Listener *listener = user_data;
    g_autofree char *text = g_strndup(g_bytes_get_data(data, NULL), g_bytes_get_size(data));
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(text, &error);

    g_assert_no_error(error);
    g_assert_cmpint(type, ==, SOUP_WEBSOCKET_DATA_TEXT);
    g_queue_push_tail(listener->messages, node);
    listener->arrived = TRUE;
}

static void
on_closed(SoupWebsocketConnection *socket, gpointer user_data)
{
    Listener *listener = user_data;

    listener->closed = TRUE;
}

static void
on_connected(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Listener *listener = user_data;

    listener->socket =
        soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &listener->error);
    if (listener->socket != NULL) {
        g_signal_connect(listener->socket, "message", G_CALLBACK(on_message), listener);
        g_signal_connect(listener->socket, "closed", G_CALLBACK(on_closed), listener);
    }
    listener->connected = TRUE;
}

void
listener_init(Listener *listener, HttpFixture *fixture, const char *path)
{
    g_autofree char *url = g_strconcat("ws", fixture->base + strlen("http"), path, NULL);
    g_autoptr(SoupMessage) message = soup_message_new("GET", url);

    *listener = (Listener){.messages = g_queue_new()};
    soup_session_websocket_connect_async(fixture->client, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                         NULL, on_connected, listener);
    wait_for(&listener->connected);
}

void
listener_clear(Listener *listener)
{
    if (listener->socket != NULL)
        g_signal_handlers_disconnect_by_data(listener->socket, listener);
    g_clear_object(&listener->socket);
    g_clear_error(&listener->error);
    g_queue_free_full(listener->messages, (GDestroyNotify)json_node_unref);
}

JsonNode *
listener_next(Listener *listener)
{
    if (g_queue_is_empty(listener->messages)) {
        listener->arrived = FALSE;
        wait_for(&listener->arrived);
    }
    return g_queue_pop_head(listener->messages);
}

void
expect(Listener *listener, const char *json)
{
    g_autoptr(JsonNode) expected = json_from_string(json, NULL);
    g_autoptr(JsonNode) node = listener_next(listener);
    g_autofree char *text = json_to_string(node, FALSE);

    g_assert_nonnull(expected);
    if (!json_node_equal(node, expected))
        g_test_message("got %s, expected %s", text, json);
    g_assert_true(json_node_equal(node, expected));
}
