#include "client/send/screen-portal-reply.h"

#include <unistd.h>

static GVariant *
parse(const char *text)
{
    return g_variant_ref_sink(g_variant_new_parsed(text));
}

static void
test_abilities(void)
{
    static const struct {
        const char *text;
        CcPortalAbilities abilities; /* version 0: not good */
    } cases[] = {
        {"({'version': <uint32 4>, 'AvailableSourceTypes': <uint32 7>, 'AvailableCursorModes': "
         "<uint32 3>},)",
         {4, 7, 3}},
        {"({'version': <uint32 1>, 'AvailableSourceTypes': <uint32 1>},)", {1, 1, 0}},
        {"({'version': <uint32 1>, 'AvailableSourceTypes': <'all'>},)", {1, 0, 0}},
        {"(@a{sv} {},)", {0}},
        {"({'version': <'4'>},)", {0}},
        {"('version',)", {0}},
        {"()", {0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcPortalAbilities abilities;
        g_autoptr(GVariant) reply = parse(cases[i].text);
        g_test_message("%s", cases[i].text);
        gboolean good = cc_portal_read_abilities(reply, &abilities);
        g_assert_cmpint(good, ==, cases[i].abilities.version > 0);
        g_assert_cmpuint(abilities.version, ==, cases[i].abilities.version);
        g_assert_cmpuint(abilities.sources, ==, cases[i].abilities.sources);
        g_assert_cmpuint(abilities.pointer_modes, ==, cases[i].abilities.pointer_modes);
    }
}

static void
test_response(void)
{
    guint32 code = 7;
    g_autoptr(GVariant) results = NULL;
    g_autoptr(GVariant) good = parse("(uint32 1, {'a': <'b'>})");
    g_assert_true(cc_portal_read_response(good, &code, &results));
    g_assert_cmpuint(code, ==, CC_PORTAL_REFUSED);
    g_assert_cmpuint(g_variant_n_children(results), ==, 1);
    static const char *const bad[] = {"()", "(uint32 0,)", "(0, @a{sv} {})", "(uint32 0, 'x')"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) wrong = parse(bad[i]);
        g_assert_false(cc_portal_read_response(wrong, &code, &results));
    }
}

static void
test_session(void)
{
    static const struct {
        const char *text, *path;
    } cases[] = {
        {"{'session_handle': <'/org/session/1'>}", "/org/session/1"},
        {"{'session_handle': <objectpath '/org/session/1'>}", "/org/session/1"},
        {"{'session_handle': <'org/session/1'>}", NULL},
        {"{'session_handle': <'/org//session'>}", NULL},
        {"{'session_handle': <''>}", NULL},
        {"{'session_handle': <5>}", NULL},
        {"@a{sv} {}", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) results = parse(cases[i].text);
        g_autofree char *path = cc_portal_read_session(results);
        g_assert_cmpstr(path, ==, cases[i].path);
    }
}

static void
test_streams(void)
{
    static const struct {
        const char *text;
        gboolean good;
        const char *token;
    } cases[] = {
        {"{'streams': <[(uint32 42, {'size': <(1, 2)>})]>, 'restore_token': <'abc'>}", TRUE, "abc"},
        {"{'streams': <[(uint32 42, @a{sv} {}), (43, {})]>}", TRUE, NULL},
        {"{'streams': <[(uint32 42, @a{sv} {})]>, 'restore_token': <''>}", TRUE, NULL},
        {"{'streams': <[(uint32 42, @a{sv} {})]>, 'restore_token': <'a\\nb'>}", TRUE, NULL},
        {"{'streams': <[(uint32 42, @a{sv} {})]>, 'restore_token': <5>}", TRUE, NULL},
        {"{'streams': <[(uint32 4294967295, @a{sv} {})]>, 'restore_token': <'abc'>}", FALSE, NULL},
        {"{'streams': <@a(ua{sv}) []>, 'restore_token': <'abc'>}", FALSE, NULL},
        {"{'streams': <[(42, @a{sv} {})]>}", FALSE, NULL},
        {"{'streams': <'42'>}", FALSE, NULL},
        {"@a{sv} {}", FALSE, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        guint32 node = 0;
        g_autofree char *token = NULL;
        g_autoptr(GVariant) results = parse(cases[i].text);
        g_test_message("%s", cases[i].text);
        g_assert_cmpint(cc_portal_read_streams(results, &node, &token), ==, cases[i].good);
        g_assert_cmpstr(token, ==, cases[i].token);
        if (cases[i].good)
            g_assert_cmpuint(node, ==, 42);
    }
}

static void
test_descriptor(void)
{
    g_autoptr(GUnixFDList) list = g_unix_fd_list_new();
    g_autoptr(GVariant) reply = g_variant_ref_sink(g_variant_new("(h)", 0));
    g_assert_cmpint(cc_portal_read_descriptor(reply, NULL), ==, -1);
    g_assert_cmpint(cc_portal_read_descriptor(reply, list), ==, -1);
    g_unix_fd_list_append(list, STDIN_FILENO, NULL);
    int fd = cc_portal_read_descriptor(reply, list);
    g_assert_cmpint(fd, >, STDERR_FILENO);
    close(fd);
    static const char *const bad[] = {"(handle 1,)", "(handle -1,)", "(0,)", "()"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) wrong = parse(bad[i]);
        g_assert_cmpint(cc_portal_read_descriptor(wrong, list), ==, -1);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/screen-portal-reply/abilities", test_abilities);
    g_test_add_func("/screen-portal-reply/response", test_response);
    g_test_add_func("/screen-portal-reply/session", test_session);
    g_test_add_func("/screen-portal-reply/streams", test_streams);
    g_test_add_func("/screen-portal-reply/descriptor", test_descriptor);
    return g_test_run();
}
