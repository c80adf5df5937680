#include "client/signalling/room-state.h"

#include <string.h>

#define HASH "0123456789abcdef0123456789abcdef"
#define HEAD                                                                                       \
    "{\"type\":\"deck\",\"deck\":{\"id\":\"5be1\",\"title\":\"a\\u202eb.pdf\",\"version\":2,"
#define PAGE "\"pages\":12,\"page\":3,\"blank\":false,"
#define STILL "\"hash\":\"" HASH "\",\"bytes\":31250,\"ready\":true,"
#define STATE "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"on\",\"participants\":[]}"

static gboolean
apply(CcRoomState *state, const char *message)
{
    return cc_room_state_apply(state, message, strlen(message), 1, NULL);
}

static void
test_told(void)
{
    g_auto(CcRoomState) state = {0};
    cc_room_state_init(&state);
    g_assert_true(apply(&state, STATE));
    g_assert_null(state.deck.id);
    g_assert_false(apply(&state, "{\"type\":\"pointer\",\"pointer\":[1,2]}")); /* at what? */

    g_assert_true(apply(&state, HEAD PAGE STILL "\"pointer\":[2500,10000]}}"));
    g_assert_cmpstr(state.deck.id, ==, "5be1");
    g_assert_cmpstr(state.deck.title, ==, "a b.pdf");
    g_assert_cmpstr(state.deck.hash, ==, HASH);
    g_assert_cmpuint(state.deck.n_pages, ==, 12);
    g_assert_cmpuint(state.deck.page, ==, 3);
    g_assert_cmpuint(state.deck.bytes, ==, 31250);
    g_assert_true(state.deck.ready && state.deck.pointing && !state.deck.blank);
    g_assert_true(apply(&state, "{\"type\":\"pointer\",\"pointer\":[7,8]}"));
    g_assert_cmpuint(state.deck.x, ==, 7);
    g_assert_cmpuint(state.deck.y, ==, 8);
    g_assert_true(apply(&state, "{\"type\":\"pointer\",\"pointer\":[7,10001]}"));
    g_assert_false(state.deck.pointing);

    g_assert_true(apply(&state, HEAD PAGE "\"hash\":null,\"bytes\":0,\"ready\":false}}"));
    g_assert_cmpstr(state.deck.hash, ==, "");
    g_assert_false(state.deck.ready);
    g_assert_true(apply(&state, "{\"type\":\"deck\",\"deck\":null}"));
    g_assert_null(state.deck.id);
    /* A relay that was restarted knows nothing of it. */
    g_assert_true(apply(&state, HEAD PAGE STILL "\"pointer\":null}}"));
    g_assert_true(apply(&state, STATE));
    g_assert_null(state.deck.id);
}

static void
test_hostile(void)
{
    static const char *const cases[] = {
        "{\"type\":\"deck\"}",
        "{\"type\":\"deck\",\"deck\":5}",
        "{\"type\":\"deck\",\"deck\":{}}",
        "{\"type\":\"deck\",\"deck\":{\"id\":\"../x\",\"version\":1,\"pages\":1,\"page\":0}}",
        HEAD "\"pages\":0,\"page\":0}}",
        HEAD "\"pages\":401,\"page\":0}}",
        HEAD "\"pages\":3,\"page\":3}}",
        HEAD "\"pages\":3,\"page\":-1}}",
        HEAD PAGE "\"hash\":\"nonsense\",\"bytes\":5}}",
        HEAD PAGE "\"hash\":\"" HASH "\",\"bytes\":0}}",
        HEAD PAGE "\"hash\":\"" HASH "\",\"bytes\":1048577}}",
        HEAD PAGE "\"hash\":\"" HASH "\",\"bytes\":1e99}}",
    };
    g_auto(CcRoomState) state = {0};
    cc_room_state_init(&state);
    g_assert_true(apply(&state, STATE));
    g_assert_true(apply(&state, HEAD PAGE STILL "\"pointer\":[[],{}]}}"));
    g_assert_false(state.deck.pointing);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i]);
        g_assert_false(apply(&state, cases[i]));
        g_assert_cmpstr(state.deck.hash, ==, HASH);
        g_assert_cmpuint(state.deck.page, ==, 3);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client/room-deck/told", test_told);
    g_test_add_func("/client/room-deck/hostile", test_hostile);
    return g_test_run();
}
