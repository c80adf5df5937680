#include "relay/media/feed.h"

#include "relay/media/receiver.h"

/* A layer is dead if none of its packets has come for so long, and for so many pictures of others:
 * when the picture stands still none has any. */
#define SILENT_US 350000
#define SILENT_PICTURES 8

static guint
area(const CcSource *source)
{
    return (guint)source->width * source->height;
}

/* By size; while that is not known, or where it changes with what the publisher is told, by the
 * publisher's order, which has the best first (RFC 8853 section 5.2). */
static gboolean
is_smaller(const CcSource *a, const CcSource *b)
{
    if (!a->obeys && area(a) != 0 && area(b) != 0 && area(a) != area(b))
        return area(a) < area(b);
    return a->layer > b->layer;
}

static void
sort_layers(CcFeed *feed)
{
    feed->n_layers = 0;
    for (guint i = 0; i < CC_MAX_LAYERS; i++) {
        CcSource *source = feed->sources[i];
        guint place = source ? feed->n_layers++ : 0;
        for (; place > 0 && is_smaller(source, feed->layers[place - 1]); place--)
            feed->layers[place] = feed->layers[place - 1];
        if (source)
            feed->layers[place] = source;
    }
}

void
cc_feed_attach(CcFeed *feed, CcSource *source)
{
    feed->sources[source->layer] = source;
    source->feed = feed;
    sort_layers(feed);
}

void
cc_feed_detach(CcSource *source)
{
    CcFeed *feed = source ? source->feed : NULL;
    if (!feed)
        return;
    source->feed = NULL;
    if (feed->sources[source->layer] == source)
        feed->sources[source->layer] = NULL;
    sort_layers(feed);
}

/* A picture of @source has begun. Returns TRUE if another one is found dead by that. */
static gboolean
count_pictures(CcFeed *feed, const CcSource *source, gint64 now_us)
{
    gboolean changed = FALSE;
    for (guint i = 0; i < feed->n_layers; i++) {
        CcSource *other = feed->layers[i];
        if (other == source || !other->alive || ++other->missed < SILENT_PICTURES ||
            now_us - other->heard_us < SILENT_US)
            continue;
        other->alive = FALSE;
        changed = TRUE;
    }
    return changed;
}

void
cc_feed_heard(CcFeed *feed, CcSource *source, const CcPacket *packet)
{
    const CcPicture *picture = &packet->picture;
    gboolean other_picture = !source->alive || packet->rtp.timestamp != source->heard_timestamp;
    gboolean changed = !source->alive;
    source->alive = TRUE;
    source->missed = 0;
    source->heard_us = packet->arrival_us;
    source->heard_timestamp = packet->rtp.timestamp;
    if (picture->width != 0 &&
        (picture->width != source->width || picture->height != source->height)) {
        source->width = picture->width;
        source->height = picture->height;
        sort_layers(feed);
        changed = TRUE;
    }
    if (other_picture && feed->n_layers > 1 && count_pictures(feed, source, packet->arrival_us))
        changed = TRUE;
    if (changed)
        cc_feed_changed(source->room, feed, source, packet->arrival_us);
}

CcSource *
cc_feed_layer(const CcFeed *feed, guint rank)
{
    return feed->n_layers > 0 ? feed->layers[MIN(rank, feed->n_layers - 1)] : NULL;
}

CcSource *
cc_feed_living_layer(const CcFeed *feed, guint rank)
{
    if (feed->n_layers == 1) /* there is nothing else */
        return feed->layers[0];
    for (guint i = MIN(rank + 1, feed->n_layers); i > 0; i--) {
        if (feed->layers[i - 1]->alive)
            return feed->layers[i - 1];
    }
    return NULL;
}

void
cc_feed_changed(CcMediaRoom *room, const CcFeed *feed, const CcSource *coming, gint64 now_us)
{
    for (guint i = 0; i < room->receivers->len; i++) {
        CcReceiver *receiver = room->receivers->pdata[i];
        CcSubscription *subscription = receiver->by_feed[feed->number];
        if (!subscription)
            continue;
        cc_subscription_choose(subscription, coming, now_us);
        cc_downlink_decide(receiver->session->downlink, TRUE, now_us);
    }
}
