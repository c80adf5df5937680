#include "client/signalling/link-header.h"
#include "client/signalling/signalling.h"

static GPtrArray *
parse(const char *value)
{
    GPtrArray *servers = cc_link_servers_new();
    cc_link_header_parse(value, servers);
    return servers;
}

static void
assert_server(const GPtrArray *servers, guint index, const char *url, const char *username,
              const char *password)
{
    g_assert_cmpuint(index, <, servers->len);
    const CcSignallingIceServer *server = servers->pdata[index];
    g_assert_cmpstr(server->url, ==, url);
    g_assert_cmpstr(server->username, ==, username);
    g_assert_cmpstr(server->password, ==, password);
}

/* RFC 9725 section 4.6, figure 5. */
static void
test_rfc_example(void)
{
    g_autoptr(GPtrArray) servers =
        parse("<stun:stun.example.net>; rel=\"ice-server\", "
              "<turn:turn.example.net?transport=udp>; rel=\"ice-server\"; username=\"user\"; "
              "credential=\"myPassword\"; credential-type=\"password\", "
              "<turns:turn.example.net?transport=tcp>; rel=\"ice-server\"; username=\"user\"; "
              "credential=\"myPassword\"; credential-type=\"password\"");
    g_assert_cmpuint(servers->len, ==, 3);
    assert_server(servers, 0, "stun:stun.example.net", NULL, NULL);
    assert_server(servers, 1, "turn:turn.example.net?transport=udp", "user", "myPassword");
    assert_server(servers, 2, "turns:turn.example.net?transport=tcp", "user", "myPassword");
}

static void
test_syntax(void)
{
    g_autoptr(GPtrArray) servers =
        parse("<TURN:a>;REL=ice-server;username = \"a,\\\"b;<\" ;credential=x , "
              "<stun:b> ; title=\"<no>, link\"; rel=\"next ICE-SERVER\"");
    g_assert_cmpuint(servers->len, ==, 2);
    assert_server(servers, 0, "TURN:a", "a,\"b;<", "x");
    assert_server(servers, 1, "stun:b", NULL, NULL);
}

static void
test_skipped(void)
{
    static const char *const values[] = {
        "",
        "<stun:a>",
        "<stun:a>; rel=next",
        "<turn:a>; rel=ice-server",
        "<turn:a>; rel=ice-server; username=x",
        "<turn:a>; rel=ice-server; username=x; credential=y; credential-type=oauth",
        "<http://a>; rel=ice-server; username=x; credential=y",
        "<stun:a",
        "<",
        "<>",
        ";;;,,,",
        "<stun:a>; rel=\"ice-server",
        "<stun:a>; ; rel",
        "<stun:a>; rel=\"\\",
    };
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(GPtrArray) servers = parse(values[i]);
        /* An unclosed quotation is read to its end, as browsers do. */
        g_assert_cmpuint(servers->len, ==, i == 11 ? 1 : 0);
    }
    g_autoptr(GPtrArray) none = parse(NULL);
    g_assert_cmpuint(none->len, ==, 0);
}

static void
test_limit(void)
{
    g_autoptr(GString) many = g_string_new(NULL);
    for (guint i = 0; i < 100; i++)
        g_string_append(many, "<stun:a>; rel=ice-server, ");
    g_autoptr(GPtrArray) servers = parse(many->str);
    g_assert_cmpuint(servers->len, ==, CC_LINK_MAX_SERVERS);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/link-header/rfc-example", test_rfc_example);
    g_test_add_func("/link-header/syntax", test_syntax);
    g_test_add_func("/link-header/skipped", test_skipped);
    g_test_add_func("/link-header/limit", test_limit);
    return g_test_run();
}
