#include "common/rate/delivery.h"

#include <math.h>

#define MARK_US 20000 /* marks are no closer */
#define CHANCE 2.5    /* standard deviations: more loss than that is the queue's */

static const CcDeliveryMark *
mark_back(const CcDelivery *delivery, guint back)
{
    return &delivery->marks[(delivery->newest + CC_DELIVERY_MARKS - back) % CC_DELIVERY_MARKS];
}

void
cc_delivery_reset(CcDelivery *delivery)
{
    delivery->n = 0;
}

void
cc_delivery_mark(CcDelivery *delivery)
{
    if (delivery->n > 0 &&
        (gint32)(delivery->now.arrival - mark_back(delivery, 0)->arrival) < MARK_US)
        return;
    delivery->newest = (delivery->newest + 1) % CC_DELIVERY_MARKS;
    delivery->marks[delivery->newest] = delivery->now;
    delivery->n = MIN(delivery->n + 1, CC_DELIVERY_MARKS);
}

gboolean
cc_delivery_since(const CcDelivery *delivery, const CcDeliveryMark *from, CcDeliveryView *view)
{
    const CcDeliveryMark *now = &delivery->now;
    gint32 sent_us = (gint32)(now->sent - from->sent);
    gint32 arrival_us = (gint32)(now->arrival - from->arrival);
    if (sent_us <= 0 || arrival_us <= 0)
        return FALSE;
    double bits = (double)(guint32)(now->bytes - from->bytes) * 8 * G_USEC_PER_SEC;
    guint32 reported = now->reported_bytes - from->reported_bytes;
    guint32 arrived = now->arrived_bytes - from->arrived_bytes;
    *view = (CcDeliveryView){
        .sent_bps = bits / sent_us,
        .arriving_bps = bits / arrival_us,
        .reported = now->reported - from->reported,
        .arrived = now->arrived - from->arrived,
        .kept = reported == 0 ? 1 : MIN((double)arrived / reported, 1),
        .span_us = arrival_us,
    };
    return TRUE;
}

gboolean
cc_delivery_view(const CcDelivery *delivery, gint64 window_us, guint min_reported,
                 CcDeliveryView *view)
{
    const CcDeliveryMark *from = NULL;
    for (guint back = 0; back < delivery->n; back++) {
        from = mark_back(delivery, back);
        if ((gint32)(delivery->now.arrival - from->arrival) >= window_us &&
            delivery->now.reported - from->reported >= min_reported)
            break;
    }
    return from != NULL && cc_delivery_since(delivery, from, view);
}

gboolean
cc_delivery_is_beyond_chance(double loss, double random_loss, double spread, guint n)
{
    double p = (loss + random_loss) / 2;
    return loss > random_loss + CHANCE * sqrt(p * (1 - p) * spread / MAX(n, 1));
}

double
cc_delivery_carried_bps(const CcDeliveryView *view, double random_loss, double spread)
{
    double loss = 1 - MIN((double)view->arrived / MAX(view->reported, 1), 1), kept = 1;
    if (cc_delivery_is_beyond_chance(loss, random_loss, spread, view->reported))
        kept = MIN(view->kept / MAX(1 - random_loss, 0.05), 1);
    return view->arriving_bps * kept;
}
