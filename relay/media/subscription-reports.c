/* What a subscription and its receiver tell each other by RTCP, and how much flows. */
#include "common/base/clock.h"
#include "relay/media/voice-sender.h"

#define SENDING_US (5 * G_USEC_PER_SEC)
#define MEASURE_US 500000

void
cc_subscription_measure(CcSubscription *subscription, gint64 now_us)
{
    CcSubscription *self = subscription;
    gint64 elapsed_us = now_us - self->measured_us;
    if (elapsed_us < MEASURE_US) /* a report that came early */
        return;
    guint64 bits = (self->bytes - self->measured_bytes) * 8;
    self->bps = (guint)MIN(bits * G_USEC_PER_SEC / (guint64)elapsed_us, G_MAXUINT);
    self->measured_bytes = self->bytes;
    self->measured_us = now_us;
}

void
cc_subscription_receiver_report(CcSubscription *subscription, const CcRtcpReportBlock *block,
                                gint64 now_us)
{
    CcSubscription *self = subscription;
    if (!self->started)
        return;
    self->loss = block->fraction_lost / 256.0;
    self->lost = (guint64)MAX(block->cumulative_lost, 0);
    if (self->mid_until == G_MAXINT64)
        self->mid_until = self->highest + 1;
    for (guint i = 0; i < CC_SENT_REPORTS && block->last_sr != 0; i++) {
        if (self->sent_reports[i].ntp != block->last_sr || self->sent_reports[i].sent_us == 0)
            continue;
        gint64 held_us = (gint64)((guint64)block->delay_since_last_sr * G_USEC_PER_SEC >> 16);
        gint64 rtt_us = now_us - self->sent_reports[i].sent_us - held_us;
        self->rtt_us = MAX(rtt_us, 0);
    }
    if (self->slot->kind == CC_MEDIA_AUDIO)
        cc_voice_sender_consider(self, now_us);
}

gboolean
cc_subscription_is_sending(const CcSubscription *subscription, gint64 now_us)
{
    return subscription->started && subscription->epoch.source &&
           now_us - subscription->highest_us < SENDING_US;
}

gboolean
cc_subscription_sender_info(CcSubscription *subscription, gint64 now_us, CcRtcpSenderInfo *info)
{
    CcSubscription *self = subscription;
    const CcEpoch *epoch = &self->epoch;
    const CcSource *source = epoch->source;
    if (!source || !source->feed || epoch->generation != source->generation || !source->clock_known)
        return FALSE;
    gint64 elapsed_us = now_us - source->clock_us;
    *info = (CcRtcpSenderInfo){
        .ssrc = self->slot->ssrc,
        .ntp = source->clock.ntp + cc_clock_us_to_ntp(elapsed_us),
        .rtp = source->clock.rtp + epoch->timestamp_offset +
               (guint32)((guint64)elapsed_us * source->clock_rate / G_USEC_PER_SEC),
        .packet_count = (guint32)self->packets,
        .octet_count = (guint32)self->octets,
    };
    self->told = (CcToldClock){source->origin, source->clock_rate, info->ntp, info->rtp};
    guint slot = self->n_sent_reports++ % CC_SENT_REPORTS;
    self->sent_reports[slot].ntp = (guint32)(info->ntp >> 16);
    self->sent_reports[slot].sent_us = now_us;
    return TRUE;
}
