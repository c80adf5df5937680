#include "common/rate/loss-pattern.h"

#include <math.h>

/* Nothing bridges a longer one. And between two packets there may have been a pause of minutes, or
 * of more than their times can tell (sent-record.h). */
#define LONGEST_RUN_US G_USEC_PER_SEC

void
cc_loss_pattern_read(CcSentRecord *record, gint64 since_us, gint64 now_us, CcLossPattern *pattern)
{
    guint n_lost = 0, n_runs = 0;
    gint64 run_us = 0, in_runs_us = 0; /* when the present run began; 0: there is none */
    *pattern = (CcLossPattern){0};
    for (gint64 i = record->last - record->n + 1; record->n > 0 && i <= record->last; i++) {
        const CcSentPacket *packet = cc_sent_record_get(record, i);
        if (!packet || packet->fate == CC_SENT_UNKNOWN || packet->bytes == 0)
            continue;
        gint64 sent_us = cc_sent_packet_us(packet, now_us);
        if (sent_us <= since_us)
            continue;
        pattern->n++;
        if (packet->fate == CC_SENT_LOST) {
            n_lost++;
            if (run_us == 0)
                run_us = sent_us;
        } else if (run_us != 0) {
            n_runs++;
            in_runs_us += CLAMP(sent_us - run_us, 0, LONGEST_RUN_US);
            run_us = 0;
        }
    }
    if (pattern->n > 0)
        pattern->loss = (double)n_lost / pattern->n;
    if (n_runs == 0)
        return;
    /* Runs come by chance, and are of any length: the deviation of a compound Poisson process. */
    pattern->loss_doubt = pattern->loss * sqrt(2.0 / n_runs);
    pattern->run = (double)n_lost / n_runs;
    pattern->burst_us = in_runs_us / n_runs;
}
