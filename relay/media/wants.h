/* Which of a publisher's layers anybody watches, and what the receivers could take: gathered from
 * all workers at the room's home, which tells the publisher by TMMBR (RFC 5104 section 4.2.1), at
 * once when it changes (not more often than every 200 ms) and each second. Worker's thread. */
#pragma once

#include "common/rate/placement.h"
#include "relay/media/media-room.h"

G_BEGIN_DECLS

#define CC_WANTS_MIN_BPS 20000
#define CC_WANTS_MAX_BPS 20000000

/* What those who listen would have the voice's codec take, were it for them alone (voice-plan.h).
 */
typedef struct {
    guint n; /* of whom anything is known */
    guint least_bps, most_bps;
    gboolean longer; /* packets of 60 ms would be best for all of them */
} CcVoiceWants;

/* Of one feed. */
typedef struct {
    gboolean used[CC_MAX_LAYERS]; /* by source->layer */
    CcPlacement budgets;          /* what receivers could make use of (CcTarget.budget_bps) */
    CcVoiceWants voice;           /* instead, of a feed with voice */
} CcWants;

/* Of the receivers on this worker. */
void cc_wants_collect(const CcMediaRoom *room, const CcFeed *feed, CcWants *wants);
/* Of all workers; for the room's home. */
void cc_wants_gather(const CcMediaRoom *room, const CcFeed *feed, CcWants *wants);

/* A receiver of @room wants something else, has come or gone. Cheap. */
void cc_wants_changed(CcMediaRoom *room);
/* Tells whoever must know, of all rooms of @worker that have changed. Returns when to come again,
 * or G_MAXINT64. */
gint64 cc_wants_serve(CcWorker *worker, gint64 now_us);

G_END_DECLS
