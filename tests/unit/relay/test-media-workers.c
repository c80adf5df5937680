/* A room on two workers at once: what its home receives, receivers on the other one get as if they
 * were there. (That everything else holds for them too is shown by running the other media tests
 * with MEDIA_TEST_SPILL.) */
#include "media-peer.h"

#include "relay/media/event-gate.h"
#include "relay/media/worker-private.h"

typedef struct {
    MediaTest test;
    Peer *teacher, *near, *far; /* on the home and on the other worker */
} Spilled;

static void
spilled_begin(Spilled *spilled)
{
    media_test_init(&spilled->test);
    spilled->test.n_workers = 2;
    spilled->test.options.keyframe_interval_ms = 60000;
    media_test_start(&spilled->test);
    spilled->teacher = peer_connected(&spilled->test, CC_DIRECTION_PUBLISH, FALSE);
    spilled->test.watch_on = 0;
    spilled->near = peer_connected(&spilled->test, CC_DIRECTION_WATCH, FALSE);
    spilled->test.watch_on = 1;
    spilled->far = peer_connected(&spilled->test, CC_DIRECTION_WATCH, FALSE);
}

static guint32
frame_id(const Peer *peer, guint index)
{
    return video_payload_id(&peer_packet(peer, peer_slot(peer, CC_MEDIA_VIDEO)->ssrc, index)->rtp);
}

/* Both get the same packets in the same order, and the counts are those of the room. */
static void
test_same_lesson(void)
{
    Spilled spilled;
    spilled_begin(&spilled);
    for (guint16 i = 0; i < 200; i++) {
        send_video(spilled.teacher, PUBLISHER_VIDEO, i, i * 3600u, i == 0);
        send_audio(spilled.teacher, PUBLISHER_AUDIO, i);
        if (i % 20 == 19) /* leave the sockets' buffers some room */
            wait_count(spilled.far, CC_MEDIA_AUDIO, i + 1);
    }
    wait_count(spilled.near, CC_MEDIA_VIDEO, 200);
    wait_count(spilled.near, CC_MEDIA_AUDIO, 200);
    wait_count(spilled.far, CC_MEDIA_VIDEO, 200);
    wait_count(spilled.far, CC_MEDIA_AUDIO, 200);
    for (guint i = 0; i < 200; i++) {
        g_assert_cmpuint(frame_id(spilled.near, i), ==, i);
        g_assert_cmpuint(frame_id(spilled.far, i), ==, i);
    }
    g_assert_cmpuint(spilled.far->n_bad, ==, 0);
    const CcSessionStats *far = media_test_session(&spilled.test, spilled.far);
    g_assert_cmpuint(far->packets, ==, 400);
    g_assert_cmpstr(far->video_codec, ==, "VP8");
    g_assert_cmpuint(spilled.test.stats->totals[CC_DIRECTION_WATCH].packets, ==, 800);
    g_assert_cmpuint(spilled.test.stats->drops[CC_DROP_RING_FULL], ==, 0);
    media_test_clear(&spilled.test);
}

/* Wishes for a keyframe from both workers become one. */
static void
test_one_request(void)
{
    Spilled spilled;
    spilled_begin(&spilled);
    send_video(spilled.teacher, PUBLISHER_VIDEO, 1, 3600, TRUE);
    wait_count(spilled.near, CC_MEDIA_VIDEO, 1);
    wait_count(spilled.far, CC_MEDIA_VIDEO, 1);
    for (guint i = 0; i < 5; i++) {
        ask_for_keyframe(spilled.far);
        ask_for_keyframe(spilled.near);
    }
    wait_rtcp(spilled.teacher, CC_RTCP_PSFB, CC_PSFB_PLI, 1);
    Peer *late = peer_connected(&spilled.test, CC_DIRECTION_WATCH, FALSE);
    send_video(spilled.teacher, PUBLISHER_VIDEO, 2, 7200, FALSE);
    wait_count(spilled.far, CC_MEDIA_VIDEO, 2);
    send_video(spilled.teacher, PUBLISHER_VIDEO, 3, 10800, TRUE);
    wait_count(late, CC_MEDIA_VIDEO, 1);
    g_assert_cmpuint(frame_id(late, 0), ==, 3);
    g_assert_cmpuint(peer_count_rtcp(spilled.teacher, CC_RTCP_PSFB, CC_PSFB_PLI), ==, 1);
    media_test_clear(&spilled.test);
}

/* The last receiver leaves the other worker: nothing is sent there any more. One comes back: it
 * gets the lesson that is on. */
