#include "tests/weak-link/packet-kind.h"

#include <netinet/in.h>

#define UDP_HEADER 8
#define RTP_HEADER 12

/* RFC 7983 and, for RTCP, RFC 5761. */
static PacketKind
look_at_datagram(const guint8 *data, gsize length)
{
    if (length < 2)
        return PACKET_OTHER;
    if (data[0] < 4)
        return PACKET_STUN;
    if (data[0] >= 20 && data[0] < 64)
        return PACKET_DTLS;
    if (data[0] < 128 || data[0] > 191)
        return PACKET_OTHER;
    return data[1] >= 192 && data[1] <= 223 ? PACKET_RTCP : PACKET_RTP;
}

static void
look_at_rtp(PacketFacts *facts, const guint8 *data, gsize length)
{
    if (length < RTP_HEADER)
        return;
    gsize header = RTP_HEADER + (data[0] & 15) * 4u;
    if (data[0] & 16 && length >= header + 4)
        header += 4 + ((gsize)data[header + 2] << 8 | data[header + 3]) * 4u;
    facts->payload_type = data[1] & 127;
    facts->ssrc =
        (guint32)data[8] << 24 | (guint32)data[9] << 16 | (guint32)data[10] << 8 | data[11];
    facts->header_bytes += MIN(header + PACKET_SRTP_TAG, length);
}

PacketFacts
packet_look(const guint8 *packet, gsize length)
{
    PacketFacts facts = {.kind = PACKET_OTHER, .header_bytes = length};
    gsize ip_header = length > 0 ? (packet[0] & 15) * 4u : 0;
    if (length < 20 || packet[0] >> 4 != 4 || ip_header < 20 || length < ip_header + UDP_HEADER)
        return facts;
    if (packet[9] == IPPROTO_TCP || packet[9] == IPPROTO_UDP)
        facts.port = (guint16)(packet[ip_header + 2] << 8 | packet[ip_header + 3]);
    if (packet[9] == IPPROTO_TCP && length >= ip_header + 20) {
        facts.kind = PACKET_TCP;
        facts.header_bytes = MIN(length, ip_header + (packet[ip_header + 12] >> 4) * 4u);
    } else if (packet[9] == IPPROTO_UDP) {
        const guint8 *data = packet + ip_header + UDP_HEADER;
        gsize rest = length - ip_header - UDP_HEADER;
        facts.is_udp = TRUE;
        facts.kind = look_at_datagram(data, rest);
        facts.header_bytes = ip_header + UDP_HEADER;
        if (facts.kind == PACKET_RTP)
            look_at_rtp(&facts, data, rest);
    }
    return facts;
}
