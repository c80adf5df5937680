#define CC_LOG_AREA "media"

#include "relay/media/room-mirror.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/media/event-gate.h"
#include "relay/media/feed.h"
#include "relay/media/packet-ring.h"
#include "relay/media/receiver.h"
#include "relay/media/room-link.h"
#include "relay/media/source.h"
#include "relay/media/worker-private.h"

/* Slots: a fifth of a second of 10,000 packets a second. */
#define RING_CAPACITY 2048

typedef struct {
    CcSource source; /* first: see request_keyframe() */
    CcRoomMirror *mirror;
    gboolean known;   /* the home has told of it */
    gboolean started; /* packets have come to the home */
    guint feed;       /* the home's number */
    guint32 epoch;
    gint64 keyframe_asked_us; /* 0: not since the last one came */
} MirroredSource;

struct CcRoomMirror {
    CcMediaRoom *room;
    CcWorker *home;
    guint32 number;
    MirroredSource sources[CC_MAX_FEEDS][CC_MAX_LAYERS]; /* by the home's number of the feed */
};

/* What goes to the home's thread. */
typedef struct {
    CcWorker *home;
    char *room;
    CcPacketRing *ring;
    guint32 number;
    guint feed, layer;
    CcWants wants;
} Message;

static void
message_free(gpointer user_data)
{
    Message *message = user_data;
    g_free(message->room);
    g_free(message);
}

static Message *
message_new(const CcRoomMirror *self, guint feed)
{
    Message *message = g_new0(Message, 1);
    message->home = self->home;
    message->room = g_strdup(self->room->name);
    message->ring = self->room->worker->rings_in[self->home->options.index];
    message->number = self->number;
    message->feed = feed;
    return message;
}

static void
send_message(const CcRoomMirror *self, GSourceFunc func, Message *message)
{
    cc_call_in_context(self->home->context, func, message, message_free);
}

static gboolean
on_begin(gpointer user_data)
{
    Message *message = user_data;
    cc_room_link_begin(message->home, message->room, message->ring, message->number);
    cc_worker_end_turn(message->home, cc_clock_now_us());
    return G_SOURCE_REMOVE;
}

static gboolean
on_end(gpointer user_data)
{
    Message *message = user_data;
    cc_room_link_end(message->home, message->room, message->ring, message->number);
    return G_SOURCE_REMOVE;
}

static gboolean
on_keyframe_wanted(gpointer user_data)
{
    Message *message = user_data;
    CcMediaRoom *room = g_hash_table_lookup(message->home->rooms, message->room);
    gint64 now_us = cc_clock_now_us();
    CcSource *source = room && message->feed < room->n_feeds
                           ? room->feeds[message->feed].sources[message->layer]
                           : NULL;
    if (source)
        cc_source_request_keyframe(source, now_us);
    cc_worker_end_turn(message->home, now_us);
    return G_SOURCE_REMOVE;
}

static gboolean
on_wants(gpointer user_data)
{
    Message *message = user_data;
    CcMediaRoom *room = g_hash_table_lookup(message->home->rooms, message->room);
    if (room)
        cc_room_link_set_wants(room, message->ring, message->number, message->feed,
                               &message->wants);
    cc_worker_end_turn(message->home, cc_clock_now_us());
    return G_SOURCE_REMOVE;
}

/* One wish is on its way for all; the home repeats it until a keyframe comes. */
static void
request_keyframe(CcSource *source, gint64 now_us)
{
    MirroredSource *mirrored = (MirroredSource *)source;
    gint64 interval_us = source->room->worker->options.keyframe_interval_ms * (gint64)1000;
    if (source->kind != CC_MEDIA_VIDEO || !mirrored->started)
        return;
    if (mirrored->keyframe_asked_us != 0 && now_us < mirrored->keyframe_asked_us + interval_us)
        return;
    mirrored->keyframe_asked_us = now_us;
    Message *message = message_new(mirrored->mirror, mirrored->feed);
    message->layer = source->layer;
    send_message(mirrored->mirror, on_keyframe_wanted, message);
}

CcRoomMirror *
cc_room_mirror_new(CcMediaRoom *room, CcWorker *home)
{
    CcWorker *worker = room->worker;
    CcPacketRing **ring = &worker->rings_in[home->options.index];
    CcRoomMirror *self = g_new0(CcRoomMirror, 1);
    self->room = room;
    self->home = home;
    self->number = ++worker->n_mirrors;
    if (!*ring) {
        *ring = cc_packet_ring_new(RING_CAPACITY, &worker->bell);
        worker->n_rings_in = MAX(worker->n_rings_in, home->options.index + 1);
    }
    g_hash_table_insert(worker->mirrors, GUINT_TO_POINTER(self->number), self);
    send_message(self, on_begin, message_new(self, 0));
    cc_info("room %s: packets come from worker %u", room->name, home->options.index);
    return self;
}

static void
end_source(MirroredSource *mirrored)
{
    CcSource *source = &mirrored->source;
    CcMediaRoom *room = source->room;
    if (!mirrored->known || !source->feed)
        return;
    cc_media_room_forward(room);
    const CcFeed *feed = source->feed;
    cc_feed_detach(source);
    mirrored->started = FALSE;
    cc_packet_history_clear(source->history);
    for (guint i = 0; i < room->receivers->len; i++)
        cc_receiver_forget_source(room->receivers->pdata[i], source);
    cc_feed_changed(room, feed, NULL, cc_clock_now_us());
}

