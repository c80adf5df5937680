#include "common/wire/transport-cc.h"

#include <string.h>

#include "common/wire/bytes.h"
#include "tests/unit/wire/hostile.h"

/* Base 1, five packets: received at +0, lost, +1 ms, lost, -0.5 ms after the one before.
 * Reference 2 × 64 ms, message 3. One two-bit chunk: 1 0 1 0 2. */
static const guint8 message[] = {
    0x8f, 0xcd, 0x00, 0x06, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01,
    0x00, 0x05, 0x00, 0x00, 0x02, 0x03, 0xd1, 0x20, 0x00, 0x04, 0xff, 0xfe, 0x00, 0x00,
};

typedef struct {
    guint n;
    guint16 sequences[8192];
    gint64 arrivals_us[8192];
} Report;

static void
on_packet(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
    Report *report = user_data;
    g_assert_cmpuint(report->n, <, G_N_ELEMENTS(report->sequences));
    report->sequences[report->n] = sequence;
    report->arrivals_us[report->n++] = arrival_us;
}

static CcDrop
read_message(const guint8 *data, gsize length, Report *report, gint64 *reference_us)
{
    CcRtcpPacket packet;
    gsize offset = 0;
    report->n = 0;
    if (cc_rtcp_validate(data, length) != CC_DROP_NONE ||
        !cc_rtcp_next(data, length, &offset, &packet))
        return CC_DROP_RTCP_MALFORMED;
    CcDrop drop = cc_transport_cc_read(&packet, on_packet, report);
    if (drop == CC_DROP_NONE && reference_us != NULL)
        *reference_us = cc_transport_cc_reference_us(&packet);
    return drop;
}

static void
test_read(void)
{
    Report report;
    gint64 reference_us = -1;
    g_assert_cmpint(read_message(message, sizeof message, &report, &reference_us), ==,
                    CC_DROP_NONE);
    g_assert_cmpint(reference_us, ==, 128000);
    g_assert_cmpuint(report.n, ==, 5);
    const gint64 expected[] = {0, -1, 1000, -1, 500};
    for (guint i = 0; i < 5; i++) {
        g_assert_cmpuint(report.sequences[i], ==, i + 1);
        g_assert_cmpint(report.arrivals_us[i], ==, expected[i]);
    }
    CcRtcpPacket packet;
    gsize offset = 0;
    g_assert_true(cc_rtcp_next(message, sizeof message, &offset, &packet));
    g_assert_cmpuint(packet.body[15] /* message count */, ==, 3);
}

/* Chunks by hand: a run of 8191 losses, then a vector of one bit each. */
static void
test_read_chunks(void)
{
    guint8 data[28] = {0x8f, 0xcd, 0x00, 0x06};
    static Report report;
    cc_write_u16(data + 12, 65000);
    cc_write_u16(data + 14, 8192);
    cc_write_u16(data + 20, 0x1fff);
    cc_write_u16(data + 22, 0xa000); /* 1, then thirteen zeros that are not counted */
    data[24] = 255;
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_NONE);
    g_assert_cmpuint(report.n, ==, 8192);
    g_assert_cmpint(report.arrivals_us[8190], ==, -1);
    g_assert_cmpint(report.arrivals_us[8191], ==, 255 * 250);
    g_assert_cmpuint(report.sequences[8191], ==, (65000 + 8191) % 65536);

    cc_write_u16(data + 14, 8193);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_RTCP_ABSURD);
    cc_write_u16(data + 14, 0);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_RTCP_MALFORMED);
    /* A run of nothing; the reserved symbol; more deltas than bytes. */
    cc_write_u16(data + 14, 7);
    cc_write_u16(data + 20, 0x0000);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_RTCP_MALFORMED);
    cc_write_u16(data + 20, 0x6007);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_RTCP_MALFORMED);
    cc_write_u16(data + 20, 0x2007);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_RTCP_MALFORMED);
    cc_write_u16(data + 20, 0x2006);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_RTCP_MALFORMED);
    cc_write_u16(data + 14, 6);
    g_assert_cmpint(read_message(data, sizeof data, &report, NULL), ==, CC_DROP_NONE);
    g_assert_cmpuint(report.n, ==, 6);
}

static void
check_hostile(const guint8 *data, gsize length)
{
    static Report report;
    CcDrop drop = read_message(data, length, &report, NULL);
    if (drop != CC_DROP_NONE)
        g_assert_cmpuint(report.n, ==, 0); /* nothing was told before the message proved good */
}

