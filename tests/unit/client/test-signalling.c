/* cc_signalling against a scripted server on a real socket. */
#include <libsoup/soup.h>
#include <string.h>

#include "client/signalling/signalling.h"
#include "common/base/error.h"

#define ANSWER                                                                                     \
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-lite\r\n"        \
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=recvonly\r\n"             \
    "a=rtcp-mux\r\na=ice-ufrag:abcdefgh\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"                 \
    "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:"  \
    "77:88:99:AA:BB:CC:DD:EE:FF\r\na=setup:passive\r\na=rtpmap:111 opus/48000/2\r\n"
#define FRAGMENT                                                                                   \
    "a=ice-ufrag:newufrag\r\na=ice-pwd:newpwdnewpwdnewpwdnewpwd\r\nm=audio 9 RTP/AVP 0\r\n"        \
    "a=mid:0\r\n"

/* What the server answers to the next requests, in turn; the last one is repeated. */
typedef struct {
    guint status;
    const char *content_type, *body;
    const char *headers[8]; /* name, value, … */
    gboolean hang;
} Script;

typedef struct {
    GMainLoop *loop;
    SoupServer *server;
    char *base;
    const Script *script;
    guint n_requests;
    GString *seen;      /* one line a request */
    GPtrArray *hanging; /* SoupServerMessage * */
    CcSignalling *signalling;

    /* The latest reply. */
    CcSignallingResult result;
    guint status, retry_after_ms, n_servers;
    char *ufrag;
    CcError code;
    char *message;
    guint n_replies;
} Fixture;

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

static void
set_up(Fixture *fixture, gconstpointer data)
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

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_signalling_free(fixture->signalling);
    g_ptr_array_unref(fixture->hanging);
    soup_server_disconnect(fixture->server);
    g_object_unref(fixture->server);
    g_main_loop_unref(fixture->loop);
    g_string_free(fixture->seen, TRUE);
    g_free(fixture->base);
    g_free(fixture->ufrag);
    g_free(fixture->message);
}

static void
on_reply(const CcSignallingReply *reply, gpointer user_data)
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

static void
run(Fixture *fixture)
{
    guint watchdog = g_timeout_add_seconds(20, on_watchdog, NULL);
    g_main_loop_run(fixture->loop);
    g_source_remove(watchdog);
}

static void
post(Fixture *fixture, const Script *script)
{
    fixture->script = script;
    cc_signalling_post(fixture->signalling, "v=0\r\n", on_reply, fixture);
    run(fixture);
}

static const Script created[] = {{201,
                                  "application/sdp",
                                  ANSWER,
                                  {"Location", "/session/1", "ETag", "\"tag1\"", "Link",
                                   "<stun:a.example>; rel=\"ice-server\""}},
                                 {0}};

static void
test_whole_life(Fixture *fixture, gconstpointer data)
{
    cc_signalling_set_name(fixture->signalling, "虎力");
    g_assert_false(cc_signalling_has_session(fixture->signalling));
    g_assert_null(cc_signalling_local_address(fixture->signalling));
    post(fixture, created);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
    g_assert_cmpuint(fixture->status, ==, 201);
    g_assert_cmpstr(fixture->ufrag, ==, "abcdefgh");
    g_assert_cmpuint(fixture->n_servers, ==, 1);
    g_assert_true(cc_signalling_has_session(fixture->signalling));
    g_assert_cmpstr(cc_signalling_local_address(fixture->signalling), ==, "127.0.0.1");

    const Script no_content[] = {{204}, {0}};
    fixture->script = no_content;
    cc_signalling_trickle(fixture->signalling, "a=x\r\n", on_reply, fixture);
    run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);

    const Script restarted[] = {
        {200, "application/trickle-ice-sdpfrag", FRAGMENT, {"ETag", "\"tag2\""}}, {0}};
    fixture->script = restarted;
    cc_signalling_restart_ice(fixture->signalling, "a=y\r\n", on_reply, fixture);
    run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
    g_assert_cmpstr(fixture->ufrag, ==, "newufrag");

    fixture->script = no_content;
    cc_signalling_trickle(fixture->signalling, "a=z\r\n", on_reply, fixture);
    run(fixture);

    const Script ok[] = {{200}, {0}};
    fixture->script = ok;
    cc_signalling_delete(fixture->signalling, on_reply, fixture);
    g_assert_false(cc_signalling_has_session(fixture->signalling));
    run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);

    g_assert_cmpstr(
        fixture->seen->str, ==,
        "POST /whip/math application/sdp Bearer secret %E8%99%8E%E5%8A%9B [v=0\r\n]\n"
        "PATCH /session/1 application/trickle-ice-sdpfrag Bearer secret \"tag1\" [a=x\r\n]\n"
        "PATCH /session/1 application/trickle-ice-sdpfrag Bearer secret * [a=y\r\n]\n"
        "PATCH /session/1 application/trickle-ice-sdpfrag Bearer secret \"tag2\" [a=z\r\n]\n"
        "DELETE /session/1 Bearer secret []\n");
}

