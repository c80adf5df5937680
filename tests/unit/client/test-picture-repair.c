#include <string.h>

#include "client/recv/picture-repair.h"
#include "client/recv/rtx.h"
#include "common/rate/link-budget.h"
#include "common/rate/sent-again.h"

#define MS G_GINT64_CONSTANT(1000)
#define PACKET 1000 /* bytes */

/* A stream over a link that loses packets, questions and answers alike. */
typedef struct {
    gint64 rtt_us, spacing_us;
    double loss, loss_back;
    guint packets;
    CcSentAgain again;
    guint asked, messages, answers; /* out */
    guint missing;                  /* of all packets, for good */
    gint64 latest_us;               /* that an answer came after its packet was due */
} Link;

typedef struct {
    guint16 sequence;
    gint64 at_us, sent_us;
} Answer;

static void
ask(Link *link, CcPictureRepair *repair, GRand *random, GArray *answers, gint64 now_us)
{
    guint16 sequences[128];
    guint n = cc_picture_repair_due(repair, now_us, sequences, G_N_ELEMENTS(sequences));
    link->messages += n > 0;
    link->asked += n;
    if (g_rand_double(random) < link->loss_back)
        return;
    for (guint i = 0; i < n; i++) {
        Answer answer = {sequences[i], now_us + link->rtt_us, 0};
        if (cc_sent_again_is_copy(&link->again, sequences[i], link->rtt_us, now_us))
            continue;
        cc_sent_again_note(&link->again, sequences[i], now_us);
        for (guint k = cc_link_budget_copies(link->loss, 1); k > 0; k--) {
            link->answers++;
            if (g_rand_double(random) >= link->loss)
                g_array_append_val(answers, answer);
        }
    }
}

static void
run(Link *link, CcPictureRepair *repair)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    g_autoptr(GArray) answers = g_array_new(FALSE, FALSE, sizeof(Answer));
    gint64 begin_us = 1000 * G_USEC_PER_SEC;
    gint64 end_us = begin_us + link->packets * link->spacing_us;
    guint arrived = 0;
    cc_picture_repair_init(repair);
    for (gint64 now_us = begin_us; now_us < end_us + 3 * G_USEC_PER_SEC; now_us += MS) {
        for (guint i = 0; i < answers->len;) {
            Answer answer = g_array_index(answers, Answer, i);
            if (answer.at_us > now_us) {
                i++;
                continue;
            }
            gint64 due_us = begin_us + answer.sequence * link->spacing_us;
            link->latest_us = MAX(link->latest_us, now_us - due_us);
            cc_picture_repair_arrived(repair, answer.sequence, TRUE, PACKET, now_us);
            g_array_remove_index(answers, i);
        }
        if (now_us < end_us && (now_us - begin_us) % link->spacing_us == 0) {
            guint16 sequence = (guint16)((now_us - begin_us) / link->spacing_us);
            gboolean edge = sequence == 0 || sequence + 1u == link->packets;
            if (edge || g_rand_double(random) >= link->loss) {
                cc_picture_repair_arrived(repair, sequence, FALSE, PACKET, now_us);
                arrived++;
            }
        }
        if (now_us >= cc_picture_repair_next_us(repair))
            ask(link, repair, random, answers, now_us);
    }
    link->missing = link->packets - arrived - (guint)repair->losses.recovered_total;
}

static void
test_clean(void)
{
    CcPictureRepair repair;
    Link link = {.rtt_us = 40 * MS, .spacing_us = 10 * MS, .packets = 1000};
    run(&link, &repair);
    g_assert_cmpuint(link.asked, ==, 0);
    g_assert_cmpint(cc_picture_repair_next_us(&repair), ==, G_MAXINT64);
    g_assert_cmpint(cc_picture_repair_wait_us(&repair), <=, 400 * MS);
}

/* However long the way is and however much is lost, next to nothing stays missing where there is
 * time for it, and nobody waits longer than that takes. */
