#include "common/wire/packet.h"

struct CcPacketPool {
    CcPacket *free_list;
    guint n_free;
    guint n_made;
    guint max_packets;
};

CcPacketPool *
cc_packet_pool_new(guint max_packets)
{
    CcPacketPool *pool = g_new0(CcPacketPool, 1);
    pool->max_packets = max_packets;
    return pool;
}

void
cc_packet_pool_free(CcPacketPool *pool)
{
    if (pool == NULL)
        return;
    /* A packet that is still out keeps a pointer to the pool: leaking both is the lesser evil. */
    g_return_if_fail(pool->n_free == pool->n_made);

    while (pool->free_list != NULL) {
        CcPacket *packet = pool->free_list;
        pool->free_list = packet->next_free;
        g_free(packet);
    }
    g_free(pool);
}

CcPacket *
cc_packet_pool_take(CcPacketPool *pool)
{
    CcPacket *packet = pool->free_list;
    if (packet != NULL) {
        pool->free_list = packet->next_free;
        pool->n_free--;
    } else {
        if (pool->n_made >= pool->max_packets)
            return NULL;
        packet = g_new(CcPacket, 1);
        packet->pool = pool;
        pool->n_made++;
    }
    packet->next_free = NULL;
    packet->references = 1;
    packet->length = 0;
    packet->arrival_us = 0;
    packet->rtp = (CcRtpHeader){0};
    packet->sequence = 0;
    packet->keyframe = FALSE;
    packet->picture = (CcPicture){0};
    return packet;
}

guint
cc_packet_pool_in_use(const CcPacketPool *pool)
{
    return pool->n_made - pool->n_free;
}

CcPacket *
cc_packet_ref(CcPacket *packet)
{
    packet->references++;
    return packet;
}

void
cc_packet_unref(CcPacket *packet)
{
    if (packet == NULL)
        return;
    g_return_if_fail(packet->references > 0);
    if (--packet->references > 0)
        return;

    CcPacketPool *pool = packet->pool;
    packet->next_free = pool->free_list;
    pool->free_list = packet;
    pool->n_free++;
}
