/* How sessions come, move from address to address, and go. */
#include "media-peer.h"

#include <glib/gstdio.h>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/transport/ice-lite.h"

static void
test_never_connected(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.connect_timeout_ms = 100;
    media_test_start(&test);
    peer_new(&test, CC_DIRECTION_WATCH, FALSE);
    media_test_wait_event(&test, "ended s1 never-connected");
    g_assert_cmpuint(media_test_stats(&test)->sessions->len, ==, 0);
    media_test_clear(&test);
}

static void
test_timed_out(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.session_timeout_ms = 200;
    media_test_start(&test);
    peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    media_test_wait_event(&test, "ended s1 timed-out");
    g_assert_cmpuint(media_test_stats(&test)->sessions->len, ==, 0);
    media_test_clear(&test);
}

/* One that is out of reach gets nothing; its first sign of life brings everything back, in the same
 * stream. */
static void
test_sleep(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.session_timeout_ms = 1500;
    test.options.resume_timeout_ms = 60000;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    gint64 sent_us = 0;
    for (guint16 i = 2; !media_test_has_event(&test, "lost s2 timed-out");) {
        if (cc_clock_now_us() - sent_us > 20000) {
            send_audio(teacher, PUBLISHER_AUDIO, i++); /* keeps only the teacher awake */
            sent_us = cc_clock_now_us();
        }
        media_test_turn(&test, 5);
    }
    const CcSlot *slot = peer_slot(watcher, CC_MEDIA_AUDIO);
    guint before = peer_count(watcher, slot->ssrc);
    send_audio(teacher, PUBLISHER_AUDIO, 1000);
    for (guint i = 0; i < 5; i++)
        media_test_turn(&test, 20);
    g_assert_cmpuint(peer_count(watcher, slot->ssrc), ==, before);
    g_ptr_array_set_size(test.events, 0);
    peer_rebind(watcher);
    peer_send_check(watcher, NULL, NULL);
    media_test_wait_event(&test, "connected s2");
    send_audio(teacher, PUBLISHER_AUDIO, 1001);
    wait_count(watcher, CC_MEDIA_AUDIO, before + 1);
    g_assert_cmpuint(peer_packet(watcher, slot->ssrc, before)->rtp.sequence, ==,
                     (guint16)(peer_packet(watcher, slot->ssrc, before - 1)->rtp.sequence + 1));
    g_assert_cmpuint(watcher->n_bad, ==, 0);
    media_test_clear(&test);
}

/* A teacher's session sleeps too, even if it dozes off before her silence is noticed, and teaches
 * on where it was. */
static void
test_teacher_sleeps(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.session_timeout_ms = 300;
    test.options.silence_timeout_ms = 60000;
    test.options.resume_timeout_ms = 60000;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    media_test_wait_event(&test, "media s1");
    media_test_wait_event(&test, "silent s1");
    media_test_wait_event(&test, "lost s1 timed-out");
    g_assert_cmpuint(media_test_stats(&test)->packets_in_use, ==, 0);
    g_ptr_array_set_size(test.events, 0);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    peer_rebind(teacher);
    peer_send_check(teacher, NULL, NULL);
    media_test_wait_event(&test, "connected s1");
    send_audio(teacher, PUBLISHER_AUDIO, 2);
    media_test_wait_event(&test, "media s1");
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    g_assert_cmpuint(watcher->n_bad, ==, 0);
    media_test_clear(&test);
}

/* … but not for ever. */
static void
test_slept_too_long(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.session_timeout_ms = 200;
    test.options.resume_timeout_ms = 200;
    media_test_start(&test);
    peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    media_test_wait_event(&test, "lost s1 timed-out");
    media_test_wait_event(&test, "ended s1 timed-out");
    g_assert_cmpuint(media_test_stats(&test)->sessions->len, ==, 0);
    media_test_clear(&test);
}

static void
test_silence(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.silence_timeout_ms = 100;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    media_test_wait_event(&test, "media s1");
    media_test_wait_event(&test, "silent s1");
    g_assert_cmpuint(media_test_stats(&test)->packets_in_use, ==, 0);
    g_ptr_array_set_size(test.events, 0);
    send_audio(teacher, PUBLISHER_AUDIO, 2);
    media_test_wait_event(&test, "media s1");
    wait_count(watcher, CC_MEDIA_AUDIO, 2);
    media_test_clear(&test);
}

