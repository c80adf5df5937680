/* What operators and browsers read: /healthz, /metrics, /api/rooms and the pages. */
#include "http-fixture.h"

#include <math.h>
#include <string.h>

#include "common/auth/token.h"

#define SECRET "a-secret-for-the-tests"

static void
test_health(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Reply) reply = {0};

    http_request(fixture, "GET", "/healthz", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply.body, ==, "ok\n");
    http_request(fixture, "POST", "/healthz", NULL, "", &reply);
    assert_problem(&reply, 405, "method-not-allowed");
}

/* The value of a sample, or NaN if there is none. */
static double
sample(const char *metrics, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(metrics, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
        if (g_str_has_prefix(lines[i], name) && lines[i][strlen(name)] == ' ')
            return g_ascii_strtod(lines[i] + strlen(name), NULL);
    return NAN;
}

static void
test_metrics(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *teacher = http_post_offer(fixture, "/whip/math", whip, &reply);
    g_autofree char *pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_auto(GStrv) lines = NULL;

    g_assert_nonnull(pupil);
    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    http_request(fixture, "POST", "/whep/math", NULL, "x", &reply);
    http_request(fixture, "GET", "/nothing", NULL, NULL, &reply);
    http_request(fixture, "GET", "/metrics", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_true(g_str_has_prefix(reply_header(&reply, "Content-Type"), "text/plain"));
    g_assert_cmpfloat(sample(reply.body, "classcast_rooms{lesson=\"on\"}"), ==, 1);
    g_assert_cmpfloat(sample(reply.body, "classcast_rooms{lesson=\"over\"}"), ==, 0);
    g_assert_cmpfloat(
        sample(reply.body, "classcast_sessions{kind=\"publish\",state=\"connecting\"}"), ==, 1);
    g_assert_cmpfloat(sample(reply.body, "classcast_sessions{kind=\"watch\",state=\"connecting\"}"),
                      ==, 1);
    g_assert_cmpfloat(
        sample(reply.body, "classcast_http_refused_total{code=\"wrong-content-type\"}"), ==, 1);
    g_assert_cmpfloat(sample(reply.body, "classcast_http_refused_total{code=\"not-found\"}"), ==,
                      1);
    g_assert_cmpfloat(sample(reply.body, "classcast_dropped_total{reason=\"stun-bad-integrity\"}"),
                      ==, 0);
    g_assert_cmpfloat(sample(reply.body, "process_resident_memory_bytes"), >, 1e6);
    g_assert_cmpfloat(sample(reply.body, "process_cpu_seconds_total"), >, 0);

    /* Every sample is announced by its HELP and TYPE. */
    lines = g_strsplit(reply.body, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *name = g_strndup(lines[i], strcspn(lines[i], "{ "));
        g_autofree char *help = g_strdup_printf("# HELP %s ", name);
        g_autofree char *type = g_strdup_printf("# TYPE %s ", name);
        if (*lines[i] == '#' || *lines[i] == '\0')
            continue;
        g_assert_nonnull(strstr(reply.body, help));
        g_assert_nonnull(strstr(reply.body, type));
    }
}

static JsonArray *
rooms_of(const Reply *reply, JsonNode **node)
{
    *node = json_from_string(reply->body, NULL);
    g_assert_nonnull(*node);
    return json_object_get_array_member(json_node_get_object(*node), "rooms");
}

static void
test_rooms(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *teacher = http_post_offer(fixture, "/whip/math", whip, &reply);
    g_autofree char *pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_autofree char *other = http_post_offer(fixture, "/whep/art", whep, &reply);
    g_autoptr(JsonNode) node = NULL;
    JsonArray *rooms;
    JsonObject *math, *publisher, *receiver;

    g_assert_nonnull(other);
    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    http_request(fixture, "GET", "/api/rooms", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "application/json");
    rooms = rooms_of(&reply, &node);
    g_assert_cmpuint(json_array_get_length(rooms), ==, 2);
    g_assert_true(
        json_object_get_null_member(json_array_get_object_element(rooms, 0), "publisher"));
    math = json_array_get_object_element(rooms, 1);
    g_assert_cmpstr(json_object_get_string_member(math, "room"), ==, "math");
    g_assert_cmpstr(json_object_get_string_member(math, "lesson"), ==, "on");
    publisher = json_object_get_object_member(math, "publisher");
    g_assert_cmpstr(json_object_get_string_member(publisher, "role"), ==, "teacher");
    g_assert_true(json_object_has_member(publisher, "audio_bps"));
    g_assert_true(json_object_has_member(publisher, "video_bps"));
    g_assert_true(json_object_has_member(publisher, "codecs"));
    g_assert_true(json_object_get_null_member(publisher, "rtt_ms"));
    g_assert_true(json_object_get_null_member(publisher, "address"));
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(math, "receivers")), ==, 1);
    receiver = json_array_get_object_element(json_object_get_array_member(math, "receivers"), 0);
    g_assert_cmpstr(json_object_get_string_member(receiver, "id"), ==, "p2");
    g_assert_false(json_object_get_boolean_member(receiver, "connected"));
    /* The secrets of the sessions stay secret. */
    g_assert_null(strstr(reply.body, teacher));
    g_assert_null(strstr(reply.body, pupil));
}

