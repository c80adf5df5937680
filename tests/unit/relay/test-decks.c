/* A room's deck over HTTP and WebSocket: who may, what is bounded, who hears of it. */
#include <string.h>

#include "common/auth/token.h"
#include "common/deck/manifest.h"
#include "listener.h"
#include "relay/control/deck-flow.h"

#define DECK "/rooms/math/deck"
#define TEXT "Content-Type: text/plain"
#define CLIENT "X-Classcast-Client: 0123456789abcdef0123"
#define SECRET "a secret of the unit tests"
#define AUTH "auth.mode=token\nauth.secrets=" SECRET "\n"

static const char *const stills[] = {"the first page", "the second page, which is longer"};

static char *
manifest(guint n)
{
    g_autoptr(CcDeckManifest) deck = cc_deck_manifest_new("5be1", "lesson.pdf", n);

    for (guint i = 0; i < MIN(n, G_N_ELEMENTS(stills)); i++) {
        CcDeckPage *page = cc_deck_manifest_page(deck, i);
        cc_deck_hash((const guint8 *)stills[i], strlen(stills[i]), page->hash);
        page->bytes = (guint)strlen(stills[i]);
    }
    return cc_deck_manifest_to_string(deck);
}

/* (transfer full) */
static char *
path_of(guint still)
{
    char hash[CC_DECK_HASH_LENGTH + 1];

    cc_deck_hash((const guint8 *)stills[still], strlen(stills[still]), hash);
    return g_strconcat(DECK "/", hash, NULL);
}

