#include "client/recv/feedback.h"

#define SMOOTHING 0.3
#define MAX_ELAPSED_US (2 * G_USEC_PER_SEC) /* a longer silence says nothing about the rate */

void
cc_feedback_init(CcFeedback *feedback)
{
    *feedback = (CcFeedback){
        .due_us = G_MAXINT64,
        .interval_us = CC_FEEDBACK_MIN_INTERVAL_US,
    };
    cc_transport_cc_recorder_init(&feedback->recorder);
}

gboolean
cc_feedback_arrived(CcFeedback *feedback, guint16 sequence, guint bytes, gint64 now_us)
{
    cc_transport_cc_record(&feedback->recorder, sequence, now_us);
    feedback->bytes += bytes;
    if (feedback->due_us != G_MAXINT64)
        return FALSE;
    /* What comes with this packet, a pictureful, belongs into the same message. */
    gint64 soon_us = now_us + CC_FEEDBACK_MIN_INTERVAL_US / 2;
    feedback->due_us = MAX(soon_us, feedback->reported_us + feedback->interval_us);
    return TRUE;
}

/* By what this message cost and what has arrived for it. */
static void
choose_interval(CcFeedback *feedback, gsize message_bytes, gint64 now_us)
{
    gint64 elapsed_us = now_us - feedback->reported_us;
    if (feedback->reported_us != 0 && elapsed_us > 0 && elapsed_us < MAX_ELAPSED_US) {
        double latest = (double)feedback->bytes * G_USEC_PER_SEC / (double)elapsed_us;
        feedback->bytes_second =
            feedback->bytes_second <= 0
                ? latest
                : (1 - SMOOTHING) * feedback->bytes_second + SMOOTHING * latest;
    }
    double wanted_us = feedback->bytes_second > 0
                           ? (double)message_bytes * 100 / CC_FEEDBACK_SHARE_PERCENT *
                                 G_USEC_PER_SEC / feedback->bytes_second
                           : CC_FEEDBACK_MIN_INTERVAL_US;
    feedback->interval_us =
        (gint64)CLAMP(wanted_us, CC_FEEDBACK_MIN_INTERVAL_US, CC_FEEDBACK_MAX_INTERVAL_US);
    feedback->reported_us = now_us;
    feedback->bytes = 0;
}

gboolean
cc_feedback_build(CcFeedback *feedback, CcRtcpBuilder *builder, guint32 sender_ssrc,
                  guint32 media_ssrc, gint64 now_us)
{
    gsize before = builder->length;
    feedback->due_us = G_MAXINT64;
    if (!cc_transport_cc_build(&feedback->recorder, builder, sender_ssrc, media_ssrc))
        return FALSE;
    choose_interval(feedback, builder->length - before + CC_FEEDBACK_WIRE_OVERHEAD, now_us);
    return feedback->recorder.first <= feedback->recorder.last;
}
