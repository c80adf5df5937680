#include "relay/media/programme.h"

#include "relay/media/feed.h"
#include "relay/media/source.h"

static const guint by_weight[] = {CC_VIDEO_SCREEN, CC_VIDEO_GUESTS, CC_VIDEO_GUESTS + 1,
                                  CC_VIDEO_CAMERA};

void
cc_programme_follow(CcReceiver *receiver)
{
    CcSubscription *only = NULL;
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        CcSubscription *subscription = &receiver->subscriptions[i];
        if (subscription->slot->kind != CC_MEDIA_VIDEO)
            continue;
        if (only)
            return;
        only = subscription;
    }
    if (!only)
        return;
    only->programme = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(by_weight); i++) {
        CcMediaRoom *room = receiver->session->room;
        const CcFeed *feed = cc_media_room_feed_at(room, CC_MEDIA_VIDEO, by_weight[i]);
        if (feed)
            receiver->by_feed[feed->number] = only;
    }
}

static gboolean
is_shown(const CcFeed *feed, const CcMediaSession *session)
{
    const CcSource *source = cc_feed_layer(feed, 0);
    return source && (source->owner == 0 || source->owner != session->setup->owner);
}

CcFeed *
cc_programme_feed(const CcMediaSession *session)
{
    CcFeed *feed = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(by_weight); i++) {
        feed = cc_media_room_feed_at(session->room, CC_MEDIA_VIDEO, by_weight[i]);
        if (feed && is_shown(feed, session))
            return feed;
    }
    return feed;
}
