/* Chat: who may write what and how often, who hears of it, and what is kept. */
#include <string.h>

#include "listener.h"
#include "relay/control/wish.h"
#include "relay/room/chat.h"

#define PUPIL "0123456789abcdef"
#define OTHER "00112233445566778899"
#define TEACHER "fedcba9876543210"

#define say(listener, text) soup_websocket_connection_send_text((listener)->socket, text)

/* (transfer full) the id of a session in "math" that is connected. @id: of its participant, to be
 * freed; or NULL. */
static char *
come(HttpFixture *fixture, const char *direction, const char *client, const char *name, char **id)
{
    gboolean teaches = g_str_equal(direction, "whip");
    g_autofree char *offer = load_offer(teaches ? "chromium-whip" : "chromium-whep");
    g_autofree char *path = g_strdup_printf("/%s/math", direction);
    g_autofree char *headers =
        g_strconcat("Content-Type: application/sdp\nX-Classcast-Client: ", client,
                    "\nX-Classcast-Name: ", name, NULL);
    g_auto(Reply) reply = {0};

    http_request(fixture, "POST", path, headers, offer, &reply);
    g_assert_cmpuint(reply.status, ==, 201);
    char *session_id = g_strdup(reply_header(&reply, "Location") + strlen("/session/"));
    http_fixture_session_event(fixture, session_id, CC_SESSION_CONNECTED, NULL);
    if (teaches)
        http_fixture_session_event(fixture, session_id, CC_SESSION_MEDIA, NULL);
    if (id != NULL)
        *id = g_strdup(reply_header(&reply, "X-Classcast-Participant"));
    return session_id;
}

static void
listen(Listener *listener, HttpFixture *fixture, const char *client)
{
    g_autofree char *hello = g_strdup_printf("{\"type\":\"hello\",\"client\":\"%s\"}", client);

    listener_init(listener, fixture, "/rooms/math/events");
    json_node_unref(listener_next(listener));
    say(listener, hello);
}

/* The next message must be this text by @id. Returns its time. */
static gint64
expect_chat(Listener *listener, const char *id, const char *role, const char *name,
            const char *text)
{
    g_autoptr(JsonNode) node = listener_next(listener);
    JsonObject *object = json_node_get_object(node);
    g_assert_cmpstr(json_object_get_string_member(object, "type"), ==, "chat");
    JsonObject *message = json_object_get_object_member(object, "message");
    g_assert_cmpstr(json_object_get_string_member(message, "id"), ==, id);
    g_assert_cmpstr(json_object_get_string_member(message, "role"), ==, role);
    g_assert_cmpstr(json_object_get_string_member(message, "name"), ==, name);
    g_assert_cmpstr(json_object_get_string_member(message, "text"), ==, text);
    return json_object_get_int_member(message, "time_ms");
}

static void
expect_refusal(Listener *listener, const char *reason)
{
    g_autofree char *json =
        g_strdup_printf("{\"type\":\"chat-refused\",\"reason\":\"%s\"}", reason);
    expect(listener, json);
}

/* What one writes everybody reads, by the name and the id that the room knows; nothing in it can
 * move a cursor. */
static void
test_said(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *pupil_id = NULL, *teacher_id = NULL;
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", &teacher_id);
    g_autofree char *watches = come(fixture, "whep", PUPIL, "Huli", &pupil_id);
    g_auto(Listener) teacher = {0};
    g_auto(Listener) pupil = {0};

    listen(&teacher, fixture, TEACHER);
    listen(&pupil, fixture, PUPIL);
    say(&pupil, "{\"type\":\"chat\",\"text\":\" <b>\\u001b[2J\\u202e老师好\\n\"}");
    gint64 first_ms = expect_chat(&pupil, pupil_id, "classroom", "Huli", "<b> [2J 老师好");
    g_assert_cmpint(expect_chat(&teacher, pupil_id, "classroom", "Huli", "<b> [2J 老师好"), ==,
                    first_ms);
    say(&teacher, "{\"type\":\"chat\",\"text\":\"同学们好\"}");
    gint64 second_ms = expect_chat(&pupil, teacher_id, "teacher", "Wang", "同学们好");
    g_assert_cmpint(second_ms, >, first_ms);
    g_assert_cmpint(first_ms, >, 1500000000000);
    g_assert_nonnull(teaches);
    g_assert_nonnull(watches);
}

