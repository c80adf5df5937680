/* /api/status: who may ask, what is answered, and how little of it the second time. */
#include "http-fixture.h"

#include <string.h>

#include "common/auth/token.h"
#include "relay/control/health-watch.h"

#define SECRET "a-secret-for-the-tests"

static void
look(HttpFixture *fixture, guint32 tick)
{
    /* The relay's own timer may have asked already. */
    while (fixture->control->health->tick < tick) {
        cc_health_watch_look(fixture->control->health, tick);
        g_main_context_iteration(NULL, TRUE);
    }
}

static JsonObject *
get(HttpFixture *fixture, const char *path, JsonNode **node)
{
    g_auto(Reply) reply = {0};

    http_request(fixture, "GET", path, NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply_header(&reply, "Cache-Control"), ==, "no-store");
    *node = json_from_string(reply.body, NULL);
    g_assert_nonnull(*node);
    return json_node_get_object(*node);
}

/* The member of a row that @columns names so. */
static JsonNode *
member(JsonObject *answer, const char *columns, JsonArray *row, const char *name)
{
    JsonArray *names = json_object_get_array_member(answer, columns);

    g_assert_cmpuint(json_array_get_length(names), ==, json_array_get_length(row));
    for (guint i = 0; i < json_array_get_length(names); i++)
        if (g_str_equal(json_array_get_string_element(names, i), name))
            return json_array_get_element(row, i);
    g_assert_not_reached();
}

static void
test_overview(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_autofree char *again = NULL;
    g_autoptr(JsonNode) first = NULL;
    g_autoptr(JsonNode) second = NULL;
    JsonObject *answer;
    JsonArray *links, *row;

    look(fixture, 100);
    answer = get(fixture, "/api/status", &first);
    g_assert_cmpint(json_object_get_int_member(answer, "tick"), ==, 100);
    g_assert_cmpstr(
        json_object_get_string_member(json_object_get_object_member(answer, "relay"), "health"), ==,
        "good");
    links = json_object_get_array_member(answer, "links");
    g_assert_cmpuint(json_array_get_length(links), ==, 1);
    row = json_array_get_array_element(links, 0);
    g_assert_cmpstr(json_node_get_string(member(answer, "link_columns", row, "room")), ==, "math");
    g_assert_cmpstr(json_node_get_string(member(answer, "link_columns", row, "health")), ==,
                    "coming");
    g_assert_cmpint(json_node_get_int(member(answer, "link_columns", row, "sends")), ==, 0);
    row = json_array_get_array_element(json_object_get_array_member(answer, "rooms"), 0);
    g_assert_cmpint(json_node_get_int(member(answer, "room_columns", row, "links")), ==, 1);
    g_assert_false(json_object_get_boolean_member(answer, "more"));

    again = g_strdup_printf("/api/status?boot=%s&since=%" G_GINT64_FORMAT,
                            json_object_get_string_member(answer, "boot"),
                            json_object_get_int_member(answer, "revision"));
    answer = get(fixture, again, &second);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "links")), ==, 0);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "rooms")), ==, 0);
    g_assert_cmpint(json_object_get_int_member(answer, "n_links"), ==, 1);
    http_request(fixture, "GET", "/api/status", NULL, NULL, &reply);
    g_assert_null(strstr(reply.body, pupil)); /* its secret */
}

/* Whose @since is of another run of the relay gets everything. */
static void
test_restarted(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    static const char *const paths[] = {"/api/status?boot=other&since=1000000",
                                        "/api/status?since=1000000", "/api/status?boot=&since=-1",
                                        "/api/status?since=%FF&boot=%FF&boot"};

    g_assert_nonnull(pupil);
    look(fixture, 1);
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(JsonNode) node = NULL;
        JsonObject *answer = get(fixture, paths[i], &node);
        g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "links")), ==,
                         1);
    }
}

static void
test_history(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *pupil = NULL;
    static const char *const paths[] = {"/api/status/link/1", "/api/status/room/math",
                                        "/api/status/relay"};
    static const guint n_moments[] = {3, 3, 9};

    look(fixture, 2);
    pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_assert_nonnull(pupil);
    look(fixture, 8);
    look(fixture, 10);
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(JsonNode) node = NULL;
        g_autoptr(JsonNode) rest = NULL;
        JsonObject *answer = get(fixture, paths[i], &node);
        JsonArray *moments = json_object_get_array_member(answer, "moments");
        g_autofree char *since = g_strdup_printf("%s?boot=%s&since=9", paths[i],
                                                 json_object_get_string_member(answer, "boot"));
        g_assert_cmpuint(json_array_get_length(moments), ==, n_moments[i]);
        g_assert_cmpint(json_object_get_int_member(answer, "from"), ==, 11 - n_moments[i]);
        g_assert_true(json_array_get_null_element(moments, n_moments[i] - 2)); /* nobody looked */
        g_assert_cmpuint(
            json_array_get_length(json_array_get_array_element(moments, n_moments[i] - 1)), ==,
            json_array_get_length(json_object_get_array_member(answer, "columns")));
        answer = get(fixture, since, &rest);
        g_assert_cmpint(json_object_get_int_member(answer, "from"), ==, 10);
        g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "moments")), ==,
                         1);
    }
}

