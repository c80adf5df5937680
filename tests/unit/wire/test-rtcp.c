#include "common/wire/rtcp.h"

#include <string.h>

#include "common/wire/bytes.h"
#include "tests/unit/wire/hostile.h"

/* SR of 0x11223344 with one report block, SDES with CNAME "ab", BYE. */
static const guint8 compound[] = {
    0x81, 0xc8, 0x00, 0x0c, 0x11, 0x22, 0x33, 0x44, 0xe1, 0xb2, 0xc3, 0xd4, 0x80,
    0x00, 0x00, 0x00, 0x00, 0x01, 0x5f, 0x90, 0x00, 0x00, 0x00, 0x64, 0x00, 0x00,
    0x27, 0x10, 0xaa, 0xbb, 0xcc, 0xdd, 0x40, 0xff, 0xff, 0xfe, 0x00, 0x01, 0x00,
    0x05, 0x00, 0x00, 0x00, 0x1e, 0xc3, 0xd4, 0x80, 0x00, 0x00, 0x01, 0x00, 0x00, /* SR */
    0x81, 0xca, 0x00, 0x03, 0x11, 0x22, 0x33, 0x44, 0x01, 0x02, 'a',  'b',  0x00,
    0x00, 0x00, 0x00, 0x81, 0xcb, 0x00, 0x01, 0x11, 0x22, 0x33, 0x44,
};

/* Reduced size: NACK of 65534, 65535, 1 and 100; PLI; FIR for 0xaabbccdd; REMB with padding. */
static const guint8 feedback[] = {
    0x81, 0xcd, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01, 0xaa, 0xbb, 0xcc, 0xdd,
    0xff, 0xfe, 0x00, 0x05, 0x00, 0x64, 0x00, 0x00,                         /* NACK */
    0x81, 0xce, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0xaa, 0xbb, 0xcc, 0xdd, /* PLI */
    0x84, 0xce, 0x00, 0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
    0xaa, 0xbb, 0xcc, 0xdd, 0x07, 0x00, 0x00, 0x00, /* FIR */
    0xaf, 0xce, 0x00, 0x05, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
    'R',  'E',  'M',  'B',  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, /* REMB */
};

static void
test_sender_report(void)
{
    g_assert_cmpint(cc_rtcp_validate(compound, sizeof compound), ==, CC_DROP_NONE);
    CcRtcpPacket packet;
    gsize offset = 0;
    g_assert_true(cc_rtcp_next(compound, sizeof compound, &offset, &packet));
    g_assert_cmpuint(packet.type, ==, CC_RTCP_SR);
    g_assert_cmpuint(packet.count, ==, 1);

    CcRtcpSenderInfo info;
    g_assert_true(cc_rtcp_read_sender_info(&packet, &info));
    g_assert_cmphex(info.ssrc, ==, 0x11223344);
    g_assert_cmphex(info.ntp, ==, G_GUINT64_CONSTANT(0xe1b2c3d480000000));
    g_assert_cmpuint(info.rtp, ==, 90000);
    g_assert_cmpuint(info.packet_count, ==, 100);
    g_assert_cmpuint(info.octet_count, ==, 10000);

    CcRtcpReportBlock block;
    g_assert_true(cc_rtcp_read_report_block(&packet, 0, &block));
    g_assert_cmphex(block.ssrc, ==, 0xaabbccdd);
    g_assert_cmpuint(block.fraction_lost, ==, 64);
    g_assert_cmpint(block.cumulative_lost, ==, -2);
    g_assert_cmphex(block.highest_sequence, ==, 0x10005);
    g_assert_cmpuint(block.jitter, ==, 30);
    g_assert_cmphex(block.last_sr, ==, 0xc3d48000);
    g_assert_cmpuint(block.delay_since_last_sr, ==, 65536);
    g_assert_false(cc_rtcp_read_report_block(&packet, 1, &block));

    g_assert_true(cc_rtcp_next(compound, sizeof compound, &offset, &packet));
    g_assert_cmpuint(packet.type, ==, CC_RTCP_SDES);
    g_assert_false(cc_rtcp_read_sender_info(&packet, &info));
    g_assert_false(cc_rtcp_read_report_block(&packet, 0, &block));
    g_assert_true(cc_rtcp_next(compound, sizeof compound, &offset, &packet));
    g_assert_true(cc_rtcp_read_bye(&packet, 0x11223344));
    g_assert_false(cc_rtcp_read_bye(&packet, 0x11223345));
    g_assert_false(cc_rtcp_next(compound, sizeof compound, &offset, &packet));
}

