/* What bounds a crowd at the HTTP side: connections, and requests of one address. */
#include "http-fixture.h"

#include <string.h>

#define SPARE_CONNECTIONS 256 /* and four for a session */

static void
set_up(HttpFixture *fixture, gconstpointer settings)
{
    http_fixture_init(fixture, settings);
}

static void
tear_down(HttpFixture *fixture, gconstpointer settings)
{
    http_fixture_clear(fixture);
}

static GSocketConnection *
connect_to(HttpFixture *fixture)
{
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GError) error = NULL;
    GSocketConnection *connection = g_socket_client_connect_to_host(
        client, "127.0.0.1", cc_http_server_port(fixture->http), NULL, &error);

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

/* The beginning of the answer to a question; "" if the relay hangs up. */
static void
ask(GSocketConnection *connection, Reading *reading)
{
    static const char question[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

    memset(reading, 0, sizeof(*reading));
    g_output_stream_write(g_io_stream_get_output_stream(G_IO_STREAM(connection)), question,
                          strlen(question), NULL, NULL);
    g_input_stream_read_async(g_io_stream_get_input_stream(G_IO_STREAM(connection)), reading->text,
                              sizeof(reading->text) - 1, G_PRIORITY_DEFAULT, NULL, on_read,
                              reading);
    wait_for(&reading->done);
}

static gboolean
is_served(GSocketConnection *connection)
{
    Reading reading;

    ask(connection, &reading);
    g_assert_true(*reading.text == '\0' || g_str_has_prefix(reading.text, "HTTP/1.1 200 "));
    return *reading.text != '\0';
}

/* Those who came first are served, the next are not; when some go, there are places again. */
static void
test_connections(HttpFixture *fixture, gconstpointer settings)
{
    g_autoptr(GPtrArray) crowd = g_ptr_array_new_with_free_func(g_object_unref);
    guint refused = 0;

    for (guint i = 0; i < SPARE_CONNECTIONS + 4; i++) {
        g_ptr_array_add(crowd, connect_to(fixture));
        g_assert_true(is_served(g_ptr_array_index(crowd, i)));
    }
    for (guint i = 0; i < 10; i++) {
        g_autoptr(GSocketConnection) late = connect_to(fixture);
        g_assert_false(is_served(late));
    }

    g_ptr_array_remove_range(crowd, 0, 10);
    for (guint served = 0; served < 10;) {
        GSocketConnection *connection = connect_to(fixture);
        g_ptr_array_add(crowd, connection);
        if (is_served(connection))
            served++;
        else /* the relay has not noticed yet who is gone */
            g_assert_cmpuint(++refused, <, 100);
    }
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, set_up, function, tear_down)
    ADD("/relay/http-limits/connections", "relay.max-sessions=1", test_connections);
    ADD("/relay/http-limits/requests", NULL, test_requests);
    ADD("/relay/http-limits/request-rate", "relay.max-requests-per-s=2", test_request_rate);
    return g_test_run();
}
