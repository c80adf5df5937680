/* cc_signalling where the server refuses, says nonsense, or nothing. */
#include <string.h>

#include "tests/unit/client/signalling-fixture.h"

static void
test_bad_answers(Fixture *fixture, gconstpointer data)
{
    g_autofree char *huge = g_strnfill(70000, 'a');
    const Script cases[][2] = {
        {{201, "application/sdp", SIGNALLING_ANSWER}},
        {{201, "application/sdp", SIGNALLING_ANSWER, {"Location", "ftp://x/y"}}},
        {{201, "application/sdp", SIGNALLING_ANSWER, {"Location", "http://"}}},
        {{201, "text/html", "<html>", {"Location", "/session/1"}}},
        {{201, "application/sdp", "garbage", {"Location", "/session/1"}}},
        {{201, "application/sdp", "", {"Location", "/session/1"}}},
        {{201, "application/sdp", huge, {"Location", "/session/1"}}},
        {{200, "application/sdp", SIGNALLING_ANSWER, {"Location", "/session/1"}}},
        {{200, "text/html", "<html>log in to the hotel's network</html>"}},
        {{302, NULL, NULL, {"Location", "/elsewhere"}}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        fixture_post(fixture, cases[i]);
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
        fixture_post(fixture, script);
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
    fixture_post(fixture, good);
    g_assert_cmpstr(fixture->message, ==, "403 Forbidden: forbidden: for another [2J room");
    g_assert_cmpuint(fixture->retry_after_ms, ==, 7000);

    g_autofree char *deep = g_strnfill(60000, '[');
    const char *const bodies[] = {"{", "[]", "{\"code\":{},\"detail\":[1]}", "\xff", "", deep};
    for (guint i = 0; i < G_N_ELEMENTS(bodies); i++) {
        const Script bad[] = {{403, "application/problem+json", bodies[i]}, {0}};
        fixture_post(fixture, bad);
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
        fixture_post(fixture, script);
        g_assert_cmpuint(fixture->retry_after_ms, ==, cases[i].expected_ms);
    }
}

static void
test_bad_redirects(Fixture *fixture, gconstpointer data)
{
    const Script for_ever[] = {{307, NULL, NULL, {"Location", "/whip/math"}}, {0}};
    fixture_post(fixture, for_ever);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
    g_assert_cmpint(fixture->code, ==, CC_ERROR_PROTOCOL);
    g_assert_cmpuint(fixture->n_requests, ==, 6);

    const char *const locations[] = {NULL, "ftp://example.org/", "http://", "javascript:x"};
    for (guint i = 0; i < G_N_ELEMENTS(locations); i++) {
        const Script script[] = {{307, NULL, NULL, {"Location", locations[i]}}, {0}};
        const Script none[] = {{307}, {0}};
        fixture_post(fixture, locations[i] != NULL ? script : none);
        g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
        g_assert_cmpint(fixture->code, ==, CC_ERROR_PROTOCOL);
    }
}

static void
test_no_server(Fixture *fixture, gconstpointer data)
{
    soup_server_disconnect(fixture->server);
    fixture_post(fixture, NULL);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
    g_assert_cmpint(fixture->code, ==, CC_ERROR_NETWORK);
    g_assert_cmpuint(fixture->status, ==, 0);
}

static void
test_slow_server(Fixture *fixture, gconstpointer data)
{
    const Script hang[] = {{.hang = TRUE}, {0}};
    gint64 begin_us = g_get_monotonic_time();
    fixture_post(fixture, hang);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_RETRY);
    g_assert_cmpint(fixture->code, ==, CC_ERROR_NETWORK);
    g_assert_nonnull(strstr(fixture->message, "5000 ms"));
    g_assert_cmpint((g_get_monotonic_time() - begin_us) / 1000, >=, 4900);

    fixture_post(fixture, signalling_created);
    fixture->script = hang;
    begin_us = g_get_monotonic_time();
    cc_signalling_delete(fixture->signalling, fixture_on_reply, fixture);
    fixture_run(fixture);
    g_assert_cmpint((g_get_monotonic_time() - begin_us) / 1000, <, 3000);
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
#define ADD(name, func)                                                                            \
    g_test_add("/signalling-refusals/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
    ADD("bad-answers", test_bad_answers);
    ADD("refusals", test_refusals);
    ADD("problem-text", test_problem_text);
    ADD("retry-after", test_retry_after);
    ADD("bad-redirects", test_bad_redirects);
    ADD("no-server", test_no_server);
    ADD("slow-server", test_slow_server);
    g_test_add_func("/signalling-refusals/bad-arguments", test_bad_arguments);
    return g_test_run();
}
