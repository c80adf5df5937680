#include "common/wire/red-order.h"

#include "common/wire/opus.h"

void
cc_red_order_add(CcRedOrder *order, guint16 sequence, guint32 timestamp, guint samples)
{
    guint at = sequence % CC_RED_ORDER_KEPT;
    order->kept[at].sequence = sequence;
    order->kept[at].timestamp = timestamp;
    order->kept[at].samples = (guint16)MIN(samples, CC_OPUS_MAX_DURATION);
    order->kept[at].known = TRUE;
}

/* Samples from @b to @a; wide enough to be reckoned with, for a sender may say anything. */
static gint64
between(guint32 a, guint32 b)
{
    return (gint32)(a - b);
}

gboolean
cc_red_order_find(const CcRedOrder *order, guint16 carrier, guint32 carrier_timestamp,
                  guint32 timestamp, guint samples, guint16 *sequence)
{
    guint32 later_timestamp = carrier_timestamp;
    guint later = 0; /* packets back from the carrier, to the next known one behind the block */
    if (samples == 0 || samples > CC_OPUS_MAX_DURATION ||
        between(carrier_timestamp, timestamp) < samples)
        return FALSE;
    for (guint back = 1; back < CC_RED_ORDER_KEPT; back++) {
        guint16 number = (guint16)(carrier - back);
        guint at = number % CC_RED_ORDER_KEPT;
        if (!order->kept[at].known || order->kept[at].sequence != number)
            continue;
        gint64 after = between(timestamp, order->kept[at].timestamp);
        if (after == 0)
            return FALSE; /* it is there */
        if (after < 0) {
            later = back;
            later_timestamp = order->kept[at].timestamp;
            continue;
        }
        /* It lies between this one and the later one, with as many missing as the numbers say. */
        guint n_missing = back - later - 1;
        gint64 lead = after - order->kept[at].samples;
        gint64 rest = between(later_timestamp, timestamp) - samples;
        if (n_missing == 0 || lead < 0 || rest < 0)
            return FALSE;
        if (rest == 0 || n_missing == 1)
            *sequence = (guint16)(carrier - later - 1);
        else if (lead == 0)
            *sequence = (guint16)(number + 1);
        else if (lead % samples == 0 && lead + rest == (n_missing - 1) * samples)
            *sequence = (guint16)(number + 1 + lead / samples);
        else
            return FALSE;
        return TRUE;
    }
    return FALSE;
}
