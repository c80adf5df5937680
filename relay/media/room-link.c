#include "relay/media/room-link.h"

#include "relay/media/source.h"
#include "relay/media/worker-private.h"

/* What the reader has been told of a layer of a feed. */
typedef struct {
    const CcSource *source;
    guint generation, forgotten;
    gboolean started, clock_known;
    gint64 clock_us;
    guint64 limit_bps;
    gboolean obeys, placed;
    guint32 epoch;
} Told;

struct CcRoomLink {
    CcPacketRing *ring;
    guint32 number;
    Told told[CC_MAX_FEEDS][CC_MAX_LAYERS];
    CcWants *wants[CC_MAX_FEEDS]; /* NULL: not told */
};

/* Stands for a source of which the reader should have been told when the ring was full. */
static const CcSource untold;

static Told
present_state(const CcSource *source, guint32 epoch)
{
    if (!source)
        return (Told){.epoch = epoch};
    return (Told){.source = source,
                  .generation = source->generation,
                  .forgotten = source->forgotten,
                  .started = source->started,
                  .clock_known = source->clock_known,
                  .clock_us = source->clock_us,
                  .limit_bps = source->limit_bps,
                  .obeys = source->obeys,
                  .placed = source->placed,
                  .epoch = epoch};
}

static gboolean
is_same(const Told *a, const Told *b)
{
    return a->source == b->source && a->generation == b->generation &&
           a->forgotten == b->forgotten && a->started == b->started &&
           a->clock_known == b->clock_known && a->clock_us == b->clock_us &&
           a->limit_bps == b->limit_bps && a->obeys == b->obeys && a->placed == b->placed;
}

static CcRingSlot *
push(CcMediaRoom *room, CcRoomLink *link, CcRingKind kind, const CcFeed *feed, guint layer)
{
    CcRingSlot *slot = cc_packet_ring_push(link->ring);
    if (!slot) {
        room->worker->drops[CC_DROP_RING_FULL]++;
        return NULL;
    }
    slot->kind = kind;
    slot->link = link->number;
    slot->feed = feed->number;
    slot->layer = layer;
    slot->epoch = link->told[feed->number][layer].epoch;
    return slot;
}

/* FALSE if the reader could not be told: packets would mean nothing to it. */
static gboolean
tell(CcMediaRoom *room, CcRoomLink *link, const CcFeed *feed, guint layer)
{
    const CcSource *source = feed->sources[layer];
    Told *told = &link->told[feed->number][layer];
    Told present = present_state(source, told->epoch);
    if (is_same(told, &present))
        return TRUE;
    gboolean other = told->source != present.source || told->generation != present.generation;
    CcRingSlot *slot = push(room, link, CC_RING_SOURCE, feed, layer);
    if (!slot) {
        if (other)
            told->source = &untold;
        return FALSE;
    }
    if (other)
        present.epoch++;
    slot->epoch = present.epoch;
    slot->source = (CcRingSource){.present = source != NULL};
    if (source)
        slot->source = (CcRingSource){.present = TRUE,
                                      .kind = feed->kind,
                                      .index = feed->index,
                                      .origin = source->origin,
                                      .owner = source->owner,
                                      .codec = source->codec,
                                      .forgotten = source->forgotten,
                                      .started = source->started,
                                      .clock_known = source->clock_known,
                                      .clock = source->clock,
                                      .clock_us = source->clock_us,
                                      .limit_bps = source->limit_bps,
                                      .obeys = source->obeys,
                                      .placed = source->placed};
    *told = present;
    return TRUE;
}

void
cc_room_link_begin(CcWorker *home, const char *name, CcPacketRing *ring, guint32 number)
{
    CcMediaRoom *room = cc_media_room_open(home, name);
    CcRoomLink *link = g_new0(CcRoomLink, 1);
    link->ring = ring;
    link->number = number;
    g_ptr_array_add(room->links, link);
    if (!g_ptr_array_find(home->rings_out, ring, NULL))
        g_ptr_array_add(home->rings_out, ring);
    cc_room_links_tell(room);
}

static CcRoomLink *
find_link(const CcMediaRoom *room, const CcPacketRing *ring, guint32 number)
{
    for (guint i = 0; i < room->links->len; i++) {
        CcRoomLink *link = room->links->pdata[i];
        if (link->ring == ring && link->number == number)
            return link;
    }
    return NULL;
}

void
cc_room_link_end(CcWorker *home, const char *name, const CcPacketRing *ring, guint32 number)
{
    CcMediaRoom *room = cc_media_room_open(home, name);
    CcRoomLink *link = find_link(room, ring, number);
    if (link) {
        g_ptr_array_remove_fast(room->links, link);
        cc_wants_changed(room);
    }
    cc_media_room_close(room);
}

void
cc_room_link_free(gpointer data)
{
    CcRoomLink *link = data;
    for (guint i = 0; i < CC_MAX_FEEDS; i++)
        g_free(link->wants[i]);
    g_free(link);
}

const CcWants *
cc_room_link_wants(const CcRoomLink *link, const CcFeed *feed)
{
    return link->wants[feed->number];
}

void
cc_room_link_set_wants(CcMediaRoom *room, const CcPacketRing *ring, guint32 number, guint feed,
                       const CcWants *wants)
{
    CcRoomLink *link = find_link(room, ring, number);
    if (!link || feed >= CC_MAX_FEEDS)
        return;
    if (!link->wants[feed])
        link->wants[feed] = g_new(CcWants, 1);
    *link->wants[feed] = *wants;
    cc_wants_changed(room);
}

void
cc_room_links_tell(CcMediaRoom *room)
{
    for (guint i = 0; i < room->links->len; i++) {
        for (guint k = 0; k < room->n_feeds * CC_MAX_LAYERS; k++)
            tell(room, room->links->pdata[i], &room->feeds[k / CC_MAX_LAYERS], k % CC_MAX_LAYERS);
    }
}

void
cc_room_links_send(CcMediaRoom *room, CcSource *source, const CcPacket *packet)
{
    for (guint i = 0; i < room->links->len; i++) {
        CcRoomLink *link = room->links->pdata[i];
        CcRingSlot *slot = tell(room, link, source->feed, source->layer)
                               ? push(room, link, CC_RING_PACKET, source->feed, source->layer)
                               : NULL;
        if (slot)
            cc_ring_slot_set_packet(slot, packet);
    }
}

void
cc_room_links_publish(CcWorker *home)
{
    for (guint i = 0; i < home->rings_out->len; i++)
        cc_packet_ring_publish(home->rings_out->pdata[i]);
}
