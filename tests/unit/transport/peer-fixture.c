#include "tests/unit/transport/peer-fixture.h"

#include <string.h>

#include "common/wire/bytes.h"

#define DEADLINE_S 60

static void
on_state(CcPeerState state, const GError *error, gpointer user_data)
{
    Fixture *f = user_data;
    f->state = state;
    g_clear_error(&f->error);
    f->error = error ? g_error_copy(error) : NULL;
    g_assert_cmpint(state == CC_PEER_FAILED, ==, error != NULL);
    if (state == CC_PEER_FAILED && f->free_on_failure)
        g_clear_pointer(&f->peer, cc_peer_free);
}

static void
on_candidate(const char *candidate, gpointer user_data)
{
    Fixture *f = user_data;
    if (!candidate) {
        f->gathering_done++;
        return;
    }
    g_assert_true(g_str_has_prefix(candidate, "candidate:"));
    f->candidates++;
    f->udp_candidates += strcasestr(candidate, " udp ") != NULL;
    f->relay_candidates += strstr(candidate, " typ relay") != NULL;
    f->tcp_candidates += strcasestr(candidate, " tcp ") != NULL;
}

static void
on_rtp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *f = user_data;
    g_assert_cmpuint(length, ==, 200);
    g_assert_cmpint(arrival_us, >, 0);
    f->rtp++;
    f->last_timestamp = cc_read_u32(packet + 4);
    if (f->free_on_rtp)
        g_clear_pointer(&f->peer, cc_peer_free);
}

static void
on_rtcp(const guint8 *packet, gsize length, gint64 arrival_us, gpointer user_data)
{
    Fixture *f = user_data;
    g_assert_cmpuint(length, ==, 28);
    f->rtcp++;
}

const CcPeerCallbacks fixture_callbacks = {on_state, on_candidate, on_rtp, on_rtcp};

static gboolean
on_deadline(gpointer user_data)
{
    ((Fixture *)user_data)->deadline_passed = TRUE;
    return G_SOURCE_REMOVE;
}

void
fixture_setup_with(Fixture *f, gboolean tcp, const CcSrtpProfile *profiles,
                   const CcPeerOptions *options)
{
    *f = (Fixture){.context = g_main_context_new(), .tcp = tcp};
    g_main_context_push_thread_default(f->context);
    f->deadline = g_timeout_source_new_seconds(DEADLINE_S);
    g_source_set_callback(f->deadline, on_deadline, f, NULL);
    g_source_attach(f->deadline, f->context);
    f->server = lite_server_new(tcp, profiles);
    g_autoptr(GError) error = NULL;
    f->peer = cc_peer_new(options, &fixture_callbacks, f, &error);
    g_assert_no_error(error);
    g_assert_nonnull(f->peer);
}

void
fixture_setup(Fixture *f, gboolean tcp, const CcSrtpProfile *profiles)
{
    CcPeerOptions options = {.enable_udp = !tcp, .enable_tcp = tcp, .local_address = "127.0.0.1"};
    fixture_setup_with(f, tcp, profiles, &options);
}

void
fixture_teardown(Fixture *f)
{
    cc_peer_free(f->peer);
    lite_server_free(f->server);
    g_source_destroy(f->deadline);
    g_source_unref(f->deadline);
    while (g_main_context_iteration(f->context, FALSE))
        ;
    g_main_context_pop_thread_default(f->context);
    g_main_context_unref(f->context);
    g_clear_error(&f->error);
}

void
fixture_exchange(Fixture *f, const char *fingerprint)
{
    g_autoptr(GError) error = NULL;
    lite_server_set_remote(f->server, cc_peer_local_ufrag(f->peer), cc_peer_local_pwd(f->peer),
                           cc_peer_fingerprint(f->peer));
    g_assert_true(cc_peer_set_remote(f->peer, lite_server_ufrag(f->server),
                                     lite_server_pwd(f->server), TRUE,
                                     fingerprint ? "sha-256" : NULL, fingerprint, TRUE, &error));
    g_assert_no_error(error);
    g_autofree char *candidate = lite_server_candidate(f->server);
    g_assert_true(cc_peer_add_remote_candidate(f->peer, candidate));
    if (f->tcp)
        cc_peer_seek(f->peer);
}

void
fixture_connect(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(cc_peer_start_gathering(f->peer, &error));
    fixture_exchange(f, lite_server_fingerprint(f->server));
    WAIT_FOR(f, f->state == CC_PEER_CONNECTED);
}

gboolean
fixture_send_rtp(Fixture *f, guint16 sequence)
{
    guint8 packet[200] = {0x80, 96};
    cc_write_u16(packet + 2, sequence);
    cc_write_u32(packet + 4, sequence * 10u);
    return cc_peer_send_rtp(f->peer, packet, sizeof packet, FALSE);
}

void
fixture_echo(Fixture *f, guint16 sequence)
{
    guint before = f->rtp;
    g_assert_true(fixture_send_rtp(f, sequence));
    WAIT_FOR(f, f->rtp > before);
    g_assert_cmpuint(f->last_timestamp, ==, sequence * 10u);
}

void
fixture_echo_at_last(Fixture *f, guint16 *sequence)
{
    guint before = f->rtp;
    gint64 sent_us = 0;
    while (f->rtp == before) {
        gint64 now_us = g_get_monotonic_time();
        if (now_us - sent_us > 20000) {
            fixture_send_rtp(f, (*sequence)++);
            sent_us = now_us;
        }
        g_assert_false(f->deadline_passed);
        g_main_context_iteration(f->context, FALSE);
    }
}
