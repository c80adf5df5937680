#include "common/rate/loss-judge.h"

#include <math.h>

#define NEW_LOSS 0.05 /* over what a test has shown, and over what chance makes of it */
/* The same of a narrow link: there two packets in a queue are seen, so what is lost without one is
 * hardly ever its own; and a test takes the pictures away for seconds. */
#define NARROW_BPS 200000
#define NARROW_NEW_LOSS 0.15
#define DEVIATIONS 2.5
#define ENOUGH_PACKETS 20
#define TEST_PACKETS 25
#define TEST_MAX_PACKETS 150
#define TEST_US 400000
#define TEST_MAX_US 3000000
#define SURE_DEVIATIONS 2.8
#define UNSURE_DEVIATIONS 1.0
#define GONE 0.4       /* of the new loss is left: it was ours */
#define SAME 0.92      /* of what arrived still arrives though less is sent: likewise */
#define SENT_LESS 0.92 /* of before: else it was no test */
#define FITS_SHARE 0.95

#define SEEN_US 1000000 /* so far back goes what is looked at */
#define BELIEVE_US 3000000.0
#define SLOW_US 12000000.0
#define FORGET_US 60000000.0
#define PAUSE_US 10000000
#define MAX_PAUSE_US 160000000
#define OURS_PAUSE_US 2000000

/* What was ours once is ours again, after less doubt */
#define OURS_MEMORY_US (60 * G_USEC_PER_SEC)
#define KNOWN_SHARE 0.9
#define KNOWN_LOSS 0.02
#define KNOWN_DEVIATIONS 1.5

#define PROVEN_US 30000000.0
#define PROVEN_SHARE 0.85 /* who loses at less than that of what passed must see it for longer */
#define ODD_US 3000000
#define DOUBT_PACKETS 30 /* behind the first sign, which may be an accident */
#define DOUBT_DEVIATIONS 0.5
#define UNTRIED 1.1 /* of that: it was never sent */
#define SUSPECTED_PACKETS 40
#define SUSPECTED_DEVIATIONS 1.5
#define WORSE_US 5000000
#define WORSE 0.1 /* that much more than was ever confirmed needs no pause */

static double
loss_of(const CcDeliveryView *view)
{
    return view->reported == 0 ? 0
                               : 1 - (double)MIN(view->arrived, view->reported) / view->reported;
}

static double
new_loss(const CcDeliveryView *view)
{
    return view->sent_bps < NARROW_BPS ? NARROW_NEW_LOSS : NEW_LOSS;
}

/* Of a share of @n packets lost, by chance. */
static double
deviation_of(const CcLossJudge *judge, double loss, double n)
{
    return sqrt(loss * (1 - loss) * cc_loss_runs_spread(&judge->runs, loss) / MAX(n, 1));
}

/* So much gets through as did before, and at least as much as in the test. */
static CcLossVerdict
found_ours(CcLossJudge *judge, const CcDeliveryView *view, gint64 now_us)
{
    double before_bps = judge->tested_bps * (1 - judge->tested_loss);
    double fits_bps = MAX(FITS_SHARE * before_bps, view->sent_bps * (1 - loss_of(view)));
    judge->random = judge->confirmed = MIN(judge->random, loss_of(view));
    judge->fits_bps = fits_bps / (1 - MIN(judge->random, 0.9));
    judge->next_us = now_us + OURS_PAUSE_US;
    judge->pause_us = 0;
    judge->ours_us = now_us;
    return CC_LOSS_OURS;
}

static CcLossVerdict
found_random(CcLossJudge *judge, double loss, gint64 now_us)
{
    judge->random = judge->confirmed = MAX(loss, judge->confirmed);
    judge->ours_us = 0;
    judge->pause_us = CLAMP(judge->pause_us * 2, PAUSE_US, MAX_PAUSE_US);
    judge->next_us = now_us + judge->pause_us;
    return CC_LOSS_RANDOM;
}

/* By how many standard deviations less is lost since less is sent. */
static double
sureness(const CcLossJudge *judge, const CcDeliveryView *view)
{
    double loss = loss_of(view), p = (loss + judge->tested_loss) / 2;
    double n = 1 / (1.0 / view->reported + 1.0 / judge->tested_packets);
    double chance = deviation_of(judge, p, n);
    return (judge->tested_loss - loss) / MAX(chance, 0.001);
}

/* Less was sent, and so clearly less was lost that chance does not do it, as much as it takes for
 * as much to arrive. Who had never sent as much, or knows the link for it, need
 * not be so sure. */
