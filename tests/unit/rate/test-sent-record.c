#include "common/rate/sent-record.h"

static void
test_finds(void)
{
    CcSentRecord record = {0};
    gint64 unwrapped;
    g_assert_null(cc_sent_record_find(&record, 5, &unwrapped));
    for (guint i = 0; i < 100; i++)
        cc_sent_record_add(&record, (guint16)(65500 + i), 100 + i, 1000 * i, FALSE);
    CcSentPacket *packet = cc_sent_record_find(&record, 20, &unwrapped);
    g_assert_nonnull(packet);
    g_assert_cmpint(unwrapped, ==, 0x10000 + 65500 + 56);
    g_assert_cmpuint(packet->bytes, ==, 156);
    g_assert_cmpint(cc_sent_packet_us(packet, 99000), ==, 56000);
    g_assert_null(cc_sent_record_find(&record, 64, &unwrapped));
    g_assert_null(cc_sent_record_find(&record, 65499, &unwrapped));
    cc_sent_record_clear(&record);
}

/* It grows only while nobody tells what became of the oldest. */
static void
test_memory(void)
{
    CcSentRecord record = {0};
    gint64 unwrapped;
    for (guint i = 0; i < 1000; i++) {
        cc_sent_record_add(&record, (guint16)i, 100, i, FALSE);
        if (i >= 10)
            cc_sent_record_find(&record, (guint16)(i - 10), &unwrapped)->fate = CC_SENT_ARRIVED;
    }
    g_assert_cmpuint(record.capacity, ==, 64);
    for (guint i = 1000; i < 9000; i++)
        cc_sent_record_add(&record, (guint16)i, 100, i, FALSE);
    g_assert_cmpuint(record.capacity, ==, CC_SENT_RECORD_MAX);
    g_assert_cmpuint(record.n, ==, CC_SENT_RECORD_MAX);
    g_assert_null(
        cc_sent_record_find(&record, (guint16)(9000 - CC_SENT_RECORD_MAX - 1), &unwrapped));
    g_assert_nonnull(
        cc_sent_record_find(&record, (guint16)(9000 - CC_SENT_RECORD_MAX), &unwrapped));
    cc_sent_record_clear(&record);
}

/* Numbers that were skipped were never sent; old ones are ignored; a leap forgets. */
static void
test_gaps(void)
{
    CcSentRecord record = {0};
    gint64 unwrapped;
    cc_sent_record_add(&record, 10, 100, 0, FALSE);
    cc_sent_record_add(&record, 13, 100, 0, TRUE);
    g_assert_null(cc_sent_record_find(&record, 11, &unwrapped));
    g_assert_null(cc_sent_record_find(&record, 12, &unwrapped));
    g_assert_true(cc_sent_record_find(&record, 13, &unwrapped)->probe);
    cc_sent_record_add(&record, 12, 100, 0, FALSE);
    g_assert_null(cc_sent_record_find(&record, 12, &unwrapped));
    cc_sent_record_add(&record, 20000, 100, 0, FALSE);
    g_assert_null(cc_sent_record_find(&record, 13, &unwrapped));
    g_assert_nonnull(cc_sent_record_find(&record, 20000, &unwrapped));
    g_assert_cmpuint(record.capacity, ==, 64);
    cc_sent_record_clear(&record);
}

/* 32 bits of µs are enough across their wrap. */
static void
test_time_wraps(void)
{
    CcSentRecord record = {0};
    gint64 unwrapped;
    gint64 now_us = ((gint64)5 << 32) - 1000;
    cc_sent_record_add(&record, 1, 100, now_us, FALSE);
    CcSentPacket *packet = cc_sent_record_find(&record, 1, &unwrapped);
    g_assert_cmpint(cc_sent_packet_us(packet, now_us + 1000000), ==, now_us);
    cc_sent_record_clear(&record);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rate/sent-record/finds", test_finds);
    g_test_add_func("/rate/sent-record/memory", test_memory);
    g_test_add_func("/rate/sent-record/gaps", test_gaps);
    g_test_add_func("/rate/sent-record/time-wraps", test_time_wraps);
    return g_test_run();
}