static void
test_links(void)
{
    static const struct {
        gint64 rtt_us;
        double loss;
        guint most_missing;
        gint64 least_us, most_us; /* of waiting */
    } cases[] = {
        {100 * MS, 0.02, 2, 250 * MS, 500 * MS},   {150 * MS, 0.05, 3, 400 * MS, 650 * MS},
        {300 * MS, 0.10, 9, 700 * MS, 1200 * MS},  {600 * MS, 0.05, 6, 1200 * MS, 1700 * MS},
        {100 * MS, 0.30, 12, 450 * MS, 1100 * MS}, {100 * MS, 0.60, 60, 700 * MS, 1600 * MS},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcPictureRepair repair;
        Link link = {.rtt_us = cases[i].rtt_us,
                     .spacing_us = 20 * MS,
                     .loss = cases[i].loss,
                     .packets = 3000};
        run(&link, &repair);
        gint64 wait_us = cc_picture_repair_wait_us(&repair);
        g_test_message("rtt %d loss %.2f: asked %u in %u missing %u latest %d wait %d",
                       (int)(cases[i].rtt_us / MS), cases[i].loss, link.asked, link.messages,
                       link.missing, (int)(link.latest_us / MS), (int)(wait_us / MS));
        g_assert_cmpuint(link.missing, <=, cases[i].most_missing);
        g_assert_cmpint(wait_us, >=, cases[i].least_us);
        g_assert_cmpint(wait_us, <=, cases[i].most_us);
        g_assert_cmpfloat(ABS(repair.loss - cases[i].loss), <, 0.1);
        g_assert_cmpint(ABS(repair.answers.rtt_us - cases[i].rtt_us), <=, 10 * MS);
    }
}

/* Where questions are lost as well they go out in copies; that takes longer, but not for ever, and
 * nobody answers twice because of it. */
static void
test_both_ways(void)
{
    static const struct {
        gint64 rtt_us;
        double loss;
        guint most_missing;
        gint64 most_us;      /* of waiting */
        double most_answers; /* of what is lost on the way here */
    } cases[] = {
        {150 * MS, 0.05, 3, 700 * MS, 2.6},
        {300 * MS, 0.10, 9, 1400 * MS, 2.8},
        {100 * MS, 0.30, 6, 1300 * MS, 3},
        {100 * MS, 0.60, 30, 1700 * MS, 4.5},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CcPictureRepair repair;
        Link link = {.rtt_us = cases[i].rtt_us,
                     .spacing_us = 20 * MS,
                     .loss = cases[i].loss,
                     .loss_back = cases[i].loss,
                     .packets = 3000};
        run(&link, &repair);
        gint64 wait_us = cc_picture_repair_wait_us(&repair);
        double lost = link.packets * link.loss;
        double bytes = (link.packets + link.answers) * (double)PACKET;
        g_test_message(
            "loss %.2f: asked %u in %u answered %u missing %u latest %d wait %d copies %u",
            cases[i].loss, link.asked, link.messages, link.answers, link.missing,
            (int)(link.latest_us / MS), (int)(wait_us / MS), repair.answers.copies);
        g_assert_cmpuint(link.missing, <=, cases[i].most_missing);
        g_assert_cmpint(wait_us, <=, cases[i].most_us);
        g_assert_cmpfloat(link.answers, <=, lost * cases[i].most_answers);
        g_assert_cmpfloat(link.messages * 70 + link.asked * 4, <=, bytes * 0.06);
    }
}

/* Questions that are lost are repeated, and do not choke the way that loses them. */
static void
test_narrow_way_back(void)
{
    CcPictureRepair repair;
    Link link = {.rtt_us = 300 * MS,
                 .spacing_us = 125 * MS, /* 64 kbit/s */
                 .loss = 0.3,
                 .loss_back = 0.3,
                 .packets = 1000};
    run(&link, &repair);
    double seconds = 125.0, bps = (link.messages * 70 + link.asked * 4) * 8 / seconds;
    g_test_message("%u messages, %.0f bit/s, missing %u", link.messages, bps, link.missing);
    g_assert_cmpfloat(bps, <=, 64000 * 0.055);
    g_assert_cmpuint(link.missing, <=, 30);
}

