#include "client/signalling/room-state.h"

#include <string.h>

#include "common/base/clean-text.h"
#include "common/base/error.h"

#define STATE                                                                                      \
    "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"on\",\"participants\":["                   \
    "{\"id\":\"p1\",\"role\":\"teacher\",\"name\":\"Wang\",\"connected\":true},"                   \
    "{\"id\":\"p2\",\"role\":\"classroom\",\"name\":\"虎力小学\",\"connected\":true},"         \
    "{\"id\":\"p3\",\"role\":\"viewer\",\"name\":\"\",\"connected\":true},"                        \
    "{\"id\":\"p4\",\"role\":\"viewer\",\"name\":\"not yet\",\"connected\":false}]}"

#define NOW_US (1000 * (gint64)G_USEC_PER_SEC)

static void
apply(CcRoomState *state, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_room_state_apply(state, message, strlen(message), NOW_US, &error));
    g_assert_no_error(error);
}

static void
assert_refused(CcRoomState *state, const char *message, gssize length)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(cc_room_state_apply(state, message, length < 0 ? strlen(message) : (gsize)length,
                                       NOW_US, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_PROTOCOL);
}

static void
assert_receivers(const CcRoomState *state, const char *expected)
{
    guint n;
    g_autofree const char **names = cc_room_state_receivers(state, &n);
    g_autofree char *joined = g_strjoinv("|", (char **)names);
    g_assert_cmpstr(joined, ==, expected);
    g_assert_cmpuint(n, ==, g_strv_length((char **)names));
}

static void
test_lesson(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);

    g_assert_cmpint(state.lesson, ==, CC_LESSON_UNKNOWN);
    apply(&state, STATE);
    g_assert_cmpint(state.lesson, ==, CC_LESSON_ON);
    assert_receivers(&state, "虎力小学|p3");
    apply(&state, "{\"type\":\"lesson\",\"lesson\":\"away\"}");
    g_assert_cmpint(state.lesson, ==, CC_LESSON_AWAY);
    apply(&state, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    g_assert_cmpint(state.lesson, ==, CC_LESSON_OVER);
    apply(&state, "{\"type\":\"lesson\",\"lesson\":\"none\"}");
    g_assert_cmpint(state.lesson, ==, CC_LESSON_NONE);
}

static void
test_links(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, STATE);
    g_assert_false(cc_room_state_find(&state, "p2")->link.known);
    g_assert_null(cc_room_state_find(&state, "p9"));
    g_assert_null(cc_room_state_find(&state, NULL));
    apply(&state, "{\"type\":\"links\",\"links\":[1,{},{\"id\":\"p9\"},{\"id\":\"p2\",\"kbps\":40,"
                  "\"estimate_kbps\":null,\"loss\":0.5,\"rtt_ms\":null,\"protocol\":\"tcp\","
                  "\"picture\":\"paused\",\"reason\":\"rate\"}]}");
    const CcLink *link = &cc_room_state_find(&state, "p2")->link;
    g_assert_true(link->known && link->tcp);
    g_assert_cmpuint(link->kbps, ==, 40);
    g_assert_cmpuint(link->estimate_kbps, ==, 0);
    g_assert_cmpfloat(link->loss, ==, 0.5);
    g_assert_cmpint(link->rtt_ms, ==, -1);
    g_assert_cmpint(link->picture, ==, CC_PICTURE_PAUSED);
    g_assert_cmpint(link->reason, ==, CC_GIVEN_UP_FOR_RATE);
    /* Nonsense counts as unknown. */
    apply(&state,
          "{\"type\":\"links\",\"links\":[{\"id\":\"p2\",\"kbps\":-4,\"estimate_kbps\":1e99,"
          "\"loss\":7,\"rtt_ms\":\"x\",\"protocol\":[],\"picture\":\"holographic\"}]}");
    link = &cc_room_state_find(&state, "p2")->link;
    g_assert_true(link->known && !link->tcp);
    g_assert_cmpuint(link->kbps + link->estimate_kbps, ==, 0);
    g_assert_cmpfloat(link->loss, ==, 0);
    g_assert_cmpint(link->rtt_ms, ==, -1);
    g_assert_cmpint(link->picture, ==, CC_PICTURE_UNKNOWN);
    g_assert_cmpint(link->reason, ==, CC_GIVEN_UP_NOTHING);
    assert_refused(&state, "{\"type\":\"links\",\"links\":{}}", -1);
}