static void
test_hostile(void)
{
    hostile_all(check_hostile, message, sizeof message);
}

typedef struct {
    CcTransportCcRecorder recorder;
    guint8 buffer[1400];
    CcRtcpBuilder builder;
    Report report;
    gint64 reference_us;
} Fixture;

/* Builds one message and reads it back. */
static gboolean
round_trip(Fixture *f, gsize capacity)
{
    cc_rtcp_builder_init(&f->builder, f->buffer, capacity);
    if (!cc_transport_cc_build(&f->recorder, &f->builder, 1, 2))
        return FALSE;
    g_assert_cmpint(read_message(f->buffer, f->builder.length, &f->report, &f->reference_us), ==,
                    CC_DROP_NONE);
    return TRUE;
}

static void
assert_arrival(Fixture *f, guint index, guint16 sequence, gint64 arrival_us)
{
    g_assert_cmpuint(index, <, f->report.n);
    g_assert_cmpuint(f->report.sequences[index], ==, sequence);
    if (arrival_us < 0)
        g_assert_cmpint(f->report.arrivals_us[index], ==, -1);
    else /* in quarters of a millisecond, without adding up errors */
        g_assert_cmpint(f->reference_us + f->report.arrivals_us[index], ==, arrival_us / 250 * 250);
}

static void
test_record(void)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    cc_transport_cc_recorder_init(&f->recorder);
    g_assert_false(round_trip(f, sizeof f->buffer));
    g_assert_false(f->builder.overflow);

    cc_transport_cc_record(&f->recorder, 65534, 5000333);
    cc_transport_cc_record(&f->recorder, 65535, 5000999);
    cc_transport_cc_record(&f->recorder, 2, 5100000);
    cc_transport_cc_record(&f->recorder, 1, 5101000); /* reordered */
    cc_transport_cc_record(&f->recorder, 1, 5999000); /* repeated: the first time counts */
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 5);
    assert_arrival(f, 0, 65534, 5000333);
    assert_arrival(f, 1, 65535, 5000999);
    assert_arrival(f, 2, 0, -1);
    assert_arrival(f, 3, 1, 5101000);
    assert_arrival(f, 4, 2, 5100000);
    g_assert_false(round_trip(f, sizeof f->buffer)); /* nothing new */

    /* The gap behind the last message is a loss too. */
    cc_transport_cc_record(&f->recorder, 5, 5200000);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 3);
    assert_arrival(f, 0, 3, -1);
    assert_arrival(f, 2, 5, 5200000);
    g_assert_cmpuint(f->buffer[19], ==, 1); /* message count */

    /* A packet reported as lost arrives after all: it is told. */
    cc_transport_cc_record(&f->recorder, 4, 5210000);
    g_assert_true(round_trip(f, sizeof f->buffer));
    assert_arrival(f, 0, 4, 5210000);
    assert_arrival(f, 1, 5, 5200000);
}

/* What was told is told again, as far back as is asked for and is known. */
static void
test_repeat(void)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    cc_transport_cc_recorder_init(&f->recorder);
    for (guint16 i = 0; i < 6; i++)
        if (i != 3)
            cc_transport_cc_record(&f->recorder, i, 5000000 + i * 20000);
    g_assert_true(round_trip(f, sizeof f->buffer));
    cc_transport_cc_record(&f->recorder, 6, 5200000);
    cc_transport_cc_repeat(&f->recorder, 4);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 5);
    assert_arrival(f, 0, 2, 5040000);
    assert_arrival(f, 1, 3, -1);
    assert_arrival(f, 4, 6, 5200000);
    g_assert_false(round_trip(f, sizeof f->buffer));
    cc_transport_cc_repeat(&f->recorder, 100);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 7);
    cc_transport_cc_record(&f->recorder, 30000, 6000000); /* begins anew */
    cc_transport_cc_repeat(&f->recorder, 100);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 1);
}

static void
test_far_apart(void)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    cc_transport_cc_recorder_init(&f->recorder);
    cc_transport_cc_record(&f->recorder, 10, 1000000);
    cc_transport_cc_record(&f->recorder, 11, 30000000); /* beyond 16 bits of delta */
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 1);
    assert_arrival(f, 0, 10, 1000000);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 1);
    assert_arrival(f, 0, 11, 30000000);
    g_assert_false(round_trip(f, sizeof f->buffer));
}

