#include "common/wire/packet.h"

static void
test_bound(void)
{
    g_autoptr(CcPacketPool) pool = cc_packet_pool_new(3);
    CcPacket *packets[3];
    for (guint i = 0; i < 3; i++)
        g_assert_nonnull(packets[i] = cc_packet_pool_take(pool));
    g_assert_cmpuint(cc_packet_pool_in_use(pool), ==, 3);
    g_assert_null(cc_packet_pool_take(pool));
    g_assert_cmpuint(cc_packet_pool_in_use(pool), ==, 3);

    cc_packet_unref(packets[1]);
    CcPacket *again = cc_packet_pool_take(pool);
    g_assert_true(again == packets[1]);
    for (guint i = 0; i < 3; i++)
        cc_packet_unref(packets[i]);
    g_assert_cmpuint(cc_packet_pool_in_use(pool), ==, 0);
}

static void
test_references(void)
{
    g_autoptr(CcPacketPool) pool = cc_packet_pool_new(1);
    CcPacket *packet = cc_packet_pool_take(pool);
    g_assert_true(cc_packet_ref(packet) == packet);
    cc_packet_unref(packet);
    g_assert_cmpuint(cc_packet_pool_in_use(pool), ==, 1);
    cc_packet_unref(packet);
    g_assert_cmpuint(cc_packet_pool_in_use(pool), ==, 0);
    cc_packet_unref(NULL);
    cc_packet_pool_free(NULL);
}

/* Nothing of its former life. */
static void
test_reset(void)
{
    g_autoptr(CcPacketPool) pool = cc_packet_pool_new(1);
    CcPacket *packet = cc_packet_pool_take(pool);
    packet->keyframe = TRUE;
    packet->length = 100;
    packet->arrival_us = 5;
    packet->rtp.extension = packet->data;
    cc_packet_unref(packet);
    packet = cc_packet_pool_take(pool);
    g_assert_false(packet->keyframe);
    g_assert_cmpuint(packet->length, ==, 0);
    g_assert_cmpint(packet->arrival_us, ==, 0);
    g_assert_null(packet->rtp.extension);
    cc_packet_unref(packet);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/packet/bound", test_bound);
    g_test_add_func("/wire/packet/references", test_references);
    g_test_add_func("/wire/packet/reset", test_reset);
    return g_test_run();
}
