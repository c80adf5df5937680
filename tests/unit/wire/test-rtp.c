#include <string.h>

#include "common/wire/rtp.h"
#include "tests/unit/wire/hostile.h"

/* Version 2, marker, payload type 96, one-byte extensions 1 (mid "0") and 3 (transport-wide
 * 0x1234), four bytes of payload. */
static const guint8 one_byte[] = {
    0x90, 0xe0, 0xff, 0xfe, 0x00, 0x01, 0x02, 0x03, 0xde, 0xad, 0xbe, 0xef, /* header */
    0xbe, 0xde, 0x00, 0x02, 0x10, '0',  0x00, 0x31, 0x12, 0x34, 0x00, 0x00, /* extensions */
    'd',  'a',  't',  'a',
};

/* Two CSRCs, two-byte extensions 20 (empty) and 200 ("abc"), three bytes of padding. */
static const guint8 two_byte[] = {
    0xb2, 0x6f, 0x00, 0x07, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, /* header */
    0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x0b,                         /* CSRCs */
    0x10, 0x03, 0x00, 0x02, 0x14, 0x00, 0xc8, 0x03, 'a',  'b',  'c',  0x00, /* extensions */
    'o',  'k',  0x00, 0x00, 0x03,
};

static void
test_plain(void)
{
    const guint8 packet[] = {0x80, 0x60, 0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 2, 0xff};
    CcRtpHeader header;
    g_assert_cmpint(cc_rtp_parse(packet, sizeof packet, &header), ==, CC_DROP_NONE);
    g_assert_false(header.marker);
    g_assert_cmpuint(header.payload_type, ==, 96);
    g_assert_cmphex(header.sequence, ==, 0x1234);
    g_assert_cmpuint(header.timestamp, ==, 1);
    g_assert_cmpuint(header.ssrc, ==, 2);
    g_assert_null(header.extension);
    g_assert_cmpuint(header.header_length, ==, 12);
    g_assert_cmpuint(header.payload_length, ==, 1);
    guint8 length;
    g_assert_null(cc_rtp_find_extension(&header, 1, &length));
    /* A payload may be empty. */
    g_assert_cmpint(cc_rtp_parse(packet, 12, &header), ==, CC_DROP_NONE);
    g_assert_cmpuint(header.payload_length, ==, 0);
}

static void
test_one_byte_extensions(void)
{
    CcRtpHeader header;
    guint8 length;
    g_assert_cmpint(cc_rtp_parse(one_byte, sizeof one_byte, &header), ==, CC_DROP_NONE);
    g_assert_true(header.marker);
    g_assert_cmphex(header.extension_profile, ==, 0xbede);
    g_assert_cmpmem(header.payload, header.payload_length, "data", 4);
    const guint8 *mid = cc_rtp_find_extension(&header, 1, &length);
    g_assert_cmpmem(mid, length, "0", 1);
    const guint8 *sequence = cc_rtp_find_extension(&header, 3, &length);
    g_assert_cmpmem(sequence, length, "\x12\x34", 2);
    g_assert_null(cc_rtp_find_extension(&header, 2, &length));
    g_assert_null(cc_rtp_find_extension(&header, 0, &length));
    g_assert_null(cc_rtp_find_extension(&header, 15, &length));
}

static void
test_two_byte_extensions(void)
{
    CcRtpHeader header;
    guint8 length;
    g_assert_cmpint(cc_rtp_parse(two_byte, sizeof two_byte, &header), ==, CC_DROP_NONE);
    g_assert_cmpuint(header.header_length, ==, 32);
    g_assert_cmpuint(header.padding_length, ==, 3);
    g_assert_cmpmem(header.payload, header.payload_length, "ok", 2);
    const guint8 *data = cc_rtp_find_extension(&header, 200, &length);
    g_assert_cmpmem(data, length, "abc", 3);
    g_assert_nonnull(cc_rtp_find_extension(&header, 20, &length));
    g_assert_cmpuint(length, ==, 0);
    g_assert_null(cc_rtp_find_extension(&header, 3, &length));
}

