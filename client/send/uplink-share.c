#include "client/send/uplink-share.h"

#define WORTH 1.6      /* of the next smaller layer's rate: else a layer adds little to it */
#define RETURN 1.25    /* so much more than that before a layer comes back */
#define LAST_BPS 20000 /* the only layer gets at least so much */
#define HEADER_BITS (76 * 8)

/* With headers. */
static gint64
configured_bps(const CcLayerSettings *layer)
{
    return (gint64)layer->bitrate_bps * 107 / 100 + layer->framerate * HEADER_BITS / 2;
}

/* A smaller layer that may take as much as a larger one has no weaker classroom than that: it is
 * there until the larger one comes. */
static gboolean
stands_in(const gint64 *wanted_bps, guint layer)
{
    for (guint larger = 0; larger < layer; larger++)
        if (wanted_bps[larger] > 0 && wanted_bps[layer] >= wanted_bps[larger])
            return TRUE;
    return FALSE;
}

/* What layer @i gets of @budget_bps, when @smaller_bps is the rate of the next smaller one. */
static gint64
give(CcUplinkShare *share, guint i, gint64 wanted, gint64 smaller_bps, gint64 budget_bps)
{
    gint64 least = (gint64)(smaller_bps * WORTH * (share->starved[i] ? RETURN : 1));
    share->starved[i] = FALSE;
    if (budget_bps >= wanted)
        return wanted;
    gint64 left = smaller_bps == 0 ? MAX(budget_bps, LAST_BPS) : budget_bps;
    share->starved[i] = left < MIN(least, wanted);
    return share->starved[i] ? 0 : MIN(left, wanted);
}

gint64
cc_uplink_share_screen(const CcScreenSettings *screen, gint64 wanted_bps, gint64 budget_bps)
{
    gint64 bps = *screen->area == '\0' ? 0 : screen->bitrate_bps;
    if (wanted_bps >= 0)
        bps = MIN(bps, wanted_bps);
    if (budget_bps >= 0)
        bps = MIN(bps, MAX(budget_bps - LAST_BPS, budget_bps / 2));
    return bps;
}

void
cc_uplink_share_yield(const CcSendSettings *settings, guint screen_bps, gboolean urgent,
                      gint64 *wanted_bps)
{
    for (guint i = 0; i < settings->n_layers; i++) {
        gint64 least = urgent ? 0 : MIN(wanted_bps[i], LAST_BPS);
        if (wanted_bps[i] > 0 && wanted_bps[i] - screen_bps < LAST_BPS)
            wanted_bps[i] = least;
        else if (wanted_bps[i] > 0)
            wanted_bps[i] -= screen_bps;
    }
}

guint
cc_uplink_share(CcUplinkShare *share, const CcSendSettings *settings, const gint64 *wanted_bps,
                gint64 budget_bps, gint64 *rates)
{
    gint64 smaller_bps = 0, total_bps = 0;
    for (guint pass = 0; pass < 2; pass++)
        for (guint i = settings->n_layers; i-- > 0;) {
            if (stands_in(wanted_bps, i) != (pass == 1))
                continue;
            gint64 most = configured_bps(&settings->layers[i]);
            gint64 wanted = wanted_bps[i] < 0 ? most : MIN(wanted_bps[i], most);
            total_bps += wanted;
            rates[i] = wanted_bps[i] < 0 ? -1 : wanted;
            if (wanted == 0 || budget_bps < 0)
                continue;
            gint64 given = give(share, i, wanted, smaller_bps, budget_bps);
            if (given < wanted)
                rates[i] = given;
            budget_bps -= MIN(given, budget_bps);
            smaller_bps = MAX(given, smaller_bps);
        }
    return (guint)total_bps;
}
