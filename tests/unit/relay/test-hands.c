/* Raised hands: who may, who hears of it, and what is said over the WebSocket. */
#include <string.h>

#include "listener.h"
#include "relay/control/wish.h"
#include "relay/room/hands.h"

/* The next message must be that a hand has been raised, at least so long ago, or lowered (-1). */
static void
expect_hand(Listener *listener, const char *id, gint64 least_ms)
{
    g_autoptr(JsonNode) node = listener_next(listener);
    JsonObject *object = json_node_get_object(node);
    g_assert_cmpstr(json_object_get_string_member(object, "type"), ==, "hand");
    g_assert_cmpstr(json_object_get_string_member(object, "id"), ==, id);
    g_assert_cmpint(json_object_get_null_member(object, "hand_ms"), ==, least_ms < 0);
    if (least_ms >= 0) {
        g_assert_cmpint(json_object_get_int_member(object, "hand_ms"), >=, least_ms);
        g_assert_cmpint(json_object_get_int_member(object, "hand_ms"), <, least_ms + 60000);
    }
}

/* (transfer full) the id of a session in "math" that is connected. @id: of its participant, to be
 * freed; or NULL. */
static char *
come(HttpFixture *fixture, const char *direction, const char *client, char **id)
{
    g_autofree char *offer =
        load_offer(g_str_equal(direction, "whip") ? "chromium-whip" : "chromium-whep");
    g_autofree char *path = g_strdup_printf("/%s/math", direction);
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

#define say(listener, text) soup_websocket_connection_send_text((listener)->socket, text)
#define HAND_OF "{\"type\":\"hand\",\"of\":\"%s\",\"raised\":%s}"
#define PUPIL "0123456789abcdef"
#define TEACHER "fedcba9876543210"

/* A classroom raises its hand, everybody hears of it, and the teacher lowers it; but nobody does
 * that for another one, and a teacher raises none. */
static void
test_hands(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *teacher_id = come(fixture, "whip", TEACHER, NULL);
    g_autofree char *id = NULL, *same_id = NULL;
    g_autofree char *pupil_id = come(fixture, "whep", PUPIL, &id);
    g_autofree char *raise = g_strdup_printf(HAND_OF, id, "true");
    g_autofree char *lower = g_strdup_printf(HAND_OF, id, "false");
    g_auto(Listener) teacher = {0};
    g_auto(Listener) pupil = {0};
    g_auto(Listener) late = {0};

    listener_init(&teacher, fixture, "/rooms/math/events");
    listener_init(&pupil, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&teacher));
    json_node_unref(listener_next(&pupil));
    say(&pupil, "{\"type\":\"hand\",\"raised\":true}"); /* who is that? */
    say(&pupil, "{\"type\":\"hello\",\"client\":\"somebody\"}");
    say(&pupil, "{\"type\":\"hand\",\"raised\":true}");
    say(&teacher, "{\"type\":\"hello\",\"client\":\"" TEACHER "\"}");
    say(&teacher, "{\"type\":\"hand\",\"raised\":true}");
    say(&teacher, raise);
    say(&pupil, "{\"type\":\"hello\",\"client\":\"" PUPIL "\"}");
    say(&pupil, "{\"type\":\"hand\",\"raised\":\"true\"}");
    say(&pupil, "{\"type\":\"hand\",\"raised\":true}");
    expect_hand(&teacher, id, 0);
    expect_hand(&pupil, id, 0);

    /* Who comes later is told, too, and who was out of reach has it still. */
    listener_init(&late, fixture, "/rooms/math/events");
    g_autoptr(JsonNode) state = listener_next(&late);
    g_autofree char *text = json_to_string(state, FALSE);
    g_assert_nonnull(strstr(text, "\"connected\":true,\"ready\":false,\"hand_ms\":"));
    g_autofree char *again = come(fixture, "whep", PUPIL, &same_id);
    g_assert_cmpstr(again, !=, pupil_id);
    g_assert_cmpstr(same_id, ==, id);

    say(&teacher, lower);
    expect_hand(&teacher, id, -1);
    expect_hand(&pupil, id, -1);

    /* A relay that has been away is told since when. */
    say(&pupil, "{\"type\":\"hand\",\"raised\":true,\"waiting_ms\":90000}");
    expect_hand(&teacher, id, 90000);
    cc_control_end_session(fixture->control, teacher_id, "closed", TRUE);
    json_node_unref(listener_next(&teacher)); /* has left */
}