static void
test_feedback(void)
{
    g_assert_cmpint(cc_rtcp_validate(feedback, sizeof feedback), ==, CC_DROP_NONE);
    CcRtcpPacket packet;
    gsize offset = 0;
    guint16 lost[8];
    guint32 sender, media;
    const guint8 *fci;
    gsize fci_length;
    guint64 bps;

    g_assert_true(cc_rtcp_next(feedback, sizeof feedback, &offset, &packet));
    g_assert_false(cc_rtcp_read_remb(&packet, &bps));
    g_assert_cmpuint(cc_rtcp_read_nack(&packet, lost, G_N_ELEMENTS(lost)), ==, 4);
    const guint16 expected[] = {65534, 65535, 1, 100};
    g_assert_cmpmem(lost, 8, expected, 8);
    g_assert_cmpuint(cc_rtcp_read_nack(&packet, lost, 2), ==, 2);
    g_assert_cmpuint(cc_rtcp_read_nack(&packet, lost, 0), ==, 0);

    g_assert_true(cc_rtcp_next(feedback, sizeof feedback, &offset, &packet));
    g_assert_cmpuint(packet.count, ==, CC_PSFB_PLI);
    g_assert_true(cc_rtcp_read_feedback(&packet, &sender, &media, &fci, &fci_length));
    g_assert_cmpuint(sender, ==, 1);
    g_assert_cmphex(media, ==, 0xaabbccdd);
    g_assert_cmpuint(fci_length, ==, 0);
    g_assert_cmpuint(cc_rtcp_read_nack(&packet, lost, 8), ==, 0);
    g_assert_false(cc_rtcp_read_fir(&packet, 0xaabbccdd));

    g_assert_true(cc_rtcp_next(feedback, sizeof feedback, &offset, &packet));
    g_assert_true(cc_rtcp_read_fir(&packet, 0xaabbccdd));
    g_assert_false(cc_rtcp_read_fir(&packet, 0)); /* the header's media SSRC means nothing */

    g_assert_true(cc_rtcp_next(feedback, sizeof feedback, &offset, &packet));
    g_assert_true(cc_rtcp_read_feedback(&packet, &sender, &media, &fci, &fci_length));
    g_assert_cmpuint(packet.count, ==, 15);
    g_assert_cmpuint(fci_length, ==, 8); /* without the padding */
    g_assert_cmpmem(fci, 4, "REMB", 4);
    g_assert_true(cc_rtcp_read_remb(&packet, &bps)); /* about nobody */
    g_assert_cmpuint(bps, ==, 0);
    g_assert_false(cc_rtcp_next(feedback, sizeof feedback, &offset, &packet));
}

static void
test_remb(void)
{
    guint8 remb[] = {0x8f, 206, 0,   5,   0, 0,    0,    1,    0,    0,    0,    0,
                     'R',  'E', 'M', 'B', 1, 0x1b, 0xd0, 0x90, 0xaa, 0xbb, 0xcc, 0xdd};
    CcRtcpPacket packet;
    gsize offset = 0;
    guint64 bps = 0;
    g_assert_cmpint(cc_rtcp_validate(remb, sizeof remb), ==, CC_DROP_NONE);
    g_assert_true(cc_rtcp_next(remb, sizeof remb, &offset, &packet));
    g_assert_true(cc_rtcp_read_remb(&packet, &bps));
    g_assert_cmpuint(bps, ==, 250000u << 6);
    remb[17] = 0xff; /* more than there are bits for */
    g_assert_true(cc_rtcp_read_remb(&packet, &bps));
    g_assert_true(bps == G_MAXUINT64);
    remb[15] = 'b';
    g_assert_false(cc_rtcp_read_remb(&packet, &bps));
}

