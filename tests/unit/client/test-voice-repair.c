#include <string.h>

#include "client/recv/sender-clock.h"
#include "client/recv/stream-report.h"
#include "client/recv/voice-repair.h"
#include "common/wire/red.h"

#define FRAME 960
#define FRAME_US 20000
#define RTT_US 150000
#define PT 111

typedef struct {
    CcVoicePlayer *player;
    CcVoiceRepair repair;
    gint64 now_us;
    guint16 sequence;
} Fixture;

static void
setup(Fixture *f, gconstpointer data)
{
    f->player = cc_voice_player_new();
    cc_voice_repair_init(&f->repair);
    f->now_us = 1000 * G_USEC_PER_SEC;
    f->sequence = 65530; /* wraps */
}

static void
teardown(Fixture *f, gconstpointer data)
{
    cc_voice_player_free(f->player);
}

static void
arrive(Fixture *f, guint16 sequence, guint earlier, gboolean repeated)
{
    static const guint8 frame[] = {0x78, 1, 2};
    guint8 payload[200];
    CcRedBlock blocks[4];
    for (guint i = 0; i <= earlier; i++)
        blocks[i] = (CcRedBlock){PT, (guint16)((earlier - i) * FRAME), sizeof frame, frame};
    CcVoicePacket packet = {
        .timestamp = (guint32)(guint16)(sequence - 65530) * FRAME,
        .payload = payload,
        .length = cc_red_write(payload, sizeof payload, blocks, earlier + 1),
        .red = TRUE,
        .opus_type = PT,
        .retransmitted = repeated,
    };
    gint64 time = cc_voice_player_unwrap(f->player, packet.timestamp);
    gboolean needed = cc_voice_player_wants(f->player, time);
    guint samples = cc_voice_player_add(f->player, &packet, f->now_us);
    g_assert_cmpuint(samples, ==, FRAME);
    cc_voice_repair_arrived(&f->repair, sequence, packet.timestamp, samples, repeated, needed,
                            f->now_us);
}

/* @n packets, in time; of those from @lost_from on, @lost do not come. */
static void
run(Fixture *f, guint n, guint lost_from, guint lost, guint earlier)
{
    for (guint i = 0; i < n; i++) {
        f->now_us += FRAME_US;
        if (i < lost_from || i >= lost_from + lost)
            arrive(f, f->sequence, earlier, FALSE);
        f->sequence++;
    }
}

static guint
ask(Fixture *f, guint16 *sequences)
{
    return cc_voice_repair_due(&f->repair, f->player, f->now_us, sequences, 16);
}

static void
test_asks(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    run(f, 10, 5, 2, 0);
    f->now_us += FRAME_US;
    g_assert_cmpint(cc_voice_repair_next_us(&f->repair), <=, f->now_us);
    g_assert_cmpuint(ask(f, sequences), ==, 2);
    g_assert_cmpuint(sequences[0], ==, 65535);
    g_assert_cmpuint(sequences[1], ==, 0);
    g_assert_cmpuint(ask(f, sequences), ==, 0); /* not twice at once */
    f->now_us += RTT_US;
    arrive(f, 65535, 0, TRUE);
    g_assert_cmpint(f->repair.answers.rtt_us, ==, RTT_US);
    g_assert_cmpuint(f->repair.answers.answers, ==, 1);
    f->now_us += RTT_US;
    g_assert_cmpuint(ask(f, sequences), ==, 1); /* the other once more */
    g_assert_cmpuint(sequences[0], ==, 0);
    arrive(f, 0, 0, TRUE);
    f->now_us += 10 * RTT_US;
    g_assert_cmpuint(ask(f, sequences), ==, 0);
    g_assert_cmpint(cc_voice_repair_next_us(&f->repair), ==, G_MAXINT64);
}

/* A round trip of many times what was thought is found out by the first answer. */
static void
test_long_way(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    guint asked = 0;
    run(f, 10, 5, 1, 0);
    for (guint ms = 0; ms < 600; ms += 10, f->now_us += 10000)
        asked += ask(f, sequences);
    g_assert_cmpuint(asked, >, 2);
    arrive(f, 65535, 0, TRUE);
    g_assert_cmpint(f->repair.answers.rtt_us, >=, 580000);
    g_assert_cmpint(f->repair.answers.rtt_us, <=, 600000);
    run(f, 10, 5, 1, 0);
    asked = 0;
    for (guint ms = 0; ms < 600; ms += 10, f->now_us += 10000)
        asked += ask(f, sequences);
    g_assert_cmpuint(asked, ==, 1);
}

