#define CC_LOG_AREA "media"

#include "relay/media/media-room.h"

#include "common/base/clock.h"
#include "common/base/log.h"
#include "relay/media/downlink.h"
#include "relay/media/feed.h"
#include "relay/media/prefetch.h"
#include "relay/media/publisher.h"
#include "relay/media/receiver.h"
#include "relay/media/room-cast.h"
#include "relay/media/room-link.h"
#include "relay/media/room-mirror.h"
#include "relay/media/worker-private.h"

CcMediaRoom *
cc_media_room_open(CcWorker *worker, const char *name)
{
    CcMediaRoom *room = g_hash_table_lookup(worker->rooms, name);
    if (!room) {
        room = g_new0(CcMediaRoom, 1);
        room->worker = worker;
        room->name = g_strdup(name);
        room->receivers = g_ptr_array_new();
        room->publishers = g_ptr_array_new();
        room->links = g_ptr_array_new_with_free_func(cc_room_link_free);
        g_hash_table_insert(worker->rooms, room->name, room);
    }
    return room;
}

void
cc_media_room_close(CcMediaRoom *room)
{
    if (room->n_sessions > 0 || room->links->len > 0)
        return;
    g_hash_table_remove(room->worker->rooms, room->name);
    g_ptr_array_remove_fast(room->worker->rooms_wanting, room);
    g_ptr_array_unref(room->receivers);
    g_ptr_array_unref(room->publishers);
    cc_stage_places_clear(&room->places);
    g_ptr_array_unref(room->links);
    g_free(room->name);
    g_free(room);
}

CcMediaRoom *
cc_media_room_acquire(CcWorker *worker, const char *name, CcWorker *home)
{
    CcMediaRoom *room = cc_media_room_open(worker, name);
    CcWorker *elsewhere = home != worker ? home : NULL;
    if (room->mirror && cc_room_mirror_home(room->mirror) != elsewhere)
        g_clear_pointer(&room->mirror, cc_room_mirror_free);
    if (!room->mirror && elsewhere)
        room->mirror = cc_room_mirror_new(room, elsewhere);
    room->n_sessions++;
    return room;
}

void
cc_media_room_release(CcMediaRoom *room)
{
    if (!room || --room->n_sessions > 0)
        return;
    g_clear_pointer(&room->mirror, cc_room_mirror_free);
    cc_media_room_close(room);
}

/* Slides pass faces where the ladder has them first. */
static CcVideoLine
line_of(const CcMediaRoom *room, CcMediaKind kind, guint index)
{
    const CcLadderSettings *settings = &room->worker->options.ladder;
    gboolean first = kind == CC_MEDIA_VIDEO && index == CC_VIDEO_SCREEN &&
                     cc_ladder_goes_before(settings, CC_RUNG_SLIDES, CC_RUNG_FACE);
    return first ? CC_VIDEO_LINE_SLIDES : CC_VIDEO_LINE_FACES;
}

CcFeed *
cc_media_room_feed_at(CcMediaRoom *room, CcMediaKind kind, guint index)
{
    for (guint i = 0; i < room->n_feeds; i++) {
        CcFeed *feed = &room->feeds[i];
        if (feed->kind == kind && feed->index == index)
            return feed;
    }
    g_return_val_if_fail(room->n_feeds < G_N_ELEMENTS(room->feeds), NULL);
    CcFeed *feed = &room->feeds[room->n_feeds];
    *feed = (CcFeed){.kind = kind,
                     .index = index,
                     .number = room->n_feeds++,
                     .line = line_of(room, kind, index)};
    return feed;
}

void
cc_media_room_make_place(CcMediaRoom *room)
{
    if (room->n_queued == CC_ROOM_BATCH)
        cc_media_room_forward(room);
}

gboolean
cc_media_room_forwards_after(const CcMediaRoom *room, const CcPacket *packet, const CcPacket *other)
{
    gboolean found = FALSE;
    for (guint i = 0; i < room->n_queued; i++) {
        if (found && room->queue[i].packet == other)
            return TRUE;
        found |= room->queue[i].packet == packet;
    }
    return FALSE;
}

void
cc_media_room_queue(CcMediaRoom *room, CcSource *source, CcPacket *packet)
{
    if (room->links->len > 0)
        cc_room_links_send(room, source, packet);
    if (room->n_queued == 0)
        g_ptr_array_add(room->worker->rooms_due, room);
    else
        cc_media_room_make_place(room);
    guint place = room->n_queued++;
    /* Video ahead of voice: its equal sizes and a shorter last one make one send. */
    for (; place > 0 && source->kind == CC_MEDIA_VIDEO; place--) {
        if (room->queue[place - 1].source->kind == CC_MEDIA_VIDEO)
            break;
        room->queue[place] = room->queue[place - 1];
    }
    room->queue[place] = (CcQueuedPacket){source, cc_packet_ref(packet)};
}