static void
test_malformed(void)
{
    /* Cut anywhere but between packets, nothing is accepted. */
    const gsize compound_ends[] = {52, 68};
    for (gsize n = 0; n < sizeof compound; n++) {
        gboolean is_end = FALSE;
        for (guint i = 0; i < G_N_ELEMENTS(compound_ends); i++)
            is_end |= n == compound_ends[i];
        g_assert_cmpint(cc_rtcp_validate(compound, n), ==,
                        is_end ? CC_DROP_NONE : CC_DROP_RTCP_MALFORMED);
    }

    guint8 copy[sizeof compound];
    memcpy(copy, compound, sizeof copy);
    copy[0] = 0x82; /* two report blocks promised */
    g_assert_cmpint(cc_rtcp_validate(copy, sizeof copy), ==, CC_DROP_RTCP_MALFORMED);
    copy[0] = 0x41; /* version 1 */
    g_assert_cmpint(cc_rtcp_validate(copy, sizeof copy), ==, CC_DROP_RTCP_MALFORMED);
    copy[0] = 0xa1; /* padding in front */
    g_assert_cmpint(cc_rtcp_validate(copy, sizeof copy), ==, CC_DROP_RTCP_MALFORMED);
    copy[0] = 0x81;
    copy[68] = 0x82; /* a BYE of two */
    g_assert_cmpint(cc_rtcp_validate(copy, sizeof copy), ==, CC_DROP_RTCP_MALFORMED);
    copy[68] = 0xa1; /* its SSRC as padding, which leaves none */
    copy[75] = 4;
    g_assert_cmpint(cc_rtcp_validate(copy, sizeof copy), ==, CC_DROP_RTCP_MALFORMED);
    copy[75] = 0;
    g_assert_cmpint(cc_rtcp_validate(copy, sizeof copy), ==, CC_DROP_RTCP_MALFORMED);

    const guint8 short_feedback[] = {0x81, 0xce, 0x00, 0x01, 0, 0, 0, 1};
    g_assert_cmpint(cc_rtcp_validate(short_feedback, 8), ==, CC_DROP_RTCP_MALFORMED);
    const guint8 unknown[] = {0x80, 0xd0, 0x00, 0x00};
    g_assert_cmpint(cc_rtcp_validate(unknown, 4), ==, CC_DROP_NONE);
}

static void
test_absurd(void)
{
    guint8 many[65 * 4];
    for (guint i = 0; i < 65; i++)
        memcpy(many + i * 4, "\x80\xcb\x00\x00", 4);
    g_assert_cmpint(cc_rtcp_validate(many, 64 * 4), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_rtcp_validate(many, 65 * 4), ==, CC_DROP_RTCP_ABSURD);
}

/* The readers take anything, validated or not. */
static void
check_hostile(const guint8 *data, gsize length)
{
    CcDrop drop = cc_rtcp_validate(data, length);
    gsize covered = 0;
    CcRtcpPacket packet;
    CC_RTCP_FOREACH(data, length, &packet) {
        CcRtcpSenderInfo info;
        CcRtcpReportBlock block;
        guint16 lost[1024];
        guint32 sender, media;
        const guint8 *fci;
        gsize fci_length;

        g_assert_true(packet.body + packet.body_length <= data + length);
        covered = (gsize)(packet.body - data);
        cc_rtcp_read_sender_info(&packet, &info);
        for (guint i = 0; i < 32; i++)
            cc_rtcp_read_report_block(&packet, i, &block);
        cc_rtcp_read_feedback(&packet, &sender, &media, &fci, &fci_length);
        g_assert_cmpuint(cc_rtcp_read_nack(&packet, lost, G_N_ELEMENTS(lost)), <=, 1024);
        cc_rtcp_read_fir(&packet, 0xaabbccdd);
        CcRtcpTmmbr limit;
        for (guint i = 0; cc_rtcp_read_tmmbr(&packet, i, &limit); i++)
            g_assert_cmpuint(i, <, length / 8);
        cc_rtcp_read_bye(&packet, 0x11223344);
        guint64 bps;
        cc_rtcp_read_remb(&packet, &bps);
    }
    if (drop == CC_DROP_NONE)
        g_assert_cmpuint(covered, >, 0);
}

static void
test_hostile(void)
{
    hostile_all(check_hostile, compound, sizeof compound);
    hostile_all(check_hostile, feedback, sizeof feedback);
}

