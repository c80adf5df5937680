#include "relay/media/wants.h"

#include "relay/media/feed.h"
#include "relay/media/publisher.h"
#include "relay/media/receiver.h"
#include "relay/media/room-link.h"
#include "relay/media/room-mirror.h"
#include "relay/media/worker-private.h"

#define TELL_INTERVAL_US 200000

static void
use(const CcFeed *feed, const CcSource *source, CcWants *wants)
{
    if (source && source->feed == feed)
        wants->used[source->layer] = TRUE;
}

static void
merge_voice(CcVoiceWants *voice, const CcVoiceWants *other)
{
    if (other->n == 0)
        return;
    gboolean first = voice->n == 0;
    voice->least_bps = first ? other->least_bps : MIN(voice->least_bps, other->least_bps);
    voice->most_bps = MAX(voice->most_bps, other->most_bps);
    voice->longer = (first || voice->longer) && other->longer;
    voice->n += other->n;
}

static void
collect_voice(const CcSubscription *subscription, CcVoiceWants *voice)
{
    guint bps = subscription->planner.codec_bps;
    CcVoiceWants one = {1, bps, bps, subscription->planner.longer};
    if (bps > 0)
        merge_voice(voice, &one);
}

void
cc_wants_collect(const CcMediaRoom *room, const CcFeed *feed, CcWants *wants)
{
    *wants = (CcWants){0};
    cc_placement_init(&wants->budgets, CC_WANTS_MIN_BPS, CC_WANTS_MAX_BPS);
    for (guint i = 0; i < room->receivers->len; i++) {
        const CcReceiver *receiver = room->receivers->pdata[i];
        const CcSubscription *subscription = receiver->by_feed[feed->number];
        if (!subscription)
            continue;
        if (subscription->feed != feed) { /* it gets another one, as soon as that is there */
            use(feed, subscription->epoch.source, wants);
            continue;
        }
        if (feed->kind == CC_MEDIA_AUDIO) {
            collect_voice(subscription, &wants->voice);
            continue;
        }
        guint budget_bps = subscription->target.budget_bps;
        cc_placement_add(&wants->budgets, budget_bps > 0 ? budget_bps : CC_WANTS_MAX_BPS);
        if (subscription->target.kind == CC_TARGET_NOTHING) /* perhaps there is something for it */
            continue;
        /* What it is to get, what it gets in place of that, and what it gets until then. */
        use(feed, cc_feed_layer(feed, subscription->target.layer), wants);
        use(feed, subscription->wanted, wants);
        use(feed, subscription->epoch.source, wants);
    }
}

void
cc_wants_gather(const CcMediaRoom *room, const CcFeed *feed, CcWants *wants)
{
    cc_wants_collect(room, feed, wants);
    for (guint i = 0; i < room->links->len; i++) {
        const CcWants *others = cc_room_link_wants(room->links->pdata[i], feed);
        if (!others)
            continue;
        for (guint k = 0; k < CC_MAX_LAYERS; k++)
            wants->used[k] |= others->used[k];
        cc_placement_merge(&wants->budgets, &others->budgets);
        merge_voice(&wants->voice, &others->voice);
    }
}

void
cc_wants_changed(CcMediaRoom *room)
{
    if (room->wants_due)
        return;
    room->wants_due = TRUE;
    g_ptr_array_add(room->worker->rooms_wanting, room);
}

static void
tell(CcMediaRoom *room, gint64 now_us)
{
    if (room->mirror)
        cc_room_mirror_tell_wants(room->mirror);
    for (guint i = 0; i < room->publishers->len; i++) {
        const CcMediaSession *session = room->publishers->pdata[i];
        if (session->connected && (session == room->publisher || session->setup->guest))
            cc_publisher_tell_wants(session->publisher, now_us);
    }
}

gint64
cc_wants_serve(CcWorker *worker, gint64 now_us)
{
    gint64 next_us = G_MAXINT64;
    for (guint i = worker->rooms_wanting->len; i > 0; i--) {
        CcMediaRoom *room = worker->rooms_wanting->pdata[i - 1];
        if (now_us < room->wants_told_us + TELL_INTERVAL_US) {
            next_us = MIN(next_us, room->wants_told_us + TELL_INTERVAL_US);
            continue;
        }
        room->wants_told_us = now_us;
        room->wants_due = FALSE;
        g_ptr_array_remove_index_fast(worker->rooms_wanting, i - 1);
        tell(room, now_us);
    }
    return next_us;
}