static void
put_deck(HttpFixture *fixture, guint n)
{
    g_autofree char *text = manifest(n);
    g_auto(Reply) reply = {0};

    http_request(fixture, "PUT", DECK, TEXT, text, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
}

static void
put_still(HttpFixture *fixture, guint still)
{
    g_autofree char *path = path_of(still);
    g_auto(Reply) reply = {0};

    http_request(fixture, "PUT", path, "Content-Type: image/webp", stills[still], &reply);
    g_assert_cmpuint(reply.status, ==, 204);
}

/* Up in pieces, which an outage interrupts, and down again as a whole and in part. */
static void
test_up_and_down(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *text = manifest(2);
    g_autofree char *first = path_of(0), *second = path_of(1);
    g_auto(Reply) told = {0}, piece = {0}, wrong = {0}, again = {0}, whole = {0}, part = {0},
                  beyond = {0}, deck = {0};

    http_request(fixture, "PUT", DECK, TEXT, text, &told);
    g_assert_cmpuint(told.status, ==, 200);
    g_assert_nonnull(strstr(told.body, " 0\n"));
    http_request(fixture, "PUT", second, "Content-Range: bytes 0-9/32", "the second", &piece);
    g_assert_cmpuint(piece.status, ==, 204);
    g_assert_cmpstr(reply_header(&piece, "X-Classcast-Received"), ==, "10");
    http_request(fixture, "PUT", second, "Content-Range: bytes 0-9/32", "the second", &wrong);
    assert_problem(&wrong, 416, "wrong-range");
    http_request(fixture, "PUT", DECK, TEXT, text, &again);
    g_assert_nonnull(strstr(again.body, " 10\n"));
    put_still(fixture, 0);

    http_request(fixture, "GET", first, NULL, NULL, &whole);
    g_assert_cmpuint(whole.status, ==, 200);
    g_assert_cmpstr(whole.body, ==, stills[0]);
    g_assert_nonnull(strstr(reply_header(&whole, "Cache-Control"), "immutable"));
    http_request(fixture, "GET", first, "Range: bytes=4-8", NULL, &part);
    g_assert_cmpuint(part.status, ==, 206);
    g_assert_cmpstr(part.body, ==, "first");
    g_assert_cmpstr(reply_header(&part, "Content-Range"), ==, "bytes 4-8/14");
    http_request(fixture, "GET", first, "Range: bytes=14-20", NULL, &beyond);
    assert_problem(&beyond, 416, "wrong-range");
    http_request(fixture, "GET", DECK, NULL, NULL, &deck);
    g_assert_cmpstr(deck.body, ==, text);
}

static void
test_refused(HttpFixture *fixture, gconstpointer settings)
{
    static const struct {
        const char *method, *path, *headers, *body;
        guint status;
        const char *code;
    } cases[] = {
        {"GET", DECK, NULL, NULL, 404, "no-deck"},
        {"PUT", DECK, TEXT, "no manifest", 422, "bad-deck"},
        {"PUT", DECK, TEXT, "deck 5be1 t\n0123456789abcdef0123456789abcdef 1048577\n", 422,
         "bad-deck"},
        {"PUT", DECK "/0123456789abcdef0123456789abcdef", NULL, "abc", 404, "no-deck"},
        {"PUT", DECK "/nonsense", NULL, "abc", 404, "no-deck"},
        {"GET", DECK "/0123456789abcdef0123456789abcdef", NULL, NULL, 404, "no-deck"},
        {"POST", DECK, TEXT, "deck", 405, "method-not-allowed"},
        {"DELETE", DECK "/0123456789abcdef0123456789abcdef", NULL, NULL, 405, "method-not-allowed"},
        {"GET", "/rooms/.x/deck", NULL, NULL, 400, "bad-room"},
        {"GET", DECK "/a/b", NULL, NULL, 404, "not-found"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Reply) reply = {0};
        http_request(fixture, cases[i].method, cases[i].path, cases[i].headers, cases[i].body,
                     &reply);
        assert_problem(&reply, cases[i].status, cases[i].code);
    }
    put_deck(fixture, 2);
    g_autofree char *first = path_of(0);
    g_autofree char *big = g_strnfill(64 * 1024 + 1, 'x');
    g_auto(Reply) unknown = {0}, other = {0}, empty = {0}, crooked = {0}, large = {0};
    http_request(fixture, "PUT", DECK "/0123456789abcdef0123456789abcdef", NULL, "abc", &unknown);
    assert_problem(&unknown, 404, "no-deck");
    http_request(fixture, "PUT", first, NULL, "the worst page", &other);
    assert_problem(&other, 422, "bad-deck");
    http_request(fixture, "PUT", first, NULL, NULL, &empty);
    assert_problem(&empty, 416, "wrong-range");
    http_request(fixture, "PUT", first, "Content-Range: bytes 0-7/14", "the", &crooked);
    assert_problem(&crooked, 416, "wrong-range");
    http_request(fixture, "PUT", first, NULL, big, &large);
    assert_problem(&large, 413, "too-large");
}

static void
test_limit(HttpFixture *fixture, gconstpointer settings)
{
    GString *text = g_string_new("deck 5be1 t\n");
    g_auto(Reply) reply = {0}, small = {0};

    http_request(fixture, "PUT", DECK, TEXT,
                 "deck 5be1 t\n0123456789abcdef0123456789abcdef 1048576\n", &small);
    g_assert_cmpuint(small.status, ==, 200);
    for (guint i = 0; i < 2; i++)
        g_string_append_printf(text, "0123456789abcdef0123456789abcde%u 1048576\n", i);
    http_request(fixture, "PUT", DECK, TEXT, text->str, &reply);
    assert_problem(&reply, 503, "limit-decks");
    g_string_free(text, TRUE);
}

static char *
bearer(CcRole role)
{
    CcTokenClaims claims = {.room = (char *)"math", .role = role, .expires_s = G_MAXINT32};
    g_autofree char *token = cc_token_sign(SECRET, &claims);

    return g_strconcat("Authorization: Bearer ", token, NULL);
}

/* Only the teacher brings a deck; only who may watch sees it. */
static void
test_tokens(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *text = manifest(1);
    g_autofree char *teacher = bearer(CC_ROLE_TEACHER), *classroom = bearer(CC_ROLE_CLASSROOM);
    g_autofree char *first = path_of(0);
    g_auto(Reply) nobody = {0}, pupil = {0}, stolen = {0}, brought = {0}, seen = {0}, peek = {0},
                  gone = {0};

    http_request(fixture, "PUT", DECK, NULL, text, &nobody);
    assert_problem(&nobody, 401, "unauthorized");
    http_request(fixture, "PUT", DECK, classroom, text, &pupil);
    assert_problem(&pupil, 403, "forbidden");
    http_request(fixture, "PUT", "/rooms/music/deck", teacher, text, &stolen);
    assert_problem(&stolen, 403, "forbidden");
    http_request(fixture, "PUT", DECK, teacher, text, &brought);
    g_assert_cmpuint(brought.status, ==, 200);
    http_request(fixture, "GET", DECK, classroom, NULL, &seen);
    g_assert_cmpuint(seen.status, ==, 200);
    http_request(fixture, "GET", first, NULL, NULL, &peek);
    assert_problem(&peek, 401, "unauthorized");
    http_request(fixture, "DELETE", DECK, classroom, NULL, &gone);
    assert_problem(&gone, 403, "forbidden");
}

#define say(listener, text) soup_websocket_connection_send_text((listener)->socket, text)
#define SAID(page, blank, ready, pointer)                                                          \
    "{\"type\":\"deck\",\"deck\":{\"id\":\"5be1\",\"title\":\"lesson.pdf\",\"version\":1,"         \
    "\"pages\":2,\"page\":" page ",\"blank\":" blank                                               \
    ",\"hash\":\"%s\",\"bytes\":%u,\"ready\":" ready ",\"pointer\":" pointer "}}"

static void
expect_page(Listener *listener, const char *format, guint still)
{
    char hash[CC_DECK_HASH_LENGTH + 1];

    cc_deck_hash((const guint8 *)stills[still], strlen(stills[still]), hash);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_autofree char *text = g_strdup_printf(format, hash, (guint)strlen(stills[still]));
#pragma GCC diagnostic pop
    expect(listener, text);
}

static void
test_said(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Listener) pupil = {0}, late = {0};

    listener_init(&pupil, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&pupil));
    put_deck(fixture, 2);
    expect_page(&pupil, SAID("0", "false", "false", "null"), 0);
    put_still(fixture, 1); /* not the one that is shown: nobody needs to hear of it */
    put_still(fixture, 0);
    expect_page(&pupil, SAID("0", "false", "true", "null"), 0);
    say(&pupil, "{\"type\":\"page\",\"deck\":\"5be1\",\"page\":2}"); /* there is none */
    say(&pupil, "{\"type\":\"page\",\"deck\":\"old\",\"page\":1}");
    say(&pupil, "{\"type\":\"page\",\"deck\":\"5be1\",\"page\":-1}");
    say(&pupil, "{\"type\":\"page\",\"deck\":\"5be1\",\"page\":1.5}");
    say(&pupil, "{\"type\":\"page\",\"deck\":\"5be1\",\"page\":1}");
    expect_page(&pupil, SAID("1", "false", "true", "null"), 1);
    say(&pupil, "{\"type\":\"pointer\",\"x\":2500,\"y\":10000}");
    expect(&pupil, "{\"type\":\"pointer\",\"pointer\":[2500,10000]}");

    /* Who comes late hears of the page right after the room's state. */
    listener_init(&late, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&late));
    expect_page(&late, SAID("1", "false", "true", "[2500,10000]"), 1);
    say(&pupil, "{\"type\":\"page\",\"deck\":\"5be1\",\"page\":1,\"blank\":true}");
    expect_page(&late, SAID("1", "true", "true", "null"), 1);
    cc_decks_forget(fixture->control->decks, "math");
    expect(&late, "{\"type\":\"deck\",\"deck\":null}");
}

