#include "client/send/picture-gate.h"

#define MOST_DEBT_US 250000 /* of the bitrate; with more every other picture is left out */
#define FLOOD_US 700000     /* with so much, more of them */
/* An encoder gives fewer pictures more bits each: if just the bitrate were paid back, a debt would
 * stay, and so would the slowness. */
#define PAID_PERCENT 120
#define LONGEST_DEBT_S 1       /* more is forgiven */
#define LONGEST_GAP_US 350000  /* a longer one looks like a fault */
#define CLOCK_JUMP_US 10000000 /* the pictures' clock has begun anew */

void
cc_picture_gate_set(CcPictureGate *gate, guint bps)
{
    gate->bps = bps;
    gate->debt_bits = MIN(gate->debt_bits, (gint64)bps * LONGEST_DEBT_S);
}

static void
pay(CcPictureGate *gate, gint64 now_us)
{
    gint64 passed_us = now_us - gate->paid_us;
    gate->paid_us = now_us;
    if (passed_us > 0 && passed_us < CLOCK_JUMP_US)
        gate->debt_bits -= passed_us * gate->bps / G_USEC_PER_SEC * PAID_PERCENT / 100;
    gate->debt_bits = MAX(gate->debt_bits, 0);
}

gboolean
cc_picture_gate_opens(CcPictureGate *gate, gint64 now_us)
{
    pay(gate, now_us);
    gint64 gap_us = now_us - gate->passed_us;
    gint64 most_us = gate->left_out ? FLOOD_US : MOST_DEBT_US;
    gboolean may = gate->debt_bits <= (gint64)gate->bps * most_us / G_USEC_PER_SEC;
    gate->left_out =
        gate->started && gate->bps > 0 && !may && gap_us >= 0 && gap_us < LONGEST_GAP_US;
    if (gate->left_out)
        return FALSE;
    gate->started = TRUE;
    gate->passed_us = now_us;
    return TRUE;
}

void
cc_picture_gate_coded(CcPictureGate *gate, gsize bytes)
{
    gint64 most_bits = (gint64)gate->bps * LONGEST_DEBT_S;
    gate->debt_bits = MIN(gate->debt_bits + (gint64)MIN(bytes, G_MAXINT32) * 8, most_bits);
}