static void
test_build_reports(void)
{
    guint8 buffer[sizeof compound];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
    const CcRtcpSenderInfo info = {
        .ssrc = 0x11223344,
        .ntp = G_GUINT64_CONSTANT(0xe1b2c3d480000000),
        .rtp = 90000,
        .packet_count = 100,
        .octet_count = 10000,
    };
    const CcRtcpReportBlock block = {
        .ssrc = 0xaabbccdd,
        .fraction_lost = 64,
        .cumulative_lost = -2,
        .highest_sequence = 0x10005,
        .jitter = 30,
        .last_sr = 0xc3d48000,
        .delay_since_last_sr = 65536,
    };
    cc_rtcp_add_sender_report(&builder, &info, &block, 1);
    cc_rtcp_add_sdes_cname(&builder, 0x11223344, "ab");
    cc_rtcp_add_bye(&builder, 0x11223344);
    g_assert_false(builder.overflow);
    g_assert_cmpmem(builder.data, builder.length, compound, sizeof compound);
    /* Full. */
    cc_rtcp_add_bye(&builder, 1);
    g_assert_true(builder.overflow);
    g_assert_cmpuint(builder.length, ==, sizeof compound);
}

static void
test_build_clamps(void)
{
    guint8 buffer[64];
    CcRtcpBuilder builder;
    CcRtcpPacket packet;
    CcRtcpReportBlock block;
    const gint32 totals[][2] = {
        {5, 5}, {0x7fffff, 0x7fffff}, {0x800000, 0x7fffff}, {-0x900000, -0x800000}};
    for (guint i = 0; i < G_N_ELEMENTS(totals); i++) {
        gsize offset = 0;
        cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
        block = (CcRtcpReportBlock){.ssrc = 1, .cumulative_lost = totals[i][0]};
        cc_rtcp_add_receiver_report(&builder, 9, &block, 1);
        g_assert_cmpint(cc_rtcp_validate(buffer, builder.length), ==, CC_DROP_NONE);
        g_assert_true(cc_rtcp_next(buffer, builder.length, &offset, &packet));
        g_assert_cmpuint(packet.type, ==, CC_RTCP_RR);
        g_assert_true(cc_rtcp_read_report_block(&packet, 0, &block));
        g_assert_cmpint(block.cumulative_lost, ==, totals[i][1]);
    }
}

static void
test_build_cname_lengths(void)
{
    for (guint n = 0; n < 300; n++) {
        guint8 buffer[300];
        g_autofree char *cname = g_strnfill(n, 'x');
        CcRtcpBuilder builder;
        cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
        cc_rtcp_add_sdes_cname(&builder, 7, cname);
        g_assert_false(builder.overflow);
        g_assert_cmpint(cc_rtcp_validate(buffer, builder.length), ==, CC_DROP_NONE);
        g_assert_cmpuint(buffer[9], ==, MIN(n, 255));
        g_assert_cmpuint(buffer[builder.length - 1], ==, 0); /* the list is ended */
    }
}

static void
test_build_feedback(void)
{
    guint8 buffer[256];
    CcRtcpBuilder builder;
    cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
    const guint16 lost[] = {65534, 65535, 1, 100};
    cc_rtcp_add_nack(&builder, 1, 0xaabbccdd, lost, 4);
    cc_rtcp_add_pli(&builder, 1, 0xaabbccdd);
    g_assert_cmpmem(builder.data, builder.length, feedback, 32);
    cc_rtcp_add_nack(&builder, 1, 2, lost, 0);
    g_assert_cmpuint(builder.length, ==, 32);
}

/* Any ascending list comes back as it was. */
static void
test_nack_round_trip(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    for (guint round = 0; round < 2000; round++) {
        guint16 lost[64], read[64];
        guint16 sequence = (guint16)g_rand_int(rand);
        guint n = (guint)g_rand_int_range(rand, 1, 65);
        for (guint i = 0; i < n; i++)
            lost[i] = sequence += (guint16)g_rand_int_range(rand, 1, 25);

        guint8 buffer[400];
        CcRtcpBuilder builder;
        CcRtcpPacket packet;
        gsize offset = 0;
        cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
        cc_rtcp_add_nack(&builder, 1, 2, lost, n);
        g_assert_cmpint(cc_rtcp_validate(buffer, builder.length), ==, CC_DROP_NONE);
        g_assert_true(cc_rtcp_next(buffer, builder.length, &offset, &packet));
        g_assert_cmpuint(cc_rtcp_read_nack(&packet, read, 64), ==, n);
        g_assert_cmpmem(read, n * 2, lost, n * 2);
    }
}