/* What RED has brought is not asked for. */
static void
test_red_is_enough(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    run(f, 10, 5, 2, 2);
    f->now_us += FRAME_US;
    g_assert_cmpuint(ask(f, sequences), ==, 0);
    g_assert_cmpint(cc_voice_repair_next_us(&f->repair), ==, G_MAXINT64);
    run(f, 10, 4, 3, 2); /* one more than it can say */
    f->now_us += FRAME_US;
    g_assert_cmpuint(ask(f, sequences), ==, 1);
    g_assert_cmpuint(sequences[0], ==, (guint16)(65530 + 14));
}

/* A whole outage is not asked for, nor what no delay would wait for. */
static void
test_hopeless(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    run(f, 1000, 5, 900, 0);
    f->now_us += FRAME_US;
    g_assert_cmpuint(ask(f, sequences), ==, 0);
    run(f, 10, 5, 1, 0);
    CcVoicePiece *piece = g_new(CcVoicePiece, 1);
    f->now_us += 3 * G_USEC_PER_SEC;
    while (cc_voice_player_take(f->player, f->now_us, piece))
        continue;
    g_assert_cmpuint(ask(f, sequences), ==, 0);
    g_free(piece);
}

/* Packets for a minute, of which a share is lost at random; each is asked for until it comes. */
static void
lose(Fixture *f, double loss)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    GArray *answers = g_array_new(FALSE, FALSE, sizeof(guint16));
    guint16 sequences[16];
    for (guint i = 0; i < 3000; i++) {
        f->now_us += FRAME_US;
        if (g_rand_double(random) >= loss)
            arrive(f, f->sequence, 0, FALSE);
        f->sequence++;
        /* An answer takes RTT_US: a few frames. */
        for (guint k = answers->len > 16 ? answers->len - 16 : 0; k < answers->len; k++)
            if (g_array_index(answers, guint16, k) == (guint16)(f->sequence - 9)) {
                arrive(f, g_array_index(answers, guint16, k), 0, TRUE);
                break;
            }
        guint n = ask(f, sequences);
        for (guint k = 0; k < n; k++)
            if (g_rand_double(random) >= loss)
                g_array_append_val(answers, sequences[k]);
    }
    g_array_unref(answers);
}

/* What the delay should be follows from loss and round trip: none without losses, one repetition
 * where that is enough, several where repetitions are lost as well. */
static void
test_expected(Fixture *f, gconstpointer data)
{
    static const struct {
        double loss;
        gint64 least_ms, most_ms;
    } cases[] = {{0, 0, 0}, {0.02, 150, 260}, {0.1, 330, 640}, {0.3, 600, 1300}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        teardown(f, NULL);
        setup(f, NULL);
        lose(f, cases[i].loss);
        gint64 expected_ms = cc_voice_repair_expected_us(&f->repair) / 1000;
        g_test_message("loss %.2f: %.3f, repeated %u, rtt %d: %d ms", cases[i].loss, f->repair.loss,
                       f->repair.repeated_before, (int)(f->repair.answers.rtt_us / 1000),
                       (int)expected_ms);
        g_assert_cmpint(expected_ms, >=, cases[i].least_ms);
        g_assert_cmpint(expected_ms, <=, cases[i].most_ms);
    }
}

/* Where most questions are lost they are asked in copies, but not for what has come meanwhile.
 */
static void
test_questions_are_lost(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    run(f, 10, 10, 0, 0);
    for (guint i = 0; i < 60; i++) {
        guint16 lost = f->sequence;
        run(f, 4, 0, 1, 0);
        f->now_us = cc_voice_repair_next_us(&f->repair);
        g_assert_cmpuint(ask(f, sequences), ==, 1);
        if (i % 4 != 3) {
            gint64 asked_us = f->now_us;
            while (f->now_us < asked_us + RTT_US) {
                f->now_us = cc_voice_repair_next_us(&f->repair);
                g_assert_cmpuint(ask(f, sequences), ==, 1);
            }
        }
        f->now_us += RTT_US;
        arrive(f, lost, 0, TRUE);
    }
    g_assert_cmpuint(f->repair.answers.copies, >, 0);
    run(f, 3, 0, 2, 0);
    f->now_us = cc_voice_repair_next_us(&f->repair);
    g_assert_cmpuint(ask(f, sequences), ==, 2);
    gint64 asked_us = f->now_us;
    f->now_us = cc_voice_repair_next_us(&f->repair);
    g_assert_cmpint(f->now_us, <, asked_us + RTT_US / 2);
    arrive(f, f->sequence++, 2, FALSE); /* with the second of the two in it */
    g_assert_cmpuint(ask(f, sequences), ==, 1);
    g_assert_cmpuint(sequences[0], ==, (guint16)(f->sequence - 4));
}

