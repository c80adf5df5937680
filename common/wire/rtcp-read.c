#include "common/wire/bytes.h"
#include "common/wire/rtcp.h"

#define RTCP_VERSION 2
#define RTCP_HEADER 4
#define SENDER_INFO 24  /* bytes, with the sender's SSRC */
#define REPORT_BLOCK 24 /* bytes */
#define MAX_PACKETS 64  /* in one compound */

/* Reads the packet at @offset and its end; FALSE if it does not fit. */
static gboolean
read_packet(const guint8 *data, gsize length, gsize offset, gsize *end, CcRtcpPacket *packet)
{
    if (length - offset < RTCP_HEADER)
        return FALSE;
    const guint8 *p = data + offset;
    gsize body_length = (gsize)cc_read_u16(p + 2) * 4;
    if (p[0] >> 6 != RTCP_VERSION || body_length > length - offset - RTCP_HEADER)
        return FALSE;

    *end = offset + RTCP_HEADER + body_length;
    if (p[0] & 0x20) {
        /* Only the last packet of a compound may be padded. */
        if (*end != length || body_length == 0)
            return FALSE;
        guint8 padding = data[length - 1];
        if (padding == 0 || padding > body_length)
            return FALSE;
        body_length -= padding;
    }
    *packet = (CcRtcpPacket){
        .type = p[1],
        .count = p[0] & 0x1f,
        .body = p + RTCP_HEADER,
        .body_length = body_length,
    };
    return TRUE;
}

/* The least that a packet's type and count promise. */
static gsize
needed_length(const CcRtcpPacket *packet)
{
    switch (packet->type) {
    case CC_RTCP_SR:
        return SENDER_INFO + packet->count * (gsize)REPORT_BLOCK;
    case CC_RTCP_RR:
        return 4 + packet->count * (gsize)REPORT_BLOCK;
    case CC_RTCP_BYE:
    case CC_RTCP_SDES:
        return packet->count * (gsize)4;
    case CC_RTCP_APP:
    case CC_RTCP_RTPFB:
    case CC_RTCP_PSFB:
        return 8;
    default:
        return 0;
    }
}

CcDrop
cc_rtcp_validate(const guint8 *data, gsize length)
{
    if (length < RTCP_HEADER)
        return CC_DROP_RTCP_MALFORMED;

    guint n_packets = 0;
    gsize offset = 0;
    while (offset < length) {
        CcRtcpPacket packet;
        if (!read_packet(data, length, offset, &offset, &packet) ||
            packet.body_length < needed_length(&packet))
            return CC_DROP_RTCP_MALFORMED;
        if (++n_packets > MAX_PACKETS)
            return CC_DROP_RTCP_ABSURD;
    }
    return CC_DROP_NONE;
}

gboolean
cc_rtcp_next(const guint8 *data, gsize length, gsize *offset, CcRtcpPacket *packet)
{
    return *offset < length && read_packet(data, length, *offset, offset, packet);
}

gboolean
cc_rtcp_read_sender_info(const CcRtcpPacket *packet, CcRtcpSenderInfo *info)
{
    if (packet->type != CC_RTCP_SR || packet->body_length < SENDER_INFO)
        return FALSE;
    *info = (CcRtcpSenderInfo){
        .ssrc = cc_read_u32(packet->body),
        .ntp = cc_read_u64(packet->body + 4),
        .rtp = cc_read_u32(packet->body + 12),
        .packet_count = cc_read_u32(packet->body + 16),
        .octet_count = cc_read_u32(packet->body + 20),
    };
    return TRUE;
}

gboolean
cc_rtcp_read_report_block(const CcRtcpPacket *packet, guint index, CcRtcpReportBlock *block)
{
    if ((packet->type != CC_RTCP_SR && packet->type != CC_RTCP_RR) || index >= packet->count)
        return FALSE;
    gsize offset = (packet->type == CC_RTCP_SR ? SENDER_INFO : 4) + index * (gsize)REPORT_BLOCK;
    if (packet->body_length < offset + REPORT_BLOCK)
        return FALSE;

    const guint8 *p = packet->body + offset;
    guint32 lost = cc_read_u24(p + 5);
    *block = (CcRtcpReportBlock){
        .ssrc = cc_read_u32(p),
        .fraction_lost = p[4],
        .cumulative_lost = lost & 0x800000 ? (gint32)lost - 0x1000000 : (gint32)lost,
        .highest_sequence = cc_read_u32(p + 8),
        .jitter = cc_read_u32(p + 12),
        .last_sr = cc_read_u32(p + 16),
        .delay_since_last_sr = cc_read_u32(p + 20),
    };
    return TRUE;
}