/* A hand that trembles is told a few times a second, and where it ended is told in any case. */
static void
test_pointer_is_coalesced(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Listener) pupil = {0};
    guint n = 0;
    gint64 place = 0;

    put_deck(fixture, 2);
    listener_init(&pupil, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&pupil));
    json_node_unref(listener_next(&pupil));
    for (guint i = 0; i <= 100; i++) {
        g_autofree char *text = g_strdup_printf("{\"type\":\"pointer\",\"x\":%u,\"y\":5}", i);
        say(&pupil, text);
    }
    while (place != 100) {
        g_autoptr(JsonNode) node = listener_next(&pupil);
        JsonArray *array = json_object_get_array_member(json_node_get_object(node), "pointer");
        place = json_array_get_int_element(array, 0);
        n++;
    }
    g_assert_cmpuint(n, <, 50);
    say(&pupil, "{\"type\":\"pointer\",\"x\":10001,\"y\":5}");
    g_autoptr(JsonNode) node = listener_next(&pupil);
    g_assert_true(json_object_get_null_member(json_node_get_object(node), "pointer"));
}

/* A pupil turns no pages. */
static void
test_only_the_teacher_turns(HttpFixture *fixture, gconstpointer settings)
{
    CcTokenClaims claims = {
        .room = (char *)"math", .role = CC_ROLE_CLASSROOM, .expires_s = G_MAXINT32};
    g_autofree char *token = cc_token_sign(SECRET, &claims);
    g_autofree char *path = g_strconcat("/rooms/math/events?token=", token, NULL);
    g_autofree char *teacher = bearer(CC_ROLE_TEACHER), *text = manifest(2);
    g_auto(Listener) pupil = {0};
    g_auto(Reply) brought = {0}, removed = {0};

    http_request(fixture, "PUT", DECK, teacher, text, &brought);
    listener_init(&pupil, fixture, path);
    json_node_unref(listener_next(&pupil));
    json_node_unref(listener_next(&pupil));
    say(&pupil, "{\"type\":\"page\",\"deck\":\"5be1\",\"page\":1}");
    say(&pupil, "{\"type\":\"links\",\"of\":\"*\"}");
    http_request(fixture, "DELETE", DECK, teacher, NULL, &removed);
    expect(&pupil, "{\"type\":\"deck\",\"deck\":null}"); /* and nothing before */
}

