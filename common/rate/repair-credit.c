#include "common/rate/repair-credit.h"

#define SHARE 5         /* one part in so many of the link, */
#define QUEUED_SHARE 20 /* and while so much stands in its queue: */
#define LONG_QUEUE_US 200000
#define PACKET_BITS 1100u /* of voice on the wire, on a narrow link */

/* A second. */
static guint
rate_of(guint estimate_bps, guint share)
{
    if (estimate_bps == 0)
        return CC_REPAIR_CREDIT_RATE;
    return CLAMP(estimate_bps / share / PACKET_BITS, 2, CC_REPAIR_CREDIT_RATE);
}

gboolean
cc_repair_credit_take(CcRepairCredit *credit, guint estimate_bps, gint64 queue_us, gint64 now_us)
{
    guint rate = rate_of(estimate_bps, queue_us > LONG_QUEUE_US ? QUEUED_SHARE : SHARE);
    guint most = MIN(rate_of(estimate_bps, SHARE), CC_REPAIR_CREDIT_BURST);
    gint64 gained = (now_us - credit->gained_us) * rate / G_USEC_PER_SEC;
    if (gained > 0) {
        credit->packets = (guint)MIN(credit->packets + gained, (gint64)most);
        credit->gained_us = now_us;
    }
    credit->packets = MIN(credit->packets, most);
    if (credit->packets == 0)
        return FALSE;
    credit->packets--;
    return TRUE;
}