static void
test_window(void)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    cc_transport_cc_recorder_init(&f->recorder);
    /* No message was asked for while 3000 packets came: the last of them are told. */
    for (guint i = 0; i < 3000; i++)
        cc_transport_cc_record(&f->recorder, (guint16)i, 1000000 + i * 1000);
    guint told = 0;
    while (round_trip(f, sizeof f->buffer)) {
        for (guint i = 0; i < f->report.n; i++, told++) {
            guint sequence = 3000 - CC_TRANSPORT_CC_WINDOW + told;
            assert_arrival(f, i, (guint16)sequence, 1000000 + sequence * 1000);
        }
    }
    g_assert_cmpuint(told, ==, CC_TRANSPORT_CC_WINDOW);

    /* A jump is a new beginning, not 20000 losses; stragglers from before are nobody's. */
    cc_transport_cc_record(&f->recorder, 23000, 9000000);
    cc_transport_cc_record(&f->recorder, 2999, 9000000);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpuint(f->report.n, ==, 1);
    assert_arrival(f, 0, 23000, 9000000);
}

static void
test_capacity(void)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    cc_transport_cc_recorder_init(&f->recorder);
    for (guint i = 0; i < 200; i++)
        cc_transport_cc_record(&f->recorder, (guint16)i, 1000000 + i * (i % 3 ? 1000 : 90000));
    g_assert_false(round_trip(f, 20));
    g_assert_true(f->builder.overflow);
    guint told = 0;
    while (round_trip(f, 64)) {
        g_assert_false(f->builder.overflow);
        g_assert_cmpuint(f->builder.length, <=, 64);
        told += f->report.n;
    }
    g_assert_cmpuint(told, ==, 200);
}

/* Whatever the pattern of losses, delays and message sizes: each packet is told once, as it was. */
static void
test_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(42);
    g_autofree Fixture *f = g_new0(Fixture, 1);
    for (guint round = 0; round < 300; round++) {
        cc_transport_cc_recorder_init(&f->recorder);
        guint16 base = (guint16)g_rand_int(rand);
        guint n = (guint)g_rand_int_range(rand, 1, 900);
        double loss = g_rand_double(rand);
        g_autofree gint64 *arrivals = g_new(gint64, n);
        gint64 now_us = g_rand_int_range(rand, 1, G_MAXINT32);
        for (guint i = 0; i < n; i++) {
            gboolean is_lost = i > 0 && i < n - 1 && g_rand_double(rand) < loss;
            now_us += g_rand_int_range(rand, 0, g_rand_boolean(rand) ? 500 : 200000);
            arrivals[i] = is_lost ? -1 : now_us;
            if (!is_lost)
                cc_transport_cc_record(&f->recorder, (guint16)(base + i), now_us);
        }
        guint told = 0;
        while (round_trip(f, (gsize)g_rand_int_range(rand, 40, 1400)))
            for (guint i = 0; i < f->report.n; i++, told++)
                assert_arrival(f, i, (guint16)(base + told), arrivals[told]);
        g_assert_cmpuint(told, ==, n);
    }
}

/* After 12 days the reference time wraps. */
static void
test_reference_wraps(void)
{
    g_autofree Fixture *f = g_new0(Fixture, 1);
    cc_transport_cc_recorder_init(&f->recorder);
    gint64 wrap_us = (gint64)0x1000000 * 64000;
    cc_transport_cc_record(&f->recorder, 1, wrap_us + 1000);
    g_assert_true(round_trip(f, sizeof f->buffer));
    g_assert_cmpint(f->reference_us, ==, 0);
    g_assert_cmpint(f->report.arrivals_us[0], ==, 1000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/transport-cc/read", test_read);
    g_test_add_func("/wire/transport-cc/read-chunks", test_read_chunks);
    g_test_add_func("/wire/transport-cc/hostile", test_hostile);
    g_test_add_func("/wire/transport-cc/record", test_record);
    g_test_add_func("/wire/transport-cc/repeat", test_repeat);
    g_test_add_func("/wire/transport-cc/far-apart", test_far_apart);
    g_test_add_func("/wire/transport-cc/window", test_window);
    g_test_add_func("/wire/transport-cc/capacity", test_capacity);
    g_test_add_func("/wire/transport-cc/random", test_random);
    g_test_add_func("/wire/transport-cc/reference-wraps", test_reference_wraps);
    return g_test_run();
}