void
cc_room_mirror_free(CcRoomMirror *mirror)
{
    if (!mirror)
        return;
    for (guint i = 0; i < CC_MAX_FEEDS * CC_MAX_LAYERS; i++) {
        MirroredSource *mirrored = &mirror->sources[i / CC_MAX_LAYERS][i % CC_MAX_LAYERS];
        end_source(mirrored);
        cc_source_clear(&mirrored->source);
    }
    g_hash_table_remove(mirror->room->worker->mirrors, GUINT_TO_POINTER(mirror->number));
    send_message(mirror, on_end, message_new(mirror, 0));
    g_free(mirror);
}

CcWorker *
cc_room_mirror_home(const CcRoomMirror *mirror)
{
    return mirror->home;
}

/* The home's number of the feed stands at its sources. */
static const MirroredSource *
first_known(const CcRoomMirror *self, guint feed)
{
    for (guint i = 0; i < CC_MAX_LAYERS; i++) {
        const MirroredSource *mirrored = &self->sources[feed][i];
        if (mirrored->known && mirrored->source.feed)
            return mirrored;
    }
    return NULL;
}

void
cc_room_mirror_tell_wants(CcRoomMirror *mirror)
{
    for (guint i = 0; i < CC_MAX_FEEDS; i++) {
        const MirroredSource *mirrored = first_known(mirror, i);
        if (!mirrored)
            continue;
        Message *message = message_new(mirror, i);
        cc_wants_collect(mirror->room, mirrored->source.feed, &message->wants);
        send_message(mirror, on_wants, message);
    }
}

static void
begin_source(CcRoomMirror *self, MirroredSource *mirrored, const CcRingSlot *slot)
{
    CcSource *source = &mirrored->source;
    const CcRingSource *told = &slot->source;
    if (!mirrored->known) {
        cc_source_init(source, self->room, told->kind, &told->codec, request_keyframe);
        mirrored->mirror = self;
        mirrored->feed = slot->feed;
        source->layer = slot->layer;
        mirrored->known = TRUE;
    }
    cc_source_restart(source);
    source->codec = told->codec;
    source->clock_rate = cc_codec_clock_rate(told->codec.codec);
    source->origin = told->origin;
    source->owner = told->owner;
    source->obeys = told->obeys;
    CcFeed *feed = cc_media_room_feed_at(self->room, told->kind, told->index);
    if (feed) {
        cc_feed_attach(feed, source);
        cc_feed_changed(self->room, feed, NULL, cc_clock_now_us());
    }
    mirrored->epoch = slot->epoch;
    mirrored->keyframe_asked_us = 0;
}

static void
receive_source(CcRoomMirror *self, const CcRingSlot *slot)
{
    MirroredSource *mirrored = &self->sources[slot->feed][slot->layer];
    CcSource *source = &mirrored->source;
    const CcRingSource *told = &slot->source;
    if (!told->present) {
        end_source(mirrored);
        return;
    }
    if (!mirrored->known || mirrored->epoch != slot->epoch)
        begin_source(self, mirrored, slot);
    mirrored->started = told->started;
    source->limit_bps = told->limit_bps;
    source->placed = told->placed;
    if (source->forgotten != told->forgotten)
        cc_packet_history_clear(source->history);
    source->forgotten = told->forgotten;
    if (told->clock_known && (!source->clock_known || source->clock_us != told->clock_us))
        cc_source_sender_report(source, &told->clock, told->clock_us);
}

static CcDrop
receive_packet(CcRoomMirror *self, const CcRingSlot *slot, gint64 now_us)
{
    MirroredSource *mirrored = &self->sources[slot->feed][slot->layer];
    CcSource *source = &mirrored->source;
    CcPacketPool *pool = self->room->worker->pool;
    if (!source->feed || mirrored->epoch != slot->epoch)
        return CC_DROP_RTP_UNKNOWN_STREAM;
    CcPacket *packet = cc_packet_pool_take(pool);
    if (!packet) { /* as in cc_media_session_receive_rtp() */
        cc_media_room_forward(self->room);
        cc_packet_history_clear(source->history);
        packet = cc_packet_pool_take(pool);
    }
    if (!packet)
        return CC_DROP_POOL_EMPTY;
    cc_ring_slot_get_packet(slot, packet);
    gboolean delivered = cc_source_deliver(source, packet, packet->sequence, now_us);
    if (delivered && packet->keyframe)
        mirrored->keyframe_asked_us = 0;
    cc_packet_unref(packet);
    return delivered ? CC_DROP_NONE : CC_DROP_RTP_DUPLICATE;
}

static void
receive_slot(CcWorker *worker, const CcRingSlot *slot, gint64 now_us)
{
    CcRoomMirror *mirror = g_hash_table_lookup(worker->mirrors, GUINT_TO_POINTER(slot->link));
    if (!mirror) /* nobody watches any more, and the home has not heard of it yet */
        return;
    if (slot->kind == CC_RING_SOURCE) {
        receive_source(mirror, slot);
        return;
    }
    CcDrop drop = receive_packet(mirror, slot, now_us);
    if (drop != CC_DROP_NONE)
        worker->drops[drop]++;
}

void
cc_room_mirrors_receive(CcWorker *worker, gint64 now_us)
{
    for (guint i = 0; i < worker->n_rings_in; i++) {
        CcPacketRing *ring = worker->rings_in[i];
        guint n = ring ? cc_packet_ring_available(ring) : 0;
        for (guint k = 0; k < n; k++)
            receive_slot(worker, cc_packet_ring_next(ring), now_us);
        if (n > 0)
            cc_packet_ring_release(ring);
    }
}

gboolean
cc_room_mirrors_pending(CcWorker *worker)
{
    for (guint i = 0; i < worker->n_rings_in; i++) {
        if (worker->rings_in[i] && cc_packet_ring_available(worker->rings_in[i]) > 0)
            return TRUE;
    }
    return FALSE;
}
