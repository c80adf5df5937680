/* cc_signalling against a scripted server: a session from its beginning to its end. */
#include <string.h>

#include "tests/unit/client/signalling-fixture.h"

#define FRAGMENT                                                                                   \
    "a=ice-ufrag:newufrag\r\na=ice-pwd:newpwdnewpwdnewpwdnewpwd\r\nm=audio 9 RTP/AVP 0\r\n"        \
    "a=mid:0\r\n"

static void
test_whole_life(Fixture *fixture, gconstpointer data)
{
    cc_signalling_set_name(fixture->signalling, "虎力");
    g_assert_false(cc_signalling_has_session(fixture->signalling));
    g_assert_null(cc_signalling_local_address(fixture->signalling));
    fixture_post(fixture, signalling_created);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
    g_assert_cmpuint(fixture->status, ==, 201);
    g_assert_cmpstr(fixture->ufrag, ==, "abcdefgh");
    g_assert_cmpuint(fixture->n_servers, ==, 1);
    g_assert_true(cc_signalling_has_session(fixture->signalling));
    g_assert_cmpstr(cc_signalling_local_address(fixture->signalling), ==, "127.0.0.1");

    const Script no_content[] = {{204}, {0}};
    fixture->script = no_content;
    cc_signalling_trickle(fixture->signalling, "a=x\r\n", fixture_on_reply, fixture);
    fixture_run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);

    const Script restarted[] = {
        {200, "application/trickle-ice-sdpfrag", FRAGMENT, {"ETag", "\"tag2\""}}, {0}};
    fixture->script = restarted;
    cc_signalling_restart_ice(fixture->signalling, "a=y\r\n", fixture_on_reply, fixture);
    fixture_run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
    g_assert_cmpstr(fixture->ufrag, ==, "newufrag");

    fixture->script = no_content;
    cc_signalling_trickle(fixture->signalling, "a=z\r\n", fixture_on_reply, fixture);
    fixture_run(fixture);

    const Script ok[] = {{200}, {0}};
    fixture->script = ok;
    cc_signalling_delete(fixture->signalling, fixture_on_reply, fixture);
    g_assert_false(cc_signalling_has_session(fixture->signalling));
    fixture_run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);

    g_assert_cmpstr(
        fixture->seen->str, ==,
        "POST /whip/math application/sdp Bearer secret %E8%99%8E%E5%8A%9B [v=0\r\n]\n"
        "PATCH /session/1 application/trickle-ice-sdpfrag Bearer secret \"tag1\" [a=x\r\n]\n"
        "PATCH /session/1 application/trickle-ice-sdpfrag Bearer secret * [a=y\r\n]\n"
        "PATCH /session/1 application/trickle-ice-sdpfrag Bearer secret \"tag2\" [a=z\r\n]\n"
        "DELETE /session/1 Bearer secret []\n");
}

/* By which the relay knows us when we come again, and nobody else. */
static void
test_client(Fixture *fixture, gconstpointer data)
{
    const Script created[] = {
        {201, "application/sdp", SIGNALLING_ANSWER, {"Location", "/session/1"}}, {0}};
    g_autofree char *endpoint = g_strconcat(fixture->base, "/whip/math", NULL);
    g_autoptr(CcSignalling) other = cc_signalling_new(endpoint, NULL, NULL, NULL);

    fixture->script = created;
    for (guint i = 0; i < 2; i++) {
        cc_signalling_post(fixture->signalling, "v=0\r\n", fixture_on_reply, fixture);
        fixture_run(fixture);
    }
    g_assert_cmpstr(fixture->clients[0], ==, fixture->clients[1]);
    g_assert_cmpuint(strlen(fixture->clients[0]), >=, 16);
    cc_signalling_post(other, "v=0\r\n", fixture_on_reply, fixture);
    fixture_run(fixture);
    g_assert_cmpstr(fixture->clients[0], !=, fixture->clients[1]);
}