/* More than anybody could repeat: a keyframe is asked for instead. */
static void
test_too_many(void)
{
    CcPictureRepair repair;
    guint16 sequences[8];
    cc_picture_repair_init(&repair);
    g_assert_false(cc_picture_repair_arrived(&repair, 1, FALSE, PACKET, 1000 * MS));
    g_assert_true(cc_picture_repair_arrived(&repair, 1001, FALSE, PACKET, 2000 * MS));
    g_assert_cmpuint(cc_picture_repair_due(&repair, 3000 * MS, sequences, 8), ==, 0);
}

/* An outage says nothing of how often repetitions are lost: what comes behind it is not held up. */
static void
test_outage(void)
{
    CcPictureRepair repair;
    gint64 now_us = 1000 * MS;
    cc_picture_repair_init(&repair);
    for (guint16 sequence = 0; sequence < 100; sequence++)
        cc_picture_repair_arrived(&repair, sequence, FALSE, PACKET, now_us += 10 * MS);
    gint64 wait_us = cc_picture_repair_wait_us(&repair);
    cc_picture_repair_arrived(&repair, 100 + 900, FALSE, PACKET, now_us + 9000 * MS);
    g_assert_cmpint(cc_picture_repair_wait_us(&repair), ==, wait_us);
    cc_picture_repair_arrived(&repair, 1000 + 20, FALSE, PACKET, now_us + 9200 * MS);
    g_assert_cmpint(cc_picture_repair_wait_us(&repair), >, wait_us);
}

static void
test_answer_time(void)
{
    CcAnswerTime time;
    cc_answer_time_init(&time);
    g_assert_false(time.measured);
    cc_answer_time_hint(&time, 250 * MS, 900 * MS);
    g_assert_cmpint(time.rtt_us, ==, 250 * MS);
    cc_answer_time_answered(&time, 7, 99); /* nobody asked */
    g_assert_cmpuint(time.answers, ==, 0);
    cc_answer_time_asked(&time, 7, 1000 * MS);
    cc_answer_time_answered(&time, 7, 1080 * MS);
    g_assert_cmpint(time.rtt_us, ==, 80 * MS);
    cc_answer_time_hint(&time, 250 * MS, 1200 * MS); /* we know better */
    g_assert_cmpint(time.rtt_us, ==, 80 * MS);
    /* An answer to one of two questions says nothing. */
    cc_answer_time_asked(&time, 8, 2000 * MS);
    cc_answer_time_asked(&time, 8, 2090 * MS);
    cc_answer_time_answered(&time, 8, 2150 * MS);
    g_assert_cmpint(time.rtt_us, ==, 80 * MS);
    g_assert_cmpint(cc_answer_time_overdue_us(&time), >, 80 * MS);
    g_assert_cmpint(cc_answer_time_overdue_us(&time), <=, 110 * MS);
    for (guint16 sequence = 20; sequence < 40; sequence++) { /* the relay stood still meanwhile */
        cc_answer_time_asked(&time, sequence, 3000 * MS);
        cc_answer_time_answered(&time, sequence, 33000 * MS);
    }
    g_assert_cmpint(cc_answer_time_overdue_us(&time), <=, 110 * MS);
    cc_answer_time_hint(&time, 250 * MS, 39000 * MS); /* not any more */
    g_assert_cmpint(time.rtt_us, ==, 250 * MS);
}

