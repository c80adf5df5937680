/* What WHIP and WHEP refuse over a real server, and with which problem (docs/protocol.md). */
#include "http-fixture.h"

#include <string.h>

static void
test_bad_requests(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whip");
    const char *sdp = "Content-Type: application/sdp";
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", "/whip/math", "Content-Type: text/plain", offer, &reply);
    assert_problem(&reply, 415, "wrong-content-type");
    g_assert_cmpstr(reply_header(&reply, "Accept-Post"), ==, "application/sdp");
    http_request(fixture, "POST", "/whip/math", NULL, offer, &reply);
    assert_problem(&reply, 415, "wrong-content-type");
    http_request(fixture, "POST", "/whip/a%2Fb", sdp, offer, &reply);
    assert_problem(&reply, 404, "not-found");
    http_request(fixture, "POST", "/whip/a%FF", sdp, offer, &reply);
    assert_problem(&reply, 404, "not-found");
    http_request(fixture, "POST", "/whip/.hidden", sdp, offer, &reply);
    assert_problem(&reply, 400, "bad-room");
    http_request(fixture, "POST", "/whip/a%20b", sdp, offer, &reply);
    assert_problem(&reply, 400, "bad-room");
    http_request(fixture, "POST", "/whip/", sdp, offer, &reply);
    assert_problem(&reply, 404, "not-found");
    http_request(fixture, "POST", "/nothing", sdp, offer, &reply);
    assert_problem(&reply, 404, "not-found");
    g_assert_cmpuint(cc_room_registry_n_sessions(fixture->control->rooms), ==, 0);
}

static void
test_methods(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const methods[] = {"PUT", "PATCH", "DELETE"};
    g_autofree char *offer = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *id = http_post_offer(fixture, "/whep/math", offer, &reply);
    g_autofree char *path = g_strconcat("/session/", id, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        http_request(fixture, methods[i], "/whip/math", NULL, NULL, &reply);
        assert_problem(&reply, 405, "method-not-allowed");
        g_assert_cmpstr(reply_header(&reply, "Allow"), ==, "GET, HEAD, OPTIONS, POST");
    }
    http_request(fixture, "PUT", path, "Content-Type: application/sdp", offer, &reply);
    assert_problem(&reply, 405, "method-not-allowed");
    g_assert_cmpstr(reply_header(&reply, "Allow"), ==, "DELETE, GET, HEAD, OPTIONS, PATCH");
    http_request(fixture, "POST", path, "Content-Type: application/sdp", offer, &reply);
    assert_problem(&reply, 405, "method-not-allowed");
}

static void
test_bad_offers(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *good = load_offer("chromium-whip");
    g_autofree char *no_bundle = without_lines(good, "a=group:BUNDLE");
    g_autofree char *no_fingerprint = without_lines(good, "a=fingerprint");
    g_autofree char *no_ice = without_lines(good, "a=ice-ufrag");
    g_autofree char *no_codec = without_lines(good, "a=rtpmap");
    g_autoptr(GString) partial = g_string_new(good);
    g_autoptr(GString) silent = g_string_new(good);
    g_auto(Reply) reply = {0};
    /* RFC 9725 section 4.4.3: no answer that takes only a part. */
    gboolean edited = g_string_replace(partial, "a=rtpmap:111 opus", "a=rtpmap:111 other", 1) > 0 &&
                      g_string_replace(silent, "a=sendonly", "a=inactive", 1) > 0;
    const struct {
        const char *body;
        guint status;
        const char *code;
    } cases[] = {
        {"", 400, "not-sdp"},
        {"hello", 400, "not-sdp"},
        {"{\"sdp\":\"v=0\"}", 400, "not-sdp"},
        {no_bundle, 422, "no-bundle"},
        {no_fingerprint, 422, "no-fingerprint"},
        {no_ice, 422, "no-ice"},
        {no_codec, 422, "no-codec"},
        {partial->str, 422, "no-codec"},
        {silent->str, 422, "bad-offer"},
    };

    g_assert_true(edited);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        http_request(fixture, "POST", "/whip/math", "Content-Type: application/sdp", cases[i].body,
                     &reply);
        assert_problem(&reply, cases[i].status, cases[i].code);
    }
    /* Nothing is left behind: the teacher's place is free. */
    g_assert_null(cc_room_registry_lookup(fixture->control->rooms, "math"));
    g_assert_cmpuint(g_hash_table_size(fixture->control->sessions), ==, 0);
}

