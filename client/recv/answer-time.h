/* How long it takes from asking for a packet until its repetition is here, by those that came, and
 * how many questions stay without an answer. Pure: time is an argument. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CC_ANSWER_TIME_RING 256
#define CC_ANSWER_TIME_FIRST_US 100000

typedef struct {
    struct {
        guint16 sequence;
        guint8 tries;
        gint64 first_us;
        gint64 us;                /* of the latest question; 0: none */
    } asked[CC_ANSWER_TIME_RING]; /* by sequence number */
    gint64 rtt_us;                /* from question to answer */
    gint64 deviation_us;          /* of that, in the mean */
    gint64 least_us;              /* that it took lately */
    gboolean measured;
    gint64 measured_us; /* the last time */
    guint64 questions, answers;
    double unanswered; /* 0..1 of the last questions: they or their answers were lost */
    guint judged;      /* questions, ever */
    guint in_vain;     /* questions since the last answer */
    guint copies;      /* of each question, besides the first */
    guint chosen;      /* when there were so many questions */
} CcAnswerTime;

void cc_answer_time_init(CcAnswerTime *time);
void cc_answer_time_asked(CcAnswerTime *time, guint16 sequence, gint64 now_us);
/* Share of questions, with all their copies, that get no answer; while few have been asked, not
 * below @loss: what is lost on the way here. */
double cc_answer_time_unanswered(const CcAnswerTime *time, double loss);
/* How many copies a question had better have, as far as more stay unanswered than are explained by
 * @answer_loss: the share of answers that get lost. */
guint cc_answer_time_choose_copies(CcAnswerTime *time, double answer_loss);
/* A repetition came. */
void cc_answer_time_answered(CcAnswerTime *time, guint16 sequence, gint64 now_us);
/* TRUE if it was measured in the last seconds. */
gboolean cc_answer_time_is_fresh(const CcAnswerTime *time, gint64 now_us);
/* What others have just measured on the same way; counts where nothing fresh is known. */
void cc_answer_time_hint(CcAnswerTime *time, gint64 rtt_us, gint64 now_us);
/* After so long without an answer a question or its answer is lost. */
gint64 cc_answer_time_overdue_us(const CcAnswerTime *time);

G_END_DECLS
