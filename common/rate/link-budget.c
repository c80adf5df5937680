#include "common/rate/link-budget.h"

#include <math.h>

#define USABLE_PERCENT 95 /* of the estimate: the only margin there is */
#define MOST_LOSS 0.8     /* of what is reckoned with: more cannot be repaired anyway */
/* From there on lost packets are sent twice. Below, what the second ones make others wait for comes
 * to more than what they save: one repetition in thirty. */
#define TWICE_LOSS 0.035
#define RUNS_SPREAD 3.5  /* what is sent twice at once is lost twice */
#define THRICE_LOSS 0.45 /* and from there three times */

/* Below this a packet of a picture would stand in front of the voice for more than a quarter of a
 * second, and fill a short queue: no pictures. */
#define LEAST_BPS (4 * 1228 * 8)

#define OBEYED_PERCENT 130           /* of what was told, over the second that is measured */
#define OBEY_US (2 * G_USEC_PER_SEC) /* that it takes a publisher, at most */
#define FOLLOW_US (4 * G_USEC_PER_SEC)
#define OVERSHOOT_PERCENT 110 /* of the room: told anew before that is a lack */

guint
cc_link_budget_copies(double loss, double spread)
{
    if (spread > RUNS_SPREAD)
        return 1;
    return loss < TWICE_LOSS ? 1 : loss < THRICE_LOSS ? 2 : 3;
}

/* Rounds until one of the copies comes, each with all of them, against what is sent first. */
static double
picture_share(double loss, double spread)
{
    guint copies = cc_link_budget_copies(loss, spread);
    return 1 / (1 + copies * loss / (1 - pow(loss, copies)));
}

guint
cc_link_budget_pictures(guint estimate_bps, guint voice_bps, double loss, double spread)
{
    guint64 usable = (guint64)estimate_bps * USABLE_PERCENT / 100;
    if (usable <= voice_bps || estimate_bps < LEAST_BPS)
        return 0;
    return (guint)lrint((double)(usable - voice_bps) *
                        picture_share(CLAMP(loss, 0, MOST_LOSS), spread));
}

static guint
top_of(const CcLadderLayer *layer)
{
    return layer->n_tids > 0 ? layer->bps[MIN(layer->n_tids, CC_LADDER_TIDS) - 1] : 0;
}

/* What is told fits with the margin that a climb must have. */
static void
scale(CcLadderLayer *layer, guint64 told_bps)
{
    guint64 top = top_of(layer), to = told_bps * CC_LADDER_MARGIN_PERCENT / 100;
    if (top <= to)
        return;
    for (guint i = 0; i < CC_LADDER_TIDS; i++)
        layer->bps[i] = (guint)(layer->bps[i] * to / top);
}

static gboolean
obeys(const CcDisobedience *disobedience, gint64 now_us)
{
    return disobedience->since_us == 0 || now_us - disobedience->since_us < OBEY_US;
}

void
cc_link_budget_reckon(CcLadderLayer *layer, guint64 told_bps, CcDisobedience *disobedience,
                      gint64 now_us)
{
    if ((guint64)top_of(layer) * 100 <= told_bps * OBEYED_PERCENT)
        disobedience->since_us = 0;
    else if (disobedience->since_us == 0)
        disobedience->since_us = now_us;
    if (obeys(disobedience, now_us))
        scale(layer, told_bps);
}

void
cc_link_budget_await(CcLadderLayer *layer, guint room_bps, gint64 *over_us, gint64 now_us)
{
    if (top_of(layer) <= (guint64)room_bps * OVERSHOOT_PERCENT / 100)
        *over_us = 0;
    else if (*over_us == 0)
        *over_us = now_us;
    if (*over_us == 0 || now_us - *over_us < OBEY_US)
        scale(layer, room_bps);
}

guint
cc_link_budget_level(CcLadderLayer *layer, guint floor_bps, const CcDisobedience *disobedience,
                     gint64 now_us)
{
    guint takes_bps = top_of(layer);
    gboolean leveled = floor_bps > 0 && obeys(disobedience, now_us);
    for (guint i = 0; leveled && i < layer->n_tids; i++)
        layer->bps[i] = MIN(layer->bps[i], floor_bps);
    return takes_bps - top_of(layer);
}

gboolean
cc_link_budget_explores(gboolean filled, gint64 *filled_us, gint64 now_us)
{
    if (filled)
        *filled_us = now_us;
    return *filled_us != 0 && now_us - *filled_us < FOLLOW_US;
}