/* Of a room also who came and went; one that does not connect has not come. */
static void
test_room(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_autoptr(JsonNode) node = NULL;
    g_autoptr(JsonNode) rest = NULL;
    CcHealthRoom *room;
    JsonObject *answer;
    JsonArray *moves, *row;

    g_assert_nonnull(pupil);
    look(fixture, 10);
    room = (CcHealthRoom *)cc_health_book_room(fixture->control->health->book, "math");
    g_assert_cmpuint(cc_health_room_n_moves(room), ==, 0);
    cc_health_room_move(room, 9, 1, CC_MOVE_CAME);
    cc_health_room_move(room, 10, 1, CC_MOVE_LOST);
    answer = get(fixture, "/api/status/room/math", &node);
    row = json_array_get_array_element(json_object_get_array_member(answer, "moments"), 0);
    g_assert_cmpint(json_node_get_int(member(answer, "columns", row, "links")), ==, 1);
    g_assert_true(json_node_is_null(member(answer, "columns", row, "most_loss")));
    moves = json_object_get_array_member(answer, "moves");
    g_assert_cmpuint(json_array_get_length(moves), ==, 2);
    g_autofree char *since = g_strdup_printf("/api/status/room/math?boot=%s&since=9",
                                             json_object_get_string_member(answer, "boot"));
    answer = get(fixture, since, &rest);
    moves = json_object_get_array_member(answer, "moves");
    g_assert_cmpuint(json_array_get_length(moves), ==, 1);
    row = json_array_get_array_element(moves, 0);
    g_assert_cmpstr(json_node_get_string(member(answer, "move_columns", row, "move")), ==, "lost");
    /* An hour later nobody speaks of it. */
    look(fixture, 10 + CC_HEALTH_TICKS);
    g_clear_pointer(&node, json_node_unref);
    answer = get(fixture, "/api/status/room/math", &node);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(answer, "moves")), ==, 0);
}

static void
test_unknown(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const paths[] = {"/api/status/link/7",  "/api/status/link/x",
                                        "/api/status/link",    "/api/status/room/none",
                                        "/api/status/nothing", "/api/status/relay/more"};
    g_auto(Reply) reply = {0};

    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        http_request(fixture, "GET", paths[i], NULL, NULL, &reply);
        assert_problem(&reply, 404, "not-found");
    }
    http_request(fixture, "POST", "/api/status", NULL, "", &reply);
    assert_problem(&reply, 405, "method-not-allowed");
}

/* Everything may be left out of it but nothing may be let in: a token for all rooms. */
static void
test_token(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const paths[] = {"/api/status", "/api/status/relay", "/api/status/link/1"};
    g_auto(Reply) reply = {0};

    look(fixture, 1);
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        for (guint k = 0; k < 2; k++) {
            CcTokenClaims claims = {.room = (char *)(k == 0 ? "math" : "*"),
                                    .role = k == 0 ? CC_ROLE_TEACHER : CC_ROLE_VIEWER,
                                    .expires_s = g_get_real_time() / G_USEC_PER_SEC + 60};
            g_autofree char *token = cc_token_sign(SECRET, &claims);
            g_autofree char *header = g_strconcat("Authorization: Bearer ", token, NULL);
            http_request(fixture, "GET", paths[i], header, NULL, &reply);
            if (k == 0)
                assert_problem(&reply, 403, "forbidden");
            else
                g_assert_cmpuint(reply.status, ==, i == 2 ? 404 : 200);
        }
        http_request(fixture, "GET", paths[i], NULL, NULL, &reply);
        assert_problem(&reply, 401, "unauthorized");
    }
    http_request(fixture, "GET", "/status", NULL, NULL, &reply); /* the page asks for one */
    g_assert_cmpuint(reply.status, ==, 200);
}

static void
test_flood(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Reply) reply = {0};
    guint n = 0;

    do
        http_request(fixture, "GET", "/api/status", NULL, NULL, &reply);
    while (reply.status == 200 && ++n < 5000);
    assert_problem(&reply, 429, "limit-requests");
    g_assert_cmpstr(reply_header(&reply, "Retry-After"), ==, "1");
    http_request(fixture, "GET", "/api/rooms", NULL, NULL, &reply); /* others are not disturbed */
    g_assert_cmpuint(reply.status, ==, 200);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/health/api/overview", NULL, test_overview);
    ADD("/relay/health/api/restarted", NULL, test_restarted);
    ADD("/relay/health/api/history", NULL, test_history);
    ADD("/relay/health/api/room", NULL, test_room);
    ADD("/relay/health/api/unknown", NULL, test_unknown);
    ADD("/relay/health/api/token", "auth.mode=token\nauth.secrets=" SECRET, test_token);
    ADD("/relay/health/api/flood", NULL, test_flood);
    return g_test_run();
}
