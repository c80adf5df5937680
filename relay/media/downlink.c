#include "relay/media/downlink.h"

#include "relay/media/downlink-private.h"
#include "relay/media/receiver.h"
#include "relay/media/session-wake.h"
#include "relay/media/worker-private.h"

#define SRTP_TAG 16 /* bytes: of AES-GCM; AES-CM has 10 */

#define MIN_BPS 10000
#define MAX_BPS 20000000

/* Of a picture, that may leave at once: voice stands behind it in the link's queue. Where that
 * takes no time nothing is gained by waking up more often, and there is less to gain where no queue
 * has come of all that was sent lately: there it is the whole of most pictures. */
#define BURST_US 10000
#define ROOMY_BURST_US 25000
#define WIDE_BURST_US 40000
#define WIDE_BPS 5000000
#define ROOMY_US (10 * G_USEC_PER_SEC)
#define WAKE_US 5000 /* while a probe runs */
#define MAX_PROBE_US 1000000
#define MAX_PADDING 224 /* bytes of a packet */
#define PADDED_BYTES 72 /* on the wire, of a packet with nothing but padding */
#define LOSSY 0.05      /* who has nothing but reports is left alone below */

static gboolean
has_numbers(const CcNegotiated *negotiated)
{
    for (guint i = 0; i < negotiated->n_slots; i++) {
        if (negotiated->slots[i].transport_cc_ext != 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_roomy(const CcEstimate *estimate, gint64 now_us)
{
    return estimate->state == CC_LINK_CLEAR &&
           (estimate->full_us == 0 || now_us - estimate->full_us > ROOMY_US);
}

static void
set_pace(CcDownlink *self, gint64 now_us)
{
    const CcEstimate *estimate = &self->estimator.result;
    guint percent = estimate->state == CC_LINK_CLEAR
                        ? cc_pacer_haste_percent(estimate->rtt_us - estimate->queue_us)
                        : 100;
    gint64 burst_us = is_roomy(estimate, now_us) ? ROOMY_BURST_US : BURST_US;
    if (estimate->pacing_bps >= WIDE_BPS)
        burst_us = WIDE_BURST_US;
    cc_pacer_set(&self->pacer, estimate->pacing_bps, percent, burst_us, now_us);
}

CcDownlink *
cc_downlink_new(CcMediaSession *session)
{
    CcDownlink *self = g_aligned_alloc0(1, sizeof *self, CC_CACHE_LINE);
    self->session = session;
    self->numbered = self->adapts = self->awaits = has_numbers(&session->setup->negotiated);
    self->next_sequence = 1;
    self->rtt_us = -1;
    cc_estimator_init(&self->estimator, session->worker->options.start_bps, MIN_BPS, MAX_BPS);
    cc_ladder_init(&self->ladder);
    set_pace(self, session->worker->now_us);
    return self;
}

void
cc_downlink_free(CcDownlink *downlink)
{
    if (!downlink)
        return;
    cc_estimator_clear(&downlink->estimator);
    cc_video_queue_free(downlink->queue);
    g_free(downlink->repairs);
    g_aligned_free(downlink);
}

void
cc_downlink_sent(CcDownlink *downlink, CcMediaKind kind, gsize length, gboolean numbered,
                 gint64 now_us)
{
    CcDownlink *self = downlink;
    guint bytes = (guint)length + SRTP_TAG + CC_WIRE_OVERHEAD;
    if (numbered)
        cc_estimator_sent(&self->estimator, self->next_sequence++, bytes, now_us, self->probing);
    else
        cc_estimator_sent_plain(&self->estimator, bytes, now_us);
    if (kind == CC_MEDIA_AUDIO && !self->padding)
        cc_voice_meter_sent(&self->voice, bytes);
    else
        self->video_bytes += bytes;
    if (self->adapts)
        cc_pacer_sent(&self->pacer, bytes, now_us);
    if (G_UNLIKELY(self->probing)) {
        self->probe_bytes += bytes;
        self->probe_packets++;
    }
}

/* TRUE if something could be gained by knowing of more room, and padding can be sent. */
static gboolean
begin_probe(CcDownlink *self, gint64 now_us)
{
    if (self->probing || !self->numbered ||
        !cc_estimator_probe(&self->estimator, now_us, &self->probe))
        return FALSE;
    self->probing = TRUE;
    self->probe_us = now_us;
    self->probe_bytes = self->probe_packets = 0;
    return TRUE;
}

static void
after_news(CcDownlink *self, gint64 now_us)
{
    set_pace(self, now_us);
    cc_downlink_decide(self, FALSE, now_us);
    if ((!cc_downlink_awaits_news(self, now_us) && begin_probe(self, now_us)) || self->queue)
        cc_media_session_wake_at(self->session, now_us);
}

CcDrop
cc_downlink_feedback(CcDownlink *downlink, const CcRtcpPacket *packet, gint64 now_us)
{
    if (!downlink->numbered)
        return CC_DROP_NONE;
    CcDrop drop = cc_estimator_feedback(&downlink->estimator, packet, now_us);
    cc_downlink_look_past_page(downlink, now_us);
    if (drop == CC_DROP_NONE)
        after_news(downlink, now_us);
    return drop;
}

void
cc_downlink_remb(CcDownlink *downlink, guint64 bps, gint64 now_us)
{
    if (downlink->numbered)
        return;
    downlink->adapts = TRUE;
    cc_estimator_remb(&downlink->estimator, bps, now_us);
    after_news(downlink, now_us);
}

void
cc_downlink_report(CcDownlink *downlink, double loss, gint64 rtt_us, gint64 now_us)
{
    CcDownlink *self = downlink;
    self->rtt_us = rtt_us;
    if (self->numbered || (!self->adapts && loss < LOSSY))
        return;
    if (!self->adapts) { /* what flows now is the first guess */
        guint now_bps = self->voice.bps + self->video_bps;
        cc_estimator_clear(&self->estimator);
        cc_estimator_init(&self->estimator, MAX(now_bps, self->session->worker->options.start_bps),
                          MIN_BPS, MAX_BPS);
        self->adapts = TRUE;
    }
    cc_estimator_report(&self->estimator, loss, MAX(rtt_us, 0), now_us);
    after_news(self, now_us);
}

void
cc_downlink_moved(CcDownlink *downlink, gint64 now_us)
{
    cc_estimator_moved(&downlink->estimator, now_us);
}

/* FALSE if there is no stream on which it could go. */
static gboolean
send_padding(CcDownlink *self, guint bytes)
{
    CcReceiver *receiver = self->session->receiver;
    guint padding = CLAMP(bytes, PADDED_BYTES + 1, PADDED_BYTES + MAX_PADDING) - PADDED_BYTES;
    for (guint i = 0; i < receiver->n_subscriptions; i++) {
        self->padding = TRUE;
        gsize sent = cc_subscription_pad(&receiver->subscriptions[i], (guint8)padding);
        self->padding = FALSE;
        self->padding_bytes += sent;
        if (sent > 0)
            return TRUE;
    }
    return FALSE;
}

/* What is due of a probe by now: first what waits, then padding. */
static void
run_probe(CcDownlink *self, gint64 now_us)
{
    const CcProbe *probe = &self->probe;
    gint64 elapsed_us = now_us - self->probe_us;
    guint64 due = (guint64)(elapsed_us + WAKE_US) * probe->bps / 8 / G_USEC_PER_SEC;
    guint each = probe->n_packets > 0 ? probe->bytes / probe->n_packets : probe->bytes;
    gboolean could = elapsed_us < MAX_PROBE_US;
    while (could && self->probe_bytes < MIN(due, probe->bytes))
        could = cc_downlink_send_next(self, now_us) || send_padding(self, each);
    if (!could || (self->probe_bytes >= probe->bytes && self->probe_packets >= probe->n_packets))
        self->probing = FALSE;
}

static gboolean
has_waiting(const CcDownlink *self)
{
    return self->queue || (self->repairs && self->repairs->n > 0);
}

static void
drain(CcDownlink *self, gint64 now_us)
{
    if (self->queue && cc_downlink_awaits_news(self, now_us))
        return;
    while (has_waiting(self) && cc_pacer_may_send(&self->pacer, now_us)) {
        if (!cc_downlink_send_next(self, now_us))
            g_clear_pointer(&self->queue, cc_video_queue_free);
    }
}

gint64
cc_downlink_tick(CcDownlink *downlink, gint64 now_us)
{
    CcDownlink *self = downlink;
    if (self->session->room->n_queued > 0) /* those go first, see cc_subscription_forward() */
        return now_us;
    if (self->probing)
        run_probe(self, now_us);
    drain(self, now_us);
    gint64 next_us = self->probing ? now_us + WAKE_US : G_MAXINT64;
    return has_waiting(self) ? MIN(next_us, cc_downlink_next_waiting_us(self, now_us)) : next_us;
}