/* Where answers wait behind other things, now and then, hardly a question is asked twice. */
static void
test_uneven_answers(void)
{
    CcAnswerTime time;
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    gint64 now_us = 1000 * MS;
    guint repeated = 0;
    cc_answer_time_init(&time);
    cc_answer_time_hint(&time, 220 * MS, now_us);
    for (guint16 sequence = 0; sequence < 500; sequence++, now_us += 1000 * MS) {
        gint64 took_us = g_rand_int_range(random, 160, 300) * MS;
        cc_answer_time_asked(&time, sequence, now_us);
        if (took_us > cc_answer_time_overdue_us(&time)) {
            cc_answer_time_asked(&time, sequence, now_us + cc_answer_time_overdue_us(&time));
            repeated++;
        }
        cc_answer_time_answered(&time, sequence, now_us + took_us);
    }
    g_assert_cmpuint(repeated, <=, 50);
    g_assert_cmpint(cc_answer_time_overdue_us(&time), <=, 400 * MS);
    /* And where they do not, lost ones are asked for again soon. */
    for (guint16 sequence = 500; sequence < 540; sequence++, now_us += 1000 * MS) {
        cc_answer_time_asked(&time, sequence, now_us);
        cc_answer_time_answered(&time, sequence, now_us + 160 * MS);
    }
    g_assert_cmpint(cc_answer_time_overdue_us(&time), <=, 200 * MS);
}

/* Where every other question is lost, and the first one was: nobody takes its answer's time for the
 * way's, nor the next ones' for longer still. */
static void
test_lost_questions(void)
{
    CcAnswerTime time;
    gint64 now_us = 1000 * MS;
    cc_answer_time_init(&time);
    for (guint16 sequence = 0; sequence < 600; sequence++, now_us += 1000 * MS) {
        cc_answer_time_asked(&time, sequence, now_us);
        if (sequence % 2 == 0) {
            now_us += cc_answer_time_overdue_us(&time);
            cc_answer_time_asked(&time, sequence, now_us);
        }
        now_us += 150 * MS;
        cc_answer_time_answered(&time, sequence, now_us);
    }
    g_assert_cmpint(time.rtt_us, <, 170 * MS);
    g_assert_cmpint(cc_answer_time_overdue_us(&time), <, 210 * MS);
    g_assert_cmpfloat(ABS(cc_answer_time_unanswered(&time, 0) - 1 / 3.0), <, 0.05);
}

/* Nobody answers any more, as after a flood: that is no reason to wait longer for each packet. */
static void
test_nobody_answers(void)
{
    CcAnswerTime time;
    gint64 now_us = 1000 * MS;
    cc_answer_time_init(&time);
    for (guint i = 0; i < 2000; i++)
        cc_answer_time_asked(&time, (guint16)(1000 + i % 100), now_us += 10 * MS);
    g_assert_cmpfloat(cc_answer_time_unanswered(&time, 0), <, 0.2);
    g_assert_cmpfloat(cc_answer_time_unanswered(&time, 0.3), ==, 0.3); /* nothing is known */
}

/* A way longer than was thought: every question has been repeated when the first answer comes. */
static void
test_long_way(void)
{
    CcAnswerTime time;
    gint64 now_us = 1000 * MS;
    cc_answer_time_init(&time);
    for (guint16 sequence = 0; sequence < 20; sequence++) {
        gint64 asked_us = now_us;
        for (; now_us < asked_us + 600 * MS; now_us += cc_answer_time_overdue_us(&time))
            cc_answer_time_asked(&time, sequence, now_us);
        now_us = asked_us + 600 * MS;
        cc_answer_time_answered(&time, sequence, now_us);
    }
    g_assert_cmpint(time.rtt_us, ==, 600 * MS);
    g_assert_cmpuint(time.questions, <=, 30);
    /* It grows while it is asked: still known. */
    for (guint16 sequence = 100; sequence < 140; sequence++) {
        gint64 asked_us = now_us;
        for (; now_us < asked_us + 750 * MS; now_us += cc_answer_time_overdue_us(&time))
            cc_answer_time_asked(&time, sequence, now_us);
        now_us = asked_us + 750 * MS;
        cc_answer_time_answered(&time, sequence, now_us);
    }
    g_assert_cmpint(time.rtt_us, >=, 740 * MS);
}