static void
test_locations(Fixture *fixture, gconstpointer data)
{
    g_autofree char *absolute = g_strconcat(fixture->base, "/elsewhere/2", NULL);
    const char *const cases[][2] = {
        {"/session/1", "/session/1"}, {"sibling", "/whip/sibling"},
        {"math/3", "/whip/math/3"},   {"../up", "/up"},
        {absolute, "/elsewhere/2"},   {"", "/whip/math"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Script script[] = {
            {201, "application/sdp", SIGNALLING_ANSWER, {"Location", cases[i][0]}}, {0}};
        fixture_post(fixture, script);
        g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
        const Script ok[] = {{200}, {0}};
        fixture->script = ok;
        g_string_truncate(fixture->seen, 0);
        cc_signalling_delete(fixture->signalling, fixture_on_reply, fixture);
        fixture_run(fixture);
        g_autofree char *expected = g_strdup_printf("DELETE %s Bearer secret []\n", cases[i][1]);
        g_assert_cmpstr(fixture->seen->str, ==, expected);
    }
}

static void
test_redirect(Fixture *fixture, gconstpointer data)
{
    const Script script[] = {
        {307, NULL, NULL, {"Location", "/other/whip"}},
        {308, NULL, NULL, {"Location", "third"}},
        {201, "application/sdp", SIGNALLING_ANSWER, {"Location", "relative"}},
        {200},
        {0},
    };
    fixture_post(fixture, script);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_OK);
    cc_signalling_delete(fixture->signalling, fixture_on_reply, fixture);
    fixture_run(fixture);
    g_assert_cmpstr(fixture->seen->str, ==,
                    "POST /whip/math application/sdp Bearer secret [v=0\r\n]\n"
                    "POST /other/whip application/sdp Bearer secret [v=0\r\n]\n"
                    "POST /other/third application/sdp Bearer secret [v=0\r\n]\n"
                    "DELETE /other/relative Bearer secret []\n");
}

static void
test_gone(Fixture *fixture, gconstpointer data)
{
    fixture_post(fixture, signalling_created);
    const Script not_found[] = {{404}, {0}};
    fixture->script = not_found;
    cc_signalling_restart_ice(fixture->signalling, "x", fixture_on_reply, fixture);
    fixture_run(fixture);
    g_assert_cmpint(fixture->result, ==, CC_SIGNALLING_GONE);
    g_assert_false(cc_signalling_has_session(fixture->signalling));
}

static void
on_never(const CcSignallingReply *reply, gpointer user_data)
{
    g_assert_not_reached();
}

static void
test_cancel(Fixture *fixture, gconstpointer data)
{
    fixture->script = signalling_created;
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_cancel(fixture->signalling);
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_cancel(fixture->signalling);
    fixture_post(fixture, signalling_created);
    g_assert_cmpuint(fixture->n_replies, ==, 1);

    /* Freed with a call under way, and then the loop goes on. */
    cc_signalling_post(fixture->signalling, "v=0", on_never, NULL);
    cc_signalling_free(fixture->signalling);
    g_autofree char *endpoint = g_strconcat(fixture->base, "/whip/math", NULL);
    fixture->signalling = cc_signalling_new(endpoint, NULL, NULL, NULL);
    fixture_post(fixture, signalling_created);
    g_assert_cmpuint(fixture->n_replies, ==, 2);
}

static void
on_reply_then_free(const CcSignallingReply *reply, gpointer user_data)
{
    Fixture *fixture = user_data;
    g_clear_pointer(&fixture->signalling, cc_signalling_free);
    g_main_loop_quit(fixture->loop);
}

static void
test_free_in_callback(Fixture *fixture, gconstpointer data)
{
    fixture->script = signalling_created;
    cc_signalling_post(fixture->signalling, "v=0", on_reply_then_free, fixture);
    fixture_run(fixture);
    g_assert_null(fixture->signalling);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, func)                                                                            \
    g_test_add("/signalling/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
    ADD("whole-life", test_whole_life);
    ADD("client", test_client);
    ADD("locations", test_locations);
    ADD("redirect", test_redirect);
    ADD("gone", test_gone);
    ADD("cancel", test_cancel);
    ADD("free-in-callback", test_free_in_callback);
    return g_test_run();
}
