#include "relay/media/room-cast.h"

#include "relay/media/feed.h"
#include "relay/media/publisher.h"
#include "relay/media/receiver.h"
#include "relay/media/room-link.h"

/* (transfer none) what @track of the guest's @session is to feed; NULL: nothing. */
static CcFeed *
find_feed(CcMediaRoom *room, const CcMediaSession *session, const CcPublisherTrack *track)
{
    const CcStagePlaces *places = &room->places;
    const CcSlot *slot = track->slot;
    for (guint i = 0; i < CC_GUESTS; i++) {
        if (g_strcmp0(places->guests[i], session->setup->id) != 0)
            continue;
        if (slot->kind == CC_MEDIA_VIDEO)
            return cc_media_room_feed_at(room, CC_MEDIA_VIDEO, CC_VIDEO_GUESTS + i);
        return places->muted[i] ? NULL
                                : cc_media_room_feed_at(room, CC_MEDIA_AUDIO, CC_AUDIO_GUESTS + i);
    }
    /* A small picture: the last layer is the smallest (RFC 8853 section 5.2). */
    if (slot->kind != CC_MEDIA_VIDEO || track->source.layer + 1 < slot->n_layers)
        return NULL;
    for (guint i = 0; i < CC_GRID_PLACES; i++) {
        if (g_strcmp0(places->grid[i], session->setup->id) == 0)
            return cc_media_room_feed_at(room, CC_MEDIA_VIDEO, CC_VIDEO_GRID + i);
    }
    return NULL;
}

static void
detach(CcMediaRoom *room, CcSource *source)
{
    cc_feed_detach(source);
    for (guint i = 0; i < room->receivers->len; i++)
        cc_receiver_forget_source(room->receivers->pdata[i], source);
}

static gboolean
detach_all(CcMediaRoom *room, CcMediaSession *session)
{
    gboolean changed = FALSE;
    for (guint i = 0; i < session->publisher->n_tracks; i++) {
        CcPublisherTrack *track = &session->publisher->tracks[i];
        CcFeed *feed = find_feed(room, session, track);
        if (!track->source.feed || track->source.feed == feed)
            continue;
        detach(room, &track->source);
        changed = TRUE;
    }
    return changed;
}

/* What was not forwarded was not looked at either: a stream that is attached begins anew. */
static gboolean
attach_all(CcMediaRoom *room, CcMediaSession *session)
{
    gboolean changed = FALSE;
    for (guint i = 0; i < session->publisher->n_tracks; i++) {
        CcPublisherTrack *track = &session->publisher->tracks[i];
        CcFeed *feed = find_feed(room, session, track);
        if (!feed || track->source.feed == feed)
            continue;
        if (track->source.started)
            cc_publisher_track_restart(track, track->ssrc);
        cc_feed_attach(feed, &track->source);
        changed = TRUE;
    }
    return changed;
}

void
cc_media_room_cast(CcMediaRoom *room)
{
    gboolean changed = FALSE;
    cc_media_room_forward(room);    /* what is queued belongs to what was before */
    for (guint k = 0; k < 2; k++) { /* a place is free before it is taken */
        for (guint i = 0; i < room->publishers->len; i++) {
            CcMediaSession *session = room->publishers->pdata[i];
            if (session->setup->guest)
                changed |= k == 0 ? detach_all(room, session) : attach_all(room, session);
        }
    }
    if (!changed)
        return;
    cc_media_room_choose_all(room);
    cc_wants_changed(room);
    cc_room_links_tell(room);
}
