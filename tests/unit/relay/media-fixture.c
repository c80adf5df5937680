/* The workers under test, and the waiting for what it does. */
#include <poll.h>

#include "common/base/clock.h"
#include "media-peer.h"

#define PATIENCE_US (10 * G_USEC_PER_SEC)

static void
on_session_event(const CcSessionEvent *event, gpointer user_data)
{
    static const char *const names[] = {"connected", "media", "silent", "lost", "link", "ended"};
    MediaTest *test = user_data;
    g_ptr_array_add(test->events,
                    g_strdup_printf("%s %s%s%s", names[event->kind], event->session_id,
                                    event->reason ? " " : "", event->reason ? event->reason : ""));
}

gboolean
media_test_spills(void)
{
    return g_getenv("MEDIA_TEST_SPILL") != NULL;
}

void
media_test_init(MediaTest *test)
{
    g_autoptr(GError) error = NULL;
    memset(test, 0, sizeof *test);
    test->identity = cc_dtls_identity_new(NULL, &error);
    g_assert_no_error(error);
    test->watch_on = media_test_spills() ? 1 : 0;
    test->n_workers = test->watch_on + 1;
    test->relay_address = "127.0.0.1";
    test->published_video = (CcSlotCodec){CC_CODEC_VP8, VIDEO_PT, VIDEO_RTX_PT, 0};
    test->watched_video[0] = (CcSlotCodec){CC_CODEC_VP8, WATCH_VIDEO_PT, WATCH_RTX_PT, 0};
    test->events = g_ptr_array_new_with_free_func(g_free);
    test->peers = g_ptr_array_new();
    test->options = (CcWorkerOptions){
        .listen_addresses = g_ptr_array_new(),
        .enable_tcp = TRUE,
        .identity = test->identity,
        .connect_timeout_ms = 30000,
        .session_timeout_ms = 15000,
        .silence_timeout_ms = 2000,
        .history_ms = 2000,
        .keyframe_interval_ms = 500,
        .max_packets = 4096,
        .session_event = on_session_event,
        .user_data = test,
    };
    g_ptr_array_add(test->options.listen_addresses, (gpointer) "127.0.0.1");
}

void
media_test_start(MediaTest *test)
{
    g_autoptr(GError) error = NULL;
    test->group = cc_worker_group_new(&test->options, test->n_workers, &error);
    g_assert_no_error(error);
    test->worker = cc_worker_group_get(test->group, 0);
    g_assert_cmpint(cc_worker_port(test->worker), >, 0);
}

void
media_test_clear(MediaTest *test)
{
    g_clear_pointer(&test->group, cc_worker_group_free);
    while (test->peers->len > 0)
        peer_free(test->peers->pdata[0]);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_ptr_array_unref(test->peers);
    g_ptr_array_unref(test->events);
    g_ptr_array_unref(test->options.listen_addresses);
    g_clear_pointer(&test->all_stats, cc_worker_group_stats_free);
    cc_dtls_identity_free(test->identity);
}

void
media_test_turn(MediaTest *test, int timeout_ms)
{
    struct pollfd fds[16];
    g_assert_cmpuint(test->peers->len, <=, G_N_ELEMENTS(fds));
    for (guint i = 0; i < test->peers->len; i++) {
        Peer *peer = test->peers->pdata[i];
        fds[i] = (struct pollfd){.fd = peer->deaf ? -1 : peer->fd, .events = POLLIN};
    }
    poll(fds, test->peers->len, timeout_ms);
    for (guint i = 0; i < test->peers->len; i++) {
        Peer *peer = test->peers->pdata[i];
        while (!peer->deaf && peer_receive(peer))
            ;
        if (peer->dtls && cc_dtls_timeout_us(peer->dtls) == 0)
            cc_dtls_handle_timeout(peer->dtls);
    }
    while (g_main_context_iteration(NULL, FALSE))
        ;
}

void
media_test_wait(MediaTest *test, Condition condition, gpointer user_data)
{
    gint64 deadline_us = cc_clock_now_us() + PATIENCE_US;
    while (!condition(user_data)) {
        if (cc_clock_now_us() > deadline_us)
            g_error("waited in vain");
        media_test_turn(test, 5);
    }
}

gboolean
media_test_has_event(MediaTest *test, const char *event)
{
    return g_ptr_array_find_with_equal_func(test->events, event, g_str_equal, NULL);
}

typedef struct {
    MediaTest *test;
    const char *event;
} EventWait;

static gboolean
event_has_come(gpointer user_data)
{
    EventWait *wait = user_data;
    return media_test_has_event(wait->test, wait->event);
}

void
media_test_wait_event(MediaTest *test, const char *event)
{
    EventWait wait = {test, event};
    media_test_wait(test, event_has_come, &wait);
}

static void
on_stats(CcWorkerGroupStats *stats, gpointer user_data)
{
    MediaTest *test = user_data;
    test->all_stats = stats;
    test->stats = stats->total;
}

static gboolean
has_stats(gpointer user_data)
{
    return ((MediaTest *)user_data)->all_stats != NULL;
}

const CcWorkerStats *
media_test_stats(MediaTest *test)
{
    g_clear_pointer(&test->all_stats, cc_worker_group_stats_free);
    cc_worker_group_get_stats(test->group, on_stats, test);
    media_test_wait(test, has_stats, test);
    return test->stats;
}

const CcSessionStats *
media_test_session(MediaTest *test, Peer *peer)
{
    const CcWorkerStats *stats = media_test_stats(test);
    for (guint i = 0; i < stats->sessions->len; i++) {
        const CcSessionStats *session = stats->sessions->pdata[i];
        if (g_str_equal(session->session_id, peer->setup->id))
            return session;
    }
    return NULL;
}

typedef struct {
    MediaTest *test;
    CcDrop drop;
    guint64 count;
} DropWait;

static gboolean
has_dropped(gpointer user_data)
{
    DropWait *wait = user_data;
    return media_test_stats(wait->test)->drops[wait->drop] >= wait->count;
}

void
media_test_wait_drop(MediaTest *test, CcDrop drop, guint64 count)
{
    DropWait wait = {test, drop, count};
    media_test_wait(test, has_dropped, &wait);
    g_assert_cmpuint(test->stats->drops[drop], ==, count);
}

typedef struct {
    Peer *peer;
    guint32 ssrc;
    guint count;
} CountWait;

static gboolean
has_count(gpointer user_data)
{
    CountWait *wait = user_data;
    return peer_count(wait->peer, wait->ssrc) >= wait->count;
}

void
wait_count(Peer *peer, CcMediaKind kind, guint count)
{
    CountWait wait = {peer, peer_slot(peer, kind)->ssrc, count};
    media_test_wait(peer->test, has_count, &wait);
    g_assert_cmpuint(peer_count(peer, wait.ssrc), ==, count);
}

typedef struct {
    Peer *peer;
    guint8 type, format;
    guint count;
} RtcpWait;

static gboolean
has_rtcp(gpointer user_data)
{
    RtcpWait *wait = user_data;
    return peer_count_rtcp(wait->peer, wait->type, wait->format) >= wait->count;
}

void
wait_rtcp(Peer *peer, guint8 type, guint8 format, guint count)
{
    RtcpWait wait = {peer, type, format, count};
    media_test_wait(peer->test, has_rtcp, &wait);
}
