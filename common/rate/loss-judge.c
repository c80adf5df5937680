#include "common/rate/loss-judge.h"

#include <math.h>

#define NEW_LOSS 0.05 /* over what is believed, and over what chance makes of it */
#define DEVIATIONS 2.0
#define ENOUGH_PACKETS 20
#define TEST_PACKETS 20
#define TEST_MAX_PACKETS 150
#define TEST_US 400000
#define TEST_MAX_US 3000000
#define SURE_DEVIATIONS 2.8
#define UNSURE_DEVIATIONS 1.0
#define GONE 0.4       /* of the new loss is left: it was ours */
#define SAME 0.92      /* of what arrived still arrives though less is sent: likewise */
#define SENT_LESS 0.88 /* of before: else it was no test */
#define FITS_SHARE 0.95

#define SEEN_US 1000000 /* so far back goes what is looked at */
#define BELIEVE_US 3000000.0
#define DOUBT_US 12000000.0
#define PAUSE_US 10000000
#define MAX_PAUSE_US 30000000
#define OURS_PAUSE_US 3000000

static double
loss_of(const CcDeliveryView *view)
{
    return view->reported == 0 ? 0
                               : 1 - (double)MIN(view->arrived, view->reported) / view->reported;
}

static CcLossVerdict
found_ours(CcLossJudge *judge, double bps, double loss, gint64 now_us)
{
    judge->fits_bps = FITS_SHARE * bps * (1 - loss) / (1 - MIN(judge->random, 0.9));
    judge->next_us = now_us + OURS_PAUSE_US;
    judge->pause_us = 0;
    return CC_LOSS_OURS;
}

static CcLossVerdict
found_random(CcLossJudge *judge, double loss, gint64 now_us)
{
    judge->random = judge->confirmed = loss;
    judge->pause_us = CLAMP(judge->pause_us * 2, PAUSE_US, MAX_PAUSE_US);
    judge->next_us = now_us + judge->pause_us;
    return CC_LOSS_RANDOM;
}

/* By how many standard deviations less is lost since less is sent. */
static double
sureness(const CcLossJudge *judge, const CcDeliveryView *view)
{
    double loss = loss_of(view), p = (loss + judge->tested_loss) / 2;
    double chance = sqrt(p * (1 - p) * (1.0 / view->reported + 1.0 / judge->tested_packets));
    return (judge->tested_loss - loss) / MAX(chance, 0.001);
}

/* Less was sent, and so clearly less was lost that chance does not do it, as much as it takes for
 * as much to arrive. */
static gboolean
is_ours(const CcLossJudge *judge, const CcDeliveryView *view)
{
    double loss = loss_of(view);
    double arrived = view->sent_bps * (1 - loss);
    double arrived_before = judge->tested_bps * (1 - judge->tested_loss);
    double left = (loss - judge->random) / MAX(judge->tested_loss - judge->random, 0.01);
    return view->sent_bps < SENT_LESS * judge->tested_bps &&
           sureness(judge, view) > SURE_DEVIATIONS &&
           (left < GONE || arrived > SAME * arrived_before);
}

static CcLossVerdict
go_on(CcLossJudge *judge, const CcDelivery *delivery, gint64 loop_us, gint64 now_us)
{
    gint64 since_us = now_us - judge->begun_us;
    if (!judge->marked && since_us > loop_us) {
        judge->marked = TRUE;
        judge->mark = delivery->now;
    }
    CcDeliveryView view;
    gboolean some = judge->marked && cc_delivery_since(delivery, &judge->mark, &view) &&
                    view.reported >= TEST_PACKETS && view.span_us >= TEST_US;
    gboolean over = since_us > TEST_MAX_US;
    if (!some && !over)
        return CC_LOSS_TESTING;
    if (some && is_ours(judge, &view)) {
        judge->testing = FALSE;
        judge->random = judge->confirmed = MIN(judge->random, loss_of(&view));
        return found_ours(judge, judge->tested_bps, judge->tested_loss, now_us);
    }
    gboolean enough =
        some && (view.reported >= TEST_MAX_PACKETS || (view.reported >= TEST_MAX_PACKETS / 3 &&
                                                       sureness(judge, &view) < UNSURE_DEVIATIONS));
    if (!over && !enough)
        return CC_LOSS_TESTING;
    judge->testing = FALSE;
    double loss = some ? (loss_of(&view) + judge->tested_loss) / 2 : judge->tested_loss;
    return found_random(judge, loss, now_us);
}

CcLossVerdict
cc_loss_judge_step(CcLossJudge *judge, const CcDelivery *delivery, const CcDeliveryView *recent,
                   gint64 loop_us, gint64 passed_us, gint64 now_us)
{
    if (judge->testing)
        return go_on(judge, delivery, loop_us, now_us);
    if (now_us < judge->excused_us)
        return CC_LOSS_CALM;
    double loss = loss_of(recent);
    double deviation = sqrt(loss * (1 - loss) / MAX(recent->reported, 1));
    gboolean is_new = recent->reported >= ENOUGH_PACKETS &&
                      loss > judge->confirmed + NEW_LOSS + DEVIATIONS * deviation;
    double passed = (double)MIN(passed_us, 500000);
    if (!is_new || now_us < judge->next_us) {
        judge->random += (loss - judge->random) * passed / (is_new ? DOUBT_US : BELIEVE_US);
        judge->confirmed = MIN(judge->confirmed, judge->random);
        judge->random = MIN(judge->random, judge->confirmed + NEW_LOSS);
        return CC_LOSS_CALM;
    }
    judge->testing = TRUE;
    judge->marked = FALSE;
    judge->begun_us = now_us;
    judge->tested_loss = loss;
    judge->tested_bps = recent->sent_bps;
    judge->tested_packets = recent->reported;
    return CC_LOSS_TEST;
}

void
cc_loss_judge_abort(CcLossJudge *judge, gint64 excused_us)
{
    judge->testing = FALSE;
    if (excused_us != 0)
        judge->excused_us = excused_us + SEEN_US;
}