static void
test_leave_and_return(void)
{
    Spilled spilled;
    spilled_begin(&spilled);
    send_audio(spilled.teacher, PUBLISHER_AUDIO, 1);
    wait_count(spilled.far, CC_MEDIA_AUDIO, 1);
    cc_worker_remove_session(spilled.far->worker, spilled.far->setup->id);
    wait_rtcp(spilled.far, CC_RTCP_BYE, 0, 2);
    for (guint16 round = 0; round < 20; round++) {
        send_audio(spilled.teacher, PUBLISHER_AUDIO, 2 + 2 * round);
        Peer *far = peer_connected(&spilled.test, CC_DIRECTION_WATCH, FALSE);
        media_test_stats(&spilled.test); /* the home knows that it has come */
        send_audio(spilled.teacher, PUBLISHER_AUDIO, 3 + 2 * round);
        wait_count(spilled.near, CC_MEDIA_AUDIO, 3 + 2 * round);
        wait_count(far, CC_MEDIA_AUDIO, 1);
        cc_worker_remove_session(far->worker, far->setup->id);
        wait_rtcp(far, CC_RTCP_BYE, 0, 2);
        peer_free(far);
    }
    media_test_stats(&spilled.test);
    const CcWorkerStats *other = spilled.test.all_stats->workers->pdata[1];
    g_assert_cmpuint(other->sessions->len, ==, 0);
    g_assert_cmpuint(other->packets_in_use, ==, 0);
    media_test_clear(&spilled.test);
}

/* Receivers wait on both workers; the teacher comes, goes, and comes back as somebody else. */
static void
test_teacher_comes_back(void)
{
    Spilled spilled;
    spilled_begin(&spilled);
    Peer *waiting[] = {spilled.near, spilled.far};
    for (guint16 i = 0; i < 5; i++)
        send_video(spilled.teacher, PUBLISHER_VIDEO, 500 + i, 90000 + i * 3600u, i == 0);
    for (guint w = 0; w < 2; w++)
        wait_count(waiting[w], CC_MEDIA_VIDEO, 5);
    for (guint round = 0; round < 5; round++) {
        cc_worker_remove_session(spilled.teacher->worker, spilled.teacher->setup->id);
        wait_rtcp(spilled.teacher, CC_RTCP_BYE, 0, 1);
        peer_free(spilled.teacher);
        spilled.teacher = peer_connected(&spilled.test, CC_DIRECTION_PUBLISH, FALSE);
        guint32 ssrc = 0x77777777 + round;
        guint16 first = (guint16)(30000 - 5000 * round);
        send_video(spilled.teacher, ssrc, first, 5, FALSE); /* withheld */
        send_video(spilled.teacher, ssrc, first + 1, 3605, TRUE);
        send_video(spilled.teacher, ssrc, first + 2, 7205, FALSE);
        for (guint w = 0; w < 2; w++) {
            guint n = 5 + 2 * round;
            guint32 own = peer_slot(waiting[w], CC_MEDIA_VIDEO)->ssrc;
            wait_count(waiting[w], CC_MEDIA_VIDEO, n + 2);
            g_assert_cmpuint(frame_id(waiting[w], n), ==, first + 1);
            g_assert_cmpuint(peer_packet(waiting[w], own, n)->rtp.sequence, ==,
                             (guint16)(peer_packet(waiting[w], own, n - 1)->rtp.sequence + 1));
            g_assert_cmpuint(waiting[w]->n_bad, ==, 0);
        }
    }
    media_test_clear(&spilled.test);
}

static gint stands_still; /* atomic */

static gboolean
on_stand_still(gpointer user_data)
{
    g_atomic_int_set(&stands_still, TRUE);
    g_mutex_lock(user_data);
    g_mutex_unlock(user_data);
    return G_SOURCE_REMOVE;
}

static gboolean
is_standing_still(gpointer unused)
{
    return g_atomic_int_get(&stands_still);
}

/* Until @standstill is unlocked; the caller clears it. */
static void
make_stand_still(MediaTest *test, CcWorker *worker, GMutex *standstill)
{
    g_mutex_init(standstill);
    g_mutex_lock(standstill);
    g_atomic_int_set(&stands_still, FALSE);
    cc_call_in_context(worker->context, on_stand_still, standstill, NULL);
    media_test_wait(test, is_standing_still, NULL);
}

/* The other worker stands still until the ring is full, and meanwhile another teacher takes over.
 * The home goes on as if nothing were, counts what the other one misses, and that one finds its
 * way. */
static void
test_falls_behind(void)
{
    Spilled spilled;
    GMutex standstill;
    spilled_begin(&spilled);
    Peer *second = peer_connected(&spilled.test, CC_DIRECTION_PUBLISH, FALSE);
    send_video(spilled.teacher, PUBLISHER_VIDEO, 7, 3600, TRUE);
    wait_count(spilled.far, CC_MEDIA_VIDEO, 1);
    make_stand_still(&spilled.test, spilled.far->worker, &standstill);
    for (guint16 n = 0; n < 2100; n++) {
        send_audio(spilled.teacher, PUBLISHER_AUDIO, n);
        if (n % 20 == 19)
            wait_count(spilled.near, CC_MEDIA_AUDIO, n + 1);
    }
    send_video(second, 0x77777777, 3, 3600, TRUE);
    wait_count(spilled.near, CC_MEDIA_VIDEO, 2);
    g_mutex_unlock(&standstill);

    guint16 sequence = 4;
    for (; peer_count_rtcp(second, CC_RTCP_PSFB, CC_PSFB_PLI) == 0; sequence++) {
        g_assert_cmpuint(sequence, <, 1000);
        send_video(second, 0x77777777, sequence, sequence * 1200u, FALSE);
        media_test_turn(&spilled.test, 5);
    }
    send_video(second, 0x77777777, sequence, sequence * 1200u, TRUE);
    wait_count(spilled.far, CC_MEDIA_VIDEO, 2);
    g_assert_cmpuint(frame_id(spilled.far, 1), ==, sequence);
    g_assert_cmpuint(spilled.far->n_bad, ==, 0);
    g_assert_cmpuint(media_test_stats(&spilled.test)->drops[CC_DROP_RING_FULL], >, 0);
    media_test_clear(&spilled.test);
    g_mutex_clear(&standstill);
}