/* A page of 12 kB, shown at once. (transfer full): its path */
static char *
put_large_page(HttpFixture *fixture)
{
    g_autoptr(CcDeckManifest) deck = cc_deck_manifest_new("5be1", "lesson.pdf", 1);
    g_autofree char *still = g_strnfill(12000, 'x');
    g_auto(Reply) told = {0}, put = {0};
    CcDeckPage *page = cc_deck_manifest_page(deck, 0);
    cc_deck_hash((const guint8 *)still, strlen(still), page->hash);
    page->bytes = (guint)strlen(still);
    g_autofree char *text = cc_deck_manifest_to_string(deck);
    char *path = g_strconcat(DECK "/", page->hash, NULL);

    http_request(fixture, "PUT", DECK, TEXT, text, &told);
    http_request(fixture, "PUT", path, "Content-Type: image/webp", still, &put);
    g_assert_cmpuint(put.status, ==, 204);
    return path;
}

static gint64
time_to_get(HttpFixture *fixture, const char *path, const char *headers)
{
    gint64 began_us = g_get_monotonic_time();
    g_auto(Reply) reply = {0};

    http_request(fixture, "GET", path, headers, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    return g_get_monotonic_time() - began_us;
}

/* Who watches, and of whose link nothing is known, may sit behind a narrow one. */
static void
test_link_unknown(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep"), *path = put_large_page(fixture);
    g_auto(Reply) joined = {0};

    http_request(fixture, "POST", "/whep/math", "Content-Type: application/sdp\n" CLIENT, offer,
                 &joined);
    g_assert_cmpuint(joined.status, ==, 201);
    g_assert_cmpint(time_to_get(fixture, path, CLIENT), >, 700000);
}

static void
test_lesson_over(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whip");
    g_auto(Reply) reply = {0};
    g_autofree char *session = http_post_offer(fixture, "/whip/math", offer, &reply);

    http_fixture_session_event(fixture, session, CC_SESSION_CONNECTED, NULL);
    http_fixture_session_event(fixture, session, CC_SESSION_MEDIA, NULL);
    put_deck(fixture, 2);
    http_fixture_session_event(fixture, session, CC_SESSION_LOST, "timed-out");
    g_assert_nonnull(cc_deck_store_lookup(fixture->control->decks->store, "math"));
    cc_control_end_session(fixture->control, session, "closed", TRUE);
    g_assert_null(cc_deck_store_lookup(fixture->control->decks->store, "math"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/decks/up-and-down", NULL, test_up_and_down);
    ADD("/relay/decks/refused", NULL, test_refused);
    ADD("/relay/decks/limit", "relay.max-deck-mib=1", test_limit);
    ADD("/relay/decks/tokens", AUTH, test_tokens);
    ADD("/relay/decks/said", NULL, test_said);
    ADD("/relay/decks/pointer-is-coalesced", NULL, test_pointer_is_coalesced);
    ADD("/relay/decks/only-the-teacher-turns", AUTH, test_only_the_teacher_turns);
    ADD("/relay/decks/link-unknown", NULL, test_link_unknown);
    ADD("/relay/decks/lesson-over", NULL, test_lesson_over);
    return g_test_run();
}
