/* What bounds a crowd at the HTTP side: connections, and requests of one address. */
#include "http-fixture.h"

#include <libsoup/soup.h>
#include <string.h>

#include "common/base/clock.h"

#define SPARE_CONNECTIONS 256 /* and four for a session */

static GSocketConnection *
connect_to(HttpFixture *fixture)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GError) error = NULL;
    GSocketConnection *connection;

    g_socket_client_set_timeout(client, 5);
    connection = g_socket_client_connect_to_host(client, "127.0.0.1",
                                                 cc_http_server_port(fixture->http), NULL, &error);

    g_assert_no_error(error);
    return connection;
}

typedef struct {
    gboolean done;
    gssize length;
    char text[64];
} Reading;

static void
on_read(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Reading *reading = user_data;

    reading->length = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);
    reading->done = TRUE;
}

#define BEGINNING "GET /healthz HTTP/1.1\r\nHost: x\r\n"
#define END "\r\n"

static void
write_beginning(GSocketConnection *connection)
{
    g_output_stream_write(g_io_stream_get_output_stream(G_IO_STREAM(connection)), BEGINNING,
                          strlen(BEGINNING), NULL, NULL);
}

/* One who has begun to ask holds a connection. */
static GSocketConnection *
begin_to_ask(HttpFixture *fixture)
{
    GSocketConnection *connection = connect_to(fixture);

    write_beginning(connection);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    return connection;
}

/* The rest of the question. FALSE if the relay hangs up. */
static gboolean
is_served(GSocketConnection *connection)
{
    Reading reading = {0};

    g_output_stream_write(g_io_stream_get_output_stream(G_IO_STREAM(connection)), END, strlen(END),
                          NULL, NULL);
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection)), reading.text,
                              sizeof(reading.text) - 1, G_PRIORITY_DEFAULT, NULL, on_read,
                              &reading);
    wait_for(&reading.done);
    g_assert_true(*reading.text == '\0' || g_str_has_prefix(reading.text, "HTTP/1.1 200 "));
    return *reading.text != '\0';
}

/* Those who came first are served, the next are not; when some go, there are places again. */
static void
test_connections(HttpFixture *fixture, gconstpointer settings)
{
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func(g_object_unref);
    guint refused = 0;

    for (guint i = 0; i < SPARE_CONNECTIONS + 4; i++)
        g_ptr_array_add(crowd, begin_to_ask(fixture));
    for (guint i = 0; i < 10; i++) {
        g_autoptr(GSocketConnection) late = begin_to_ask(fixture);
        g_assert_false(is_served(late));
    }

    for (guint i = 0; i < 10; i++)
        g_assert_true(is_served(g_ptr_array_index(crowd, i)));
    g_ptr_array_remove_range(crowd, 0, 10);
    for (guint served = 0; served < 10;) {
        g_autoptr(GSocketConnection) connection = begin_to_ask(fixture);
        if (is_served(connection))
            served++;
        else /* the relay has not noticed yet who is gone */
            g_assert_cmpuint(++refused, <, 100);
    }
}

/* Who does not come to the end of a question, or asks nothing more, is not waited for. */
static void
test_patience(HttpFixture *fixture, gconstpointer settings)
{
    g_autoptr(GSocketConnection) quick = begin_to_ask(fixture);
    g_autoptr(GSocketConnection) slow = begin_to_ask(fixture);
    gint64 now_us = cc_clock_now_us();

    cc_http_server_look(fixture->http, now_us + 18 * G_USEC_PER_SEC);
    g_assert_true(is_served(quick));
    cc_http_server_look(fixture->http, now_us + 40 * G_USEC_PER_SEC);
    g_assert_false(is_served(slow));
}

static guint n_alive;

static void
on_socket_gone(gpointer unused, GObject *socket)
{
    n_alive--;
}

/* The relay's sockets, seen from inside this process. */
static gboolean
on_request_started(GSignalInvocationHint *hint, guint n_values, const GValue *values,
                   gpointer unused)
{
    GSocket *socket = soup_server_message_get_socket(g_value_get_object(&values[1]));

    if (!g_object_get_data(G_OBJECT(socket), "test-seen")) {
        n_alive++;
        g_object_set_data(G_OBJECT(socket), "test-seen", socket);
        g_object_weak_ref(G_OBJECT(socket), on_socket_gone, NULL);
    }
    return TRUE;
}

/* Nothing stays behind of connections that have served. */
static void
test_many_connections(HttpFixture *fixture, gconstpointer settings)
{
    guint signal = g_signal_lookup("request-started", SOUP_TYPE_SERVER);
    gulong hook = g_signal_add_emission_hook(signal, 0, on_request_started, NULL, NULL);
    guint most = 0;

    for (guint i = 0; i < 3 * SPARE_CONNECTIONS; i++) {
        g_autoptr(GSocketConnection) connection = begin_to_ask(fixture);
        g_assert_true(is_served(connection));
        most = MAX(most, n_alive);
    }
    g_assert_cmpuint(most, >, 0);
    g_assert_cmpuint(most, <=, SPARE_CONNECTIONS + 20);
    g_signal_remove_emission_hook(signal, hook);
}

/* A flood of changes is refused; who only looks is not. */
static void
test_requests(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const methods[] = {"POST", "PATCH", "DELETE"};
    g_auto(Reply) reply = {0};

    cc_rate_limit_free(fixture->control->rate_limit);
    fixture->control->rate_limit = cc_rate_limit_new(0, 1);
    http_request(fixture, "DELETE", "/session/0123", NULL, NULL, &reply);
    assert_problem(&reply, 404, "unknown-session");
    for (guint k = 0; k < G_N_ELEMENTS(methods); k++) {
        http_request(fixture, methods[k], "/session/0123", NULL, NULL, &reply);
        assert_problem(&reply, 429, "limit-requests");
        g_assert_cmpstr(reply_header(&reply, "Retry-After"), ==, "1");
    }
    http_request(fixture, "GET", "/healthz", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
}

/* max-requests-per-s, five times as many at once; while we ask, a few more become due. */
static void
test_request_rate(HttpFixture *fixture, gconstpointer settings)
{
    guint allowed = 0;

    for (;; allowed++) {
        g_auto(Reply) reply = {0};
        http_request(fixture, "DELETE", "/session/0123", NULL, NULL, &reply);
        if (reply.status == 429)
            break;
        assert_problem(&reply, 404, "unknown-session");
        g_assert_cmpuint(allowed, <, 100);
    }
    g_assert_cmpuint(allowed, >=, 10);
}

/* A school that comes while the relay looks elsewhere: nobody is sent away to come again. */
static void
test_crowd(HttpFixture *fixture, gconstpointer settings)
{
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func(g_object_unref);

    while (crowd->len < 200)
        g_ptr_array_add(crowd, connect_to(fixture));
    for (guint i = 0; i < crowd->len; i += 50) {
        write_beginning(g_ptr_array_index(crowd, i));
        g_assert_true(is_served(g_ptr_array_index(crowd, i)));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/http-limits/connections", "relay.max-sessions=1", test_connections);
    ADD("/relay/http-limits/patience", "", test_patience);
    ADD("/relay/http-limits/many-connections", "", test_many_connections);
    ADD("/relay/http-limits/requests", NULL, test_requests);
    ADD("/relay/http-limits/request-rate", "relay.max-requests-per-s=2", test_request_rate);
    ADD("/relay/http-limits/crowd", NULL, test_crowd);
    return g_test_run();
}
