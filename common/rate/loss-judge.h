/* Is a loss random, or does the link drop what we send too much? Where a queue shows, the queue
 * tells. Without one (short queues, policers) a new loss that lasts is put to the test: send a
 * little less for a moment; what is lost at random stays, what we caused goes away. Each test that
 * was for nothing makes the next one later. Losses in a row count as the one accident that they are
 * (loss-runs.h). Times in µs. A value; {0} is ready. */
#pragma once

#include <glib.h>

#include "common/rate/delivery.h"
#include "common/rate/loss-runs.h"

G_BEGIN_DECLS

typedef enum {
    CC_LOSS_CALM,    /* nothing new */
    CC_LOSS_DOUBT,   /* something new, and no test of it yet: do not send more */
    CC_LOSS_TEST,    /* begin to send CC_LOSS_TEST_SHARE of the rate */
    CC_LOSS_TESTING, /* go on so */
    CC_LOSS_RANDOM,  /* it was not our doing: back to the rate before */
    CC_LOSS_OURS,    /* too much: @fits_bps is what gets through */
} CcLossVerdict;

#define CC_LOSS_TEST_SHARE 0.82

typedef struct {
    double random;    /* 0..1: believed to be random */
    double confirmed; /* of it, by a test */
    double fits_bps;
    CcLossRuns runs; /* for the caller to tell of each packet that met no long queue */

    double proven_bps; /* passed lately with no new loss */
    gint64 doubted_us; /* since when there is one; 0: there is none */
    gint64 ours_us;    /* when one was last ours; 0: never yet */
    gboolean testing, marked;
    gboolean suspected; /* to be ours: so much was never sent, or the link is known for it */
    double tested_loss, tested_bps;
    guint tested_packets;
    gint64 begun_us;
    CcDeliveryMark mark; /* since the first doubt; in a test: since less was sent */
    gint64 excused_us;   /* losses until then were a queue's */
    gint64 next_us;      /* no test before */
    gint64 pause_us;
} CcLossJudge;

/* One look at a path without a queue. @recent: of the last second or so; @delivery: to look further
 * back. */
CcLossVerdict cc_loss_judge_step(CcLossJudge *judge, const CcDelivery *delivery,
                                 const CcDeliveryView *recent, gint64 loop_us, gint64 passed_us,
                                 gint64 now_us);
/* There is a queue: whatever was being tested, it tells more. @excused_us: it is so long that it
 * may have dropped what is told about until then, which is no news; 0: it is not. */
void cc_loss_judge_abort(CcLossJudge *judge, gint64 excused_us);

G_END_DECLS
