/* An RTCP compound through every reader, validated or not. */
#include "common/wire/rtcp.h"

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void
read_packet(const CcRtcpPacket *packet)
{
    CcRtcpSenderInfo info;
    CcRtcpReportBlock block;
    guint16 lost[256];
    guint32 sender_ssrc, media_ssrc;
    const guint8 *fci;
    gsize fci_length;

    cc_rtcp_read_sender_info(packet, &info);
    for (guint i = 0; cc_rtcp_read_report_block(packet, i, &block); i++)
        g_assert_cmpuint(i, <, 31);
    if (cc_rtcp_read_feedback(packet, &sender_ssrc, &media_ssrc, &fci, &fci_length))
        g_assert_true(fci + fci_length == packet->body + packet->body_length);
    g_assert_cmpuint(cc_rtcp_read_nack(packet, lost, G_N_ELEMENTS(lost)), <=, G_N_ELEMENTS(lost));
    cc_rtcp_read_fir(packet, 1);
    CcRtcpTmmbr limit;
    for (guint i = 0; cc_rtcp_read_tmmbr(packet, i, &limit); i++)
        g_assert_cmpuint(i, <, packet->body_length / 8);
    cc_rtcp_read_bye(packet, 1);
    guint64 bps;
    cc_rtcp_read_remb(packet, &bps);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    CcDrop drop = cc_rtcp_validate(data, size);
    CcRtcpPacket packet;
    guint n_packets = 0;

    CC_RTCP_FOREACH(data, size, &packet) {
        g_assert_true(packet.body + packet.body_length <= data + size);
        read_packet(&packet);
        n_packets++;
    }
    if (drop == CC_DROP_NONE)
        g_assert_true(n_packets >= 1 && n_packets <= 64);
    return 0;
}
