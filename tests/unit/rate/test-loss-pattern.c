#include "common/rate/loss-pattern.h"

#define STEP_US 10000

/* One packet for each letter, every 10 ms: 'a' arrived, 'l' lost, '?' nobody knows, ' ' never sent.
 */
static void
record_fates(CcSentRecord *record, const char *fates)
{
    gint64 number;
    for (guint i = 0; fates[i]; i++) {
        if (fates[i] == ' ')
            continue;
        cc_sent_record_add(record, (guint16)(65530 + i), 100, 1000000 + i * STEP_US, FALSE);
        cc_sent_record_find(record, (guint16)(65530 + i), &number)->fate =
            fates[i] == 'a'   ? CC_SENT_ARRIVED
            : fates[i] == 'l' ? CC_SENT_LOST
                              : CC_SENT_UNKNOWN;
    }
}

static CcLossPattern
read_fates(const char *fates, gint64 since_us)
{
    CcSentRecord record = {0};
    CcLossPattern pattern;
    record_fates(&record, fates);
    cc_loss_pattern_read(&record, since_us, 2000000, &pattern);
    cc_sent_record_clear(&record);
    return pattern;
}

static void
test_runs(void)
{
    CcLossPattern pattern = read_fates("", 0);
    g_assert_cmpuint(pattern.n, ==, 0);
    pattern = read_fates("aaaa", 0);
    g_assert_cmpfloat(pattern.loss, ==, 0);
    g_assert_cmpint(pattern.burst_us, ==, 0);
    pattern = read_fates("aalaaallaa?", 0);
    g_assert_cmpuint(pattern.n, ==, 10);
    g_assert_cmpfloat(pattern.loss, ==, 0.3);
    g_assert_cmpint(pattern.burst_us, ==, 1.5 * STEP_US);
    g_assert_cmpfloat(pattern.run, ==, 1.5);
    g_assert_cmpfloat(pattern.loss_doubt, ==, 0.3);
    /* A run that has not ended says nothing of its length yet. */
    pattern = read_fates("alalll", 0);
    g_assert_cmpint(pattern.burst_us, ==, STEP_US);
    /* Numbers that were left out were not lost. */
    pattern = read_fates("al  la", 0);
    g_assert_cmpuint(pattern.n, ==, 4);
    g_assert_cmpint(pattern.burst_us, ==, 4 * STEP_US);
}

static void
test_since(void)
{
    CcLossPattern pattern = read_fates("llllaaaal", 1000000 + 3 * STEP_US);
    g_assert_cmpuint(pattern.n, ==, 5);
    g_assert_cmpfloat(pattern.loss, ==, 0.2);
}

/* The last packet before a pause was lost: no burst of minutes, nor of less than nothing. */
static void
test_pause(void)
{
    static const guint pauses_s[] = {600, 2400};
    for (guint i = 0; i < G_N_ELEMENTS(pauses_s); i++) {
        CcSentRecord record = {0};
        CcLossPattern pattern;
        gint64 number, then_us = 1000000 + (gint64)pauses_s[i] * G_USEC_PER_SEC;
        record_fates(&record, "aal");
        cc_sent_record_add(&record, 65533, 100, then_us, FALSE);
        cc_sent_record_find(&record, 65533, &number)->fate = CC_SENT_ARRIVED;
        cc_loss_pattern_read(&record, 0, then_us + STEP_US, &pattern);
        g_assert_cmpint(pattern.burst_us, >=, 0);
        g_assert_cmpint(pattern.burst_us, <=, G_USEC_PER_SEC);
        cc_sent_record_clear(&record);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/loss-pattern/runs", test_runs);
    g_test_add_func("/rate/loss-pattern/since", test_since);
    g_test_add_func("/rate/loss-pattern/pause", test_pause);
    return g_test_run();
}
