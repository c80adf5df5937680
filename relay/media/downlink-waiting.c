/* What waits for its receiver's link: pictures, and packets that were asked for again. */
#include "relay/media/downlink-private.h"
#include "relay/media/feed.h"
#include "relay/media/receiver.h"
#include "relay/media/session-wake.h"
#include "relay/media/worker-private.h"

/* What would have to wait longer than this does without its upper temporal layers; longer than
 * that, pictures are left out until the queue is short again. */
#define THIN_US 400000
#define CHOKE_US 1000000
/* Who waits for a slide waits no longer by that than for the keyframe that would be needed in place
 * of it; and a publisher that does what it is told stops its face while a slide is on its way. */
#define SLIDE_CHOKE_US 4000000
/* What is lost of it is to be had for so long after it has waited, and been sent for the first
 * time. */
#define REPAIR_US (2 * G_USEC_PER_SEC)
#define RESUME_US 100000
#define STALE_US 300000 /* so long nothing waits ahead of a keyframe, which needs none of it */
#define SKIP_PAUSE_US (5 * G_USEC_PER_SEC)

static gsize
repair_bytes(const CcDownlink *self)
{
    return self->repairs ? self->repairs->bytes : 0;
}

/* What @bytes would have to wait, by what the link takes: a pace that is less than that while the
 * link's queue drains does not last. */
static gint64
wait_us(CcDownlink *self, gsize bytes, gint64 now_us)
{
    gint64 paced_us = cc_pacer_drain_us(&self->pacer, bytes, now_us);
    guint pace_bps = self->pacer.bps, link_bps = self->estimator.result.estimate_bps;
    return pace_bps < link_bps ? paced_us * pace_bps / link_bps : paced_us;
}

/* What a picture that comes last in @line waits for. */
static gint64
drain_us(CcDownlink *self, CcVideoLine line, gint64 now_us)
{
    gsize bytes = repair_bytes(self);
    for (guint i = 0; self->queue && i <= line; i++)
        bytes += cc_video_queue_bytes(self->queue, i);
    return wait_us(self, bytes, now_us);
}

static gint64
most_wait_us(const CcDownlink *self, const CcSource *source, CcVideoLine line)
{
    gboolean slides = cc_video_queue_bytes(self->queue, CC_VIDEO_LINE_SLIDES) > 0;
    gboolean yields = source->obeys && slides;
    return line == CC_VIDEO_LINE_SLIDES || yields ? SLIDE_CHOKE_US : CHOKE_US;
}

static void
set_choked(CcDownlink *self, CcVideoLine line, gboolean choked)
{
    guint8 bit = (guint8)(1u << line);
    self->choked = (guint8)(choked ? self->choked | bit : self->choked & ~bit);
}

static gboolean
is_choked(const CcDownlink *self, CcVideoLine line)
{
    return (self->choked >> line & 1) != 0;
}

/* Between two pictures: whether they are to be left out. */
static void
choke(CcDownlink *self, CcVideoLine line, CcSource *source, gboolean keyframe, gint64 now_us)
{
    gint64 left_us = drain_us(self, line, now_us), most_us = most_wait_us(self, source, line);
    cc_packet_history_keep_longer(source->history, most_us + REPAIR_US);
    if (is_choked(self, line))
        set_choked(self, line, left_us > (keyframe ? STALE_US : RESUME_US));
    else if (left_us > most_us && cc_video_queue_push(self->queue, line, source, NULL))
        set_choked(self, line, TRUE);
    self->n_left_out += is_choked(self, line) ? 1 : 0;
}

/* What came before a keyframe, when the link was another one, would only hold it up. Now and then
 * only: keyframes that follow each other must not push each other out. */
static void
skip_stale(CcDownlink *self, CcVideoLine line, CcSource *source, gint64 now_us)
{
    const CcFeed *feed = source->feed;
    if (drain_us(self, line, now_us) < STALE_US || now_us < self->skipped_us + SKIP_PAUSE_US)
        return;
    self->skipped_us = now_us;
    for (guint i = 0; feed && i < feed->n_layers; i++)
        cc_video_queue_forget(self->queue, feed->layers[i]);
    cc_video_queue_push(self->queue, line, source, NULL);
    self->n_left_out++;
}

gint64
cc_downlink_next_waiting_us(CcDownlink *downlink, gint64 now_us)
{
    return cc_downlink_awaits_news(downlink, now_us) ? downlink->awaits_until_us
                                                     : cc_pacer_next_us(&downlink->pacer, now_us);
}

