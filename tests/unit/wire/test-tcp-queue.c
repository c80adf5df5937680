/* Voice ahead of video, whole frames, nothing stale. */
#include "common/wire/bytes.h"
#include "common/wire/tcp-queue.h"

#define MS 1000

static gboolean
add(CcTcpQueue *queue, guint8 id, gsize length, gboolean video, gint64 now_us)
{
    guint8 data[2000];
    memset(data, id, sizeof data);
    return cc_tcp_queue_add(queue, data, length, video, now_us);
}

/* Writes at most @room bytes, as a socket does; the ids of the frames that are whole now. */
static char *
drain(CcTcpQueue *queue, GByteArray *wire, gint64 now_us, gsize room)
{
    GString *ids = g_string_new(NULL);
    const guint8 *data;
    gsize length;
    while (room > 0 && (data = cc_tcp_queue_next(queue, now_us, &length))) {
        gsize n = MIN(length, room);
        g_byte_array_append(wire, data, (guint)n);
        cc_tcp_queue_written(queue, n);
        room -= n;
    }
    while (wire->len >= 2 && wire->len >= 2u + cc_read_u16(wire->data)) {
        guint size = cc_read_u16(wire->data);
        for (guint i = 0; i < size; i++)
            g_assert_cmpuint(wire->data[2 + i], ==, wire->data[2]);
        g_string_append_c(ids, (char)wire->data[2]);
        g_byte_array_remove_range(wire, 0, 2 + size);
    }
    return g_string_free(ids, FALSE);
}

static void
assert_drained(CcTcpQueue *queue, GByteArray *wire, gint64 now_us, gsize room, const char *expected)
{
    g_autofree char *ids = drain(queue, wire, now_us, room);
    g_assert_cmpstr(ids, ==, expected);
}

static void
test_order(void)
{
    CcTcpQueue queue = {0};
    g_autoptr(GByteArray) wire = g_byte_array_new();
    g_assert_true(cc_tcp_queue_is_empty(&queue));
    for (guint i = 0; i < 8; i++)
        g_assert_true(add(&queue, (guint8)('A' + i), 1100, TRUE, 0));
    g_assert_true(add(&queue, 'a', 100, FALSE, 0));
    /* A frame that has begun is finished; what came meanwhile waits for 4 KiB, not for all. */
    assert_drained(&queue, wire, 0, 500, "a");
    g_assert_true(add(&queue, 'b', 100, FALSE, 0));
    g_assert_true(add(&queue, 'c', 1, FALSE, 0));
    assert_drained(&queue, wire, 0, 100000, "ABCDbcEFGH");
    g_assert_true(cc_tcp_queue_is_empty(&queue));
    cc_tcp_queue_clear(&queue);
}

static void
test_choked(void)
{
    CcTcpQueue queue = {0};
    g_autoptr(GByteArray) wire = g_byte_array_new();
    g_assert_true(add(&queue, 'A', 1000, TRUE, 0));
    g_assert_true(add(&queue, 'B', 1000, TRUE, CC_TCP_VIDEO_WAIT_US));
    g_assert_false(add(&queue, 'C', 1000, TRUE, CC_TCP_VIDEO_WAIT_US + 1));
    g_assert_true(add(&queue, 'a', 100, FALSE, CC_TCP_VIDEO_WAIT_US + 1)); /* voice always */
    assert_drained(&queue, wire, CC_TCP_VIDEO_WAIT_US + 2, 100000, "aAB");
    g_assert_true(add(&queue, 'D', 1000, TRUE, CC_TCP_VIDEO_WAIT_US + 3));
    assert_drained(&queue, wire, CC_TCP_VIDEO_WAIT_US + 4, 100000, "D");
    g_assert_cmpuint(queue.n_stale, ==, 0);
    cc_tcp_queue_clear(&queue);
}

/* After an outage what comes first is what is new. */
static void
test_stale(void)
{
    CcTcpQueue queue = {0};
    g_autoptr(GByteArray) wire = g_byte_array_new();
    for (guint i = 0; i < 500; i++)
        add(&queue, 'a', 100, FALSE, i * 20 * MS);
    g_assert_true(add(&queue, 'V', 1000, TRUE, 0));
    g_autofree char *ids = drain(&queue, wire, 10000 * MS, 100000);
    g_assert_cmpuint(strlen(ids), <=, 101);
    g_assert_null(strchr(ids, 'V'));
    g_assert_cmpuint(queue.n_stale, >=, 400);
    g_assert_true(cc_tcp_queue_is_empty(&queue));
    cc_tcp_queue_clear(&queue);
}

static void
test_bounds(void)
{
    CcTcpQueue queue = {0};
    guint n = 0;
    while (add(&queue, 'a', 1000, FALSE, 0))
        n++;
    g_assert_cmpuint(n, <=, CC_TCP_QUEUE_SIZE / 1000);
    g_assert_cmpuint(n, >, CC_TCP_QUEUE_SIZE / 1100);
    cc_tcp_queue_clear(&queue);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tcp-queue/order", test_order);
    g_test_add_func("/tcp-queue/choked", test_choked);
    g_test_add_func("/tcp-queue/stale", test_stale);
    g_test_add_func("/tcp-queue/bounds", test_bounds);
    return g_test_run();
}