static void
test_locations(Fixture *fixture, gconstpointer data)
{
    g_autofree char *absolute = g_strconcat(fixture->base, "/elsewhere/2", NULL);
    const char *const cases[][2] = {
        {"/session/1", "/session/1"}, {"sibling", "/whip/sibling"},
        {"math/3", "/whip/math/3"},   {"../up", "/up"},
        {absolute, "/elsewhere/2"},   {"", "/whip/math"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Script script[] = {{201, "application/sdp", ANSWER, {"Location", cases[i][0]}}, {0}};
        post(fixture, script);
        g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
        const Script ok[] = {{200}, {0}};
        fixture->script = ok;
        g_string_truncate(fixture->seen, 0);
        cc_signalling_delete(fixture->signalling, on_reply, fixture);
        run(fixture);
        g_autofree char *expected = g_strdup_printf("DELETE %s Bearer secret []\n", cases[i][1]);
        g_assert_cmpstr(fixture->seen->str, ==, expected);
    }
}

static void
test_bad_answers(Fixture *fixture, gconstpointer data)
{
    g_autofree char *huge = g_strnfill(70000, 'a');
    const Script cases[][2] = {
        {{201, "application/sdp", ANSWER}},
        {{201, "application/sdp", ANSWER, {"Location", "ftp://x/y"}}},
        {{201, "application/sdp", ANSWER, {"Location", "http://"}}},
        {{201, "text/html", "<html>", {"Location", "/session/1"}}},
        {{201, "application/sdp", "garbage", {"Location", "/session/1"}}},
        {{201, "application/sdp", "", {"Location", "/session/1"}}},
        {{201, "application/sdp", huge, {"Location", "/session/1"}}},
        {{200, "application/sdp", ANSWER, {"Location", "/session/1"}}},
        {{200, "text/html", "<html>log in to the hotel's network</html>"}},
        {{302, NULL, NULL, {"Location", "/elsewhere"}}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        post(fixture, cases[i]);
        g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
        /* "" is a reference to the endpoint itself, and not SDP. */
        g_assert_true(fixture->code == CC_ERROR_PROTOCOL);
    }
}

static void
test_refusals(Fixture *fixture, gconstpointer data)
{
    static const struct {
        guint status;
        CcSignallingResult result;
        CcError code;
    } cases[] = {
        {400, CC_SIGNALLING_REFUSED, CC_ERROR_PROTOCOL},
        {401, CC_SIGNALLING_REFUSED, CC_ERROR_UNAUTHORIZED},
        {403, CC_SIGNALLING_REFUSED, CC_ERROR_FORBIDDEN},
        {404, CC_SIGNALLING_REFUSED, CC_ERROR_NOT_FOUND},
        {409, CC_SIGNALLING_RETRY, CC_ERROR_CONFLICT},
        {415, CC_SIGNALLING_REFUSED, CC_ERROR_PROTOCOL},
        {422, CC_SIGNALLING_REFUSED, CC_ERROR_PROTOCOL},
        {429, CC_SIGNALLING_RETRY, CC_ERROR_PROTOCOL},
        {500, CC_SIGNALLING_RETRY, CC_ERROR_NETWORK},
        {502, CC_SIGNALLING_RETRY, CC_ERROR_NETWORK},
        {503, CC_SIGNALLING_RETRY, CC_ERROR_LIMIT},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Script script[] = {{cases[i].status, NULL, NULL, {"WWW-Authenticate", "Basic"}}, {0}};
        guint before = fixture->n_requests;
        post(fixture, script);
        g_assert_cmpint(fixture->result, ==, cases[i].result);
        g_assert_cmpint(fixture->code, ==, cases[i].code);
        g_assert_cmpuint(fixture->status, ==, cases[i].status);
        g_assert_cmpuint(fixture->n_requests, ==, before + 1);
        g_assert_false(cc_signalling_has_session(fixture->signalling));
    }
}

static void
test_problem_text(Fixture *fixture, gconstpointer data)
{
    const Script good[] = {{403,
                            "application/problem+json",
                            "{\"code\":\"forbidden\",\"detail\":\"for another\\u001b[2J room\"}",
                            {"Retry-After", "7"}},
                           {0}};
    post(fixture, good);
    g_assert_cmpstr(fixture->message, ==, "403 Forbidden: forbidden: for another [2J room");
    g_assert_cmpuint(fixture->retry_after_ms, ==, 7000);

    g_autofree char *deep = g_strnfill(60000, '[');
    const char *const bodies[] = {"{", "[]", "{\"code\":{},\"detail\":[1]}", "\xff", "", deep};
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
        const Script bad[] = {{403, "application/problem+json", bodies[i]}, {0}};
        post(fixture, bad);
        g_assert_cmpstr(fixture->message, ==, "403 Forbidden");
    }
}

static void
test_retry_after(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *value;
        guint expected_ms;
    } cases[] = {
        {"1", 1000},
        {"0", 0},
        {"999999", 60000},
        {"-1", 0},
        {"soon", 0},
        {"99999999999999999999", 0},
        {"Wed, 21 Oct 2015 07:28:00 GMT", 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Script script[] = {{503, NULL, NULL, {"Retry-After", cases[i].value}}, {0}};
        post(fixture, script);
        g_assert_cmpuint(fixture->retry_after_ms, ==, cases[i].expected_ms);
    }
}

static void
test_redirect(Fixture *fixture, gconstpointer data)
{
    const Script script[] = {
        {307, NULL, NULL, {"Location", "/other/whip"}},
        {308, NULL, NULL, {"Location", "third"}},
        {201, "application/sdp", ANSWER, {"Location", "relative"}},
        {200},
        {0},
    };
    post(fixture, script);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
    cc_signalling_delete(fixture->signalling, on_reply, fixture);
    run(fixture);
    g_assert_cmpstr(fixture->seen->str, ==,
                    "POST /whip/math application/sdp Bearer secret [v=0\r\n]\n"
                    "POST /other/whip application/sdp Bearer secret [v=0\r\n]\n"
                    "POST /other/third application/sdp Bearer secret [v=0\r\n]\n"
                    "DELETE /other/relative Bearer secret []\n");
}

static void
test_bad_redirects(Fixture *fixture, gconstpointer data)
{
    const Script for_ever[] = {{307, NULL, NULL, {"Location", "/whip/math"}}, {0}};
    post(fixture, for_ever);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
    g_assert_cmpint(fixture->code, ==, CC_ERROR_PROTOCOL);
    g_assert_cmpuint(fixture->n_requests, ==, 6);

    const char *const locations[] = {NULL, "ftp://example.org/", "http://", "javascript:x"};
    for (guint i = 0; i < G_N_ELEMENTS(locations); i++) {
        const Script script[] = {{307, NULL, NULL, {"Location", locations[i]}}, {0}};
        const Script none[] = {{307}, {0}};
        post(fixture, locations[i] != NULL ? script : none);
        g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
        g_assert_cmpint(fixture->code, ==, CC_ERROR_PROTOCOL);
    }
}

static void
test_gone(Fixture *fixture, gconstpointer data)
{
    post(fixture, created);
    const Script not_found[] = {{404}, {0}};
    fixture->script = not_found;
    cc_signalling_restart_ice(fixture->signalling, "x", on_reply, fixture);
    run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_GONE);
    g_assert_false(cc_signalling_has_session(fixture->signalling));
}