static void
get_rooms(HttpFixture *fixture, const char *room, Reply *reply)
{
    CcTokenClaims claims = {.room = (char *)room,
                            .role = room[0] == '*' ? CC_ROLE_TEACHER : CC_ROLE_VIEWER,
                            .expires_s = g_get_real_time() / G_USEC_PER_SEC + 60};
    g_autofree char *token = cc_token_sign(SECRET, &claims);
    g_autofree char *header = g_strconcat("Authorization: Bearer ", token, NULL);

    http_request(fixture, "GET", "/api/rooms", header, NULL, reply);
    g_assert_cmpuint(reply->status, ==, 200);
}

static void
test_rooms_by_token(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const rooms[] = {"math", "art", "history"};
    g_auto(Reply) reply = {0};
    g_autoptr(JsonNode) own = NULL;
    g_autoptr(JsonNode) all = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(rooms); i++) {
        g_autofree char *replaced = NULL;
        cc_room_registry_join(fixture->control->rooms,
                              &(CcJoin){.room = rooms[i], .session_id = rooms[i]}, 0, &replaced);
    }
    http_request(fixture, "GET", "/api/rooms", NULL, NULL, &reply);
    assert_problem(&reply, 401, "unauthorized");
    http_request(fixture, "GET", "/metrics", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    get_rooms(fixture, "art", &reply);
    g_assert_cmpuint(json_array_get_length(rooms_of(&reply, &own)), ==, 1);
    g_assert_null(strstr(reply.body, "math"));
    get_rooms(fixture, "*", &reply);
    g_assert_cmpuint(json_array_get_length(rooms_of(&reply, &all)), ==, 3);
}

static void
test_pages(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const paths[] = {"/", "/watch/math", "/teach/%E6%95%B0",
                                        "/watch/math?token=x"};
    g_auto(Reply) reply = {0};
    g_autofree char *etag = NULL;
    g_autofree char *if_none_match = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        const char *policy;
        http_request(fixture, "GET", paths[i], NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 200);
        g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "text/html; charset=utf-8");
        policy = reply_header(&reply, "Content-Security-Policy");
        g_assert_true(g_str_has_prefix(policy, "default-src 'none'; script-src 'self';"));
        g_assert_null(strstr(policy, "unsafe"));
        g_assert_nonnull(strstr(policy, "frame-ancestors 'none'"));
        g_assert_nonnull(strstr(policy, "connect-src 'self' ws://127.0.0.1:"));
        g_assert_cmpstr(reply_header(&reply, "X-Content-Type-Options"), ==, "nosniff");
        g_assert_cmpstr(reply_header(&reply, "Referrer-Policy"), ==, "no-referrer");
        g_assert_nonnull(strstr(reply_header(&reply, "Permissions-Policy"), "camera=(self)"));
    }
    http_request(fixture, "GET", "/assets/style.css", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "text/css; charset=utf-8");
    etag = g_strdup(reply_header(&reply, "ETag"));
    if_none_match = g_strconcat("If-None-Match: ", etag, NULL);
    http_request(fixture, "GET", "/assets/style.css", if_none_match, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 304);
    g_assert_cmpstr(reply.body, ==, "");

    http_request(fixture, "GET", "/assets/none.js", NULL, NULL, &reply);
    assert_problem(&reply, 404, "not-found");
    http_request(fixture, "GET", "/assets/..%2Findex.html", NULL, NULL, &reply);
    assert_problem(&reply, 404, "not-found");
    http_request(fixture, "GET", "/watch/..", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200); /* that is "/" */
    http_request(fixture, "GET", "/watch/.a", NULL, NULL, &reply);
    assert_problem(&reply, 400, "bad-room");
    http_request(fixture, "DELETE", "/watch/math", NULL, NULL, &reply);
    assert_problem(&reply, 405, "method-not-allowed");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/api/health", NULL, test_health);
    ADD("/relay/api/metrics", NULL, test_metrics);
    ADD("/relay/api/rooms", NULL, test_rooms);
    ADD("/relay/api/rooms-by-token", "auth.mode=token\nauth.secrets=" SECRET, test_rooms_by_token);
    ADD("/relay/api/pages", NULL, test_pages);
    return g_test_run();
}
