/* Transport-wide feedback: the reader tells all of a message or nothing; and the recorder, given
 * the same bytes as arrivals (two of sequence number, two of time), makes messages that read back.
 */
#include "common/wire/bytes.h"
#include "common/wire/transport-cc.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
on_packet(guint16 sequence, gint64 arrival_us, gpointer user_data)
{
    guint *n = user_data;

    (*n)++;
}

static void
read_compound(const guint8 *data, gsize size)
{
    CcRtcpPacket packet;

    CC_RTCP_FOREACH(data, size, &packet) {
        guint n = 0;
        CcDrop drop = cc_transport_cc_read(&packet, on_packet, &n);

        g_assert_true((drop == CC_DROP_NONE) == (n > 0));
    }
}

static void
record_and_build(const guint8 *data, gsize size)
{
    static CcTransportCcRecorder recorder;
    guint8 buffer[600];
    gint64 now_us = 1;

    cc_transport_cc_recorder_init(&recorder);
    for (gsize i = 0; i + 4 <= size; i += 4) {
        now_us += (gint64)cc_read_u16(data + i + 2) * 300;
        cc_transport_cc_record(&recorder, cc_read_u16(data + i), now_us);
    }
    for (;;) {
        CcRtcpBuilder builder;
        CcRtcpPacket packet;
        gsize offset = 0;
        guint n = 0;

        cc_rtcp_builder_init(&builder, buffer, sizeof buffer);
        if (!cc_transport_cc_build(&recorder, &builder, 1, 2))
            break;
        g_assert_cmpint(cc_rtcp_validate(buffer, builder.length), ==, CC_DROP_NONE);
        g_assert_true(cc_rtcp_next(buffer, builder.length, &offset, &packet));
        g_assert_cmpint(cc_transport_cc_read(&packet, on_packet, &n), ==, CC_DROP_NONE);
    }
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    read_compound(data, size);
    record_and_build(data, size);
    return 0;
}