static void
test_no_server(Fixture *fixture, gconstpointer data)
{
    soup_server_disconnect(fixture->server);
    post(fixture, NULL);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
    g_assert_cmpint(fixture->code, ==, CC_ERROR_NETWORK);
    g_assert_cmpuint(fixture->status, ==, 0);
}

static void
test_slow_server(Fixture *fixture, gconstpointer data)
{
    const Script hang[] = {{.hang = TRUE}, {0}};
    gint64 begin_us = g_get_monotonic_time();
    post(fixture, hang);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
    g_assert_cmpint(fixture->code, ==, CC_ERROR_NETWORK);
    g_assert_nonnull(strstr(fixture->message, "5000 ms"));
    g_assert_cmpint((g_get_monotonic_time() - begin_us) / 1000, >=, 4900);

    post(fixture, created);
    fixture->script = hang;
    begin_us = g_get_monotonic_time();
    cc_signalling_delete(fixture->signalling, on_reply, fixture);
    run(fixture);
    g_assert_cmpint((g_get_monotonic_time() - begin_us) / 1000, <, 3000);
}

static void
on_never(const CcSignallingReply *reply, gpointer user_data)
{
    g_assert_not_reached();
}

static void
test_cancel(Fixture *fixture, gconstpointer data)
{
    fixture->script = created;
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_cancel(fixture->signalling);
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_cancel(fixture->signalling);
    post(fixture, created);
    g_assert_cmpuint(fixture->n_replies, ==, 1);

    /* Freed with a call under way, and then the loop goes on. */
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_free(fixture->signalling);
    g_autofree char *endpoint = g_strconcat(fixture->base, "/whip/math", NULL);
    fixture->signalling = cc_signalling_new(endpoint, NULL, NULL, NULL);
    post(fixture, created);
    g_assert_cmpuint(fixture->n_replies, ==, 2);
}

