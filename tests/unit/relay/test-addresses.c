/* Which addresses become candidates. */
#include "relay/control/addresses.h"

static const char *const none[] = {NULL};

static void
test_literal(void)
{
    static const struct {
        const char *address, *literal;
    } cases[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"2001:db8::1", "2001:db8::1"},
        {"::1", "::1"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GSocketAddress) address =
            g_inet_socket_address_new_from_string(cases[i].address, 80);
        g_autofree char *literal = cc_address_literal(address);
        g_assert_cmpstr(literal, ==, cases[i].literal);
    }
    g_assert_null(cc_address_literal(NULL));
}

static void
test_network(void)
{
    static const struct {
        const char *address, *network;
    } cases[] = {
        {"192.0.2.7", "192.0.2.7"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GSocketAddress) address =
            g_inet_socket_address_new_from_string(cases[i].address, 80);
        g_autofree char *network = cc_address_network(address);
        g_assert_cmpstr(network, ==, cases[i].network);
    }
    g_assert_null(cc_address_network(NULL));
}

static void
test_advertise(void)
{
    const char *advertise[] = {"203.0.113.5", "2001:db8::5", NULL};
    const char *listen[] = {"::", NULL};
    g_auto(GStrv) addresses = cc_candidate_addresses(advertise, listen, "10.0.0.1");

    g_assert_cmpuint(g_strv_length(addresses), ==, 2);
    g_assert_cmpstr(addresses[0], ==, "203.0.113.5");
    g_assert_cmpstr(addresses[1], ==, "2001:db8::5");
}

static void
test_wildcard(void)
{
    const char *listen[] = {"::", NULL};
    const char *listen_v4[] = {"0.0.0.0", NULL};
    g_auto(GStrv) addresses = cc_candidate_addresses(none, listen, "127.0.0.1");
    g_auto(GStrv) v4 = cc_candidate_addresses(none, listen_v4, "::1");

    g_assert_cmpstr(addresses[0], ==, "127.0.0.1"); /* how the client came here */
    for (guint i = 1; addresses[i] != NULL; i++) {
        g_autoptr(GInetAddress) address = g_inet_address_new_from_string(addresses[i]);
        g_assert_nonnull(address);
        g_assert_false(g_inet_address_get_is_loopback(address));
        g_assert_false(g_inet_address_get_is_link_local(address));
    }
    for (guint i = 0; v4[i] != NULL; i++)
        g_assert_null(g_strrstr(v4[i], ":"));
}

static void
test_bound(void)
{
    const char *listen[] = {"127.0.0.2", "127.0.0.3", NULL};
    g_auto(GStrv) other = cc_candidate_addresses(none, listen, "127.0.0.1");
    g_auto(GStrv) own = cc_candidate_addresses(none, listen, "127.0.0.3");

    g_assert_cmpuint(g_strv_length(other), ==, 2);
    g_assert_cmpstr(other[0], ==, "127.0.0.2");
    g_assert_cmpuint(g_strv_length(own), ==, 2);
    g_assert_cmpstr(own[0], ==, "127.0.0.3");
    g_assert_cmpstr(own[1], ==, "127.0.0.2");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/addresses/literal", test_literal);
    g_test_add_func("/relay/addresses/network", test_network);
    g_test_add_func("/relay/addresses/advertise", test_advertise);
    g_test_add_func("/relay/addresses/wildcard", test_wildcard);
    g_test_add_func("/relay/addresses/bound", test_bound);
    return g_test_run();
}
