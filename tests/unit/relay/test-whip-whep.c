/* WHIP (RFC 9725) and WHEP over a real server: every answer of the endpoints that docs/protocol.md
 * lists. */
#include "http-fixture.h"

#include <string.h>

#include "common/auth/token.h"
#include "common/wire/sdp.h"

#define SECRET "a-secret-for-the-tests"

static char *
bearer(const char *room, CcRole role, gint64 expires_in_s)
{
    CcTokenClaims claims = {.room = (char *)room,
                            .role = role,
                            .name = (char *)"Huli",
                            .expires_s = g_get_real_time() / G_USEC_PER_SEC + expires_in_s};
    g_autofree char *token = cc_token_sign(SECRET, &claims);

    return g_strdup_printf("Content-Type: application/sdp\nAuthorization: Bearer %s", token);
}

static void
assert_answers_offer(const char *offer_text, const char *answer_text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) offer = cc_sdp_parse(offer_text, -1, &error);
    g_autoptr(CcSdp) answer = cc_sdp_parse(answer_text, -1, &error);

    g_assert_no_error(error);
    g_assert_true(answer->ice_lite);
    g_assert_cmpuint(answer->media->len, ==, offer->media->len);
    for (guint i = 0; i < answer->media->len; i++) {
        const CcSdpMedia *offered = g_ptr_array_index(offer->media, i);
        const CcSdpMedia *answered = g_ptr_array_index(answer->media, i);
        g_assert_cmpstr(answered->mid, ==, offered->mid);
    }
    g_assert_cmpuint(((CcSdpMedia *)g_ptr_array_index(answer->media, 0))->candidates->len, >=, 2);
}

static void
test_publish_and_watch(HttpFixture *fixture, gconstpointer settings)
{
    static const struct {
        const char *path, *offer;
    } cases[] = {
        {"/whip/a", "chromium-whip"},
        {"/whip/b", "firefox-whip"},
        {"/whip/c", "obs-whip"},
        {"/whip/d", "gstreamer-whip"},
        {"/whep/a", "chromium-whep"},
        {"/whep/b", "firefox-whep"},
        {"/whep/%E6%95%B0%E5%AD%A6", "chromium-whep"},
    };
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *offer = load_offer(cases[i].offer);
        g_auto(Reply) reply = {0};
        char *id = http_post_offer(fixture, cases[i].path, offer, &reply);
        const char *etag = reply_header(&reply, "ETag");

        g_assert_cmpuint(reply.status, ==, 201);
        g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "application/sdp");
        g_assert_cmpstr(reply_header(&reply, "Accept-Patch"), ==,
                        "application/trickle-ice-sdpfrag");
        g_assert_cmpstr(reply_header(&reply, "Access-Control-Allow-Origin"), ==, "*");
        g_assert_nonnull(
            strstr(reply_header(&reply, "Access-Control-Expose-Headers"), "Location, Link, ETag"));
        g_assert_true(etag[0] == '"' && etag[strlen(etag) - 1] == '"');
        g_assert_cmpuint(strlen(id), ==, 32); /* 128 bits */
        assert_answers_offer(offer, reply.body);
        g_assert_true(g_hash_table_add(ids, id));
    }
    g_assert_nonnull(cc_room_registry_lookup(fixture->control->rooms, "数学"));
    g_assert_cmpuint(cc_room_registry_n_sessions(fixture->control->rooms), ==, G_N_ELEMENTS(cases));
}