static void
test_too_large(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *huge = g_strnfill(64 * 1024 + 1, 'x');
    g_autofree char *limit = g_strnfill(64 * 1024, 'x');
    g_autoptr(GString) chunked = g_string_new("POST /whip/math HTTP/1.1\r\nHost: x\r\n"
                                              "Content-Type: application/sdp\r\n"
                                              "Transfer-Encoding: chunked\r\n\r\n");
    g_auto(Reply) reply = {0};
    g_autofree char *answer = NULL;
    g_autofree char *expecting = NULL;

    http_request(fixture, "POST", "/whip/math", "Content-Type: application/sdp", huge, &reply);
    assert_problem(&reply, 413, "too-large");
    http_request(fixture, "POST", "/whip/math", "Content-Type: application/sdp", limit, &reply);
    assert_problem(&reply, 400, "not-sdp");

    /* A client that does not say how much will come. */
    for (guint i = 0; i < 300; i++)
        g_string_append_printf(chunked, "400\r\n%.1024s\r\n", huge);
    g_string_append(chunked, "0\r\n\r\n");
    answer = http_raw(fixture, chunked->str, (gssize)chunked->len);
    g_assert_true(g_str_has_prefix(answer, "HTTP/1.1 413 "));
    g_assert_nonnull(strstr(answer, "\"too-large\""));

    /* One that asks first sends nothing at all. */
    expecting = http_raw(fixture,
                         "POST /whip/math HTTP/1.1\r\nHost: x\r\nContent-Type: application/sdp\r\n"
                         "Content-Length: 100000000\r\nExpect: 100-continue\r\n\r\n",
                         -1);
    g_assert_true(g_str_has_prefix(expecting, "HTTP/1.1 413 "));
}

/* A client that never stops is cut off without being kept in memory. */
static void
test_endless_body(HttpFixture *fixture, gconstpointer settings)
{
    g_autoptr(GString) request = g_string_new("POST /whip/math HTTP/1.1\r\nHost: x\r\n"
                                              "Content-Type: application/sdp\r\n"
                                              "Transfer-Encoding: chunked\r\n\r\n");
    g_autofree char *chunk = g_strnfill(1024 * 1024, 'x');
    g_autofree char *answer = NULL;

    for (guint i = 0; i < 20; i++) {
        g_string_append(request, "100000\r\n");
        g_string_append_len(request, chunk, 1024 * 1024);
        g_string_append(request, "\r\n");
    }
    answer = http_raw(fixture, request->str, (gssize)request->len);
    g_assert_cmpstr(answer, ==, "");
}

static void
test_limits(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep");
    const char *sdp = "Content-Type: application/sdp";
    g_auto(Reply) reply = {0};
    g_autofree char *first = http_post_offer(fixture, "/whep/a", offer, &reply);
    g_autofree char *second = http_post_offer(fixture, "/whep/a", offer, &reply);
    g_autofree char *third = NULL;
    g_autofree char *path = g_strconcat("/session/", second, NULL);

    g_assert_nonnull(first);
    g_assert_nonnull(second);
    http_request(fixture, "POST", "/whep/a", sdp, offer, &reply);
    assert_problem(&reply, 503, "limit-sessions");
    g_assert_nonnull(reply_header(&reply, "Retry-After"));
    http_request(fixture, "POST", "/whep/b", sdp, offer, &reply);
    assert_problem(&reply, 503, "limit-rooms");
    g_assert_nonnull(reply_header(&reply, "Retry-After"));
    http_request(fixture, "DELETE", path, NULL, NULL, &reply);
    third = http_post_offer(fixture, "/whep/a", offer, &reply);
    g_assert_nonnull(third);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/http/bad-requests", NULL, test_bad_requests);
    ADD("/relay/http/methods", NULL, test_methods);
    ADD("/relay/http/bad-offers", NULL, test_bad_offers);
    ADD("/relay/http/too-large", NULL, test_too_large);
    ADD("/relay/http/endless-body", NULL, test_endless_body);
    ADD("/relay/http/limits", "relay.max-rooms=1\nrelay.max-sessions-per-room=2", test_limits);
    return g_test_run();
}