/* A repetition becomes the packet that it repeats; anything cut short does not. */
static void
test_rtx(void)
{
    guint8 packet[] = {0xb0, 0x80 | 97, 0x12, 0x34, 1,    2,   3, 4, 9, 9, 9, 9, /* P, X, M */
                       0xbe, 0xde,      0,    1,    0x10, 'v', 0, 0,             /* one extension */
                       0x77, 0x66,      'a',  'b',  'c',  0,   0, 3};
    static const guint8 wanted[] = {0x90, 0x80 | 96, 0x77, 0x66, 1,    2,   3, 4, 5,   6,   7,  8,
                                    0xbe, 0xde,      0,    1,    0x10, 'v', 0, 0, 'a', 'b', 'c'};
    guint8 out[64];
    CcRtpHeader rtp;
    guint16 sequence;
    g_assert_cmpint(cc_rtp_parse(packet, sizeof packet, &rtp), ==, CC_DROP_NONE);
    g_assert_true(cc_rtx_read(&rtp, &sequence));
    g_assert_cmphex(sequence, ==, 0x7766);
    gsize length = cc_rtx_restore(&rtp, packet, 96, 0x05060708, out, sizeof out);
    g_assert_cmpmem(out, length, wanted, sizeof wanted);
    g_assert_cmpuint(cc_rtx_restore(&rtp, packet, 96, 1, out, sizeof wanted - 1), ==, 0);
    packet[sizeof packet - 1] = 6; /* padding up to the original sequence number */
    g_assert_cmpint(cc_rtp_parse(packet, sizeof packet, &rtp), ==, CC_DROP_NONE);
    g_assert_false(cc_rtx_read(&rtp, &sequence));
    g_assert_cmpuint(cc_rtx_restore(&rtp, packet, 96, 1, out, sizeof out), ==, 0);
}

/* An answer that comes right behind the second question is one to the first. */
static void
test_late_answers(void)
{
    CcAnswerTime time;
    gint64 now_us = 1000 * G_USEC_PER_SEC;
    cc_answer_time_init(&time);
    for (guint16 i = 0; i < 200; i++, now_us += G_USEC_PER_SEC) {
        gboolean late = i > 20 && i % 2;
        cc_answer_time_asked(&time, i, now_us);
        if (late)
            cc_answer_time_asked(&time, i, now_us + 2 * (150 * MS));
        cc_answer_time_answered(&time, i, now_us + (late ? 2 * (150 * MS) + 20000 : (150 * MS)));
    }
    g_assert_cmpfloat(cc_answer_time_unanswered(&time, 0), <, 0.01);
    for (guint16 i = 200; i < 400; i++, now_us += G_USEC_PER_SEC) { /* and this one is not */
        cc_answer_time_asked(&time, i, now_us);
        cc_answer_time_asked(&time, i, now_us + 2 * (150 * MS));
        cc_answer_time_answered(&time, i, now_us + 4 * (150 * MS));
    }
    g_assert_cmpfloat(cc_answer_time_unanswered(&time, 0), >, 0.3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/picture-repair/clean", test_clean);
    g_test_add_func("/picture-repair/links", test_links);
    g_test_add_func("/picture-repair/both-ways", test_both_ways);
    g_test_add_func("/picture-repair/narrow-way-back", test_narrow_way_back);
    g_test_add_func("/picture-repair/too-many", test_too_many);
    g_test_add_func("/picture-repair/outage", test_outage);
    g_test_add_func("/answer-time/answers", test_answer_time);
    g_test_add_func("/answer-time/uneven", test_uneven_answers);
    g_test_add_func("/answer-time/late-answers", test_late_answers);
    g_test_add_func("/answer-time/lost-questions", test_lost_questions);
    g_test_add_func("/answer-time/nobody-answers", test_nobody_answers);
    g_test_add_func("/answer-time/long-way", test_long_way);
    g_test_add_func("/rtx/restore", test_rtx);
    return g_test_run();
}
