/* What of the uplink each layer gets. Pure; one thread. */
#pragma once

#include "client/send/settings.h"

G_BEGIN_DECLS

typedef struct {
    gboolean starved[CC_SEND_MAX_LAYERS]; /* wanted, but left out for want of room */
} CcUplinkShare;

/* Divides @budget_bps (-1: no limit known) among the layers of @settings: the small ones first, as
 * they serve the weakest links; the largest one that does not fit whole shrinks, or is left out
 * where it would hardly be better than the next. A smaller layer that may take no less than a
 * larger one comes last: nobody's link is too weak for the larger one. @wanted_bps by layer: 0
 * none, -1 as configured. Fills
 * @rates for cc_layer_set_rate() and returns what all of them could use together. On the wire, all.
 */
guint cc_uplink_share(CcUplinkShare *share, const CcSendSettings *settings,
                      const gint64 *wanted_bps, gint64 budget_bps, gint64 *rates);

/* The screen's part, which comes before the layers': what it may take of @budget_bps (-1: no limit
 * known) if @wanted_bps is what the relay wants of it (-1: as configured). 0: no screen. */
gint64 cc_uplink_share_screen(const CcScreenSettings *screen, gint64 wanted_bps, gint64 budget_bps);
/* What is left of @wanted_bps for the layers while the screen takes @screen_bps of the same links.
 * @urgent: people wait for it, so that a layer that would get next to nothing gets nothing. */
void cc_uplink_share_yield(const CcSendSettings *settings, guint screen_bps, gboolean urgent,
                           gint64 *wanted_bps);

G_END_DECLS