static void
test_hands(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"on\",\"participants\":["
                  "{\"id\":\"p2\",\"role\":\"classroom\",\"hand_ms\":3000},"
                  "{\"id\":\"p3\",\"role\":\"classroom\",\"hand_ms\":\"x\"}]}");
    g_assert_cmpint(cc_room_state_find(&state, "p2")->hand_us, ==, NOW_US - 3000000);
    g_assert_cmpint(cc_room_state_find(&state, "p3")->hand_us, ==, 0);
    apply(&state, "{\"type\":\"hand\",\"id\":\"p3\",\"hand_ms\":0}");
    apply(&state, "{\"type\":\"hand\",\"id\":\"p2\",\"hand_ms\":null}");
    apply(&state, "{\"type\":\"hand\",\"id\":\"nobody\",\"hand_ms\":7}");
    g_assert_cmpint(cc_room_state_find(&state, "p2")->hand_us, ==, 0);
    g_assert_cmpint(cc_room_state_find(&state, "p3")->hand_us, ==, NOW_US);
    apply(&state, "{\"type\":\"hand\",\"id\":\"p3\",\"hand_ms\":1e300}");
    g_assert_cmpint(cc_room_state_find(&state, "p3")->hand_us, ==, 0);
    assert_refused(&state, "{\"type\":\"hand\",\"hand_ms\":7}", -1);
}

static void
test_stage(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, STATE);
    g_assert_false(state.stage.known);
    apply(&state, "{\"type\":\"stage\",\"guests\":[{\"id\":\"p2\",\"muted\":true},null]}");
    g_assert_true(state.stage.known);
    g_assert_cmpint(cc_stage_place_of(&state.stage, "p2"), ==, 0);
    g_assert_true(state.stage.guests[0].muted);
    g_assert_cmpint(cc_stage_place_of(&state.stage, "p3"), ==, -1);
    g_assert_cmpint(cc_stage_place_of(&state.stage, ""), ==, -1);
    /* More guests than places, and others than texts. */
    apply(&state, "{\"type\":\"stage\",\"guests\":[7,{\"id\":\"p3\"},{\"id\":\"p2\"}]}");
    g_assert_cmpint(cc_stage_place_of(&state.stage, "p3"), ==, 1);
    g_assert_cmpint(cc_stage_place_of(&state.stage, "p2"), ==, -1);
    assert_refused(&state, "{\"type\":\"stage\",\"guests\":null}", -1);
    apply(&state, "{\"type\":\"state\",\"lesson\":\"on\",\"participants\":[],"
                  "\"stage\":{\"guests\":[null,{\"id\":\"p9\",\"muted\":false}]}}");
    g_assert_cmpint(cc_stage_place_of(&state.stage, "p9"), ==, 1);
    apply(&state, "{\"type\":\"state\",\"lesson\":\"on\",\"participants\":[],\"stage\":null}");
    g_assert_false(state.stage.known);
}

static void
test_ready_and_grid(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, STATE);
    g_assert_false(cc_room_state_find(&state, "p2")->ready);
    apply(&state, "{\"type\":\"ready\",\"id\":\"p2\",\"ready\":true}");
    apply(&state, "{\"type\":\"ready\",\"id\":\"nobody\",\"ready\":true}");
    g_assert_true(cc_room_state_find(&state, "p2")->ready);
    apply(&state, "{\"type\":\"grid\",\"ids\":[\"p2\",null,{},\"p3\"]}");
    g_assert_cmpstr(state.grid[0], ==, "p2");
    g_assert_cmpstr(state.grid[1], ==, "");
    g_assert_cmpstr(state.grid[2], ==, "");
    g_assert_cmpstr(state.grid[3], ==, "p3");
    g_assert_cmpstr(state.grid[5], ==, "");
    assert_refused(&state, "{\"type\":\"grid\",\"ids\":7}", -1);
    assert_refused(&state, "{\"type\":\"ready\",\"ready\":true}", -1);
}