static gboolean
is_ours(const CcLossJudge *judge, const CcDeliveryView *view)
{
    double loss = loss_of(view);
    double arrived = view->sent_bps * (1 - loss);
    double arrived_before = judge->tested_bps * (1 - judge->tested_loss);
    double left = (loss - judge->random) / MAX(judge->tested_loss - judge->random, 0.01);
    if (view->sent_bps > SENT_LESS * judge->tested_bps)
        return FALSE;
    gboolean gone = left < GONE || arrived > SAME * arrived_before;
    if (judge->suspected && view->reported >= SUSPECTED_PACKETS)
        return gone && sureness(judge, view) > SUSPECTED_DEVIATIONS;
    return gone && sureness(judge, view) > SURE_DEVIATIONS;
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
        return found_ours(judge, &view, now_us);
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

static void
learn(CcLossJudge *judge, const CcDeliveryView *recent, gboolean is_new, double passed_us)
{
    double loss = loss_of(recent);
    judge->random += (loss - judge->random) * passed_us / (is_new ? SLOW_US : BELIEVE_US);
    if (judge->random < judge->confirmed)
        judge->confirmed += (judge->random - judge->confirmed) * passed_us / FORGET_US;
    judge->random = MIN(judge->random, judge->confirmed + new_loss(recent));
}

static CcLossVerdict
begin_test(CcLossJudge *judge, const CcDeliveryView *since, gboolean known, gint64 now_us)
{
    judge->testing = TRUE;
    judge->marked = FALSE;
    judge->begun_us = now_us;
    judge->doubted_us = 0;
    judge->tested_loss = loss_of(since);
    judge->tested_bps = since->sent_bps;
    judge->tested_packets = since->reported;
    judge->suspected =
        known || (judge->proven_bps > 0 && since->sent_bps > UNTRIED * judge->proven_bps);
    return CC_LOSS_TEST;
}

/* There was more loss than usual; what came since shows whether it was only an accident. */
static CcLossVerdict
doubt(CcLossJudge *judge, const CcDelivery *delivery, gboolean known, gint64 now_us)
{
    CcDeliveryView since;
    if (judge->doubted_us == 0) {
        judge->doubted_us = now_us;
        judge->mark = delivery->now;
    }
    if (!cc_delivery_since(delivery, &judge->mark, &since) || since.reported < DOUBT_PACKETS)
        return CC_LOSS_DOUBT;
    double loss = loss_of(&since), deviation = deviation_of(judge, loss, since.reported);
    double usual = judge->confirmed + (known ? KNOWN_LOSS : new_loss(&since));
    if (loss < usual + DOUBT_DEVIATIONS * deviation) {
        judge->doubted_us = 0;
        return CC_LOSS_CALM;
    }
    gint64 age_us = now_us - judge->doubted_us;
    gboolean worse = loss > 2 * judge->confirmed + WORSE + DEVIATIONS * deviation;
    gboolean odd = since.sent_bps < PROVEN_SHARE * judge->proven_bps;
    if ((now_us < judge->next_us && age_us < (worse ? WORSE_US : PAUSE_US)) ||
        (odd && age_us < ODD_US))
        return CC_LOSS_DOUBT;
    return begin_test(judge, &since, known, now_us);
}

CcLossVerdict
cc_loss_judge_step(CcLossJudge *judge, const CcDelivery *delivery, const CcDeliveryView *recent,
                   gint64 loop_us, gint64 passed_us, gint64 now_us)
{
    if (judge->testing)
        return go_on(judge, delivery, loop_us, now_us);
    if (now_us < judge->excused_us)
        return CC_LOSS_CALM;
    double loss = loss_of(recent), passed = (double)MIN(passed_us, 500000);
    double deviation = deviation_of(judge, loss, recent->reported);
    gboolean known = judge->ours_us != 0 && now_us - judge->ours_us < OURS_MEMORY_US &&
                     recent->sent_bps > KNOWN_SHARE * judge->fits_bps;
    double usual = judge->confirmed + (known ? KNOWN_LOSS : new_loss(recent));
    gboolean is_new = recent->reported >= ENOUGH_PACKETS &&
                      loss > usual + (known ? KNOWN_DEVIATIONS : DEVIATIONS) * deviation;
    if (!known)
        learn(judge, recent, is_new, passed);
    judge->proven_bps -= judge->proven_bps * passed / PROVEN_US;
    if (is_new || judge->doubted_us != 0)
        return doubt(judge, delivery, known, now_us);
    if (loss < judge->confirmed + new_loss(recent))
        judge->proven_bps = MAX(judge->proven_bps, recent->sent_bps);
    return CC_LOSS_CALM;
}

void
cc_loss_judge_abort(CcLossJudge *judge, gint64 excused_us)
{
    judge->testing = FALSE;
    judge->doubted_us = 0;
    if (excused_us != 0)
        judge->excused_us = excused_us + SEEN_US;
}
