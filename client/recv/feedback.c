#include "client/recv/feedback.h"

#include <string.h>

#define SMOOTHING 0.3
#define MEMORY 100 /* packets that the loss is of */
#define LOSSY 0.02
#define UNTOLD 0.01                         /* that a packet may stay, in the end */
#define MAX_REPEATED 100                    /* packets */
#define MOST_LOSS 0.8                       /* by which what arrives tells of what was sent */
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
    feedback->arrived++;
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
                                 (1 - MIN(feedback->loss, MOST_LOSS)) * G_USEC_PER_SEC /
                                 feedback->bytes_second
                           : CC_FEEDBACK_MIN_INTERVAL_US;
    feedback->interval_us =
        (gint64)CLAMP(wanted_us, CC_FEEDBACK_MIN_INTERVAL_US, CC_FEEDBACK_MAX_INTERVAL_US);
    feedback->reported_us = now_us;
    feedback->bytes = 0;
}

static void
measure_loss(CcFeedback *feedback, guint told)
{
    double lost = 1 - (double)MIN(feedback->arrived, told) / MAX(told, 1);
    feedback->loss += (lost - feedback->loss) * MIN(told, MEMORY) / MEMORY;
    feedback->arrived = 0;
}

/* Packets of so many messages that one of them arrives. */
static guint
choose_repeated(const CcFeedback *feedback)
{
    double untold = feedback->loss;
    guint packets = 0;
    if (feedback->loss < LOSSY)
        return 0;
    for (guint i = 0; i < CC_FEEDBACK_REPEATS && untold > UNTOLD; i++) {
        packets += feedback->told[i];
        untold *= feedback->loss;
    }
    return MIN(packets, MAX_REPEATED);
}

/* Ahead of a message, if nothing is left over from the one before. */
static void
begin_message(CcFeedback *feedback)
{
    CcTransportCcRecorder *recorder = &feedback->recorder;
    gint64 told = CLAMP(recorder->last - recorder->first + 1, 0, CC_TRANSPORT_CC_WINDOW);
    guint repeated = choose_repeated(feedback);
    measure_loss(feedback, (guint)told);
    memmove(feedback->told + 1, feedback->told, sizeof feedback->told - sizeof feedback->told[0]);
    feedback->told[0] = (guint16)told;
    cc_transport_cc_repeat(recorder, repeated);
}

gboolean
cc_feedback_build(CcFeedback *feedback, CcRtcpBuilder *builder, guint32 sender_ssrc,
                  guint32 media_ssrc, gint64 now_us)
{
    gsize before = builder->length;
    if (feedback->due_us != G_MAXINT64)
        begin_message(feedback);
    feedback->due_us = G_MAXINT64;
    if (!cc_transport_cc_build(&feedback->recorder, builder, sender_ssrc, media_ssrc))
        return FALSE;
    choose_interval(feedback, builder->length - before + CC_FEEDBACK_WIRE_OVERHEAD, now_us);
    return feedback->recorder.first <= feedback->recorder.last;
}
