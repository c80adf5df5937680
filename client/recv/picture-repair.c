#include "client/recv/picture-repair.h"

#include <math.h>

#include "common/rate/link-budget.h"

#define MEMORY 200 /* packets that the loss is of */
#define MANY 64    /* losses at once, and it was an outage: no repetitions are lost by that */
#define LEAST_TRIES 2
#define MOST_TRIES 30
#define MISSING 0.0001 /* of all packets, in the end: each costs a second of pictures */
#define SPARE_US                                                                                   \
    150000 /* until a gap is seen, for gathering questions, for what answers wait behind */
#define MEASURE_US 500000
#define MOST_SPACE_US 250000 /* between questions */
#define MOST_LOSS 0.8        /* by which what arrives tells of what was sent */
#define MESSAGE_BYTES 70     /* IP, UDP, SRTCP, RTCP */
#define ENTRY_BYTES 4        /* for up to 17 packets; reckoned for one */

void
cc_picture_repair_init(CcPictureRepair *repair)
{
    *repair = (CcPictureRepair){0};
    cc_loss_list_init(&repair->losses);
    cc_answer_time_init(&repair->answers);
}

static void
measure_rate(CcPictureRepair *repair, guint bytes, gint64 now_us)
{
    if (repair->counted_us == 0)
        repair->counted_us = now_us;
    repair->counted_bytes += bytes;
    gint64 passed_us = now_us - repair->counted_us;
    if (passed_us < MEASURE_US)
        return;
    double latest = repair->counted_bytes * 1e6 / (double)passed_us;
    repair->bytes_second = repair->bytes_second > 0 ? (repair->bytes_second + latest) / 2 : latest;
    repair->counted_us = now_us;
    repair->counted_bytes = 0;
}

static void
measure_loss(CcPictureRepair *repair, guint64 lost)
{
    for (guint64 i = 0; lost <= MANY && i < lost; i++)
        repair->loss += (1 - repair->loss) / MEMORY;
    repair->loss -= repair->loss / MEMORY;
}

gboolean
cc_picture_repair_arrived(CcPictureRepair *repair, guint16 sequence, gboolean repeated, guint bytes,
                          gint64 now_us)
{
    guint64 lost_before = repair->losses.lost_total;
    measure_rate(repair, bytes, now_us);
    if (repeated)
        cc_answer_time_answered(&repair->answers, sequence, now_us);
    gboolean hopeless = cc_loss_list_arrived(&repair->losses, sequence, now_us);
    if (!repeated)
        measure_loss(repair, repair->losses.lost_total - lost_before);
    return hopeless;
}

/* Of answers, with all copies of them. */
static double
answer_loss(const CcPictureRepair *repair)
{
    return pow(repair->loss, cc_link_budget_copies(repair->loss, 1));
}

gint64
cc_picture_repair_wait_us(const CcPictureRepair *repair)
{
    guint tries = LEAST_TRIES;
    double unanswered =
        MAX(cc_answer_time_unanswered(&repair->answers, repair->loss), answer_loss(repair));
    double missing = repair->loss * unanswered * unanswered;
    while (missing > MISSING && tries < MOST_TRIES) {
        missing *= unanswered;
        tries++;
    }
    gint64 wait_us = tries * cc_answer_time_overdue_us(&repair->answers) + SPARE_US;
    gint64 most_us = CC_PICTURE_REPAIR_MAX_US + repair->answers.rtt_us;
    return CLAMP(wait_us, CC_PICTURE_REPAIR_MIN_US, most_us);
}

/* So that messages of this size take their share of what is sent here, once something is known. */
static gint64
space_us(const CcPictureRepair *repair, guint n)
{
    if (repair->bytes_second <= 0)
        return 0;
    double sent = repair->bytes_second / (1 - MIN(repair->loss, MOST_LOSS));
    double share = sent * CC_PICTURE_REPAIR_SHARE_PERCENT / 100;
    return (gint64)MIN((MESSAGE_BYTES + n * ENTRY_BYTES) * 1e6 / share, MOST_SPACE_US);
}

guint
cc_picture_repair_due(CcPictureRepair *repair, gint64 now_us, guint16 *sequences,
                      guint max_sequences)
{
    if (now_us < repair->may_us)
        return 0;
    CcLossList *losses = &repair->losses;
    gint64 overdue_us = cc_answer_time_overdue_us(&repair->answers);
    cc_loss_list_set_patience(losses, cc_picture_repair_wait_us(repair));
    cc_loss_list_set_copies(losses,
                            cc_answer_time_choose_copies(&repair->answers, answer_loss(repair)));
    guint n = cc_loss_list_due(losses, now_us, overdue_us, sequences, max_sequences);
    for (guint i = 0; i < n; i++)
        cc_answer_time_asked(&repair->answers, sequences[i], now_us);
    n += cc_loss_list_due_copies(losses, now_us, overdue_us, sequences + n, max_sequences - n);
    if (n > 0)
        repair->may_us = now_us + space_us(repair, n);
    return n;
}

gint64
cc_picture_repair_next_us(const CcPictureRepair *repair)
{
    gint64 next_us = cc_loss_list_next_us(&repair->losses);
    return next_us == G_MAXINT64 ? next_us : MAX(next_us, repair->may_us);
}