static gboolean
is_checked(gpointer peer)
{
    return ((Peer *)peer)->checked;
}

/* A check may be sent as soon as the worker has been told of the session, whatever it is busy with.
 */
static void
test_check_at_once(void)
{
    MediaTest test;
    GMutex standstill;
    CcSessionSetup *setup = g_new0(CcSessionSetup, 1);
    media_test_init(&test);
    media_test_start(&test);
    Peer *peer = peer_new(&test, CC_DIRECTION_WATCH, FALSE);
    *setup = *peer->setup;
    setup->id = g_strdup("next");
    setup->room = g_strdup(peer->setup->room);
    setup->cname = g_strdup(peer->setup->cname);
    setup->local_ufrag = g_strdup("nextufrag");
    setup->local_pwd = g_strdup(peer->setup->local_pwd);
    make_stand_still(&test, peer->worker, &standstill);
    cc_worker_add_session(peer->worker, setup);
    peer_send_check(peer, "nextufrag", NULL);
    g_mutex_unlock(&standstill);
    media_test_wait(&test, is_checked, peer);
    g_assert_cmpuint(media_test_stats(&test)->drops[CC_DROP_STUN_UNKNOWN_UFRAG], ==, 0);
    g_assert_cmpuint(media_test_stats(&test)->sessions->len, ==, 2);
    media_test_clear(&test);
    g_mutex_clear(&standstill);
}

#define CROWD 250

static gboolean
has_crowd_passed(gpointer test)
{
    return media_test_stats(test)->drops[CC_DROP_DTLS_MALFORMED] == CROWD;
}

/* More handshakes at once than one turn has time for: none is lost, and the next one is served. */
static void
test_crowd_shakes_hands(void)
{
    static const guint8 cut_short[] = {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99};
    MediaTest test;
    GMutex standstill;
    media_test_init(&test);
    test.options.receive_buffer_bytes = 1 << 20;
    media_test_start(&test);
    Peer *peer = peer_new(&test, CC_DIRECTION_WATCH, FALSE);
    peer_send_check(peer, NULL, NULL);
    media_test_wait(&test, is_checked, peer);
    make_stand_still(&test, peer->worker, &standstill);
    for (guint i = 0; i < CROWD; i++)
        peer_send_raw(peer, cut_short, sizeof cut_short);
    g_mutex_unlock(&standstill);
    media_test_wait(&test, has_crowd_passed, &test);
    peer_connect(peer);
    media_test_clear(&test);
    g_mutex_clear(&standstill);
}

/* A flood of them takes no more memory than that. */
static void
test_handshakes_are_bounded(void)
{
    CcHandshakes handshakes = {0};
    CcRoute route = {0};
    guint8 data[1200] = {0};
    guint n = 0;
    while (n < 100000 && cc_handshakes_keep(&handshakes, &route, data, sizeof data))
        n++;
    g_assert_cmpuint(n, >=, 2 * 300); /* two flights of those who come in a second */
    g_assert_cmpuint(n, <=, 2048);
    cc_handshakes_clear(&handshakes);
    g_assert_false(cc_handshakes_pending(&handshakes));
    g_assert_true(cc_handshakes_keep(&handshakes, &route, data, sizeof data));
    cc_handshakes_clear(&handshakes);
}

/* Ending is orderly with packets under way. */
static void
test_end_under_load(void)
{
    Spilled spilled;
    spilled_begin(&spilled);
    for (guint16 i = 0; i < 100; i++)
        send_audio(spilled.teacher, PUBLISHER_AUDIO, i);
    g_clear_pointer(&spilled.test.group, cc_worker_group_free);
    media_test_clear(&spilled.test);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/media-workers/same-lesson", test_same_lesson);
    g_test_add_func("/media-workers/one-request", test_one_request);
    g_test_add_func("/media-workers/leave-and-return", test_leave_and_return);
    g_test_add_func("/media-workers/teacher-comes-back", test_teacher_comes_back);
    g_test_add_func("/media-workers/falls-behind", test_falls_behind);
    g_test_add_func("/media-workers/check-at-once", test_check_at_once);
    g_test_add_func("/media-workers/crowd-shakes-hands", test_crowd_shakes_hands);
    g_test_add_func("/media-workers/handshakes-are-bounded", test_handshakes_are_bounded);
    g_test_add_func("/media-workers/end-under-load", test_end_under_load);
    return g_test_run();
}