/* What sessions have counted stays in the totals when they are gone, whoever ends them. */
static void
test_totals(void)
{
    MediaTest test;
    media_test_init(&test);
    test.options.session_timeout_ms = 300;
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    for (guint16 i = 1; i <= 5; i++)
        send_audio(teacher, PUBLISHER_AUDIO, i);
    wait_count(watcher, CC_MEDIA_AUDIO, 5);
    cc_worker_remove_session(teacher->worker, teacher->setup->id);
    media_test_wait_event(&test, "ended s2 timed-out");
    const CcWorkerStats *stats = media_test_stats(&test);
    g_assert_cmpuint(stats->sessions->len, ==, 0);
    g_assert_cmpuint(stats->totals[CC_DIRECTION_PUBLISH].packets, ==, 5);
    g_assert_cmpuint(stats->totals[CC_DIRECTION_WATCH].packets, ==, 5);
    media_test_clear(&test);
}

static void
test_closed_by_peer(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    cc_dtls_close(teacher->dtls);
    media_test_wait_event(&test, "ended s1 closed-by-peer");
    media_test_clear(&test);
}

static gboolean
is_dtls_closed(gpointer user_data)
{
    return cc_dtls_state(((Peer *)user_data)->dtls) == CC_DTLS_CLOSED;
}

/* Removing a session, and ending the worker, say goodbye on the wire: RTCP BYE, close_notify. */
static void
test_goodbye(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *a = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    Peer *b = peer_connected(&test, CC_DIRECTION_WATCH, TRUE);
    Peer *c = peer_connected(&test, CC_DIRECTION_WATCH, TRUE);
    cc_worker_remove_session(a->worker, a->setup->id);
    cc_worker_remove_session(b->worker, b->setup->id);
    cc_worker_remove_session(test.worker, "nobody");
    media_test_wait(&test, is_dtls_closed, a);
    media_test_wait(&test, is_dtls_closed, b);
    g_assert_cmpuint(peer_count_rtcp(a, CC_RTCP_BYE, 0), ==, 2);
    g_assert_cmpuint(media_test_stats(&test)->sessions->len, ==, 1);
    g_clear_pointer(&test.group, cc_worker_group_free);
    media_test_wait(&test, is_dtls_closed, c);
    g_assert_cmpuint(peer_count_rtcp(c, CC_RTCP_BYE, 0), ==, 2);
    g_assert_false(media_test_has_event(&test, "ended s1"));
    media_test_clear(&test);
}

static gboolean
is_checked(gpointer peer)
{
    return ((Peer *)peer)->checked;
}

/* The NAT gives another address: a new check, and everything goes there. */
static void
test_another_address(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    for (guint16 i = 1; i <= 6; i++) { /* more often than a session keeps paths */
        peer_rebind(watcher);
        peer_send_check(watcher, NULL, NULL);
        media_test_wait(&test, is_checked, watcher);
        send_audio(teacher, PUBLISHER_AUDIO, i);
        wait_count(watcher, CC_MEDIA_AUDIO, i);
    }
    media_test_clear(&test);
}

static void
test_ice_restart(void)
{
    MediaTest test;
    char ufrag[CC_ICE_UFRAG_LENGTH + 1], pwd[CC_ICE_PWD_LENGTH + 1];
    media_test_init(&test);
    media_test_start(&test);
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    cc_ice_generate_credentials(ufrag, pwd);
    cc_worker_restart_ice(watcher->worker, watcher->setup->id, ufrag, pwd, watcher->ufrag,
                          watcher->pwd);
    media_test_stats(&test);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    wait_count(watcher, CC_MEDIA_AUDIO, 1); /* over the old path, meanwhile */
    watcher->checked = FALSE;
    peer_send_check(watcher, NULL, NULL); /* the old credentials are still good */
    media_test_wait(&test, is_checked, watcher);

    peer_rebind(watcher);
    peer_send_check(watcher, ufrag, pwd);
    media_test_wait(&test, is_checked, watcher);
    send_audio(teacher, PUBLISHER_AUDIO, 2);
    wait_count(watcher, CC_MEDIA_AUDIO, 2);
    peer_send_check(watcher, NULL, NULL); /* no more */
    media_test_wait_drop(&test, CC_DROP_STUN_UNKNOWN_UFRAG, 1);
    media_test_clear(&test);
}

