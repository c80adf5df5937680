#include "common/rate/sent-again.h"

#define COPY_PERCENT 80 /* of the round trip, which may be shorter by now */
#define MAX_RTT_US (5 * G_USEC_PER_SEC)

void
cc_sent_again_note(CcSentAgain *again, guint16 sequence, gint64 now_us)
{
    guint at = sequence % CC_SENT_AGAIN_RING;
    again->ring[at].us = (guint32)now_us;
    again->ring[at].sequence = sequence;
    again->ring[at].known = TRUE;
}

gboolean
cc_sent_again_is_copy(const CcSentAgain *again, guint16 sequence, gint64 rtt_us, gint64 now_us)
{
    guint at = sequence % CC_SENT_AGAIN_RING;
    gint64 window_us = CLAMP(rtt_us, 0, MAX_RTT_US) * COPY_PERCENT / 100;
    return again->ring[at].known && again->ring[at].sequence == sequence &&
           (guint32)now_us - again->ring[at].us < (guint32)window_us;
}