/* Everybody hears of each, so one alone cannot go on and on. */
static void
test_bounded(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *id = NULL;
    g_autofree char *pupil_id = come(fixture, "whep", PUPIL, &id);
    g_autofree char *question = g_strdup_printf("{\"type\":\"links\",\"of\":\"%s\"}", id);
    CcSessionEvent link = {.kind = CC_SESSION_LINK, .session_id = pupil_id, .room = ""};
    g_auto(Listener) pupil = {0};
    gboolean over = FALSE;
    guint n = 0;

    listener_init(&pupil, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&pupil));
    cc_control_session_event(fixture->control, &link);
    say(&pupil, "{\"type\":\"hello\",\"client\":\"" PUPIL "\"}");
    for (guint i = 0; i < 100; i++)
        say(&pupil,
            i % 2 ? "{\"type\":\"hand\",\"raised\":false}" : "{\"type\":\"hand\",\"raised\":true}");
    say(&pupil, question); /* the answer comes behind them */
    while (!over) {
        g_autoptr(JsonNode) node = listener_next(&pupil);
        const char *type = json_object_get_string_member(json_node_get_object(node), "type");
        over = g_str_equal(type, "links");
        n += g_str_equal(type, "hand");
    }
    /* A teacher is heard all the same: a hand that is raised goes down. */
    CcParticipant *one =
        cc_room_find_id(cc_room_registry_lookup(fixture->control->rooms, "math"), id);
    g_autofree char *lower = g_strdup_printf(HAND_OF, id, "false");
    cc_hands_set(fixture->control->rooms, one, 1);
    say(&pupil, lower); /* in an open relay anybody may teach */
    while (one->hand_us != 0)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(n, >=, 1);
    g_assert_cmpuint(n, <=, 6);
}

static void
test_wishes(void)
{
    static const struct {
        const char *text;
        CcWishKind kind;
    } cases[] = {
        {"{\"type\":\"hand\",\"raised\":false}", CC_WISH_HAND},
        {"{\"type\":\"hand\",\"raised\":true,\"waiting_ms\":-9223372036854775808}", CC_WISH_HAND},
        {"{\"type\":\"hand\",\"raised\":true,\"waiting_ms\":9223372036854775807}", CC_WISH_HAND},
        {"{\"type\":\"hand\",\"raised\":true,\"waiting_ms\":[[[\"\"]]]}", CC_WISH_HAND},
        {"{\"type\":\"hand\"}", CC_WISH_NONE},
        {"{\"type\":\"hand\",\"raised\":1}", CC_WISH_NONE},
        {"{\"type\":\"hello\"}", CC_WISH_NONE},
        {"{\"type\":\"hello\",\"client\":{}}", CC_WISH_NONE},
        {"{\"type\":\"hello\",\"client\":\"a\"}", CC_WISH_HELLO},
        {"{\"type\":\"links\",\"of\":\"*\"}", CC_WISH_LINKS},
        {"{\"type\":\"links\",\"of\":\"\"}", CC_WISH_NONE},
        {"{\"type\":\"stage\",\"guests\":[]}", CC_WISH_STAGE},
        {"{\"type\":\"stage\",\"guests\":[null,{\"id\":[]}]}", CC_WISH_STAGE},
        {"{\"type\":\"stage\",\"guests\":[null,null,null]}", CC_WISH_NONE},
        {"{\"type\":\"stage\",\"guests\":{}}", CC_WISH_NONE},
        {"{\"type\":\"stage\"}", CC_WISH_NONE},
        {"[{\"type\":\"hand\",\"raised\":true}]", CC_WISH_NONE},
        {"{\"type\":\"hand\",\"raised\":true", CC_WISH_NONE},
        {"", CC_WISH_NONE},
        {"\xff", CC_WISH_NONE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) message = g_bytes_new_static(cases[i].text, strlen(cases[i].text));
        g_auto(CcWish) wish = {0};
        cc_wish_parse(&wish, message);
        if (wish.kind != cases[i].kind)
            g_test_message("%s", cases[i].text);
        g_assert_cmpint(wish.kind, ==, cases[i].kind);
        g_assert_cmpint(wish.waiting_us, >=, 0);
        g_assert_cmpint(wish.waiting_us, <=, 3600 * (gint64)G_USEC_PER_SEC);
    }
    g_autofree char *text = g_strnfill(3001, ' ');
    memcpy(text, cases[0].text, strlen(cases[0].text));
    g_autoptr(GBytes) message = g_bytes_new(text, 3001);
    g_auto(CcWish) wish = {0};
    cc_wish_parse(&wish, message);
    g_assert_cmpint(wish.kind, ==, CC_WISH_NONE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add(name, HttpFixture, NULL, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/hands/raised", test_hands);
    ADD("/relay/hands/bounded", test_bounded);
    g_test_add_func("/relay/hands/wishes", test_wishes);
    return g_test_run();
}