/* Answers leave from the address that was asked: the peer's socket accepts no other. */
static void
test_answers_from_asked_address(void)
{
    MediaTest test;
    media_test_init(&test);
    g_ptr_array_set_size(test.options.listen_addresses, 0);
    g_ptr_array_add(test.options.listen_addresses, (gpointer) "::");
    media_test_start(&test);
    test.relay_address = "127.0.0.2";
    Peer *teacher = peer_connected(&test, CC_DIRECTION_PUBLISH, FALSE);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    Peer *over_tcp = peer_connected(&test, CC_DIRECTION_WATCH, TRUE);
    send_audio(teacher, PUBLISHER_AUDIO, 1);
    wait_count(watcher, CC_MEDIA_AUDIO, 1);
    wait_count(over_tcp, CC_MEDIA_AUDIO, 1);
    g_assert_true(g_str_has_prefix(media_test_session(&test, watcher)->remote_address, "127.0."));
    media_test_clear(&test);
}

static void
test_port_in_use(void)
{
    MediaTest test;
    g_autoptr(GError) error = NULL;
    media_test_init(&test);
    media_test_start(&test);
    CcWorkerOptions second = test.options;
    second.port = cc_worker_port(test.worker);
    g_assert_null(cc_worker_new(&second, &error));
    g_assert_error(error, CC_ERROR, CC_ERROR_NETWORK);
    g_assert_nonnull(strstr(error->message, "in use"));
    media_test_clear(&test);
}

/* Who takes long between its check and the end of the handshake is new, not back. */
static void
test_slow_handshake(void)
{
    MediaTest test;
    media_test_init(&test);
    media_test_start(&test);
    Peer *watcher = peer_new(&test, CC_DIRECTION_WATCH, FALSE);
    g_autofree char *connected = g_strdup_printf("connected %s", watcher->setup->id);
    gint64 begin_us = g_get_monotonic_time();
    peer_send_check(watcher, NULL, NULL);
    while (!watcher->checked || g_get_monotonic_time() - begin_us < 700000)
        media_test_turn(&test, 50);
    cc_dtls_start(watcher->dtls);
    media_test_wait_event(&test, connected);
    g_assert_true(media_test_session(&test, watcher)->connected);
    media_test_clear(&test);
}

/* RTCP that comes in a stream is left to gather; it is read all the same, and in time for whoever
 * asks for counts. */
static void
test_gathered_reports(void)
{
    MediaTest test;
    guint8 buffer[512];
    media_test_init(&test);
    media_test_start(&test);
    Peer *watcher = peer_connected(&test, CC_DIRECTION_WATCH, FALSE);
    guint64 before = media_test_stats(&test)->datagrams_in;
    for (guint i = 1; i <= 300; i++) {
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, buffer, 400);
        cc_rtcp_add_receiver_report(&builder, 1, NULL, 0);
        peer_send_rtcp(watcher, &builder);
        if (i % 10 == 0)
            g_assert_cmpuint(media_test_stats(&test)->datagrams_in, ==, before + i);
    }
    media_test_clear(&test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-session/never-connected", test_never_connected);
    g_test_add_func("/media-session/timed-out", test_timed_out);
    g_test_add_func("/media-session/sleep", test_sleep);
    g_test_add_func("/media-session/teacher-sleeps", test_teacher_sleeps);
    g_test_add_func("/media-session/slept-too-long", test_slept_too_long);
    g_test_add_func("/media-session/silence", test_silence);
    g_test_add_func("/media-session/totals", test_totals);
    g_test_add_func("/media-session/closed-by-peer", test_closed_by_peer);
    g_test_add_func("/media-session/goodbye", test_goodbye);
    g_test_add_func("/media-session/another-address", test_another_address);
    g_test_add_func("/media-session/ice-restart", test_ice_restart);
    g_test_add_func("/media-session/answers-from-asked-address", test_answers_from_asked_address);
    g_test_add_func("/media-session/port-in-use", test_port_in_use);
    g_test_add_func("/media-session/slow-handshake", test_slow_handshake);
    g_test_add_func("/media-session/gathered-reports", test_gathered_reports);
    return g_test_run();
}
