/* How a room's packets get from the worker that receives them to another one that has receivers for
 * them too: a ring of fixed slots with one writer and one reader, each on a thread of its own. No
 * lock, nothing allocated, and nobody ever waits: what does not fit is dropped by the writer. */
#pragma once

#include <stdatomic.h>

#include "common/wire/negotiation.h"
#include "common/wire/packet.h"
#include "common/wire/rtcp.h"

G_BEGIN_DECLS

typedef enum {
    CC_RING_PACKET,
    CC_RING_SOURCE, /* what feeds a feed has changed; all of it is told */
} CcRingKind;

typedef struct {
    gboolean present; /* FALSE: nobody publishes there any more; the rest is undefined */
    CcMediaKind kind;
    guint index; /* of the feed among its kind */
    guint64 owner;
    guint origin; /* whose it is */
    CcSlotCodec codec;
    guint forgotten; /* how often its history was given up */
    gboolean started;
    gboolean clock_known;
    CcRtcpSenderInfo clock;
    gint64 clock_us;   /* its arrival */
    guint64 limit_bps; /* what its publisher was told, as in CcSource */
    gboolean obeys, placed;
} CcRingSource;

typedef struct {
    CcRingKind kind;
    guint32 link;  /* the reader's number for the room */
    guint feed;    /* the writer's number for the feed */
    guint layer;   /* of the feed, in the publisher's order */
    guint32 epoch; /* of that layer: grows with each other source, or other SSRC of one */
    guint16 length;
    gint64 sequence;   /* unwrapped */
    gint64 arrival_us; /* monotonic */
    CcRtpHeader rtp;   /* points into data */
    union {
        guint8 data[CC_RTP_MAX_PACKET]; /* CC_RING_PACKET */
        CcRingSource source;            /* CC_RING_SOURCE */
    };
} CcRingSlot;

/* Copies what crosses of @packet. */
void cc_ring_slot_set_packet(CcRingSlot *slot, const CcPacket *packet);
/* The other way, into a packet of the reader's own pool. */
void cc_ring_slot_get_packet(const CcRingSlot *slot, CcPacket *packet);

/* Wakes a reader that sleeps in poll(), and costs nothing while it does not. One for all the rings
 * that it reads. */
typedef struct {
    int fd; /* readable when somebody has rung */
    atomic_bool sleeping;
} CcRingBell;

/* FALSE if no descriptor is left. */
gboolean cc_ring_bell_init(CcRingBell *bell);
void cc_ring_bell_clear(CcRingBell *bell);
/* Reader: ahead of poll(). It must look at its rings once more after this. */
void cc_ring_bell_sleep(CcRingBell *bell);
/* Reader: after poll(). */
void cc_ring_bell_awake(CcRingBell *bell);
/* Reader: makes the descriptor unreadable again. */
void cc_ring_bell_hush(CcRingBell *bell);

typedef struct CcPacketRing CcPacketRing;

/* @capacity: slots, a power of two. @bell: the reader's; outlives the ring. */
CcPacketRing *cc_packet_ring_new(guint capacity, CcRingBell *bell);
/* When neither side uses it any more. NULL is fine. */
void cc_packet_ring_free(CcPacketRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CcPacketRing, cc_packet_ring_free)

/* Writer: the next slot, to be filled whole; it is part of the next cc_packet_ring_publish(). NULL
 * if the reader has fallen behind by the whole ring. */
CcRingSlot *cc_packet_ring_push(CcPacketRing *ring);
/* Writer: lets the reader see what was pushed, with one store for all of it. */
void cc_packet_ring_publish(CcPacketRing *ring);

/* Reader: how many slots there are to read. */
guint cc_packet_ring_available(CcPacketRing *ring);
/* Reader: the next of them; must be available. */
const CcRingSlot *cc_packet_ring_next(CcPacketRing *ring);
/* Reader: gives back what was read, with one store for all of it. */
void cc_packet_ring_release(CcPacketRing *ring);

G_END_DECLS