/* Copies that come later than the next packet: it is asked, and the answer brings nothing new. */
static void
test_expects_no_answer(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    run(f, 10, 10, 0, 0);
    for (guint i = 0; i < 60; i++) {
        guint16 lost = f->sequence;
        run(f, 2, 0, 1, 0);
        f->now_us = MAX(f->now_us, cc_voice_repair_next_us(&f->repair));
        g_assert_cmpuint(ask(f, sequences), ==, 1);
        run(f, 2, 2, 0, 3);
        f->now_us += RTT_US - 2 * FRAME_US;
        arrive(f, lost, 0, TRUE);
    }
    g_assert_cmpuint(f->repair.answers.answers, ==, 60);
    g_assert_cmpint(cc_voice_repair_expected_us(&f->repair), ==, 0);
}

/* Where copies do it now, the delay is given back within seconds, however long packets are. */
static void
test_expects_no_more(Fixture *f, gconstpointer data)
{
    lose(f, 0.1);
    g_assert_cmpint(cc_voice_repair_expected_us(&f->repair), >, 0);
    for (guint i = 0; i < 160; i++) {
        f->now_us += 3 * FRAME_US;
        arrive(f, f->sequence++, 0, FALSE);
    }
    g_assert_cmpint(cc_voice_repair_expected_us(&f->repair), ==, 0);
}

/* 200 packets as they are played. Five in a row are lost, which are repeated later than the delay
 * allows; if the round trip is to be @known by then, packet 20 before them. Returns how many were
 * played. */
static guint
play_with_losses(Fixture *f, gboolean hope, gboolean known, gint64 rtt_us)
{
    g_autofree CcVoicePiece *piece = g_new(CcVoicePiece, 1);
    guint16 first = f->sequence, sequences[16];
    guint played = 0, n_asked = 0;
    struct {
        guint16 sequence;
        gint64 answer_us;
    } asked[64];
    for (guint step = 0; step < 1000; step++) { /* of 5 ms */
        guint i = step / 4;
        f->now_us += FRAME_US / 4;
        if (step % 4 == 0 && i < 200 && (i != 20 || !known) && (i < 100 || i >= 105))
            arrive(f, (guint16)(first + i), 0, FALSE);
        for (guint k = 0; k < n_asked; k++)
            if (asked[k].answer_us == f->now_us)
                arrive(f, asked[k].sequence, 0, TRUE);
        guint n = ask(f, sequences);
        for (guint k = 0; k < n && n_asked < G_N_ELEMENTS(asked); k++) {
            asked[n_asked].sequence = sequences[k];
            asked[n_asked++].answer_us = f->now_us + rtt_us;
        }
        gboolean lacks = cc_voice_player_lacks_next(f->player);
        cc_voice_player_hope(f->player,
                             hope && lacks ? cc_voice_repair_answer_us(&f->repair, f->player) : 0);
        while (cc_voice_player_take(f->player, f->now_us, piece))
            played += piece->n_coded;
    }
    return played;
}

/* A word that is asked for is waited for, where answers come. */
static void
test_waits_for_answers(Fixture *f, gconstpointer data)
{
    g_assert_cmpint(cc_voice_repair_answer_us(&f->repair, f->player), ==, 0);
    g_assert_cmpuint(play_with_losses(f, FALSE, TRUE, RTT_US), <, 198);
    teardown(f, NULL);
    setup(f, NULL);
    g_assert_cmpuint(play_with_losses(f, TRUE, TRUE, RTT_US), >=, 199); /* all but packet 20 */
}

/* So it is where the queue that has lost it holds the first answers up. */
static void
test_waits_behind_a_queue(Fixture *f, gconstpointer data)
{
    g_assert_cmpuint(play_with_losses(f, TRUE, FALSE, 4 * RTT_US), ==, 200);
}

/* Not for ever, and not where most is lost. */
static void
test_gives_up_hope(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    guint asked = 0;
    run(f, 10, 5, 1, 0);
    f->now_us += FRAME_US;
    ask(f, sequences);
    f->now_us += RTT_US;
    arrive(f, 65535, 0, TRUE);
    run(f, 10, 5, 1, 0);
    f->now_us += FRAME_US;
    g_assert_cmpint(cc_voice_repair_answer_us(&f->repair, f->player), >, f->now_us);
    asked += ask(f, sequences);
    g_assert_cmpint(cc_voice_repair_answer_us(&f->repair, f->player), >=, f->now_us + RTT_US);
    f->repair.loss = 0.5;
    g_assert_cmpint(cc_voice_repair_answer_us(&f->repair, f->player), ==, 0);
    f->repair.loss = 0.1;
    gint64 lost_us = f->now_us;
    while (cc_voice_repair_answer_us(&f->repair, f->player) > f->now_us) {
        f->now_us = cc_voice_repair_next_us(&f->repair);
        asked += ask(f, sequences);
        g_assert_cmpint(f->now_us - lost_us, <, G_USEC_PER_SEC);
    }
    g_assert_cmpint(f->now_us - lost_us, >=, 3 * RTT_US);
    g_assert_cmpuint(asked, >=, 4);
}