gboolean
cc_rtcp_read_feedback(const CcRtcpPacket *packet, guint32 *sender_ssrc, guint32 *media_ssrc,
                      const guint8 **fci, gsize *fci_length)
{
    if ((packet->type != CC_RTCP_RTPFB && packet->type != CC_RTCP_PSFB) || packet->body_length < 8)
        return FALSE;
    *sender_ssrc = cc_read_u32(packet->body);
    *media_ssrc = cc_read_u32(packet->body + 4);
    *fci = packet->body + 8;
    *fci_length = packet->body_length - 8;
    return TRUE;
}

guint
cc_rtcp_read_nack(const CcRtcpPacket *packet, guint16 *sequences, guint max_sequences)
{
    guint32 sender_ssrc, media_ssrc;
    const guint8 *fci;
    gsize fci_length;
    if (packet->type != CC_RTCP_RTPFB || packet->count != CC_RTPFB_NACK ||
        !cc_rtcp_read_feedback(packet, &sender_ssrc, &media_ssrc, &fci, &fci_length))
        return 0;

    guint n = 0;
    for (gsize i = 0; i + 4 <= fci_length; i += 4) {
        guint16 first = cc_read_u16(fci + i);
        guint16 following = cc_read_u16(fci + i + 2); /* bit 0: first + 1 */
        if (n < max_sequences)
            sequences[n++] = first;
        for (guint bit = 0; bit < 16 && n < max_sequences; bit++)
            if (following >> bit & 1)
                sequences[n++] = (guint16)(first + bit + 1);
    }
    return n;
}

gboolean
cc_rtcp_read_fir(const CcRtcpPacket *packet, guint32 media_ssrc)
{
    guint32 sender_ssrc, ignored_ssrc; /* RFC 5104 section 4.3.1: the entries say who is meant */
    const guint8 *fci;
    gsize fci_length;
    if (packet->type != CC_RTCP_PSFB || packet->count != CC_PSFB_FIR ||
        !cc_rtcp_read_feedback(packet, &sender_ssrc, &ignored_ssrc, &fci, &fci_length))
        return FALSE;
    for (gsize i = 0; i + 8 <= fci_length; i += 8)
        if (cc_read_u32(fci + i) == media_ssrc)
            return TRUE;
    return FALSE;
}

/* RFC 5104 section 4.2.1.1: SSRC, then 6 bits exponent, 17 bits mantissa, 9 bits overhead. */
gboolean
cc_rtcp_read_tmmbr(const CcRtcpPacket *packet, guint index, CcRtcpTmmbr *entry)
{
    guint32 sender_ssrc, ignored_ssrc;
    const guint8 *fci;
    gsize fci_length;
    if (packet->type != CC_RTCP_RTPFB || packet->count != CC_RTPFB_TMMBR ||
        !cc_rtcp_read_feedback(packet, &sender_ssrc, &ignored_ssrc, &fci, &fci_length) ||
        index >= fci_length / 8)
        return FALSE;
    guint32 packed = cc_read_u32(fci + (gsize)index * 8 + 4);
    guint exponent = packed >> 26;
    guint64 mantissa = packed >> 9 & 0x1ffff;
    *entry = (CcRtcpTmmbr){
        .ssrc = cc_read_u32(fci + (gsize)index * 8),
        .bitrate_bps = mantissa > G_MAXUINT64 >> exponent ? G_MAXUINT64 : mantissa << exponent,
        .overhead = packed & 0x1ff,
    };
    return TRUE;
}

#define REMB_ID 0x52454d42 /* "REMB" */
#define REMB_LENGTH 16     /* bytes of body up to the SSRCs that it is about */

gboolean
cc_rtcp_read_remb(const CcRtcpPacket *packet, guint64 *bps)
{
    if (packet->type != CC_RTCP_PSFB || packet->count != CC_PSFB_APPLICATION ||
        packet->body_length < REMB_LENGTH || cc_read_u32(packet->body + 8) != REMB_ID)
        return FALSE;
    guint32 exponent = packet->body[13] >> 2;
    guint64 mantissa = cc_read_u24(packet->body + 13) & 0x3ffff;
    *bps = exponent > 45 ? G_MAXUINT64 : mantissa << exponent;
    return TRUE;
}

gboolean
cc_rtcp_read_bye(const CcRtcpPacket *packet, guint32 ssrc)
{
    if (packet->type != CC_RTCP_BYE || packet->body_length < packet->count * (gsize)4)
        return FALSE;
    for (guint i = 0; i < packet->count; i++)
        if (cc_read_u32(packet->body + i * 4) == ssrc)
            return TRUE;
    return FALSE;
}
