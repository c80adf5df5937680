/* The stage over HTTP and the WebSocket: who may speak, who says who is on it, who is told. */
#include <string.h>

#include "common/auth/token.h"
#include "listener.h"
#include "relay/room/stage.h"

#define SECRET "a-secret-for-the-tests"
#define PUPIL "0123456789abcdef"
#define say(listener, text) soup_websocket_connection_send_text((listener)->socket, text)

static char *
bearer(CcRole role, gboolean speak)
{
    CcTokenClaims claims = {.room = (char *)"math",
                            .role = role,
                            .speak = speak,
                            .expires_s = g_get_real_time() / G_USEC_PER_SEC + 3600};
    g_autofree char *token = cc_token_sign(SECRET, &claims);

    return g_strconcat("Authorization: Bearer ", token, NULL);
}

/* The status of POST "/speak/math". */
static guint
try_to_speak(HttpFixture *fixture, CcRole role, gboolean speak, const char *client)
{
    g_autofree char *offer = load_offer("chromium-whip");
    g_autofree char *token = bearer(role, speak);
    g_autofree char *headers =
        g_strconcat("Content-Type: application/sdp\n", token, client != NULL ? "\n" : "",
                    client != NULL ? "X-Classcast-Client: " : "", client, NULL);
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", "/speak/math", headers, offer, &reply);
    return reply.status;
}

static void
test_who_may(HttpFixture *fixture, gconstpointer settings)
{
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_VIEWER, TRUE, PUPIL), ==, 403);
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_CLASSROOM, FALSE, PUPIL), ==, 403);
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_CLASSROOM, TRUE, NULL), ==, 400);
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_CLASSROOM, TRUE, "short"), ==, 400);
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_CLASSROOM, TRUE, PUPIL), ==, 201);
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_TEACHER, FALSE, PUPIL), ==, 201);
}

/* (transfer full) the id of a session of @client in "math" that is connected. */
static char *
come(HttpFixture *fixture, const char *endpoint, const char *client, char **id)
{
    g_autofree char *offer =
        load_offer(g_str_equal(endpoint, "whep") ? "chromium-whep" : "chromium-whip");
    g_autofree char *path = g_strdup_printf("/%s/math", endpoint);
    g_autofree char *headers =
        g_strconcat("Content-Type: application/sdp\nX-Classcast-Client: ", client, NULL);
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", path, headers, offer, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    char *session_id = g_strdup(reply_header(&reply, "Location") + strlen("/session/"));
    http_fixture_session_event(fixture, session_id, CC_SESSION_CONNECTED, NULL);
    if (id != NULL)
        *id = g_strdup(reply_header(&reply, "X-Classcast-Participant"));
    return session_id;
}

/* (transfer full) the next message of that type. */
static char *
next_of(Listener *listener, const char *type)
{
    for (;;) {
        g_autoptr(JsonNode) node = listener_next(listener);
        if (g_str_equal(json_object_get_string_member(json_node_get_object(node), "type"), type))
            return json_to_string(node, FALSE);
    }
}

static void
test_call(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *id = NULL, *speaker_id = NULL;
    G_GNUC_UNUSED g_autofree char *teacher = come(fixture, "whip", "fedcba9876543210", NULL);
    G_GNUC_UNUSED g_autofree char *watches = come(fixture, "whep", PUPIL, &id);
    g_auto(Listener) listener = {0};
    g_auto(Listener) late = {0};

    listener_init(&listener, fixture, "/rooms/math/events");
    G_GNUC_UNUSED g_autofree char *speaks = come(fixture, "speak", PUPIL, &speaker_id);
    g_assert_cmpstr(speaker_id, ==, id);
    g_autofree char *ready = next_of(&listener, "ready");
    g_autofree char *expected =
        g_strdup_printf("{\"type\":\"ready\",\"id\":\"%s\",\"ready\":true}", id);
    g_assert_cmpstr(ready, ==, expected);
    g_autofree char *grid = next_of(&listener, "grid");
    g_assert_nonnull(strstr(grid, id));

    g_autofree char *call = g_strdup_printf(
        "{\"type\":\"stage\",\"guests\":[{\"id\":\"%s\",\"muted\":false},null]}", id);
    say(&listener, "{\"type\":\"stage\",\"guests\":\"all\"}");
    say(&listener, "{\"type\":\"stage\",\"guests\":[null,null,null]}");
    say(&listener, call);
    g_autofree char *stage = next_of(&listener, "stage");
    g_assert_cmpstr(stage, ==, call);
    g_autofree char *without = next_of(&listener, "grid");
    g_assert_null(strstr(without, id));

    listener_init(&late, fixture, "/rooms/math/events");
    g_autofree char *state = next_of(&late, "state");
    g_assert_nonnull(strstr(state, "\"stage\":{\"guests\":[{\"id\":"));
    g_assert_nonnull(strstr(state, "\"ready\":true"));
    char *first = strstr(state, "\"role\":\"classroom\""); /* one, though it has two sessions */
    g_assert_null(strstr(first + 1, "\"role\":\"classroom\""));
}

/* A classroom says nothing about the stage, and is not told of the grid. */
static void
test_teachers_alone(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *teacher = bearer(CC_ROLE_TEACHER, FALSE);
    g_autofree char *pupil = bearer(CC_ROLE_CLASSROOM, TRUE);
    g_autofree char *offer = load_offer("chromium-whep");
    g_autofree char *headers =
        g_strconcat("Content-Type: application/sdp\n", pupil, "\nX-Classcast-Client: " PUPIL, NULL);
    g_autofree char *as_teacher =
        g_strconcat("/rooms/math/events?token=", strrchr(teacher, ' ') + 1, NULL);
    g_autofree char *as_pupil =
        g_strconcat("/rooms/math/events?token=", strrchr(pupil, ' ') + 1, NULL);
    g_auto(Reply) reply = {0};
    g_auto(Listener) one = {0};
    g_auto(Listener) other = {0};

    http_request(fixture, "POST", "/whep/math", headers, offer, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    listener_init(&one, fixture, as_teacher);
    listener_init(&other, fixture, as_pupil);
    say(&other, "{\"type\":\"stage\",\"guests\":[{\"id\":\"me\"},null]}");
    say(&other, "{\"type\":\"hello\",\"client\":\"" PUPIL "\"}");
    g_assert_cmpuint(try_to_speak(fixture, CC_ROLE_CLASSROOM, TRUE, PUPIL), ==, 201);
    g_autofree char *grid = next_of(&one, "grid");
    g_assert_nonnull(grid);
    say(&one, "{\"type\":\"stage\",\"guests\":[{\"id\":\"somebody\",\"muted\":true}]}");
    g_autofree char *stage = next_of(&one, "stage");
    g_assert_nonnull(strstr(stage, "\"somebody\",\"muted\":true"));
    for (;;) { /* what the classroom hears up to then */
        g_autoptr(JsonNode) node = listener_next(&other);
        const char *type = json_object_get_string_member(json_node_get_object(node), "type");
        g_assert_cmpstr(type, !=, "grid");
        if (g_str_equal(type, "stage"))
            break;
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/staging/call", HttpFixture, NULL, http_fixture_set_up, test_call,
               http_fixture_tear_down);
    g_test_add("/staging/who-may", HttpFixture, "auth.mode=token\nauth.secrets=" SECRET,
               http_fixture_set_up, test_who_may, http_fixture_tear_down);
    g_test_add("/staging/teachers-alone", HttpFixture, "auth.mode=token\nauth.secrets=" SECRET,
               http_fixture_set_up, test_teachers_alone, http_fixture_tear_down);
    return g_test_run();
}