/* Each step reads what the one before has fetched. */
static void
prefetch_next(const GPtrArray *receivers, guint next)
{
    if (next + 3 < receivers->len)
        cc_prefetch(receivers->pdata[next + 3], 128);
    if (next + 2 < receivers->len) {
        const CcReceiver *receiver = receivers->pdata[next + 2];
        cc_prefetch(receiver->session, 160);
        for (guint i = 0; i < MIN(receiver->n_subscriptions, 2); i++)
            cc_prefetch(&receiver->subscriptions[i], 256);
    }
    if (next + 1 < receivers->len) {
        const CcReceiver *receiver = receivers->pdata[next + 1];
        const CcDownlink *downlink = receiver->session->downlink;
        if (receiver->session->outbound)
            cc_prefetch(receiver->session->outbound, 128);
        if (downlink)
            cc_downlink_prefetch(downlink);
    }
    if (next < receivers->len) {
        const CcReceiver *receiver = receivers->pdata[next];
        if (receiver->session->downlink)
            cc_downlink_prefetch_record(receiver->session->downlink);
    }
}

void
cc_media_room_forward(CcMediaRoom *room)
{
    if (room->links->len > 0) /* the others need not wait until ours have been served */
        cc_room_links_publish(room->worker);
    for (guint i = 0; i < room->receivers->len; i++) {
        CcReceiver *receiver = room->receivers->pdata[i];
        prefetch_next(room->receivers, i + 1);
        CcShed shed = cc_shedder_verdict(&room->worker->shedder, receiver->ordinal);
        for (guint k = 0; k < room->n_queued; k++)
            cc_receiver_forward(receiver, room->queue[k].source, room->queue[k].packet, shed);
    }
    for (guint k = 0; k < room->n_queued; k++)
        cc_packet_unref(room->queue[k].packet);
    room->n_queued = 0;
}

void
cc_media_room_add_publisher(CcMediaRoom *room, CcMediaSession *session)
{
    g_ptr_array_add(room->publishers, session);
    if (session->setup->guest)
        cc_media_room_cast(room);
}

void
cc_media_room_set_places(CcMediaRoom *room, const CcStagePlaces *places)
{
    cc_stage_places_set(&room->places, places);
    cc_media_room_cast(room);
}

void
cc_media_room_choose_all(CcMediaRoom *room)
{
    gint64 now_us = cc_clock_now_us();
    for (guint i = 0; i < room->n_feeds; i++)
        cc_feed_changed(room, &room->feeds[i], NULL, now_us);
}

gboolean
cc_media_room_take_over(CcMediaRoom *room, CcMediaSession *session)
{
    CcMediaSession *before = room->publisher;
    if (before == session)
        return TRUE;
    if (before && before->publisher->rank > session->publisher->rank)
        return FALSE;
    cc_media_room_forward(room); /* what is queued comes from the one before */
    for (guint i = 0; before && i < before->publisher->n_tracks; i++)
        cc_feed_detach(&before->publisher->tracks[i].source);
    room->publisher = session;
    for (guint i = 0; i < session->publisher->n_tracks; i++) {
        CcPublisherTrack *track = &session->publisher->tracks[i];
        guint index = cc_negotiated_index(&session->setup->negotiated, track->slot);
        CcFeed *feed = cc_media_room_feed_at(room, track->slot->kind, index);
        if (feed)
            cc_feed_attach(feed, &track->source);
    }
    cc_media_room_choose_all(room);
    cc_room_links_tell(room);
    cc_info("room %s: packets come from session %.6s…%s", room->name, session->setup->id,
            before ? ", in place of another one" : "");
    return TRUE;
}

void
cc_media_room_forget_publisher(CcMediaRoom *room, CcMediaSession *session)
{
    g_ptr_array_remove_fast(room->publishers, session);
    cc_media_room_forward(room);
    for (guint i = 0; i < session->publisher->n_tracks; i++) {
        CcSource *source = &session->publisher->tracks[i].source;
        cc_feed_detach(source);
        for (guint k = 0; k < room->receivers->len; k++)
            cc_receiver_forget_source(room->receivers->pdata[k], source);
    }
    if (room->publisher == session)
        room->publisher = NULL;
    cc_media_room_choose_all(room);
    cc_room_links_tell(room);
}