static void
test_extensions_malformed(void)
{
    guint8 packet[sizeof one_byte];
    CcRtpHeader header;
    guint8 length;

    /* An element that claims more than is there ends the search, as does id 15. */
    memcpy(packet, one_byte, sizeof packet);
    packet[16] = 0x1f;
    g_assert_cmpint(cc_rtp_parse(packet, sizeof packet, &header), ==, CC_DROP_NONE);
    g_assert_null(cc_rtp_find_extension(&header, 1, &length));
    g_assert_null(cc_rtp_find_extension(&header, 3, &length));
    packet[16] = 0xf0;
    g_assert_null(cc_rtp_find_extension(&header, 3, &length));
    /* A profile of somebody else's. */
    memcpy(packet, one_byte, sizeof packet);
    packet[12] = 0xaa;
    g_assert_cmpint(cc_rtp_parse(packet, sizeof packet, &header), ==, CC_DROP_NONE);
    g_assert_null(cc_rtp_find_extension(&header, 1, &length));
    /* An id whose length byte is missing. */
    guint8 cut[sizeof two_byte];
    memcpy(cut, two_byte, sizeof cut);
    cut[26] = 0;
    cut[27] = cut[28] = cut[29] = cut[30] = 0;
    cut[31] = 0xc8;
    g_assert_cmpint(cc_rtp_parse(cut, sizeof cut, &header), ==, CC_DROP_NONE);
    g_assert_null(cc_rtp_find_extension(&header, 200, &length));
}

static void
test_malformed(void)
{
    guint8 packet[CC_RTP_MAX_PACKET + 1] = {0x80, 96};
    CcRtpHeader header;
    g_assert_cmpint(cc_rtp_parse(packet, CC_RTP_MAX_PACKET, &header), ==, CC_DROP_NONE);
    g_assert_cmpint(cc_rtp_parse(packet, sizeof packet, &header), ==, CC_DROP_RTP_MALFORMED);
    g_assert_cmpint(cc_rtp_parse(packet, 11, &header), ==, CC_DROP_RTP_MALFORMED);
    packet[0] = 0x40; /* version 1 */
    g_assert_cmpint(cc_rtp_parse(packet, 20, &header), ==, CC_DROP_RTP_MALFORMED);
    packet[0] = 0x8f; /* 15 CSRCs */
    g_assert_cmpint(cc_rtp_parse(packet, 71, &header), ==, CC_DROP_RTP_MALFORMED);
    g_assert_cmpint(cc_rtp_parse(packet, 72, &header), ==, CC_DROP_NONE);
    packet[0] = 0xa0; /* padding of none, of all, of more than all */
    packet[19] = 0;
    g_assert_cmpint(cc_rtp_parse(packet, 20, &header), ==, CC_DROP_RTP_MALFORMED);
    packet[19] = 8;
    g_assert_cmpint(cc_rtp_parse(packet, 20, &header), ==, CC_DROP_NONE);
    g_assert_cmpuint(header.payload_length, ==, 0);
    packet[19] = 9;
    g_assert_cmpint(cc_rtp_parse(packet, 20, &header), ==, CC_DROP_RTP_MALFORMED);
}

/* What is accepted lies inside the packet. */
static void
check_hostile(const guint8 *data, gsize length)
{
    CcRtpHeader header;
    cc_rtp_is_rtcp(data, length);
    if (cc_rtp_parse(data, length, &header) != CC_DROP_NONE)
        return;
    g_assert_cmpuint(header.header_length + header.payload_length + header.padding_length, ==,
                     length);
    g_assert_true(header.payload == data + header.header_length);
    for (guint id = 0; id < 256; id++) {
        guint8 size;
        const guint8 *element = cc_rtp_find_extension(&header, (guint8)id, &size);
        if (element != NULL) {
            g_assert_true(element >= header.extension);
            g_assert_true(element + size <= header.extension + header.extension_length);
        }
    }
}

static void
test_hostile(void)
{
    hostile_all(check_hostile, one_byte, sizeof one_byte);
    hostile_all(check_hostile, two_byte, sizeof two_byte);
}

/* A header cut short is refused, not half read. */
static void
test_truncated(void)
{
    CcRtpHeader header;
    for (gsize n = 0; n < 24; n++)
        g_assert_cmpint(cc_rtp_parse(one_byte, n, &header), ==, CC_DROP_RTP_MALFORMED);
    for (gsize n = 0; n < 32; n++)
        g_assert_cmpint(cc_rtp_parse(two_byte, n, &header), ==, CC_DROP_RTP_MALFORMED);
}