/* Who is nobody, says nothing, says too much or says it before the lesson is told so, alone. */
static void
test_refused(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *watches = come(fixture, "whep", PUPIL, "Huli", NULL);
    g_autofree char *longest = g_strnfill(CC_CHAT_MAX_CHARACTERS, 'a');
    g_autofree char *fits = g_strdup_printf("{\"type\":\"chat\",\"text\":\"%s\"}", longest);
    g_autofree char *beyond = g_strdup_printf("{\"type\":\"chat\",\"text\":\"%sa\"}", longest);
    g_auto(Listener) pupil = {0};
    g_auto(Listener) stranger = {0};

    listener_init(&stranger, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&stranger));
    listen(&pupil, fixture, PUPIL);
    say(&stranger, "{\"type\":\"chat\",\"text\":\"hello\"}");
    expect_refusal(&stranger, "no-seat");
    say(&pupil, "{\"type\":\"chat\",\"text\":\"hello\"}");
    expect_refusal(&pupil, "no-lesson");
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", NULL);
    for (guint i = 0; i < 2; i++) { /* joined, lesson */
        json_node_unref(listener_next(&pupil));
        json_node_unref(listener_next(&stranger));
    }
    say(&pupil, "{\"type\":\"chat\",\"text\":\" \\n \"}");
    expect_refusal(&pupil, "empty");
    say(&pupil, beyond);
    expect_refusal(&pupil, "too-long");
    say(&pupil, "{\"type\":\"chat\",\"text\":7}"); /* that is nothing */
    say(&pupil, fits);
    g_autoptr(JsonNode) heard = listener_next(&stranger);
    g_assert_cmpstr(json_object_get_string_member(json_node_get_object(heard), "type"), ==, "chat");
    g_assert_nonnull(watches);
    g_assert_nonnull(teaches);
}

/* The teacher says who may write; that is part of the state, and does not hold for her. */
static void
test_rules(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *pupil_id = NULL, *teacher_id = NULL;
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", &teacher_id);
    g_autofree char *watches = come(fixture, "whep", PUPIL, "Huli", &pupil_id);
    g_autofree char *other = come(fixture, "whep", OTHER, "Longquan", NULL);
    g_auto(Listener) teacher = {0};
    g_auto(Listener) pupil = {0};
    g_auto(Listener) second = {0};
    g_auto(Listener) late = {0};
    g_autofree char *mute =
        g_strdup_printf("{\"type\":\"chat-rules\",\"on\":true,\"muted\":[\"%s\"]}", pupil_id);

    listen(&teacher, fixture, TEACHER);
    listen(&pupil, fixture, PUPIL);
    listen(&second, fixture, OTHER);
    say(&teacher, "{\"type\":\"chat-rules\",\"on\":false,\"muted\":[]}");
    expect(&teacher, "{\"type\":\"chat-rules\",\"on\":false,\"muted\":[]}");
    expect(&pupil, "{\"type\":\"chat-rules\",\"on\":false,\"muted\":[]}");
    say(&pupil, "{\"type\":\"chat\",\"text\":\"hello\"}");
    expect_refusal(&pupil, "off");
    say(&teacher, "{\"type\":\"chat\",\"text\":\"quiet\"}");
    expect_chat(&pupil, teacher_id, "teacher", "Wang", "quiet");
    expect_chat(&teacher, teacher_id, "teacher", "Wang", "quiet");

    say(&teacher, mute);
    expect(&pupil, mute);
    expect(&teacher, mute);
    say(&pupil, "{\"type\":\"chat\",\"text\":\"hello\"}");
    expect_refusal(&pupil, "muted");
    json_node_unref(listener_next(&second));
    json_node_unref(listener_next(&second));
    json_node_unref(listener_next(&second));
    say(&second, "{\"type\":\"chat\",\"text\":\"hello\"}");
    json_node_unref(listener_next(&pupil));

    listener_init(&late, fixture, "/rooms/math/events");
    g_autoptr(JsonNode) state = listener_next(&late);
    g_autofree char *text = json_to_string(state, FALSE);
    g_autofree char *rules = g_strdup_printf("\"chat\":{\"on\":true,\"muted\":[\"%s\"]}", pupil_id);
    g_assert_nonnull(strstr(text, rules));
    g_assert_nonnull(teaches);
    g_assert_nonnull(watches);
    g_assert_nonnull(other);
}

/* As to a relay that has been away: what she says as soon as she has a session is known before
 * anybody can write. */