static void
test_joined_and_left(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);

    apply(&state, STATE);
    apply(&state, "{\"type\":\"joined\",\"participant\":{\"id\":\"p5\",\"role\":\"classroom\","
                  "\"name\":\"Huli\",\"connected\":true}}");
    assert_receivers(&state, "虎力小学|p3|Huli");
    apply(&state, "{\"type\":\"joined\",\"participant\":{\"id\":\"p4\",\"role\":\"viewer\","
                  "\"name\":\"here now\",\"connected\":true}}");
    assert_receivers(&state, "虎力小学|p3|here now|Huli");
    apply(&state, "{\"type\":\"left\",\"id\":\"p2\",\"reason\":\"closed\"}");
    apply(&state, "{\"type\":\"left\",\"id\":\"nobody\",\"reason\":\"closed\"}");
    assert_receivers(&state, "p3|here now|Huli");
    apply(&state, "{\"type\":\"bye\",\"reason\":\"relay-stopping\"}");
    g_assert_cmpstr(state.bye, ==, "relay-stopping");
    apply(&state, "{\"type\":\"something-of-the-future\",\"x\":[1,2,{}]}");
    apply(&state, STATE);
    g_assert_null(state.bye);
    assert_receivers(&state, "虎力小学|p3");
}

static void
test_refused(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, STATE);
    static const char *const messages[] = {
        "",
        "[]",
        "null",
        "17",
        "{",
        "{}",
        "{\"type\":7}",
        "{\"type\":\"lesson\"}",
        "{\"type\":\"lesson\",\"lesson\":\"ON\"}",
        "{\"type\":\"lesson\",\"lesson\":[\"on\"]}",
        "{\"type\":\"state\",\"lesson\":\"on\"}",
        "{\"type\":\"state\",\"lesson\":\"on\",\"participants\":{}}",
        "{\"type\":\"joined\"}",
        "{\"type\":\"joined\",\"participant\":[]}",
        "{\"type\":\"joined\",\"participant\":{\"id\":7}}",
        "{\"type\":\"joined\",\"participant\":{\"id\":\"\"}}",
        "{\"type\":\"left\"}",
        "{\"type\":\"lesson\",\"lesson\":\"\xff\"}",
        "{'type':'lesson','lesson':'on'}",
        "/* x */ {\"type\":\"lesson\",\"lesson\":\"none\"}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(messages); i++)
        assert_refused(&state, messages[i], -1);
    assert_refused(&state, "{\"type\":\"left\",\"id\":\"\0\"}", 24);
    g_assert_cmpint(state.lesson, ==, CC_LESSON_ON);
    assert_receivers(&state, "虎力小学|p3");
}

static void
test_bounds(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);

    g_autofree char *deep = g_strnfill(200000, '[');
    assert_refused(&state, deep, -1);
    g_autofree char *nested = g_strconcat("{\"type\":\"x\",\"y\":", deep, NULL);
    assert_refused(&state, nested, -1);
    g_autofree char *large = g_strnfill(CC_ROOM_MAX_MESSAGE + 1, ' ');
    assert_refused(&state, large, -1);

    for (guint i = 0; i < CC_ROOM_MAX_PARTICIPANTS + 10; i++) {
        g_autofree char *joined = g_strdup_printf("{\"type\":\"joined\",\"participant\":{\"id\":"
                                                  "\"p%u\",\"connected\":true}}",
                                                  i);
        apply(&state, joined);
    }
    g_assert_cmpuint(state.participants->len, ==, CC_ROOM_MAX_PARTICIPANTS);
}

