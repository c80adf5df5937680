#include "http-fixture.h"

#include <string.h>

#include "relay/control/events.h"

#define WATCHDOG_S 60

static void
on_session_event(const CcSessionEvent *event, gpointer user_data)
{
    HttpFixture *fixture = user_data;

    cc_control_session_event(fixture->control, event);
}

static CcConfig *
load_config(const char *settings)
{
    g_auto(GStrv) lines = g_strsplit(settings != NULL ? settings : "", "\n", -1);
    g_autoptr(GArray) overrides = g_array_new(TRUE, TRUE, sizeof(CcConfigOverride));
    g_autoptr(GError) error = NULL;
    CcConfigOverride base[] = {{"relay.http-port", "0", "test"},
                               {"relay.udp-port", "0", "test"},
                               {"relay.http-address", "127.0.0.1", "test"},
                               {"relay.udp-address", "127.0.0.1", "test"},
                               {"auth.mode", "open", "test"}};
    CcConfig *config;

    g_array_append_vals(overrides, base, G_N_ELEMENTS(base));
    for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
        char *equals = strchr(lines[i], '=');
        CcConfigOverride override = {lines[i], equals + 1, "test"};
        *equals = '\0';
        g_array_append_val(overrides, override);
    }
    config = cc_config_load(NULL, (CcConfigOverride *)overrides->data, &error);
    g_assert_no_error(error);
    return config;
}

void
http_fixture_set_up(HttpFixture *fixture, gconstpointer settings)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) addresses = g_ptr_array_new();
    CcWorkerOptions options = {
        .listen_addresses = addresses,
        .enable_tcp = TRUE,
        .connect_timeout_ms = 30000,
        .session_timeout_ms = 15000,
        .silence_timeout_ms = 2000,
        .history_ms = 2000,
        .keyframe_interval_ms = 500,
        .receive_buffer_bytes = 65536,
        .send_buffer_bytes = 65536,
        .max_packets = 1024,
        .session_event = on_session_event,
        .user_data = fixture,
    };
    CcSettings *taken;

    *fixture = (HttpFixture){.config = load_config(settings)};
    g_ptr_array_add(addresses, (char *)"127.0.0.1");
    fixture->identity = cc_dtls_identity_new(NULL, &error);
    g_assert_no_error(error);
    options.identity = fixture->identity;
    fixture->workers =
        cc_worker_group_new(&options, cc_config_rules_workers(fixture->config), &error);
    g_assert_no_error(error);
    taken = cc_settings_new(fixture->config, &error);
    g_assert_no_error(error);
    fixture->control = cc_control_new(taken, fixture->workers, fixture->identity, TRUE);
    fixture->http = cc_http_server_new(fixture->config, fixture->control, &error);
    g_assert_no_error(error);
    fixture->client = soup_session_new();
    fixture->base = g_strdup_printf("%s://127.0.0.1:%u",
                                    cc_http_server_is_https(fixture->http) ? "https" : "http",
                                    cc_http_server_port(fixture->http));
}

void
http_fixture_tear_down(HttpFixture *fixture, gconstpointer settings)
{
    soup_session_abort(fixture->client);
    g_object_unref(fixture->client);
    cc_http_server_free(fixture->http);
    cc_worker_group_free(fixture->workers);
    cc_control_free(fixture->control);
    cc_dtls_identity_free(fixture->identity);
    cc_config_free(fixture->config);
    g_free(fixture->base);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

void
http_fixture_session_event(HttpFixture *fixture, const char *session_id, CcSessionEventKind kind,
                           const char *reason)
{
    CcSessionEvent event = {.kind = kind, .session_id = session_id, .room = "", .reason = reason};

    cc_control_session_event(fixture->control, &event);
}

void
reply_clear(Reply *reply)
{
    g_clear_pointer(&reply->headers, soup_message_headers_unref);
    g_clear_pointer(&reply->body, g_free);
}

static gboolean
on_watchdog(gpointer user_data)
{
    g_error("the relay did not answer within %d s", WATCHDOG_S);
    return G_SOURCE_REMOVE;
}

void
wait_for(const gboolean *flag)
{
    guint watchdog = g_timeout_add_seconds(WATCHDOG_S, on_watchdog, NULL);

    while (!*flag)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(watchdog);
}

typedef struct {
    gboolean done;
    GBytes *bytes;
    GError *error;
} Waiting;

static void
on_reply(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Waiting *waiting = user_data;

    waiting->bytes =
        soup_session_send_and_read_finish(SOUP_SESSION(source), result, &waiting->error);
    waiting->done = TRUE;
}

static gboolean
accept_certificate(SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors,
                   gpointer user_data)
{
    return TRUE; /* the test's own, self-signed */
}

void
http_request(HttpFixture *fixture, const char *method, const char *path, const char *headers,
             const char *body, Reply *reply)
{
    g_autofree char *url = g_strconcat(fixture->base, path, NULL);
    g_autoptr(SoupMessage) message = soup_message_new(method, url);
    g_auto(GStrv) lines = g_strsplit(headers != NULL ? headers : "", "\n", -1);
    SoupMessageHeaders *request = soup_message_get_request_headers(message);
    Waiting waiting = {0};
    const char *data;
    gsize length;

    g_assert_nonnull(message);
    reply_clear(reply);
    g_signal_connect(message, "accept-certificate", G_CALLBACK(accept_certificate), NULL);
    if (body != NULL) {
        g_autoptr(GBytes) bytes = g_bytes_new(body, strlen(body));
        soup_message_set_request_body_from_bytes(message, NULL, bytes);
    }
    for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++) {
        g_auto(GStrv) pair = g_strsplit(lines[i], ": ", 2);
        soup_message_headers_replace(request, pair[0], pair[1]);
    }
    soup_session_send_and_read_async(fixture->client, message, G_PRIORITY_DEFAULT, NULL, on_reply,
                                     &waiting);
    wait_for(&waiting.done);
    g_assert_no_error(waiting.error);
    reply->status = soup_message_get_status(message);
    reply->headers = soup_message_headers_ref(soup_message_get_response_headers(message));
    data = g_bytes_get_data(waiting.bytes, &length);
    reply->body = g_strndup(data != NULL ? data : "", length);
    g_bytes_unref(waiting.bytes);
}