static void
test_options(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const paths[] = {"/whip/math", "/whep/math"};

    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_auto(Reply) reply = {0};
        http_request(fixture, "OPTIONS", paths[i],
                     "Origin: https://school.example\nAccess-Control-Request-Method: POST\n"
                     "Access-Control-Request-Headers: authorization,content-type",
                     NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 200);
        g_assert_cmpstr(reply_header(&reply, "Accept-Post"), ==, "application/sdp");
        g_assert_cmpstr(reply_header(&reply, "Access-Control-Allow-Origin"), ==, "*");
        g_assert_nonnull(strstr(reply_header(&reply, "Access-Control-Allow-Methods"), "POST"));
        g_assert_nonnull(
            strstr(reply_header(&reply, "Access-Control-Allow-Headers"), "Authorization"));
        g_assert_nonnull(
            strstr(reply_header(&reply, "Access-Control-Allow-Headers"), "Content-Type"));
        g_assert_nonnull(reply_header(&reply, "Access-Control-Max-Age"));
        /* A browser's preflight: nobody would read the links (RFC 9725 section 4.6). */
        g_assert_null(reply_header(&reply, "Link"));
        http_request(fixture, "OPTIONS", paths[i], NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 200);
        g_assert_cmpstr(reply_header(&reply, "Accept-Post"), ==, "application/sdp");
        g_assert_nonnull(
            strstr(reply_header(&reply, "Link"),
                   "<turn:turn.example:3478>; rel=\"ice-server\"; username=\"u\\\"x\"; "
                   "credential=\"pass word\"; credential-type=\"password\""));
        g_assert_nonnull(
            strstr(reply_header(&reply, "Link"), "<stun:stun.example>; rel=\"ice-server\""));
    }
    {
        g_auto(Reply) reply = {0};
        http_request(fixture, "OPTIONS", "/session/0123", NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 200);
        g_assert_nonnull(strstr(reply_header(&reply, "Access-Control-Allow-Methods"), "PATCH"));
        g_assert_nonnull(strstr(reply_header(&reply, "Access-Control-Allow-Methods"), "DELETE"));
        g_assert_nonnull(strstr(reply_header(&reply, "Access-Control-Allow-Headers"), "If-Match"));
        g_assert_cmpstr(reply_header(&reply, "Accept-Patch"), ==,
                        "application/trickle-ice-sdpfrag");
    }
}

static void
test_ice_links(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *id = http_post_offer(fixture, "/whep/math", offer, &reply);

    g_assert_nonnull(id);
    g_assert_nonnull(strstr(reply_header(&reply, "Link"), "<turn:turn.example:3478>"));
}

/* A 406 would announce a counter-offer to a WHEP player: Accept is not looked at (RFC 9110 section
 * 12.5.1 lets a server do so). Case and parameters of a content type do not matter. */
static void
test_lenient_headers(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", "/whep/math",
                 "Content-Type: Application/SDP; charset=utf-8\nAccept: text/html", offer, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "application/sdp");
}

/* RFC 9725 section 4.1: GET succeeds without content. The WHEP draft: by HEAD, a player finds out
 * that this is WHEP. */
static void
test_get(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const methods[] = {"GET", "HEAD"};
    g_autofree char *offer = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *id = http_post_offer(fixture, "/whep/math", offer, &reply);
    g_autofree char *path = g_strconcat("/session/", id, NULL);

    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        http_request(fixture, methods[i], "/whep/other", NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 200);
        g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "application/sdp");
        g_assert_cmpstr(reply_header(&reply, "Content-Length"), ==, "0");
        g_assert_cmpstr(reply.body, ==, "");
        http_request(fixture, methods[i], "/whip/math", NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 204);
        g_assert_null(reply_header(&reply, "Content-Type"));
        g_assert_cmpstr(reply.body, ==, "");
        http_request(fixture, methods[i], path, NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 204);
        g_assert_cmpstr(reply.body, ==, "");
        http_request(fixture, methods[i], "/session/0123", NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 404);
        http_request(fixture, methods[i], "/whep/.x", NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 400);
    }
    g_assert_null(cc_room_registry_lookup(fixture->control->rooms, "other"));
}

