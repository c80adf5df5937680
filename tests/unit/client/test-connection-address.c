#include "client/connection-address.h"
#include "common/base/error.h"

static void
test_addresses(void)
{
    static const struct {
        const char *url, *room;
        const char *protocol;
        const char *endpoint, *events, *local;
    } cases[] = {
        {"http://relay.example:8080", "math", "whip", "http://relay.example:8080/whip/math",
         "http://relay.example:8080/rooms/math/events", NULL},
        {"https://relay.example/", "数学", "whep", "https://relay.example/whep/%E6%95%B0%E5%AD%A6",
         "https://relay.example/rooms/%E6%95%B0%E5%AD%A6/events", NULL},
        {"https://example.org/lessons//?x=1#y", "a", "whip", "https://example.org/lessons/whip/a",
         "https://example.org/lessons/rooms/a/events", NULL},
        {"HTTP://127.0.0.1:1234", "a", "whep", "http://127.0.0.1:1234/whep/a",
         "http://127.0.0.1:1234/rooms/a/events", "127.0.0.1"},
        {"http://[::1]:1234", "a", "whep", "http://[::1]:1234/whep/a",
         "http://[::1]:1234/rooms/a/events", "::1"},
        {"http://localhost", "a", "whep", "http://localhost/whep/a",
         "http://localhost/rooms/a/events", "127.0.0.1"},
        {"https://other.example/api/whip/live?key=1", NULL, "whip",
         "https://other.example/api/whip/live?key=1", "https://other.example/api/rooms/live/events",
         NULL},
        {"https://other.example/live/whep", "ignored", "whep", "https://other.example/live/whep",
         NULL, NULL},
        {"https://relay.example/base", "math", "speak", "https://relay.example/base/speak/math",
         "https://relay.example/base/rooms/math/events", NULL},
        {"https://whip.example/whippet", "a", "whep", "https://whip.example/whippet/whep/a",
         "https://whip.example/whippet/rooms/a/events", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CcRelayAddress) address = {0};
        g_autoptr(GError) error = NULL;
        g_assert_true(cc_relay_address_init(&address, cases[i].url, cases[i].room,
                                            cases[i].protocol, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(address.endpoint, ==, cases[i].endpoint);
        g_assert_cmpstr(address.events, ==, cases[i].events);
        g_assert_cmpstr(address.local_address, ==, cases[i].local);
    }
}

static void
test_whole_endpoints(void)
{
    g_assert_true(cc_relay_address_is_endpoint("https://other.example/api/whip/live"));
    g_assert_true(cc_relay_address_is_endpoint("https://other.example/whep"));
    g_assert_false(cc_relay_address_is_endpoint("https://other.example/base"));
    g_assert_false(cc_relay_address_is_endpoint("no address"));
}

static void
test_refused(void)
{
    static const struct {
        const char *url, *room;
    } cases[] = {{NULL, "a"},
                 {"", "a"},
                 {"relay.example", "a"},
                 {"ftp://relay.example", "a"},
                 {"http://", "a"},
                 {"http:///x", "a"},
                 {"https://relay", ""},
                 {"https://relay", NULL},
                 {"ws://relay", "a"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(CcRelayAddress) address = {0};
        g_autoptr(GError) error = NULL;
        g_assert_false(
            cc_relay_address_init(&address, cases[i].url, cases[i].room, "whip", &error));
        g_assert_error(error, CC_ERROR, CC_ERROR_USAGE);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/connection-address/addresses", test_addresses);
    g_test_add_func("/connection-address/refused", test_refused);
    g_test_add_func("/connection-address/whole-endpoints", test_whole_endpoints);
    return g_test_run();
}