static void
test_rules_before_the_lesson(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *pupil_id = NULL;
    g_autofree char *watches = come(fixture, "whep", PUPIL, "Huli", &pupil_id);
    g_auto(Listener) teacher = {0};
    g_auto(Listener) pupil = {0};
    g_autofree char *mute =
        g_strdup_printf("{\"type\":\"chat-rules\",\"on\":true,\"muted\":[\"%s\"]}", pupil_id);

    listen(&teacher, fixture, TEACHER);
    listen(&pupil, fixture, PUPIL);
    say(&teacher, mute);
    expect(&pupil, mute);
    say(&pupil, "{\"type\":\"chat\",\"text\":\"hello\"}");
    expect_refusal(&pupil, "no-lesson");
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", NULL);
    json_node_unref(listener_next(&pupil)); /* she has joined, */
    json_node_unref(listener_next(&pupil)); /* and the lesson is on */
    say(&pupil, "{\"type\":\"chat\",\"text\":\"hello\"}");
    expect_refusal(&pupil, "muted");
    g_assert_nonnull(watches);
    g_assert_nonnull(teaches);
}

/* A viewer reads. While the teacher is away for a moment the lesson is on. */
static void
test_roles(void)
{
    CcParticipant one = {.id = (char *)"p1", .role = CC_ROLE_VIEWER, .seat = CC_SEAT_WATCHES};
    g_autoptr(CcRoom) room = cc_room_new("math");

    room->lesson = CC_LESSON_AWAY;
    one.room = room;
    g_assert_cmpint(cc_chat_judge(&one, "hello"), ==, CC_CHAT_NO_SEAT);
    one.role = CC_ROLE_CLASSROOM;
    g_assert_cmpint(cc_chat_judge(&one, "hello"), ==, CC_CHAT_SAID);
    g_assert_cmpint(cc_chat_judge(&one, "\xff"), ==, CC_CHAT_TOO_LONG);
    room->lesson = CC_LESSON_OVER;
    g_assert_cmpint(cc_chat_judge(&one, "hello"), ==, CC_CHAT_NO_LESSON);
}

static guint
count(JsonNode *history)
{
    JsonObject *object = json_node_get_object(history);
    g_assert_cmpstr(json_object_get_string_member(object, "type"), ==, "chat-history");
    return json_array_get_length(json_object_get_array_member(object, "messages"));
}

/* The newest ones are kept, for whoever asks, once; and until the lesson is over. */
static void
test_kept(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", NULL);
    CcRoomRegistry *rooms = fixture->control->rooms;
    const CcRoom *room = cc_room_registry_lookup(rooms, "math");
    CcParticipant *teacher = cc_room_find_client(room, TEACHER, CC_SEAT_TEACHES);
    g_auto(Listener) late = {0};
    g_auto(Listener) again = {0};

    for (guint i = 0; i < CC_CHAT_KEPT + 5; i++) {
        g_autofree char *text = g_strdup_printf("%u", i);
        cc_chat_say(rooms, teacher, text, 1000); /* the clock stands still */
    }
    listener_init(&late, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&late));
    say(&late, "{\"type\":\"chat-history\"}");
    say(&late, "{\"type\":\"chat-history\"}");
    g_autoptr(JsonNode) all = listener_next(&late);
    g_assert_cmpuint(count(all), ==, CC_CHAT_KEPT);

    listener_init(&again, fixture, "/rooms/math/events");
    json_node_unref(listener_next(&again));
    say(&again, "{\"type\":\"chat-history\",\"after_ms\":1052}");
    g_autoptr(JsonNode) rest = listener_next(&again);
    g_assert_cmpuint(count(rest), ==, 2);

    cc_control_end_session(fixture->control, teaches, "closed", TRUE);
    g_autoptr(JsonNode) next = listener_next(&late); /* no second history before it */
    g_assert_cmpstr(json_object_get_string_member(json_node_get_object(next), "type"), ==, "left");
    g_autofree char *anew = come(fixture, "whip", TEACHER, "Wang", NULL);
    room = cc_room_registry_lookup(rooms, "math");
    g_assert_cmpuint(room->chat.messages->len, ==, 0);
    g_assert_nonnull(anew);
}