/* RFC 5104 section 4.2.1.1, an entry as it stands on the wire, and rates of every size. */
static void
test_tmmbr(void)
{
    const CcRtcpTmmbr wanted[] = {
        {0x11223344, 131071, 68}, {0x55667788, 0, 0},        {3, 131072, 511},
        {4, 899999, 28},          {5, 20 * 1000 * 1000, 28}, {6, G_MAXUINT64, 28},
    };
    static const guint8 first[] = {0x11, 0x22, 0x33, 0x44, 0x03, 0xff, 0xfe, 68};
    guint8 buffer[100];
    CcRtcpBuilder builder;
    CcRtcpPacket packet;
    CcRtcpTmmbr entry;
    gsize offset = 0;
    cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
    cc_rtcp_add_tmmbr(&builder, 1, wanted, G_N_ELEMENTS(wanted));
    cc_rtcp_add_pli(&builder, 1, 2);
    g_assert_cmpint(cc_rtcp_validate(buffer, builder.length), ==, CC_DROP_NONE);
    g_assert_true(cc_rtcp_next(buffer, builder.length, &offset, &packet));
    g_assert_cmpmem(packet.body + 8, sizeof first, first, sizeof first);
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++) {
        g_assert_true(cc_rtcp_read_tmmbr(&packet, i, &entry));
        g_assert_cmphex(entry.ssrc, ==, wanted[i].ssrc);
        g_assert_cmpuint(entry.overhead, ==, wanted[i].overhead);
        g_assert_cmpuint(entry.bitrate_bps, <=, wanted[i].bitrate_bps);
        g_assert_cmpuint(wanted[i].bitrate_bps - entry.bitrate_bps, <=,
                         wanted[i].bitrate_bps >> 16);
    }
    g_assert_false(cc_rtcp_read_tmmbr(&packet, G_N_ELEMENTS(wanted), &entry));
    packet.body_length -= 4; /* the last one is cut */
    g_assert_false(cc_rtcp_read_tmmbr(&packet, G_N_ELEMENTS(wanted) - 1, &entry));
    g_assert_true(cc_rtcp_next(buffer, builder.length, &offset, &packet));
    g_assert_false(cc_rtcp_read_tmmbr(&packet, 0, &entry));

    cc_write_u32(buffer + 16, 0xffffffff); /* more than 64 bits hold */
    offset = 0;
    g_assert_true(cc_rtcp_next(buffer, builder.length, &offset, &packet));
    g_assert_true(cc_rtcp_read_tmmbr(&packet, 0, &entry));
    g_assert_cmpuint(entry.bitrate_bps, ==, G_MAXUINT64);

    cc_rtcp_builder_init(&builder, buffer, 59); /* no room; and nobody to tell */
    cc_rtcp_add_tmmbr(&builder, 1, wanted, 0);
    g_assert_false(builder.overflow);
    cc_rtcp_add_tmmbr(&builder, 1, wanted, G_N_ELEMENTS(wanted));
    g_assert_true(builder.overflow);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/rtcp/sender-report", test_sender_report);
    g_test_add_func("/wire/rtcp/feedback", test_feedback);
    g_test_add_func("/wire/rtcp/remb", test_remb);
    g_test_add_func("/wire/rtcp/malformed", test_malformed);
    g_test_add_func("/wire/rtcp/absurd", test_absurd);
    g_test_add_func("/wire/rtcp/hostile", test_hostile);
    g_test_add_func("/wire/rtcp/build-reports", test_build_reports);
    g_test_add_func("/wire/rtcp/build-clamps", test_build_clamps);
    g_test_add_func("/wire/rtcp/build-cname-lengths", test_build_cname_lengths);
    g_test_add_func("/wire/rtcp/build-feedback", test_build_feedback);
    g_test_add_func("/wire/rtcp/nack-round-trip", test_nack_round_trip);
    g_test_add_func("/wire/rtcp/tmmbr", test_tmmbr);
    return g_test_run();
}