static void
test_write(void)
{
    CcRtpWriteHeader out = {
        .marker = TRUE,
        .payload_type = 97,
        .sequence = 65535,
        .timestamp = 0xfedcba98,
        .ssrc = 0x01020304,
    };
    guint8 buffer[64];
    CcRtpHeader header;

    g_assert_cmpuint(cc_rtp_write_header(buffer, sizeof buffer, &out), ==, 12);
    g_assert_cmpint(cc_rtp_parse(buffer, 12, &header), ==, CC_DROP_NONE);
    g_assert_true(header.marker);
    g_assert_cmpuint(header.payload_type, ==, 97);
    g_assert_cmpuint(header.sequence, ==, 65535);
    g_assert_cmphex(header.timestamp, ==, 0xfedcba98);
    g_assert_cmphex(header.ssrc, ==, 0x01020304);
    g_assert_null(header.extension);
    g_assert_cmpuint(cc_rtp_write_header(buffer, 11, &out), ==, 0);
}

static void
test_write_extensions(void)
{
    /* Every length of mid and rid, with and without the sequence number, and no byte more than
     * needed. */
    static const char mid[] = "0123456789abcdef";
    for (guint8 mid_length = 0; mid_length <= 16; mid_length++) {
        for (guint8 transport_cc_id = 0; transport_cc_id < 15; transport_cc_id += 14) {
            CcRtpWriteHeader out = {
                .mid_id = 1,
                .mid_length = mid_length,
                .mid = mid,
                .rid_id = 2,
                .rid_length = (guint8)(16 - mid_length),
                .rid = mid,
                .transport_cc_id = transport_cc_id,
                .transport_sequence = 0xabcd,
            };
            guint8 buffer[64];
            CcRtpHeader header;
            guint8 length;
            gsize size = cc_rtp_write_header(buffer, sizeof buffer, &out);
            g_assert_cmpuint(size, >=, 12);
            g_assert_cmpuint(size % 4, ==, 0);
            g_assert_cmpuint(cc_rtp_write_header(buffer, size - 1, &out), ==, 0);
            g_assert_cmpuint(cc_rtp_write_header(buffer, size, &out), ==, size);
            g_assert_cmpint(cc_rtp_parse(buffer, size, &header), ==, CC_DROP_NONE);
            g_assert_cmpuint(header.header_length, ==, size);

            const guint8 *found = cc_rtp_find_extension(&header, 1, &length);
            if (mid_length > 0)
                g_assert_cmpmem(found, length, mid, mid_length);
            else
                g_assert_null(found);
            found = cc_rtp_find_extension(&header, 2, &length);
            if (mid_length < 16)
                g_assert_cmpmem(found, length, mid, 16 - mid_length);
            else
                g_assert_null(found);
            found = cc_rtp_find_extension(&header, 14, &length);
            if (transport_cc_id != 0)
                g_assert_cmpmem(found, length, "\xab\xcd", 2);
            else
                g_assert_null(found);
        }
    }
}

static void
test_is_rtcp(void)
{
    const guint8 sender_report[] = {0x80, 200};
    const guint8 marked_media[] = {0x80, 0x80 | 96};
    g_assert_true(cc_rtp_is_rtcp(sender_report, 2));
    g_assert_false(cc_rtp_is_rtcp(marked_media, 2));
    g_assert_false(cc_rtp_is_rtcp(sender_report, 1));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wire/rtp/plain", test_plain);
    g_test_add_func("/wire/rtp/one-byte-extensions", test_one_byte_extensions);
    g_test_add_func("/wire/rtp/two-byte-extensions", test_two_byte_extensions);
    g_test_add_func("/wire/rtp/extensions-malformed", test_extensions_malformed);
    g_test_add_func("/wire/rtp/malformed", test_malformed);
    g_test_add_func("/wire/rtp/truncated", test_truncated);
    g_test_add_func("/wire/rtp/hostile", test_hostile);
    g_test_add_func("/wire/rtp/write", test_write);
    g_test_add_func("/wire/rtp/write-extensions", test_write_extensions);
    g_test_add_func("/wire/rtp/is-rtcp", test_is_rtcp);
    return g_test_run();
}