/* All of it goes to the narrowest link: neither one alone nor all together can go on and on. */
static void
test_bounded(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", NULL);
    g_autofree char *watches = come(fixture, "whep", PUPIL, "Huli", NULL);
    g_auto(Listener) pupil = {0};
    guint n = 0, refused = 0;

    listen(&pupil, fixture, PUPIL);
    for (guint i = 0; i < 100; i++)
        say(&pupil, "{\"type\":\"chat\",\"text\":\"!\"}");
    while (n + refused < 100) {
        g_autoptr(JsonNode) node = listener_next(&pupil);
        const char *type = json_object_get_string_member(json_node_get_object(node), "type");
        n += g_str_equal(type, "chat");
        refused += g_str_equal(type, "chat-refused");
    }
    g_assert_cmpuint(n, >=, 5);
    g_assert_cmpuint(n, <=, 15); /* on a machine that takes 10 s for it */
    g_assert_nonnull(teaches);
    g_assert_nonnull(watches);
}

static void
assert_wish(const char *text, CcWishKind kind)
{
    g_autoptr(GBytes) message = g_bytes_new_static(text, strlen(text));
    g_auto(CcWish) wish = {0};

    cc_wish_parse(&wish, message);
    if (wish.kind != kind)
        g_test_message("%s", text);
    g_assert_cmpint(wish.kind, ==, kind);
}

static void
test_wishes(void)
{
    assert_wish("{\"type\":\"chat\",\"text\":\"a\"}", CC_WISH_CHAT);
    assert_wish("{\"type\":\"chat\"}", CC_WISH_NONE);
    assert_wish("{\"type\":\"chat\",\"text\":[]}", CC_WISH_NONE);
    assert_wish("{\"type\":\"chat-rules\",\"on\":true,\"muted\":[]}", CC_WISH_CHAT_RULES);
    assert_wish("{\"type\":\"chat-rules\",\"on\":true,\"muted\":[7,null,{},[],\"\",\"a\"]}",
                CC_WISH_CHAT_RULES);
    assert_wish("{\"type\":\"chat-rules\",\"on\":true}", CC_WISH_NONE);
    assert_wish("{\"type\":\"chat-rules\",\"on\":1,\"muted\":[]}", CC_WISH_NONE);
    assert_wish("{\"type\":\"chat-rules\",\"on\":true,\"muted\":{}}", CC_WISH_NONE);
    assert_wish("{\"type\":\"chat-history\",\"after_ms\":{}}", CC_WISH_CHAT_HISTORY);

    /* As deep as a message can be. */
    g_autofree char *nested = g_strnfill(3000, '[');
    assert_wish(nested, CC_WISH_NONE);
    /* The longest text, with every character written as two escapes. */
    g_autoptr(GString) longest = g_string_new("{\"type\":\"chat\",\"text\":\"");
    for (guint i = 0; i < CC_CHAT_MAX_CHARACTERS; i++)
        g_string_append(longest, "\\ud83d\\ude00");
    g_string_append(longest, "\"}");
    assert_wish(longest->str, CC_WISH_CHAT);
}

/* Rules of more than there can be. */
static void
test_muted_bound(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *teaches = come(fixture, "whip", TEACHER, "Wang", NULL);
    const CcRoom *room = cc_room_registry_lookup(fixture->control->rooms, "math");
    const char *muted[CC_CHAT_MAX_MUTED * 2 + 1];

    for (guint i = 0; i < CC_CHAT_MAX_MUTED * 2; i++)
        muted[i] = "c0123456789ab";
    muted[CC_CHAT_MAX_MUTED * 2] = NULL;
    cc_chat_set_rules(fixture->control->rooms, "math", TRUE, muted);
    g_assert_cmpuint(g_strv_length(room->chat.muted), ==, CC_CHAT_MAX_MUTED);
    cc_chat_set_rules(fixture->control->rooms, "nowhere", TRUE, muted);
    g_assert_nonnull(teaches);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add(name, HttpFixture, NULL, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/chat/said", test_said);
    ADD("/relay/chat/refused", test_refused);
    ADD("/relay/chat/rules", test_rules);
    ADD("/relay/chat/rules-before-the-lesson", test_rules_before_the_lesson);
    ADD("/relay/chat/kept", test_kept);
    ADD("/relay/chat/bounded", test_bounded);
    ADD("/relay/chat/muted-bound", test_muted_bound);
    g_test_add_func("/relay/chat/roles", test_roles);
    g_test_add_func("/relay/chat/wishes", test_wishes);
    return g_test_run();
}