static void
on_reply_then_free(const CcSignallingReply *reply, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_clear_pointer(&fixture->signalling, cc_signalling_free);
    g_main_loop_quit(fixture->loop);
}

static void
test_free_in_callback(Fixture *fixture, gconstpointer data)
{
    fixture->script = created;
    cc_signalling_post(fixture->signalling, "v=0", on_reply_then_free, fixture);
    run(fixture);
    g_assert_null(fixture->signalling);
}

static void
test_bad_arguments(void)
{
    static const char *const endpoints[] = {"", "relay.example", "ftp://relay.example/",
                                            "http:///whip"};
    for (guint i = 0; i < G_N_ELEMENTS(endpoints); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(cc_signalling_new(endpoints[i], NULL, NULL, &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(
        cc_signalling_new("https://relay.example/whip/a", NULL, "/nonexistent.pem", &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_CONFIG);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func) g_test_add("/signalling/" name, Fixture, NULL, set_up, func, tear_down)
    ADD("whole-life", test_whole_life);
    ADD("locations", test_locations);
    ADD("bad-answers", test_bad_answers);
    ADD("refusals", test_refusals);
    ADD("problem-text", test_problem_text);
    ADD("retry-after", test_retry_after);
    ADD("redirect", test_redirect);
    ADD("bad-redirects", test_bad_redirects);
    ADD("gone", test_gone);
    ADD("no-server", test_no_server);
    ADD("slow-server", test_slow_server);
    ADD("cancel", test_cancel);
    ADD("free-in-callback", test_free_in_callback);
    g_test_add_func("/signalling/bad-arguments", test_bad_arguments);
    return g_test_run();
}