static void
test_tokens(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_autofree char *whep = load_offer("chromium-whep");
    g_autofree char *teacher = bearer("math", CC_ROLE_TEACHER, 60);
    g_autofree char *viewer = bearer("math", CC_ROLE_VIEWER, 60);
    g_autofree char *classroom = bearer("math", CC_ROLE_CLASSROOM, 60);
    g_autofree char *expired = bearer("math", CC_ROLE_TEACHER, -60);
    const CcRoom *room;
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", "/whip/math", "Content-Type: application/sdp", whip, &reply);
    assert_problem(&reply, 401, "unauthorized");
    g_assert_true(g_str_has_prefix(reply_header(&reply, "WWW-Authenticate"), "Bearer"));
    http_request(fixture, "POST", "/whip/math", expired, whip, &reply);
    assert_problem(&reply, 401, "unauthorized");
    http_request(fixture, "POST", "/whip/history", teacher, whip, &reply);
    assert_problem(&reply, 403, "forbidden");
    http_request(fixture, "POST", "/whip/math", viewer, whip, &reply);
    assert_problem(&reply, 403, "forbidden");
    http_request(fixture, "POST", "/whip/math", classroom, whip, &reply);
    assert_problem(&reply, 403, "forbidden");
    http_request(fixture, "POST", "/whep/math", NULL, whep, &reply);
    assert_problem(&reply, 401, "unauthorized");

    http_request(fixture, "POST", "/whip/math", teacher, whip, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    http_request(fixture, "POST", "/whep/math", classroom, whep, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    http_request(fixture, "POST", "/whep/math", teacher, whep, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    room = cc_room_registry_lookup(fixture->control->rooms, "math");
    g_assert_cmpuint(room->participants->len, ==, 3);
    g_assert_cmpint(((CcParticipant *)g_ptr_array_index(room->participants, 0))->role, ==,
                    CC_ROLE_TEACHER);
    g_assert_cmpint(((CcParticipant *)g_ptr_array_index(room->participants, 1))->role, ==,
                    CC_ROLE_CLASSROOM);
    g_assert_cmpstr(((CcParticipant *)g_ptr_array_index(room->participants, 1))->name, ==, "Huli");
    g_assert_cmpint(((CcParticipant *)g_ptr_array_index(room->participants, 2))->role, ==,
                    CC_ROLE_VIEWER);

    /* A preflight needs no token, and so hears nothing of the TURN server's password. */
    http_request(fixture, "OPTIONS", "/whip/math", NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_null(reply_header(&reply, "Link"));
    http_request(fixture, "OPTIONS", "/whip/math", teacher, NULL, &reply);
    g_assert_nonnull(reply_header(&reply, "Link"));
}

static void
test_second_teacher(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whip");
    g_auto(Reply) reply = {0};
    g_autofree char *first = http_post_offer(fixture, "/whip/math", offer, &reply);
    g_autofree char *first_path = g_strconcat("/session/", first, NULL);
    g_autofree char *second = NULL;

    http_fixture_session_event(fixture, first, CC_SESSION_CONNECTED, NULL);
    http_fixture_session_event(fixture, first, CC_SESSION_MEDIA, NULL);
    http_request(fixture, "POST", "/whip/math", "Content-Type: application/sdp", offer, &reply);
    assert_problem(&reply, 409, "teacher-present");
    g_assert_cmpstr(reply_header(&reply, "Retry-After"), ==, "1");

    http_fixture_session_event(fixture, first, CC_SESSION_SILENT, NULL);
    second = http_post_offer(fixture, "/whip/math", offer, &reply);
    g_assert_nonnull(second);
    http_request(fixture, "DELETE", first_path, NULL, NULL, &reply);
    assert_problem(&reply, 404, "unknown-session");
    g_assert_cmpstr(cc_room_registry_lookup(fixture->control->rooms, "math")->teacher->session_id,
                    ==, second);
}

static void
test_no_waiting(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *teacher = NULL;
    g_autofree char *pupil = NULL;

    http_request(fixture, "POST", "/whep/math", "Content-Type: application/sdp", whep, &reply);
    assert_problem(&reply, 409, "lesson-not-begun");
    g_assert_nonnull(reply_header(&reply, "Retry-After"));
    teacher = http_post_offer(fixture, "/whip/math", whip, &reply);
    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_assert_nonnull(pupil);
}

static void
test_name_header(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep");
    const CcRoom *room;
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", "/whep/math",
                 "Content-Type: application/sdp\nX-Classcast-Name: %E5%B8%8C%E6%9C%9B%0A%22x",
                 offer, &reply);
    http_request(fixture, "POST", "/whep/math",
                 "Content-Type: application/sdp\nX-Classcast-Name: %FF%FE", offer, &reply);
    room = cc_room_registry_lookup(fixture->control->rooms, "math");
    g_assert_cmpstr(((CcParticipant *)g_ptr_array_index(room->participants, 0))->name, ==,
                    "希望 \"x");
    g_assert_cmpstr(((CcParticipant *)g_ptr_array_index(room->participants, 1))->name, ==, "");
}

/* (transfer full) the new session's path. */
static char *
post_as_client(HttpFixture *fixture, const char *path, const char *offer, const char *client)
{
    g_autofree char *headers =
        g_strconcat("Content-Type: application/sdp\nX-Classcast-Client: ", client, NULL);
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", path, headers, offer, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    return g_strdup(reply_header(&reply, "Location"));
}

/* A client that comes again ends its own session from before, and nobody else's. */
static void
test_comes_again(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *teacher = post_as_client(fixture, "/whip/math", whip, "0123456789abcdef");
    g_autofree char *pupil = post_as_client(fixture, "/whep/math", whep, "fedcba9876543210");
    g_autofree char *guessed = post_as_client(fixture, "/whep/math", whep, "0123456789abcde");
    g_autofree char *again = post_as_client(fixture, "/whep/math", whep, "0123456789abcde");
    const CcRoom *room = cc_room_registry_lookup(fixture->control->rooms, "math");

    g_assert_cmpuint(room->participants->len, ==, 4); /* what is too short names nobody */
    http_fixture_session_event(fixture, teacher + strlen("/session/"), CC_SESSION_MEDIA, NULL);
    g_autofree char *back = post_as_client(fixture, "/whip/math", whip, "0123456789abcdef");
    g_autofree char *pupil_back = post_as_client(fixture, "/whep/math", whep, "fedcba9876543210");
    g_assert_cmpuint(room->participants->len, ==, 4);
    http_request(fixture, "GET", teacher, NULL, NULL, &reply);
    assert_problem(&reply, 404, "unknown-session");
    http_request(fixture, "GET", pupil, NULL, NULL, &reply);
    assert_problem(&reply, 404, "unknown-session");
    const char *there[] = {guessed, again, back, pupil_back};
    for (guint i = 0; i < G_N_ELEMENTS(there); i++) {
        http_request(fixture, "GET", there[i], NULL, NULL, &reply);
        g_assert_cmpuint(reply.status, ==, 204);
    }
}

int
main(int argc, char **argv)
{
    const char *turn = "relay.ice-servers=turn:turn.example:3478;stun:stun.example\n"
                       "relay.ice-server-username=u\"x\nrelay.ice-server-password=pass word";
    const char *tokens =
        "auth.mode=token\nauth.secrets=" SECRET "\nrelay.ice-servers=turn:turn.example:3478\n"
        "relay.ice-server-username=u\nrelay.ice-server-password=p";

    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/http/publish-and-watch", NULL, test_publish_and_watch);
    ADD("/relay/http/options", turn, test_options);
    ADD("/relay/http/ice-links", turn, test_ice_links);
    ADD("/relay/http/lenient-headers", NULL, test_lenient_headers);
    ADD("/relay/http/get", NULL, test_get);
    ADD("/relay/http/tokens", tokens, test_tokens);
    ADD("/relay/http/second-teacher", NULL, test_second_teacher);
    ADD("/relay/http/comes-again", NULL, test_comes_again);
    ADD("/relay/http/no-waiting", "relay.wait-for-lesson=false", test_no_waiting);
    ADD("/relay/http/name-header", NULL, test_name_header);
    return g_test_run();
}
