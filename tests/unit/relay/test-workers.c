/* Several workers behind one HTTP server: who gets whom, and that everything said about a session
 * finds the worker that carries it. */
#include "http-fixture.h"

#include <string.h>

#include "common/wire/sdp.h"

#define WORKERS 3

/* The worker to which every candidate of the answer leads. */
static guint
answered_worker(HttpFixture *fixture, const Reply *reply)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(CcSdp) answer = cc_sdp_parse(reply->body, -1, &error);
    const CcSdpMedia *media;
    guint worker = 0;

    g_assert_no_error(error);
    media = g_ptr_array_index(answer->media, 0);
    g_assert_cmpuint(media->candidates->len, ==, 2); /* UDP and TCP of one address */
    for (guint i = 0; i < media->candidates->len; i++) {
        const CcSdpCandidate *candidate = g_ptr_array_index(media->candidates, i);
        guint index = 0;
        while (index < WORKERS &&
               cc_worker_port(cc_worker_group_get(fixture->workers, index)) != candidate->port)
            index++;
        g_assert_cmpuint(index, <, WORKERS);
        if (i > 0)
            g_assert_cmpuint(index, ==, worker);
        worker = index;
    }
    return worker;
}

/* POSTs; the worker that was chosen. @id: NULL or the session's (transfer full). */
static guint
join(HttpFixture *fixture, const char *path, char **id)
{
    gboolean publish = g_str_has_prefix(path, "/whip/");
    g_autofree char *offer = load_offer(publish ? "chromium-whip" : "chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *session = http_post_offer(fixture, path, offer, &reply);

    g_assert_nonnull(session);
    if (id != NULL)
        *id = g_steal_pointer(&session);
    return answered_worker(fixture, &reply);
}

static double
sample(HttpFixture *fixture, const char *name)
{
    g_auto(Reply) reply = {0};
    g_autofree char *line = g_strconcat("\n", name, " ", NULL);
    const char *found;

    http_request(fixture, "GET", "/metrics", NULL, NULL, &reply);
    found = strstr(reply.body, line);
    g_assert_nonnull(found);
    return g_ascii_strtod(found + strlen(line), NULL);
}

/* Each new room goes to whoever has least to do; whoever else belongs to it follows. */
static void
test_rooms_spread(HttpFixture *fixture, gconstpointer settings)
{
    g_assert_cmpuint(join(fixture, "/whip/a", NULL), ==, 0);
    g_assert_cmpuint(join(fixture, "/whip/b", NULL), ==, 1);
    g_assert_cmpuint(join(fixture, "/whep/b", NULL), ==, 1);
    g_assert_cmpuint(join(fixture, "/whep/c", NULL), ==, 2); /* waits for the lesson */
    g_assert_cmpuint(join(fixture, "/whip/d", NULL), ==, 0);
    g_assert_cmpuint(join(fixture, "/whip/c", NULL), ==, 2);
    g_assert_cmpuint(join(fixture, "/whep/a", NULL), ==, 0);
    g_assert_cmpfloat(sample(fixture, "classcast_worker_sessions{worker=\"0\"}"), ==, 3);
    g_assert_cmpfloat(sample(fixture, "classcast_worker_sessions{worker=\"2\"}"), ==, 2);
    g_assert_cmpfloat(sample(fixture, "classcast_sessions{kind=\"publish\",state=\"connecting\"}"),
                      ==, 4);
    g_assert_cmpfloat(sample(fixture, "classcast_sessions{kind=\"watch\",state=\"connecting\"}"),
                      ==, 3);
}

/* A teacher who comes back within the grace period comes to the same worker, whatever the load. */
static void
test_teacher_returns(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *teacher = NULL;

    g_assert_cmpuint(join(fixture, "/whip/a", NULL), ==, 0);
    g_assert_cmpuint(join(fixture, "/whip/b", &teacher), ==, 1);
    http_fixture_session_event(fixture, teacher, CC_SESSION_MEDIA, NULL);
    http_fixture_session_event(fixture, teacher, CC_SESSION_ENDED, "timed-out");
    g_assert_cmpuint(join(fixture, "/whip/c", NULL), ==, 1);
    g_assert_cmpuint(join(fixture, "/whip/d", NULL), ==, 2);
    g_assert_cmpuint(join(fixture, "/whip/b", NULL), ==, 1);
}

/* DELETE and PATCH reach the worker that has the session. */
static void
test_sessions_are_found(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Reply) reply = {0};
    g_autofree char *a = NULL, *b = NULL;
    g_autofree char *path = NULL;

    join(fixture, "/whip/a", &a);
    g_assert_cmpuint(join(fixture, "/whip/b", &b), ==, 1);
    path = g_strconcat("/session/", b, NULL);
    http_request(fixture, "PATCH", path,
                 "Content-Type: application/trickle-ice-sdpfrag\nIf-Match: \"*\"",
                 "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\nm=audio 9 RTP/AVP 0\r\n"
                 "a=mid:0\r\n",
                 &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    http_request(fixture, "DELETE", path, NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpfloat(sample(fixture, "classcast_worker_sessions{worker=\"0\"}"), ==, 1);
    g_assert_cmpfloat(sample(fixture, "classcast_worker_sessions{worker=\"1\"}"), ==, 0);
    g_assert_cmpuint(join(fixture, "/whip/c", NULL), ==, 1); /* its place is free again */
}

/* A room that is too large for its worker goes on on another one; what is said of a session reaches
 * it there, and a teacher who comes back goes to the room's home. */
static void
test_spill(HttpFixture *fixture, gconstpointer settings)
{
    guint carried[WORKERS] = {0};
    g_auto(Reply) reply = {0};
    g_autofree char *last = NULL, *path = NULL;

    g_assert_cmpuint(join(fixture, "/whip/a", NULL), ==, 0);
    for (guint i = 0; i < 60; i++) {
        g_clear_pointer(&last, g_free);
        carried[join(fixture, "/whep/a", &last)]++;
    }
    g_assert_cmpuint(carried[0], >=, 20);
    g_assert_cmpuint(carried[1], >=, 20);
    g_assert_cmpuint(carried[0] + carried[1] + carried[2], ==, 60);
    g_assert_cmpfloat(sample(fixture, "classcast_worker_sessions{worker=\"1\"}"), ==, carried[1]);
    g_assert_cmpuint(join(fixture, "/whip/b", NULL), !=, 0);
    path = g_strconcat("/session/", last, NULL);
    http_request(fixture, "DELETE", path, NULL, NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpfloat(sample(fixture, "classcast_sessions{kind=\"watch\",state=\"connecting\"}"),
                      ==, 59);
}

int
main(int argc, char **argv)
{
    static const char settings[] = "relay.workers=3";

    g_test_init(&argc, &argv, NULL);
    g_log_set_always_fatal(G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
#define ADD(name, func)                                                                            \
    g_test_add("/relay/workers/" name, HttpFixture, settings, http_fixture_set_up, func,           \
               http_fixture_tear_down)
    ADD("rooms-spread", test_rooms_spread);
    ADD("teacher-returns", test_teacher_returns);
    ADD("sessions-are-found", test_sessions_are_found);
    ADD("spill", test_spill);
    return g_test_run();
}
