/* What waits for a narrow link: slides ahead of faces, and each stream in its order. */
#include "relay/media/video-queue.h"

#define POOL 2000
#define BYTES 100 /* of each packet */

typedef struct {
    CcPacketPool *pool;
    CcVideoQueue *queue;
    CcSource screen, camera, guest;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->pool = cc_packet_pool_new(POOL);
    fixture->queue = cc_video_queue_new();
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    cc_video_queue_free(fixture->queue);
    cc_packet_pool_free(fixture->pool);
}

static gboolean
push(Fixture *fixture, CcSource *source, gint64 sequence)
{
    CcVideoLine line = source == &fixture->screen ? CC_VIDEO_LINE_SLIDES : CC_VIDEO_LINE_FACES;
    CcPacket *packet = cc_packet_pool_take(fixture->pool);
    packet->sequence = sequence;
    packet->length = BYTES;
    gboolean pushed = cc_video_queue_push(fixture->queue, line, source, packet);
    cc_packet_unref(packet);
    return pushed;
}

static void
check_next(Fixture *fixture, const CcSource *source, gint64 sequence)
{
    CcWaitingPacket waiting;
    g_assert_true(cc_video_queue_pop(fixture->queue, &waiting));
    g_assert_true(waiting.source == source);
    g_assert_cmpint(waiting.packet->sequence, ==, sequence);
    cc_packet_unref(waiting.packet);
}

static void
check_empty(Fixture *fixture)
{
    CcWaitingPacket waiting;
    g_assert_false(cc_video_queue_pop(fixture->queue, &waiting));
    g_assert_cmpuint(cc_video_queue_bytes(fixture->queue, CC_VIDEO_LINE_SLIDES), ==, 0);
    g_assert_cmpuint(cc_video_queue_bytes(fixture->queue, CC_VIDEO_LINE_FACES), ==, 0);
}

/* Also while a face's picture is half sent. */
static void
test_slides_first(Fixture *fixture, gconstpointer data)
{
    push(fixture, &fixture->camera, 1);
    push(fixture, &fixture->guest, 50);
    push(fixture, &fixture->camera, 2);
    check_next(fixture, &fixture->camera, 1);
    push(fixture, &fixture->screen, 100);
    push(fixture, &fixture->screen, 101);
    push(fixture, &fixture->camera, 3);
    g_assert_cmpuint(cc_video_queue_bytes(fixture->queue, CC_VIDEO_LINE_SLIDES), ==, 2 * BYTES);
    g_assert_cmpuint(cc_video_queue_bytes(fixture->queue, CC_VIDEO_LINE_FACES), ==, 3 * BYTES);
    check_next(fixture, &fixture->screen, 100);
    check_next(fixture, &fixture->screen, 101);
    check_next(fixture, &fixture->guest, 50);
    check_next(fixture, &fixture->camera, 2);
    push(fixture, &fixture->screen, 102);
    check_next(fixture, &fixture->screen, 102);
    check_next(fixture, &fixture->camera, 3);
    check_empty(fixture);
}

/* Whatever comes and goes, no stream is put out of its order, and nothing is lost. */
static void
test_order_within_streams(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    CcSource *sources[] = {&fixture->screen, &fixture->camera, &fixture->guest};
    gint64 pushed[3] = {0}, popped[3] = {0}, n = 0;
    for (guint turn = 0; turn < 5000; turn++) {
        CcWaitingPacket waiting;
        guint i = (guint)g_rand_int_range(random, 0, 3);
        if (g_rand_boolean(random)) {
            n += push(fixture, sources[i], pushed[i]);
            pushed[i]++;
        } else if (n > 0) {
            g_assert_true(cc_video_queue_pop(fixture->queue, &waiting));
            guint of = waiting.source == sources[0] ? 0 : waiting.source == sources[1] ? 1 : 2;
            g_assert_cmpint(waiting.packet->sequence, ==, popped[of]++);
            cc_packet_unref(waiting.packet);
            n--;
        }
    }
    g_assert_cmpint(pushed[0] + pushed[1] + pushed[2] - popped[0] - popped[1] - popped[2], ==, n);
}

/* Where pictures were left out there is a mark, and there is always a place for it. */
static void
check_full(Fixture *fixture, CcVideoLine line, CcSource *source, gint64 least)
{
    CcWaitingPacket waiting;
    gint64 n = 0;
    g_assert_true(cc_video_queue_is_empty(fixture->queue, line));
    while (push(fixture, source, n))
        n++;
    g_assert_cmpint(n, >, least);
    g_assert_true(cc_video_queue_push(fixture->queue, line, source, NULL));
    for (gint64 i = 0; i < n; i++)
        check_next(fixture, source, i);
    g_assert_false(cc_video_queue_is_empty(fixture->queue, line)); /* there is the mark */
    g_assert_true(cc_video_queue_pop(fixture->queue, &waiting));
    g_assert_null(waiting.packet);
    g_assert_true(cc_video_queue_is_empty(fixture->queue, line));
    check_empty(fixture);
}

/* Slides wait longer, so there are more of them. */
static void
test_full(Fixture *fixture, gconstpointer data)
{
    check_full(fixture, CC_VIDEO_LINE_FACES, &fixture->camera, 400);
    check_full(fixture, CC_VIDEO_LINE_SLIDES, &fixture->screen, 1000);
    while (push(fixture, &fixture->camera, 0))
        ;
    g_assert_true(push(fixture, &fixture->screen, 5)); /* that is another line */
    check_next(fixture, &fixture->screen, 5);
}

static void
test_forget(Fixture *fixture, gconstpointer data)
{
    for (gint64 i = 0; i < 40; i++) {
        push(fixture, &fixture->camera, i);
        push(fixture, &fixture->screen, i);
        push(fixture, &fixture->guest, i);
    }
    cc_video_queue_forget(fixture->queue, &fixture->camera);
    cc_video_queue_forget(fixture->queue, &fixture->screen);
    for (gint64 i = 0; i < 40; i++)
        check_next(fixture, &fixture->guest, i);
    check_empty(fixture);
    push(fixture, &fixture->screen, 1); /* goes with the queue */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/video-queue/slides-first", Fixture, NULL, set_up, test_slides_first, tear_down);
    g_test_add("/video-queue/order-within-streams", Fixture, NULL, set_up,
               test_order_within_streams, tear_down);
    g_test_add("/video-queue/full", Fixture, NULL, set_up, test_full, tear_down);
    g_test_add("/video-queue/forget", Fixture, NULL, set_up, test_forget, tear_down);
    return g_test_run();
}