char *
http_post_offer(HttpFixture *fixture, const char *path, const char *offer, Reply *reply)
{
    const char *location;

    http_request(fixture, "POST", path, "Content-Type: application/sdp", offer, reply);
    if (reply->status != SOUP_STATUS_CREATED)
        return NULL;
    location = reply_header(reply, "Location");
    g_assert_true(g_str_has_prefix(location, "/session/"));
    return g_strdup(location + strlen("/session/"));
}

typedef struct {
    guint16 port;
    const char *bytes;
    gsize length;
    gboolean done;
} Raw;

/* Has the whole answer come? */
static gboolean
is_complete(const GString *answer)
{
    const char *end = strstr(answer->str, "\r\n\r\n");
    const char *content_length = strstr(answer->str, "Content-Length: ");

    if (end == NULL)
        return FALSE;
    if (content_length == NULL || content_length > end)
        return strstr(answer->str, " 204 ") != NULL;
    return answer->len >=
           (gsize)(end + 4 - answer->str) +
               g_ascii_strtoull(content_length + strlen("Content-Length: "), NULL, 10);
}

static void
raw_thread(GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
    Raw *raw = task_data;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) connection = NULL;
    GString *answer = g_string_new(NULL);
    char buffer[4096];
    gssize got = 0;

    g_socket_client_set_timeout(client, WATCHDOG_S);
    connection = g_socket_client_connect_to_host(client, "127.0.0.1", raw->port, NULL, NULL);
    g_assert_nonnull(connection);
    /* The server may close while we still write; then its answer is already there. */
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), raw->bytes,
                              raw->length, NULL, NULL, NULL);
    do {
        got = g_input_stream_read(g_io_stream_get_input_stream(G_IO_STREAM(connection)), buffer,
                                  sizeof(buffer), NULL, NULL);
        if (got > 0)
            g_string_append_len(answer, buffer, got);
    } while (got > 0 && !is_complete(answer));
    g_task_return_pointer(task, g_string_free(answer, FALSE), g_free);
}

static void
on_raw(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Raw *raw = user_data;

    raw->done = TRUE;
}

char *
http_raw(HttpFixture *fixture, const char *bytes, gssize length)
{
    Raw raw = {.port = cc_http_server_port(fixture->http),
               .bytes = bytes,
               .length = length >= 0 ? (gsize)length : strlen(bytes)};
    g_autoptr(GTask) task = g_task_new(NULL, NULL, on_raw, &raw);

    g_task_set_task_data(task, &raw, NULL);
    g_task_run_in_thread(task, raw_thread);
    wait_for(&raw.done);
    return g_task_propagate_pointer(task, NULL);
}

const char *
reply_header(const Reply *reply, const char *name)
{
    return soup_message_headers_get_list(reply->headers, name);
}

char *
reply_problem(const Reply *reply)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) node = json_from_string(reply->body, &error);
    JsonObject *object;

    g_assert_no_error(error);
    g_assert_nonnull(node);
    g_assert_cmpstr(reply_header(reply, "Content-Type"), ==, "application/problem+json");
    g_assert_cmpstr(reply_header(reply, "Access-Control-Allow-Origin"), ==, "*");
    object = json_node_get_object(node);
    g_assert_cmpint(json_object_get_int_member(object, "status"), ==, reply->status);
    g_assert_cmpstr(json_object_get_string_member(object, "detail"), !=, "");
    return g_strdup(json_object_get_string_member(object, "code"));
}

char *
load_offer(const char *name)
{
    g_autofree char *file = g_strconcat(name, ".sdp", NULL);
    g_autofree char *path =
        g_test_build_filename(G_TEST_DIST, "unit", "wire", "offers", file, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

char *
without_lines(const char *text, const char *prefix)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);

    for (guint i = 0; lines[i] != NULL; i++)
        if (!g_str_has_prefix(lines[i], prefix) && *lines[i] != '\0')
            g_string_append_printf(out, "%s\n", lines[i]);
    return g_string_free(out, FALSE);
}