/* Where no answer has ever come none is waited for. */
static void
test_never_answered(Fixture *f, gconstpointer data)
{
    guint16 sequences[16];
    gboolean hoped = FALSE;
    for (guint i = 0; i < 30; i++) {
        run(f, 10, 5, 2, 0);
        for (guint k = 0; k < 10; k++, f->now_us += FRAME_US)
            ask(f, sequences);
        hoped |= cc_voice_repair_answer_us(&f->repair, f->player) != 0;
    }
    g_assert_true(hoped);
    g_assert_cmpint(cc_voice_repair_answer_us(&f->repair, f->player), ==, 0);
}

static void
test_report(void)
{
    CcStreamReport report = {0};
    CcRtcpReportBlock block;
    gint64 now_us = 77 * G_USEC_PER_SEC;
    g_assert_false(cc_stream_report_take(&report, 1, now_us, &block));
    for (guint i = 0; i < 100; i++, now_us += FRAME_US)
        if (i % 4 != 3 || i == 99)
            cc_stream_report_arrived(&report, (guint16)(65500 + i), i * FRAME, 48000, now_us);
    cc_stream_report_sender(&report, 0x1122334455667788, now_us - 500000);
    g_assert_true(cc_stream_report_take(&report, 0xabc, now_us, &block));
    g_assert_cmpuint(block.ssrc, ==, 0xabc);
    g_assert_cmpint(block.cumulative_lost, ==, 24);
    g_assert_cmpuint(block.fraction_lost, ==, 24 * 256 / 100);
    g_assert_cmpuint(block.highest_sequence, ==, 65500 + 99);
    g_assert_cmpuint(block.jitter, <=, 1);
    g_assert_cmphex(block.last_sr, ==, 0x33445566);
    g_assert_cmpuint(block.delay_since_last_sr, ==, 32768);
    g_assert_cmpuint(cc_stream_report_lost(&report), ==, 24);
    /* Nothing new: nothing lost since. */
    g_assert_true(cc_stream_report_take(&report, 0xabc, now_us, &block));
    g_assert_cmpuint(block.fraction_lost, ==, 0);
    /* Every other packet 10 ms late: RFC 3550's jitter comes near 10 ms. */
    for (guint i = 100; i < 300; i++, now_us += FRAME_US)
        cc_stream_report_arrived(&report, (guint16)(65500 + i), i * FRAME, 48000,
                                 now_us + (i % 2) * 10000);
    g_assert_true(cc_stream_report_take(&report, 0xabc, now_us, &block));
    g_assert_cmpuint(block.jitter, >, 450);
    g_assert_cmpuint(block.jitter, <, 500);
    /* A new beginning. */
    cc_stream_report_arrived(&report, 20000, 5, 48000, now_us);
    g_assert_true(cc_stream_report_take(&report, 0xabc, now_us, &block));
    g_assert_cmpint(block.cumulative_lost, ==, 0);
    g_assert_cmpuint(block.highest_sequence, ==, 20000);
}

static void
test_sender_clock(void)
{
    CcSenderClock clock = {0};
    CcRtcpSenderInfo info = {.ntp = (G_GUINT64_CONSTANT(1000) << 32) | 0x80000000,
                             .rtp = 0xffffff00};
    cc_sender_clock_set(&clock, &info);
    g_assert_true(clock.known);
    g_assert_cmpint(cc_sender_clock_us(&clock, 0xffffff00, 48000), ==, 1000500000);
    g_assert_cmpint(cc_sender_clock_us(&clock, 0xffffff00 + 48000u, 48000), ==, 1001500000);
    g_assert_cmpint(cc_sender_clock_us(&clock, 0xffffff00 - 90000u, 90000), ==, 999500000);
    info.ntp = 0;
    cc_sender_clock_set(&clock, &info);
    g_assert_false(clock.known);
}

#define ADD(path, func) g_test_add("/voice-repair/" path, Fixture, NULL, setup, func, teardown)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("asks", test_asks);
    ADD("long-way", test_long_way);
    ADD("red-is-enough", test_red_is_enough);
    ADD("hopeless", test_hopeless);
    ADD("expected", test_expected);
    ADD("expects-no-answer", test_expects_no_answer);
    ADD("questions-are-lost", test_questions_are_lost);
    ADD("expects-no-more", test_expects_no_more);
    ADD("waits-for-answers", test_waits_for_answers);
    ADD("waits-behind-a-queue", test_waits_behind_a_queue);
    ADD("gives-up-hope", test_gives_up_hope);
    ADD("never-answered", test_never_answered);
    g_test_add_func("/stream-report/report", test_report);
    g_test_add_func("/sender-clock/time", test_sender_clock);
    return g_test_run();
}
