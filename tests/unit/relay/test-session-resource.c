/* A session's resource over a real server: PATCH and DELETE (RFC 9725 section 4.3). */
#include "http-fixture.h"

#include <string.h>

#include "common/wire/sdp.h"

static void
test_delete(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *id = http_post_offer(fixture, "/whep/math", offer, &reply);
    g_autofree char *path = g_strconcat("/session/", id, NULL);

    /* RFC 9725 section 4.3.1: an entity tag plays no part here. */
    http_request(fixture, "DELETE", path, "If-Match: \"another\"", NULL, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply_header(&reply, "Access-Control-Allow-Origin"), ==, "*");
    http_request(fixture, "DELETE", path, NULL, NULL, &reply);
    assert_problem(&reply, 404, "unknown-session");
    g_assert_null(cc_room_registry_lookup(fixture->control->rooms, "math"));
    http_request(fixture, "DELETE", "/session/00000000000000000000000000000000", NULL, NULL,
                 &reply);
    assert_problem(&reply, 404, "unknown-session");
}

static void
test_ended_session(HttpFixture *fixture, gconstpointer settings)
{
    g_autofree char *offer = load_offer("chromium-whep");
    g_auto(Reply) reply = {0};
    g_autofree char *id = http_post_offer(fixture, "/whep/math", offer, &reply);
    g_autofree char *path = g_strconcat("/session/", id, NULL);

    http_fixture_session_event(fixture, id, CC_SESSION_ENDED, "never-connected");
    http_request(fixture, "DELETE", path, NULL, NULL, &reply);
    assert_problem(&reply, 404, "unknown-session");
    g_assert_cmpuint(cc_room_registry_n_sessions(fixture->control->rooms), ==, 0);
}

static char *
fragment(const char *ufrag, const char *pwd, const char *candidate)
{
    return g_strdup_printf("a=ice-ufrag:%s\r\na=ice-pwd:%s\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
                           "a=mid:0\r\n%s",
                           ufrag, pwd, candidate);
}

static char *
patch_headers(const char *if_match)
{
    return g_strdup_printf("Content-Type: application/trickle-ice-sdpfrag%s%s",
                           if_match != NULL ? "\nIf-Match: " : "",
                           if_match != NULL ? if_match : "");
}

typedef struct {
    HttpFixture *fixture;
    char *path, *etag, *ufrag, *pwd;
} Resource;

static void
resource_init(Resource *resource, HttpFixture *fixture)
{
    g_autofree char *text = load_offer("chromium-whep");
    g_autoptr(CcSdp) offer = cc_sdp_parse(text, -1, NULL);
    const CcSdpMedia *media = g_ptr_array_index(offer->media, 0);
    g_auto(Reply) reply = {0};
    g_autofree char *id = http_post_offer(fixture, "/whep/math", text, &reply);

    *resource = (Resource){.fixture = fixture,
                           .path = g_strconcat("/session/", id, NULL),
                           .etag = g_strdup(reply_header(&reply, "ETag")),
                           .ufrag = g_strdup(media->ice_ufrag),
                           .pwd = g_strdup(media->ice_pwd)};
}

static void
resource_clear(Resource *resource)
{
    g_free(resource->path);
    g_free(resource->etag);
    g_free(resource->ufrag);
    g_free(resource->pwd);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Resource, resource_clear)

static void
patch(const Resource *resource, const char *if_match, const char *body, Reply *reply)
{
    g_autofree char *headers = patch_headers(if_match);

    http_request(resource->fixture, "PATCH", resource->path, headers, body, reply);
}

static void
test_trickle(HttpFixture *fixture, gconstpointer settings)
{
    const char *candidate =
        "a=candidate:1 1 UDP 2130706431 192.0.2.1 40000 typ host\r\na=end-of-candidates\r\n";
    g_auto(Resource) resource = {0};
    g_auto(Reply) reply = {0};
    g_autofree char *good = NULL;
    g_autofree char *odd = NULL;
    g_autofree char *list = NULL;

    resource_init(&resource, fixture);
    good = fragment(resource.ufrag, resource.pwd, candidate);
    patch(&resource, resource.etag, good, &reply);
    g_assert_cmpuint(reply.status, ==, 204);
    g_assert_cmpstr(reply.body, ==, "");
    g_assert_null(reply_header(&reply, "ETag"));
    /* What the relay cannot use is passed over; the end of candidates has been said, too. */
    odd = fragment(resource.ufrag, resource.pwd,
                   "a=candidate:1 1 ssltcp 2130706431 192.0.2.1 443 typ host generation 0\r\n"
                   "a=candidate:2 1 udp 2130706431 nowhere.invalid 9 typ host ufrag x\r\n"
                   "a=candidate:3 1 sctp 1 x 9 typ moon\r\na=candidate:4 1 udp 7\r\n"
                   "m=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:unknown\r\na=end-of-candidates\r\n");
    patch(&resource, resource.etag, odd, &reply);
    g_assert_cmpuint(reply.status, ==, 204);
    list = g_strconcat("\"other\", ", resource.etag, NULL);
    patch(&resource, list, good, &reply);
    g_assert_cmpuint(reply.status, ==, 204);

    patch(&resource, NULL, good, &reply);
    assert_problem(&reply, 428, "etag-missing");
    patch(&resource, "\"other\"", good, &reply);
    assert_problem(&reply, 412, "etag-mismatch");
    patch(&resource, resource.etag, "a=candidate\r\nm=\r\n", &reply);
    assert_problem(&reply, 400, "bad-fragment");
    /* No counter-offers, and so no answers to them. */
    http_request(fixture, "PATCH", resource.path, "Content-Type: application/sdp\nIf-Match: *",
                 good, &reply);
    assert_problem(&reply, 415, "wrong-content-type");
    g_assert_cmpstr(reply_header(&reply, "Accept-Patch"), ==, "application/trickle-ice-sdpfrag");
    g_free(resource.path);
    resource.path = g_strdup("/session/0123");
    patch(&resource, resource.etag, good, &reply);
    assert_problem(&reply, 404, "unknown-session");
}

