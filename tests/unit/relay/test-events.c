/* The WebSocket of a room: who hears what, in which order. */
#include "listener.h"

#include <string.h>

#include "common/auth/token.h"
#include "relay/control/events.h"
#include "relay/control/links.h"

#define SECRET "a-secret-for-the-tests"

static void
test_lesson(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_autofree char *whep = load_offer("chromium-whep");
    g_autofree char *teacher = NULL;
    g_autofree char *pupil = NULL;
    g_autofree char *elsewhere = NULL;
    g_autofree char *path = NULL;
    g_auto(Reply) reply = {0};
    g_auto(Listener) early = {0};
    g_auto(Listener) late = {0};

    listener_init(&early, fixture, "/rooms/math/events");
    expect(&early, "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"none\",\"participants\":[],"
                   "\"stage\":null,\"chat\":null}");

    teacher = http_post_offer(fixture, "/whip/math", whip, &reply);
    pupil = http_post_offer(fixture, "/whep/math", whep, &reply);
    elsewhere = http_post_offer(fixture, "/whep/history", whep, &reply);
    http_fixture_session_event(fixture, elsewhere, CC_SESSION_CONNECTED, NULL);
    http_fixture_session_event(fixture, pupil, CC_SESSION_CONNECTED, NULL);
    http_fixture_session_event(fixture, teacher, CC_SESSION_CONNECTED, NULL);
    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    expect(&early, "{\"type\":\"joined\",\"participant\":{\"id\":\"p2\",\"role\":\"classroom\","
                   "\"name\":\"\",\"connected\":true,\"ready\":false}}");
    expect(&early, "{\"type\":\"joined\",\"participant\":{\"id\":\"p1\",\"role\":\"teacher\","
                   "\"name\":\"\",\"connected\":true}}");
    expect(&early, "{\"type\":\"lesson\",\"lesson\":\"on\"}");

    listener_init(&late, fixture, "/rooms/math/events");
    expect(&late, "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"on\",\"participants\":["
                  "{\"id\":\"p1\",\"role\":\"teacher\",\"name\":\"\",\"connected\":true},"
                  "{\"id\":\"p2\",\"role\":\"classroom\",\"name\":\"\",\"connected\":true,"
                  "\"ready\":false}],\"stage\":null,\"chat\":null}");

    http_fixture_session_event(fixture, teacher, CC_SESSION_SILENT, NULL);
    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    http_fixture_session_event(fixture, pupil, CC_SESSION_ENDED, "timed-out");
    path = g_strconcat("/session/", teacher, NULL);
    http_request(fixture, "DELETE", path, NULL, NULL, &reply);
    for (guint i = 0; i < 2; i++) {
        Listener *listener = i == 0 ? &early : &late;
        expect(listener, "{\"type\":\"lesson\",\"lesson\":\"away\"}");
        expect(listener, "{\"type\":\"lesson\",\"lesson\":\"on\"}");
        expect(listener, "{\"type\":\"left\",\"id\":\"p2\",\"reason\":\"timed-out\"}");
        expect(listener, "{\"type\":\"left\",\"id\":\"p1\",\"reason\":\"closed\"}");
        expect(listener, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    }

    cc_events_close_all(fixture->control->events, "relay-stopping");
    expect(&early, "{\"type\":\"bye\",\"reason\":\"relay-stopping\"}");
    wait_for(&early.closed);
    wait_for(&late.closed);
}

/* The grace period is up while nobody asks. */
static void
test_grace(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *whip = load_offer("chromium-whip");
    g_auto(Reply) reply = {0};
    g_autofree char *teacher = http_post_offer(fixture, "/whip/math", whip, &reply);
    g_auto(Listener) listener = {0};

    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    listener_init(&listener, fixture, "/rooms/math/events");
    http_fixture_session_event(fixture, teacher, CC_SESSION_ENDED, "timed-out");
    expect(&listener, "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"on\",\"participants\":["
                      "{\"id\":\"p1\",\"role\":\"teacher\",\"name\":\"\",\"connected\":true}],"
                      "\"stage\":null,\"chat\":null}");
    expect(&listener, "{\"type\":\"left\",\"id\":\"p1\",\"reason\":\"timed-out\"}");
    expect(&listener, "{\"type\":\"lesson\",\"lesson\":\"away\"}");
    expect(&listener, "{\"type\":\"lesson\",\"lesson\":\"over\"}");
    g_assert_null(cc_room_registry_lookup(fixture->control->rooms, "math"));
}

static void
test_leaving(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Listener) listener = {0};
    g_auto(Listener) second = {0};

    listener_init(&listener, fixture, "/rooms/math/events");
    listener_init(&second, fixture, "/rooms/math/events");
    g_assert_cmpuint(cc_events_n_observers(fixture->control->events), ==, 2);
    soup_websocket_connection_close(listener.socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    wait_for(&listener.closed);
    while (cc_events_n_observers(fixture->control->events) > 1)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpuint(cc_events_n_observers_of(fixture->control->events, "math"), ==, 1);

    /* One who talks too much is shown the door. */
    {
        g_autofree char *flood = g_strnfill(10000, 'x');
        soup_websocket_connection_send_text(second.socket, flood);
    }
    wait_for(&second.closed);
    while (cc_events_n_observers(fixture->control->events) > 0)
        g_main_context_iteration(NULL, TRUE);
}

static void
report_link(HttpFixture *fixture, const char *session_id, const CcLinkReport *link)
{
    CcSessionEvent event = {
        .kind = CC_SESSION_LINK, .session_id = session_id, .room = "", .link = *link};
    cc_control_session_event(fixture->control, &event);
}

/* Each is told what it has asked for, and nobody else anything. */
static void
test_links(HttpFixture *fixture, gconstpointer settings)
{
    static const CcLinkReport narrow = {.bps = 40000,
                                        .estimate_bps = 60000,
                                        .loss_permille = 25,
                                        .rtt_ms = 310,
                                        .picture = CC_PICTURE_PAUSED,
                                        .reason = CC_LINK_REASON_RATE};
    static const CcLinkReport good = {
        .bps = 900000, .rtt_ms = -1, .tcp = TRUE, .picture = CC_PICTURE_WHOLE};
#define NARROW(id)                                                                                 \
    "{\"id\":\"" id "\",\"kbps\":40,\"estimate_kbps\":60,\"loss\":0.025,\"rtt_ms\":310,"           \
    "\"protocol\":\"udp\",\"picture\":\"paused\",\"reason\":\"rate\"}"
#define GOOD(id)                                                                                   \
    "{\"id\":\"" id "\",\"kbps\":900,\"estimate_kbps\":null,\"loss\":0.0,\"rtt_ms\":null,"         \
    "\"protocol\":\"tcp\",\"picture\":\"whole\",\"reason\":null}"
    g_autofree char *whep = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *first = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_autofree char *second = http_post_offer(fixture, "/whep/math", whep, &reply);
    g_auto(Listener) all = {0};
    g_auto(Listener) own = {0};
    g_auto(Listener) none = {0};
    const char *state = "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"none\","
                        "\"participants\":[],\"stage\":null,\"chat\":null}";

    g_assert_cmpstr(reply_header(&reply, "X-Classcast-Participant"), ==, "p2");
    listener_init(&all, fixture, "/rooms/math/events");
    listener_init(&own, fixture, "/rooms/math/events");
    listener_init(&none, fixture, "/rooms/math/events");
    expect(&all, state);
    expect(&own, state);
    expect(&none, state);
    report_link(fixture, first, &narrow);
    soup_websocket_connection_send_text(none.socket, "{\"type\":\"links\",\"of\":[[[[");
    soup_websocket_connection_send_text(none.socket, "{\"type\":\"links\",\"of\":{}}");
    soup_websocket_connection_send_text(all.socket, "{\"type\":\"links\",\"of\":\"*\"}");
    soup_websocket_connection_send_text(own.socket, "{\"type\":\"links\",\"of\":\"p2\"}");
    expect(&all, "{\"type\":\"links\",\"links\":[" NARROW("p1") "]}");
    report_link(fixture, second, &narrow);
    report_link(fixture, second, &good);
    expect(&own, "{\"type\":\"links\",\"links\":[" NARROW("p2") "]}");
    expect(&own, "{\"type\":\"links\",\"links\":[" GOOD("p2") "]}");
    /* A second's changes come together. */
    expect(&all, "{\"type\":\"links\",\"links\":[" NARROW("p1") "," GOOD("p2") "]}");
    cc_control_end_session(fixture->control, first, "closed", TRUE);
    report_link(fixture, first, &good);
    report_link(fixture, second, &narrow);
    expect(&own, "{\"type\":\"links\",\"links\":[" NARROW("p2") "]}");
    expect(&all, "{\"type\":\"links\",\"links\":[" NARROW("p2") "]}");
    cc_events_close_all(fixture->control->events, "relay-stopping");
    expect(&none, "{\"type\":\"bye\",\"reason\":\"relay-stopping\"}");
}

/* Questions count like other requests of the same address; that of others is not asked. */
static void
test_too_many_questions(HttpFixture *fixture, gconstpointer settings)
{
    static const char *const questions[] = {"{\"type\":\"links\",\"of\":\"p1\"}", "x"};
    g_auto(Reply) reply = {0};
    g_auto(Listener) curious = {0};
    g_auto(Listener) quiet = {0};

    listener_init(&curious, fixture, "/rooms/math/events");
    listener_init(&quiet, fixture, "/rooms/math/events");
    for (guint i = 0; i < 5; i++) /* the burst of 1 a second */
        soup_websocket_connection_send_text(curious.socket, questions[i % 2]);
    while (!curious.arrived)
        g_main_context_iteration(NULL, TRUE);
    http_request(fixture, "GET", "/healthz", NULL, NULL, &reply);
    g_assert_false(curious.closed);
    for (guint i = 0; i < 20; i++)
        soup_websocket_connection_send_text(curious.socket, questions[i % 2]);
    wait_for(&curious.closed);
    g_assert_cmpuint(soup_websocket_connection_get_close_code(curious.socket), ==,
                     SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION);
    while (cc_events_n_observers(fixture->control->events) > 1)
        g_main_context_iteration(NULL, TRUE);
    for (guint i = 0; i < 5 && reply.status != 429; i++) /* fewer than alone it may */
        http_request(fixture, "DELETE", "/session/nobody", NULL, NULL, &reply);
    assert_problem(&reply, 429, "limit-requests");
    g_assert_false(quiet.closed);
}

static void
test_refusals(HttpFixture *fixture, gconstpointer settings)
{
    CcTokenClaims claims = {.room = (char *)"math",
                            .role = CC_ROLE_VIEWER,
                            .expires_s = g_get_real_time() / G_USEC_PER_SEC + 60};
    g_autofree char *token = cc_token_sign(SECRET, &claims);
    g_autofree char *good = g_strconcat("/rooms/math/events?token=", token, NULL);
    g_autofree char *other = g_strconcat("/rooms/history/events?token=", token, NULL);
    g_auto(Listener) refused = {0};
    g_auto(Listener) accepted = {0};
    g_auto(Reply) reply = {0};

    listener_init(&refused, fixture, "/rooms/math/events");
    g_assert_nonnull(refused.error);
    listener_init(&accepted, fixture, good);
    g_assert_no_error(accepted.error);
    g_assert_cmpuint(cc_events_n_observers(fixture->control->events), ==, 1);
    /* A viewer is not told of everybody's link. */
    expect(&accepted, "{\"type\":\"state\",\"room\":\"math\",\"lesson\":\"none\",\"participants\":["
                      "],\"stage\":null,\"chat\":null}");
    soup_websocket_connection_send_text(accepted.socket, "{\"type\":\"links\",\"of\":\"*\"}");
    http_request(fixture, "GET", "/rooms/math/events", NULL, NULL, &reply);
    g_assert_null(cc_links_describe(fixture->control->links, "math", "*"));
    cc_events_send_link(fixture->control->events, "math", "*", "{}");
    cc_events_close_all(fixture->control->events, "relay-stopping");
    expect(&accepted, "{\"type\":\"bye\",\"reason\":\"relay-stopping\"}");
    http_request(fixture, "GET", "/rooms/math/events", NULL, NULL, &reply);
    assert_problem(&reply, 401, "unauthorized");
    http_request(fixture, "GET", other, NULL, NULL, &reply);
    assert_problem(&reply, 403, "forbidden");
    http_request(fixture, "GET", good, NULL, NULL, &reply);
    assert_problem(&reply, 426, "upgrade-required");
    http_request(fixture, "POST", good, NULL, "", &reply);
    assert_problem(&reply, 405, "method-not-allowed");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/events/lesson", NULL, test_lesson);
    ADD("/relay/events/grace", "relay.lesson-grace-s=1", test_grace);
    ADD("/relay/events/leaving", NULL, test_leaving);
    ADD("/relay/events/links", NULL, test_links);
    ADD("/relay/events/too-many-questions", "relay.max-requests-per-s=1", test_too_many_questions);
    ADD("/relay/events/refusals", "auth.mode=token\nauth.secrets=" SECRET, test_refusals);
    return g_test_run();
}
