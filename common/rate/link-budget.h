/* What of a link's estimate pictures may have, and what their layers cost of it when their
 * publisher does what it is told. The one place where something is kept back. Pure; rates in bit/s
 * on the wire, times in µs of one clock. */
#pragma once

#include "common/rate/ladder.h"

G_BEGIN_DECLS

/* How often a lost packet of a picture is sent at once when it is asked for: where repetitions are
 * lost as well, each round trip that is saved is a picture less to wait for. Once where losses come
 * in runs, which take all copies. @loss: 0..1 of packets; @spread: how much more they vary than
 * single ones would, 1 or more (loss-runs.h). */
guint cc_link_budget_copies(double loss, double spread);
/* What voice leaves of @estimate_bps, a small margin for reports and checks taken off, and what it
 * costs to send lost pictures again. @voice_bps: with all its copies and repair. @loss and @spread
 * likewise. */
guint cc_link_budget_pictures(guint estimate_bps, guint voice_bps, double loss, double spread);

/* A publisher that takes more than it has been told, for so long that no burst explains it. */
typedef struct {
    gint64 since_us; /* 0: it does not */
} CcDisobedience;

/* Reckons with @layer as with one that takes @told_bps, and so that there is room for it where that
 * is what there is room for: overshoot of a moment is what a pacer's queue is for. Left as measured
 * where the publisher does not obey. */
void cc_link_budget_reckon(CcLadderLayer *layer, guint64 told_bps, CcDisobedience *disobedience,
                           gint64 now_us);

/* The lowest of a publisher's layers will be told to take no more than @room_bps: until it should
 * have happened, it is reckoned with like that. @over_us: since when it has been above; kept by the
 * caller, 0 at first. */
void cc_link_budget_await(CcLadderLayer *layer, guint room_bps, gint64 *over_us, gint64 now_us);

/* A screen that does what it is told takes much for moments, in which the face gives way and what
 * is too much waits: reckoned with no more than @floor_bps. With what it takes then it would be
 * given up, and need a keyframe afterwards. One that does not obey keeps what it takes, and is
 * given up for it. After cc_link_budget_reckon(). @floor_bps: 0: it has none. Returns what it takes
 * beyond what it is reckoned with. */
guint cc_link_budget_level(CcLadderLayer *layer, guint floor_bps,
                           const CcDisobedience *disobedience, gint64 now_us);

/* TRUE if more room is worth looking for: somebody takes all that was told, or did until a moment
 * ago, for an encoder that was told more needs some seconds to make use of it. @filled_us: when
 * that was last so; kept by the caller, 0 at first. */
gboolean cc_link_budget_explores(gboolean filled, gint64 *filled_us, gint64 now_us);

G_END_DECLS
