#include "relay/media/packet-ring.h"

#include <sys/eventfd.h>
#include <unistd.h>

#define CACHE_LINE 64

/* Positions count slots for ever and wrap as numbers. Each side keeps what it writes and what it
 * remembers of the other side in a cache line of its own. */
struct CcPacketRing {
    CcRingSlot *slots;
    guint mask;
    CcRingBell *bell;

    _Alignas(CACHE_LINE) atomic_uint published; /* written by the writer */
    guint pushed;                               /* … of which published ones are a part */
    guint known_released;

    _Alignas(CACHE_LINE) atomic_uint released; /* written by the reader */
    guint read;
    guint known_published;
};

static const guint8 *
rebase(const guint8 *pointer, const guint8 *from, const guint8 *to)
{
    return pointer ? to + (pointer - from) : NULL;
}

void
cc_ring_slot_set_packet(CcRingSlot *slot, const CcPacket *packet)
{
    slot->kind = CC_RING_PACKET;
    slot->length = packet->length;
    slot->sequence = packet->sequence;
    slot->arrival_us = packet->arrival_us;
    slot->rtp = packet->rtp;
    slot->rtp.extension = rebase(packet->rtp.extension, packet->data, slot->data);
    slot->rtp.payload = rebase(packet->rtp.payload, packet->data, slot->data);
    memcpy(slot->data, packet->data, packet->length);
}

void
cc_ring_slot_get_packet(const CcRingSlot *slot, CcPacket *packet)
{
    packet->length = slot->length;
    packet->sequence = slot->sequence;
    packet->arrival_us = slot->arrival_us;
    packet->rtp = slot->rtp;
    packet->rtp.extension = rebase(slot->rtp.extension, slot->data, packet->data);
    packet->rtp.payload = rebase(slot->rtp.payload, slot->data, packet->data);
    memcpy(packet->data, slot->data, slot->length);
}

gboolean
cc_ring_bell_init(CcRingBell *bell)
{
    bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_init(&bell->sleeping, FALSE);
    return bell->fd >= 0;
}

void
cc_ring_bell_clear(CcRingBell *bell)
{
    if (bell->fd >= 0)
        close(bell->fd);
    bell->fd = -1;
}

/* The reader says that it sleeps and then looks at the rings; a writer publishes and then looks
 * whether the reader sleeps. All four are sequentially consistent, so one sees the other. */
void
cc_ring_bell_sleep(CcRingBell *bell)
{
    atomic_store(&bell->sleeping, TRUE);
}

void
cc_ring_bell_awake(CcRingBell *bell)
{
    atomic_store_explicit(&bell->sleeping, FALSE, memory_order_relaxed);
}

void
cc_ring_bell_hush(CcRingBell *bell)
{
    eventfd_t count;
    eventfd_read(bell->fd, &count);
}

static void
ring(CcRingBell *bell)
{
    /* Whoever finds it sleeping wakes it; nobody else needs to. */
    if (atomic_load(&bell->sleeping) && atomic_exchange(&bell->sleeping, FALSE))
        eventfd_write(bell->fd, 1);
}

CcPacketRing *
cc_packet_ring_new(guint capacity, CcRingBell *bell)
{
    g_return_val_if_fail(capacity > 0 && (capacity & (capacity - 1)) == 0, NULL);
    CcPacketRing *self = g_aligned_alloc0(1, sizeof *self, CACHE_LINE);
    self->slots = g_new0(CcRingSlot, capacity);
    self->mask = capacity - 1;
    self->bell = bell;
    return self;
}

void
cc_packet_ring_free(CcPacketRing *ring)
{
    if (!ring)
        return;
    g_free(ring->slots);
    g_aligned_free(ring);
}

CcRingSlot *
cc_packet_ring_push(CcPacketRing *ring)
{
    if (ring->pushed - ring->known_released > ring->mask) {
        ring->known_released = atomic_load_explicit(&ring->released, memory_order_acquire);
        if (ring->pushed - ring->known_released > ring->mask)
            return NULL;
    }
    return &ring->slots[ring->pushed++ & ring->mask];
}

void
cc_packet_ring_publish(CcPacketRing *self)
{
    if (atomic_load_explicit(&self->published, memory_order_relaxed) == self->pushed)
        return;
    atomic_store(&self->published, self->pushed);
    ring(self->bell);
}

guint
cc_packet_ring_available(CcPacketRing *ring)
{
    ring->known_published = atomic_load(&ring->published);
    return ring->known_published - ring->read;
}

const CcRingSlot *
cc_packet_ring_next(CcPacketRing *ring)
{
    g_return_val_if_fail(ring->read != ring->known_published, NULL);
    return &ring->slots[ring->read++ & ring->mask];
}

void
cc_packet_ring_release(CcPacketRing *ring)
{
    atomic_store_explicit(&ring->released, ring->read, memory_order_release);
}