/* Each prefix and each flipped bit of a good message: never a crash, and no half-applied state. */
static void
test_damaged(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);

    gsize length = strlen(STATE);
    for (gsize i = 0; i < length; i++)
        assert_refused(&state, STATE, i);
    for (gsize i = 0; i < length * 8; i++) {
        g_autofree char *message = g_strdup(STATE);
        message[i / 8] ^= 1 << (i % 8);
        cc_room_state_apply(&state, message, length, NOW_US, NULL);
        g_assert_cmpuint(state.participants->len, <=, 4);
    }
}

#define CHAT(time, name, text)                                                                     \
    "{\"time_ms\":" time ",\"id\":\"c1\",\"role\":\"classroom\",\"name\":\"" name                  \
    "\",\"text\":\"" text "\"}"

static void
assert_chat(const CcRoomState *state, const char *expected)
{
    g_autoptr(GString) lines = g_string_new(NULL);
    for (guint i = 0; i < state->chat.lines->len; i++) {
        const CcChatLine *line = state->chat.lines->pdata[i];
        g_string_append_printf(lines, "%s%s:%s", i > 0 ? " " : "", line->name, line->text);
    }
    g_assert_cmpstr(lines->str, ==, expected);
}

/* Each text once, whether it came by itself or with those before it; and never more than is kept.
 */
static void
test_chat(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);

    apply(&state, "{\"type\":\"chat\",\"message\":" CHAT("5", "a", "1\\u001b") "}");
    apply(&state, "{\"type\":\"chat-history\",\"messages\":[" CHAT("4", "b", "0") "," CHAT(
                      "5", "a", "1") ",[],7," CHAT("6", "", "2") "]}");
    assert_chat(&state, "a:1 :2");
    g_assert_cmpint(cc_room_chat_newest_ms(&state.chat), ==, 6);

    static const char *const bad[] = {
        "{\"type\":\"chat\"}",
        "{\"type\":\"chat\",\"message\":[]}",
        "{\"type\":\"chat\",\"message\":{\"time_ms\":7}}",
        "{\"type\":\"chat\",\"message\":{\"text\":\"a\"}}",
        "{\"type\":\"chat\",\"message\":{\"time_ms\":1e300,\"text\":\"a\"}}",
        "{\"type\":\"chat-history\",\"messages\":{}}",
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        assert_refused(&state, bad[i], strlen(bad[i]));
    assert_chat(&state, "a:1 :2");
    for (guint i = 0; i < CC_ROOM_CHAT_KEPT * 2; i++) {
        g_autofree char *message = g_strdup_printf(
            "{\"type\":\"chat\",\"message\":{\"time_ms\":%u,\"text\":\"a\"}}", 100 + i);
        apply(&state, message);
    }
    g_assert_cmpuint(state.chat.lines->len, ==, CC_ROOM_CHAT_KEPT);
}

static void
test_chat_rules(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, "{\"type\":\"state\",\"lesson\":\"on\",\"participants\":[],\"chat\":null}");
    g_assert_false(state.chat.rules.known);
    apply(&state, "{\"type\":\"chat-rules\",\"on\":true,\"muted\":[\"c1\",7,\"c2\",\"c1\"]}");
    g_assert_true(state.chat.rules.known && state.chat.rules.on);
    g_assert_cmpuint(state.chat.rules.n_muted, ==, 2);
    g_assert_true(cc_chat_rules_is_muted(&state.chat.rules, "c2"));
    static const char bad[] = "{\"type\":\"chat-rules\",\"on\":true}";
    assert_refused(&state, bad, strlen(bad));
    apply(&state, "{\"type\":\"state\",\"lesson\":\"on\",\"participants\":[],"
                  "\"chat\":{\"on\":false,\"muted\":[\"c3\"]}}");
    g_assert_false(state.chat.rules.on);
    g_assert_true(cc_chat_rules_is_muted(&state.chat.rules, "c3"));
    apply(&state, "{\"type\":\"chat\",\"message\":" CHAT("5", "a", "1") "}");
    /* What was written outlives the connection, and the lesson until the next one begins. */
    cc_room_state_renew(&state);
    g_assert_false(state.chat.rules.known);
    assert_chat(&state, "a:1");
    apply(&state, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    assert_chat(&state, "a:1");
    apply(&state, "{\"type\":\"lesson\",\"lesson\":\"on\"}");
    assert_chat(&state, "");
}