void
cc_downlink_hold(CcDownlink *downlink, CcSource *source, CcPacket *packet, gint64 now_us)
{
    CcDownlink *self = downlink;
    CcVideoLine line = source->feed->line;
    gboolean begins = !self->queue || packet->rtp.timestamp != self->picture_timestamps[line];
    if (!self->queue)
        self->queue = cc_video_queue_new();
    self->picture_timestamps[line] = packet->rtp.timestamp;
    if (begins && packet->keyframe)
        skip_stale(self, line, source, now_us);
    if (begins)
        choke(self, line, source, packet->keyframe, now_us);
    if (!is_choked(self, line) && !cc_video_queue_push(self->queue, line, source, packet)) {
        cc_video_queue_push(self->queue, line, source, NULL);
        set_choked(self, line, TRUE);
    }
    if (is_choked(self, line))
        self->session->worker->drops[CC_DROP_PACED]++;
    cc_media_session_wake_at(self->session, cc_downlink_next_waiting_us(self, now_us));
}

/* Where nothing waits any more, nothing is left out either: perhaps nobody is there whose next
 * picture would find that out. A mark that waits is another source's, of which a part is missing.
 */
void
cc_downlink_forget_source(CcDownlink *downlink, const CcSource *source)
{
    CcDownlink *self = downlink;
    if (source->kind != CC_MEDIA_VIDEO)
        return;
    if (self->queue)
        cc_video_queue_forget(self->queue, source);
    for (guint i = 0; i < CC_N_VIDEO_LINES; i++) {
        if (!self->queue || cc_video_queue_is_empty(self->queue, i))
            set_choked(self, i, FALSE);
    }
}

void
cc_downlink_forget_all(CcDownlink *downlink)
{
    g_clear_pointer(&downlink->queue, cc_video_queue_free);
    g_clear_pointer(&downlink->repairs, g_free);
    downlink->choked = 0;
    downlink->probing = FALSE;
}

static void
send_waiting(CcDownlink *self, const CcWaitingPacket *waiting, gint64 now_us)
{
    CcReceiver *receiver = self->session->receiver;
    CcSource *source = waiting->source;
    CcSubscription *subscription = source->feed ? receiver->by_feed[source->feed->number] : NULL;
    if (!subscription)
        return;
    if (!waiting->packet) {
        cc_subscription_break(subscription);
        return;
    }
    CcShed shed = cc_shedder_verdict(&self->session->worker->shedder, receiver->ordinal);
    if (shed == CC_SHED_NOTHING && drain_us(self, CC_VIDEO_LINE_FACES, now_us) > THIN_US)
        shed = CC_SHED_LAYERS;
    if (waiting->generation != source->generation)
        return;
    self->draining = TRUE;
    cc_subscription_forward(subscription, source, waiting->packet, shed);
    self->draining = FALSE;
}

static gboolean
send_repair(CcDownlink *self, gint64 now_us)
{
    CcRepair repair;
    CcReceiver *receiver = self->session->receiver;
    if (!self->repairs || !cc_repair_queue_pop(self->repairs, &repair))
        return FALSE;
    if (repair.stream < receiver->n_subscriptions)
        cc_subscription_repeat(&receiver->subscriptions[repair.stream], repair.number, now_us);
    return TRUE;
}

void
cc_downlink_repair(CcDownlink *downlink, const CcRepair *repair, gint64 came_us, gint64 now_us)
{
    CcDownlink *self = downlink;
    gint64 flood_us = self->estimator.result.flood_us;
    gint64 most_us = cc_repair_queue_most_wait_us(came_us, flood_us, now_us);
    if (self->adapts && wait_us(self, repair_bytes(self), now_us) > most_us)
        return;
    if (!self->repairs)
        self->repairs = g_new0(CcRepairQueue, 1);
    if (!cc_repair_queue_push(self->repairs, repair))
        return;
    while ((!self->adapts || cc_pacer_may_send(&self->pacer, now_us)) && send_repair(self, now_us))
        ;
    if (self->repairs->n > 0)
        cc_media_session_wake_at(self->session, cc_pacer_next_us(&self->pacer, now_us));
}

gboolean
cc_downlink_send_next(CcDownlink *downlink, gint64 now_us)
{
    CcDownlink *self = downlink;
    CcWaitingPacket waiting;
    if (send_repair(self, now_us))
        return TRUE;
    if (!self->queue || !cc_video_queue_pop(self->queue, &waiting))
        return FALSE;
    send_waiting(self, &waiting, now_us);
    cc_packet_unref(waiting.packet);
    return TRUE;
}
