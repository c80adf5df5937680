#include "common/rate/way-back.h"

#define MEMORY 100
#define ENOUGH 30
#define OUTAGE 20 /* lost in a row: that is no chance */

void
cc_way_back_heard(CcWayBack *way, guint8 number)
{
    guint8 step = (guint8)(number - way->number);
    gboolean known = way->started;
    if (known && (step == 0 || step > G_MAXINT8)) /* overtaken, or twice the same */
        return;
    way->started = TRUE;
    way->number = number;
    if (!known || step > OUTAGE)
        return;
    for (guint i = 1; i < step; i++)
        way->loss += (1 - way->loss) / MEMORY;
    way->loss -= way->loss / MEMORY;
    way->n += step;
}

double
cc_way_back_loss(const CcWayBack *way, double unknown)
{
    return way->n < ENOUGH ? unknown : way->loss;
}
