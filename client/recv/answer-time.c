#include "client/recv/answer-time.h"

#include <math.h>

#define WEIGHT 8 /* of the past */
#define LEAST_WEIGHT 64
#define QUICK_PERCENT 60 /* of the least */
#define FRESH_US (5 * G_USEC_PER_SEC)
#define DEVIATION_WEIGHT 4 /* both as in RFC 6298 */
#define SPREAD_US 10000    /* answers are as late as that, now and then */
/* An answer that takes longer was held up by an outage, or by a machine that stood still: the next
 * one will not be. */
#define HELD_UP_US (3 * G_USEC_PER_SEC)

#define MEMORY 100         /* questions that the share of unanswered ones is of */
#define IN_VAIN 15         /* in a row */
#define ENOUGH 30          /* to choose copies by */
#define QUESTIONS_LOST 0.1 /* with all copies */
#define SPARE 0.7          /* of that: then one copy less will do */
#define MOST_COPIES 3

void
cc_answer_time_init(CcAnswerTime *time)
{
    *time = (CcAnswerTime){.rtt_us = CC_ANSWER_TIME_FIRST_US};
}

/* Where nothing at all is answered nothing is lost by chance: there is an outage, or so much is
 * missing that nobody will send it again. */
static void
judge(CcAnswerTime *time, gboolean unanswered)
{
    time->in_vain = unanswered ? time->in_vain + 1 : 0;
    if (time->in_vain > IN_VAIN)
        return;
    time->judged++;
    time->unanswered += ((unanswered ? 1 : 0) - time->unanswered) / MEMORY;
}

/* The question before the last one was answered after all, if late. */
static void
acquit(CcAnswerTime *time)
{
    time->unanswered = MAX(time->unanswered - 1.0 / MEMORY, 0);
}

double
cc_answer_time_unanswered(const CcAnswerTime *time, double loss)
{
    return time->judged < MEMORY ? MAX(loss, time->unanswered) : time->unanswered;
}

guint
cc_answer_time_choose_copies(CcAnswerTime *time, double answer_loss)
{
    if (time->judged - time->chosen < ENOUGH)
        return time->copies;
    double lost = 1 - (1 - time->unanswered) / MAX(1 - answer_loss, 0.01);
    double each = pow(CLAMP(lost, 0, 1), 1.0 / (time->copies + 1)); /* on the way back */
    guint copies = time->copies;
    while (copies < MOST_COPIES && pow(each, copies + 1) > QUESTIONS_LOST)
        copies++;
    while (copies > 0 && pow(each, copies) < SPARE * QUESTIONS_LOST)
        copies--;
    if (copies != time->copies) { /* what is to be expected from now on */
        time->unanswered = 1 - (1 - pow(each, copies + 1)) * (1 - answer_loss);
        time->chosen = time->judged;
    }
    return time->copies = copies;
}

void
cc_answer_time_asked(CcAnswerTime *time, guint16 sequence, gint64 now_us)
{
    guint at = sequence % CC_ANSWER_TIME_RING;
    gboolean again = time->asked[at].us != 0 && time->asked[at].sequence == sequence;
    time->asked[at].tries = again ? (guint8)MIN(time->asked[at].tries + 1, 255) : 1;
    time->asked[at].sequence = sequence;
    time->asked[at].us = now_us;
    if (!again)
        time->asked[at].first_us = now_us;
    time->questions++;
    if (again)
        judge(time, TRUE);
}

/* Where it was asked for several times nobody knows which question was answered. None more quickly
 * than any before: then it was the one before. And while nothing is known, too much is better than
 * too little, with which every question would be repeated and nothing ever be known. */
static gboolean
took(const CcAnswerTime *time, guint at, gboolean quick, gint64 now_us, gint64 *took_us)
{
    gint64 first_us = now_us - time->asked[at].first_us, last_us = now_us - time->asked[at].us;
    *took_us = time->measured && !quick ? last_us : first_us;
    return time->asked[at].tries == 1 || !time->measured || last_us > time->rtt_us ||
           (quick && time->asked[at].tries == 2);
}

void
cc_answer_time_answered(CcAnswerTime *time, guint16 sequence, gint64 now_us)
{
    guint at = sequence % CC_ANSWER_TIME_RING;
    gint64 took_us;
    if (time->asked[at].us == 0 || time->asked[at].sequence != sequence)
        return;
    gboolean quick = now_us - time->asked[at].us < time->least_us * QUICK_PERCENT / 100;
    if (quick && time->asked[at].tries > 1)
        acquit(time);
    if (took(time, at, quick, now_us, &took_us) && took_us < HELD_UP_US) {
        if (time->measured)
            time->deviation_us +=
                (ABS(took_us - time->rtt_us) - time->deviation_us) / DEVIATION_WEIGHT;
        time->rtt_us = time->measured ? ((WEIGHT - 1) * time->rtt_us + took_us) / WEIGHT : took_us;
        time->least_us = time->measured && took_us > time->least_us
                             ? time->least_us + (took_us - time->least_us) / LEAST_WEIGHT
                             : took_us;
        time->measured = TRUE;
        time->measured_us = now_us;
    }
    time->answers++;
    judge(time, FALSE);
    time->asked[at].us = 0;
}

gboolean
cc_answer_time_is_fresh(const CcAnswerTime *time, gint64 now_us)
{
    return time->measured && now_us - time->measured_us < FRESH_US;
}

void
cc_answer_time_hint(CcAnswerTime *time, gint64 rtt_us, gint64 now_us)
{
    if (!cc_answer_time_is_fresh(time, now_us))
        time->rtt_us = rtt_us;
}

gint64
cc_answer_time_overdue_us(const CcAnswerTime *time)
{
    return time->rtt_us + MAX(time->rtt_us / 8, 2 * time->deviation_us) + SPREAD_US;
}
