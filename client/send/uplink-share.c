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

guint
cc_uplink_share(CcUplinkShare *share, const CcSendSettings *settings, const gint64 *wanted_bps,
                gint64 budget_bps, gint64 *rates)
{
    gint64 smaller_bps = 0, total_bps = 0;
    for (guint i = settings->n_layers; i-- > 0;) {
        gint64 most = configured_bps(&settings->layers[i]);
        gint64 wanted = wanted_bps[i] < 0 ? most : MIN(wanted_bps[i], most);
        gint64 least = (gint64)(smaller_bps * WORTH * (share->starved[i] ? RETURN : 1));
        total_bps += wanted;
        rates[i] = wanted_bps[i] < 0 ? -1 : wanted;
        share->starved[i] = FALSE;
        if (wanted == 0 || budget_bps < 0)
            continue;
        if (budget_bps < wanted) {
            gint64 left = smaller_bps == 0 ? MAX(budget_bps, LAST_BPS) : budget_bps;
            share->starved[i] = left < MIN(least, wanted);
            rates[i] = share->starved[i] ? 0 : MIN(left, wanted);
        }
        gint64 given = rates[i] < 0 ? wanted : rates[i];
        budget_bps = MAX(budget_bps - given, 0);
        smaller_bps = MAX(given, smaller_bps);
    }
    return (guint)total_bps;
}