static void
test_ice_restart(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Resource) resource = {0};
    g_auto(Reply) reply = {0};
    g_autofree char *current = NULL;
    g_autofree char *restart = fragment("newu", "newpwdnewpwdnewpwdnewpwd", "");
    g_autofree char *no_credentials =
        g_strdup("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=end-of-candidates\r\n");
    g_autofree char *new_etag = NULL;
    g_autoptr(CcSdp) answer = NULL;
    g_autoptr(GError) error = NULL;
    const CcSdpMedia *media;

    resource_init(&resource, fixture);
    current = fragment(resource.ufrag, resource.pwd, "");
    /* The same credentials are no restart, whatever If-Match says. */
    patch(&resource, "*", current, &reply);
    g_assert_cmpuint(reply.status, ==, 204);
    patch(&resource, "*", no_credentials, &reply);
    assert_problem(&reply, 422, "wrong-credentials");

    patch(&resource, "*", restart, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply_header(&reply, "Content-Type"), ==, "application/trickle-ice-sdpfrag");
    new_etag = g_strdup(reply_header(&reply, "ETag"));
    g_assert_cmpstr(new_etag, !=, resource.etag);
    answer = cc_sdp_fragment_parse(reply.body, -1, &error);
    g_assert_no_error(error);
    media = g_ptr_array_index(answer->media, 0);
    g_assert_cmpuint(strlen(media->ice_ufrag), >=, 4);
    g_assert_cmpuint(strlen(media->ice_pwd), >=, 22);
    g_assert_cmpstr(media->mid, ==, "0");
    g_assert_cmpuint(media->candidates->len, >=, 1);
    g_assert_true(media->end_of_candidates);
    /* The same attributes as in the answer; candidates at the bundle's first m-line only. */
    g_assert_nonnull(strstr(reply.body, "a=group:BUNDLE 0 1\r\n"));
    g_assert_true(answer->ice_lite && answer->trickle);
    g_assert_cmpuint(answer->media->len, ==, 1);

    /* The old tag is stale, the new one good for the new credentials. */
    patch(&resource, resource.etag, restart, &reply);
    assert_problem(&reply, 412, "etag-mismatch");
    patch(&resource, new_etag, restart, &reply);
    g_assert_cmpuint(reply.status, ==, 204);
    g_assert_null(reply_header(&reply, "ETag"));
}

/* New credentials are a restart whatever entity tag lets the request pass (RFC 9725 section 4.3.3);
 * the RFC's own example has the star in quotes. */
static void
test_ice_restart_by(HttpFixture *fixture, gconstpointer settings)
{
    g_auto(Resource) resource = {0};
    g_auto(Reply) reply = {0};
    g_autofree char *first = fragment("newu", "newpwdnewpwdnewpwdnewpwd", "");
    g_autofree char *second = fragment("newv", "newpwdnewpwdnewpwdnewpwd", "");
    g_autofree char *short_pwd = fragment("neww", "short", "");
    g_autofree char *new_etag = NULL;

    resource_init(&resource, fixture);
    patch(&resource, NULL, first, &reply);
    assert_problem(&reply, 428, "etag-missing");
    patch(&resource, "\"other\"", first, &reply);
    assert_problem(&reply, 412, "etag-mismatch");
    patch(&resource, resource.etag, short_pwd, &reply);
    assert_problem(&reply, 422, "wrong-credentials");
    patch(&resource, resource.etag, first, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    new_etag = g_strdup(reply_header(&reply, "ETag"));
    g_assert_cmpstr(new_etag, !=, resource.etag);
    patch(&resource, "\"*\"", second, &reply);
    g_assert_cmpuint(reply.status, ==, 200);
    g_assert_cmpstr(reply_header(&reply, "ETag"), !=, new_etag);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, settings, function)                                                              \
    g_test_add(name, HttpFixture, settings, http_fixture_set_up, function, http_fixture_tear_down)
    ADD("/relay/http/delete", NULL, test_delete);
    ADD("/relay/http/ended-session", NULL, test_ended_session);
    ADD("/relay/http/trickle", NULL, test_trickle);
    ADD("/relay/http/ice-restart", NULL, test_ice_restart);
    ADD("/relay/http/ice-restart-by", NULL, test_ice_restart_by);
    return g_test_run();
}
