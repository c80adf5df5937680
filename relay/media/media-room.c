#define CC_LOG_AREA "media"

#include "relay/media/media-room.h"

#include "common/base/log.h"
#include "relay/media/publisher.h"
#include "relay/media/subscription.h"
#include "relay/media/worker-private.h"

CcMediaRoom *
cc_media_room_acquire(CcWorker *worker, const char *name)
{
    CcMediaRoom *room = g_hash_table_lookup(worker->rooms, name);
    if (!room) {
        room = g_new0(CcMediaRoom, 1);
        room->worker = worker;
        room->name = g_strdup(name);
        g_hash_table_insert(worker->rooms, room->name, room);
    }
    room->n_sessions++;
    return room;
}

void
cc_media_room_release(CcMediaRoom *room)
{
    if (!room || --room->n_sessions > 0)
        return;
    g_hash_table_remove(room->worker->rooms, room->name);
    for (guint i = 0; i < room->n_feeds; i++)
        g_ptr_array_unref(room->feeds[i].subscriptions);
    g_free(room->name);
    g_free(room);
}

CcFeed *
cc_media_room_feed(CcMediaRoom *room, const CcNegotiated *negotiated, const CcSlot *slot)
{
    guint index = 0;
    for (const CcSlot *before = negotiated->slots; before < slot; before++) {
        if (before->kind == slot->kind)
            index++;
    }
    for (guint i = 0; i < room->n_feeds; i++) {
        CcFeed *feed = &room->feeds[i];
        if (feed->kind == slot->kind && feed->index == index)
            return feed;
    }
    g_return_val_if_fail(room->n_feeds < G_N_ELEMENTS(room->feeds), NULL);
    CcFeed *feed = &room->feeds[room->n_feeds++];
    *feed = (CcFeed){.kind = slot->kind, .index = index, .subscriptions = g_ptr_array_new()};
    return feed;
}

gboolean
cc_media_room_take_over(CcMediaRoom *room, CcMediaSession *session)
{
    CcMediaSession *before = room->publisher;
    if (before == session)
        return TRUE;
    if (before && before->publisher->rank > session->publisher->rank)
        return FALSE;
    for (guint i = 0; before && i < before->publisher->n_tracks; i++) {
        CcPublisherTrack *track = &before->publisher->tracks[i];
        if (track->feed)
            track->feed->track = NULL;
        track->feed = NULL;
    }
    room->publisher = session;
    for (guint i = 0; i < session->publisher->n_tracks; i++) {
        CcPublisherTrack *track = &session->publisher->tracks[i];
        track->feed = cc_media_room_feed(room, &session->setup->negotiated, track->slot);
        if (track->feed)
            track->feed->track = track;
    }
    cc_info("room %s: packets come from session %.6s…%s", room->name, session->setup->id,
            before ? ", in place of another one" : "");
    return TRUE;
}

void
cc_media_room_forget_publisher(CcMediaRoom *room, CcMediaSession *session)
{
    for (guint i = 0; i < room->n_feeds; i++) {
        CcFeed *feed = &room->feeds[i];
        if (feed->track && feed->track->session == session)
            feed->track = NULL;
        for (guint k = 0; k < feed->subscriptions->len; k++) {
            CcSubscription *subscription = feed->subscriptions->pdata[k];
            if (subscription->source && subscription->source->session == session)
                subscription->source = NULL;
        }
    }
    if (room->publisher == session)
        room->publisher = NULL;
}
