/* How many packets of voice may be sent again. A narrow link that overflows asks for more and more
 * of its voice: what repairs it must not keep the queue full. But what a link has turned away in
 * the moment in which it became narrow comes at once. Pure; a value. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_REPAIR_CREDIT_BURST 256
#define CC_REPAIR_CREDIT_RATE 400 /* a second: who loses more needs a lower bitrate */

typedef struct {
    guint packets; /* CC_REPAIR_CREDIT_BURST at first */
    gint64 gained_us;
} CcRepairCredit;

/* TRUE if one packet more may be sent again; it is paid for. @estimate_bps: what the link takes, if
 * what is repaired is voice and that is known; else 0. @queue_us: what stands in its queue. */
gboolean cc_repair_credit_take(CcRepairCredit *credit, guint estimate_bps, gint64 queue_us,
                               gint64 now_us);

G_END_DECLS