static void
test_rules_are_bounded(void)
{
    CcChatRules rules = {0};
    for (guint i = 0; i < CC_ROOM_CHAT_MAX_MUTED; i++) {
        g_autofree char *id = g_strdup_printf("c%u", i);
        g_assert_true(cc_chat_rules_mute(&rules, id, TRUE));
        g_assert_false(cc_chat_rules_mute(&rules, id, TRUE));
    }
    g_autofree char *endless = g_strnfill(CC_ROOM_CHAT_MAX_ID + 1, 'c');
    g_assert_false(cc_chat_rules_mute(&rules, "c", TRUE));
    g_assert_true(cc_chat_rules_mute(&rules, "c5", FALSE));
    g_assert_false(cc_chat_rules_mute(&rules, endless, TRUE));
    g_assert_false(cc_chat_rules_mute(&rules, "", TRUE));
    g_assert_false(cc_chat_rules_is_muted(&rules, "c5"));
    g_assert_true(cc_chat_rules_is_muted(&rules, "c4") && cc_chat_rules_is_muted(&rules, "c63"));
    g_assert_true(cc_chat_rules_mute(&rules, "c", TRUE));
}

static void
test_chat_refused(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);
    apply(&state, "{\"type\":\"chat-refused\",\"reason\":\"too-often\"}");
    g_assert_cmpuint(state.chat.n_refusals, ==, 1);
    g_assert_cmpint(state.chat.refusal, ==, CC_CHAT_REFUSED_TOO_OFTEN);
    apply(&state, "{\"type\":\"chat-refused\",\"reason\":\"of a later relay\"}");
    g_assert_cmpuint(state.chat.n_refusals, ==, 2);
    g_assert_cmpint(state.chat.refusal, ==, CC_CHAT_REFUSED_SILENTLY);
    static const char bad[] = "{\"type\":\"chat-refused\"}";
    assert_refused(&state, bad, strlen(bad));
}

static void
test_names_are_cleaned(void)
{
    g_auto(CcRoomState) state;
    cc_room_state_init(&state);

    apply(&state, "{\"type\":\"joined\",\"participant\":{\"id\":\"p1\",\"connected\":true,"
                  "\"name\":\"a\\u001b[2Jb\\nc\\u202ed\"}}");
    assert_receivers(&state, "a [2Jb c d");

    g_autofree char *cut = cc_clean_text("小学小学", 7);
    g_assert_cmpstr(cut, ==, "小学");
    g_autofree char *none = cc_clean_text(NULL, 7);
    g_assert_cmpstr(none, ==, "");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/room-state/lesson", test_lesson);
    g_test_add_func("/room-state/links", test_links);
    g_test_add_func("/room-state/hands", test_hands);
    g_test_add_func("/room-state/stage", test_stage);
    g_test_add_func("/room-state/ready-and-grid", test_ready_and_grid);
    g_test_add_func("/room-state/joined-and-left", test_joined_and_left);
    g_test_add_func("/room-state/chat", test_chat);
    g_test_add_func("/room-state/chat-rules", test_chat_rules);
    g_test_add_func("/room-state/rules-are-bounded", test_rules_are_bounded);
    g_test_add_func("/room-state/chat-refused", test_chat_refused);
    g_test_add_func("/room-state/refused", test_refused);
    g_test_add_func("/room-state/bounds", test_bounds);
    g_test_add_func("/room-state/damaged", test_damaged);
    g_test_add_func("/room-state/names-are-cleaned", test_names_are_cleaned);
    return g_test_run();
}
