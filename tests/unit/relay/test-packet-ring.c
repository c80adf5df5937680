/* The ring between two workers: order, the full ring, what a packet is on the other side, and two
 * threads at once (also built with the thread sanitizer, script/test). */
#include "relay/media/packet-ring.h"

#include <poll.h>
#include <string.h>

static gboolean
has_rung(const CcRingBell *bell)
{
    struct pollfd fd = {.fd = bell->fd, .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static void
test_order(void)
{
    CcRingBell bell;
    g_assert_true(cc_ring_bell_init(&bell));
    g_autoptr(CcPacketRing) ring = cc_packet_ring_new(4, &bell);
    for (guint round = 0; round < 10; round++) {
        for (guint i = 0; i < 3; i++)
            cc_packet_ring_push(ring)->sequence = round * 3 + i;
        g_assert_cmpuint(cc_packet_ring_available(ring), ==, 0); /* not before it is published */
        cc_packet_ring_publish(ring);
        g_assert_cmpuint(cc_packet_ring_available(ring), ==, 3);
        for (guint i = 0; i < 3; i++)
            g_assert_cmpint(cc_packet_ring_next(ring)->sequence, ==, round * 3 + i);
        g_assert_cmpuint(cc_packet_ring_available(ring), ==, 0);
        cc_packet_ring_release(ring);
    }
    g_assert_false(has_rung(&bell));
    cc_ring_bell_clear(&bell);
}

/* What is not read stays; what does not fit is not written; and a slot is free only when given
 * back.
 */
static void
test_full(void)
{
    CcRingBell bell;
    g_assert_true(cc_ring_bell_init(&bell));
    g_autoptr(CcPacketRing) ring = cc_packet_ring_new(2, &bell);
    cc_packet_ring_push(ring)->sequence = 1;
    cc_packet_ring_push(ring)->sequence = 2;
    g_assert_null(cc_packet_ring_push(ring));
    cc_packet_ring_publish(ring);
    g_assert_cmpuint(cc_packet_ring_available(ring), ==, 2);
    g_assert_cmpint(cc_packet_ring_next(ring)->sequence, ==, 1);
    g_assert_null(cc_packet_ring_push(ring));
    cc_packet_ring_release(ring);
    cc_packet_ring_push(ring)->sequence = 3;
    g_assert_null(cc_packet_ring_push(ring));
    cc_packet_ring_publish(ring);
    g_assert_cmpuint(cc_packet_ring_available(ring), ==, 2);
    g_assert_cmpint(cc_packet_ring_next(ring)->sequence, ==, 2);
    g_assert_cmpint(cc_packet_ring_next(ring)->sequence, ==, 3);
    cc_ring_bell_clear(&bell);
}

/* The bell rings for a sleeper alone, and once. */
static void
test_bell(void)
{
    CcRingBell bell;
    g_assert_true(cc_ring_bell_init(&bell));
    g_autoptr(CcPacketRing) a = cc_packet_ring_new(8, &bell), b = cc_packet_ring_new(8, &bell);
    cc_packet_ring_push(a);
    cc_packet_ring_publish(a);
    g_assert_false(has_rung(&bell));
    cc_ring_bell_sleep(&bell);
    cc_packet_ring_publish(a); /* nothing new */
    g_assert_false(has_rung(&bell));
    cc_packet_ring_push(a);
    cc_packet_ring_publish(a);
    g_assert_true(has_rung(&bell));
    cc_ring_bell_hush(&bell);
    cc_packet_ring_push(b);
    cc_packet_ring_publish(b);
    g_assert_false(has_rung(&bell)); /* somebody has waked it already */
    cc_ring_bell_sleep(&bell);
    cc_ring_bell_awake(&bell);
    cc_packet_ring_push(b);
    cc_packet_ring_publish(b);
    g_assert_false(has_rung(&bell));
    cc_ring_bell_clear(&bell);
}

/* A retransmission's payload begins two bytes after its header, and its number is another one: what
 * the publisher's worker has found out must not be parsed again. */
static void
test_packet(void)
{
    g_autoptr(CcPacketPool) pool = cc_packet_pool_new(2);
    CcPacket *packet = cc_packet_pool_take(pool), *copy = cc_packet_pool_take(pool);
    CcRingSlot *slot = g_new0(CcRingSlot, 1);
    for (guint i = 0; i < CC_RTP_MAX_PACKET; i++)
        packet->data[i] = (guint8)(i * 7);
    packet->length = CC_RTP_MAX_PACKET;
    packet->sequence = (G_GINT64_CONSTANT(1) << 40) + 5;
    packet->arrival_us = 123456789;
    packet->rtp = (CcRtpHeader){.sequence = 5,
                                .timestamp = 90000,
                                .marker = TRUE,
                                .extension = packet->data + 16,
                                .extension_length = 8,
                                .payload = packet->data + 26,
                                .payload_length = CC_RTP_MAX_PACKET - 26};
    cc_ring_slot_set_packet(slot, packet);
    memset(packet->data, 0, packet->length);
    cc_ring_slot_get_packet(slot, copy);
    memset(slot, 0xff, sizeof *slot);
    g_assert_cmpint(copy->sequence, ==, packet->sequence);
    g_assert_cmpint(copy->arrival_us, ==, 123456789);
    g_assert_cmpuint(copy->length, ==, CC_RTP_MAX_PACKET);
    g_assert_cmpuint(copy->rtp.timestamp, ==, 90000);
    g_assert_true(copy->rtp.extension == copy->data + 16);
    g_assert_true(copy->rtp.payload == copy->data + 26);
    for (guint i = 0; i < CC_RTP_MAX_PACKET; i++)
        g_assert_cmpuint(copy->data[i], ==, (guint8)(i * 7));
    packet->rtp.extension = NULL;
    cc_ring_slot_set_packet(slot, packet);
    cc_ring_slot_get_packet(slot, copy);
    g_assert_null(copy->rtp.extension);
    cc_packet_unref(packet);
    cc_packet_unref(copy);
    g_free(slot);
}

#define HAMMER_COUNT 200000
#define HAMMER_BATCH 7

typedef struct {
    CcRingBell bell;
    CcPacketRing *ring;
    guint64 n_full;
} Hammer;

static gpointer
write_all(gpointer user_data)
{
    Hammer *hammer = user_data;
    for (guint i = 0; i < HAMMER_COUNT;) {
        CcRingSlot *slot = cc_packet_ring_push(hammer->ring);
        if (slot) {
            slot->sequence = i++;
            slot->length = (guint16)(i % CC_RTP_MAX_PACKET);
            memset(slot->data, (int)(i & 0xff), 64);
        } else {
            hammer->n_full++;
            g_thread_yield();
        }
        if (!slot || i % HAMMER_BATCH == 0)
            cc_packet_ring_publish(hammer->ring);
    }
    cc_packet_ring_publish(hammer->ring);
    return NULL;
}

static guint
read_some(Hammer *hammer, guint next)
{
    guint n = cc_packet_ring_available(hammer->ring);
    for (guint i = 0; i < n; i++) {
        const CcRingSlot *slot = cc_packet_ring_next(hammer->ring);
        g_assert_cmpint(slot->sequence, ==, next);
        next++;
        g_assert_cmpuint(slot->length, ==, next % CC_RTP_MAX_PACKET);
        g_assert_cmpuint(slot->data[0], ==, next & 0xff);
        g_assert_cmpuint(slot->data[63], ==, next & 0xff);
    }
    cc_packet_ring_release(hammer->ring);
    return next;
}

/* One writes, one reads and sleeps whenever there is nothing: each slot comes once, in order and
 * whole, and no wake-up is missed. */
static void
test_two_threads(void)
{
    Hammer hammer = {0};
    g_assert_true(cc_ring_bell_init(&hammer.bell));
    hammer.ring = cc_packet_ring_new(64, &hammer.bell);
    GThread *writer = g_thread_new("writer", write_all, &hammer);
    for (guint next = 0; next < HAMMER_COUNT;) {
        next = read_some(&hammer, next);
        cc_ring_bell_sleep(&hammer.bell);
        if (next == HAMMER_COUNT || cc_packet_ring_available(hammer.ring) > 0)
            continue;
        struct pollfd fd = {.fd = hammer.bell.fd, .events = POLLIN};
        g_assert_cmpint(poll(&fd, 1, 10000), ==, 1);
        cc_ring_bell_hush(&hammer.bell);
        cc_ring_bell_awake(&hammer.bell);
    }
    g_thread_join(writer);
    g_assert_cmpuint(cc_packet_ring_available(hammer.ring), ==, 0);
    g_test_message("the ring was full %" G_GUINT64_FORMAT " times", hammer.n_full);
    cc_packet_ring_free(hammer.ring);
    cc_ring_bell_clear(&hammer.bell);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/relay/packet-ring/order", test_order);
    g_test_add_func("/relay/packet-ring/full", test_full);
    g_test_add_func("/relay/packet-ring/bell", test_bell);
    g_test_add_func("/relay/packet-ring/packet", test_packet);
    g_test_add_func("/relay/packet-ring/two-threads", test_two_threads);
    return g_test_run();
}
